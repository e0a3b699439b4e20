package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const pageBefore, pageAfter = "# A page\n\n", "\nThe end.\n"

func TestReadme(t *testing.T) {
	old := pageBefore + readmeBegin + "what was there\n" + readmeEnd + pageAfter
	text, err := example().readme(old)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "readme.md", text)
	again, err := example().readme(text)
	if err != nil || again != text {
		t.Errorf("a second time gives another page, or %v", err)
	}
}

func TestReadmeNeedsALoss(t *testing.T) {
	r := example()
	r.Samples = slices.DeleteFunc(r.Samples, func(s sample) bool { return s.Contender == "channel" || s.Contender == "c" })
	if _, err := r.readme(readmeBegin + readmeEnd); !errors.Is(err, errNoLoss) {
		t.Errorf("got %v", err)
	}
}

func TestReadmeLossToAnother(t *testing.T) {
	r := example()
	r.Samples = slices.DeleteFunc(r.Samples, func(s sample) bool { return s.Subject == "threads" })
	text, err := r.readme(readmeBegin + readmeEnd)
	if err != nil {
		t.Fatal(err)
	}
	// The row is there once against its baseline, and once against what it is lost to.
	if strings.Count(text, "64 B, 100 connections") != 2 || !strings.Contains(text, "| **0.95** | C, epoll |") {
		t.Errorf("got %s", text)
	}
}

func TestReadmeNeedsMarks(t *testing.T) {
	for name, page := range map[string]string{
		"none": "", "one": readmeBegin, "the wrong way round": readmeEnd + readmeBegin,
		"twice": readmeBegin + readmeEnd + readmeBegin + readmeEnd,
	} {
		if _, err := example().readme(page); !errors.Is(err, errNoMarks) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestRecordedRunsCanBeRead has the files of old runs understood by the program as
// it is, and the table in the project's README be that of one of them.
func TestRecordedRunsCanBeRead(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join("results", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no runs: %v", err)
	}
	var same []string
	for _, file := range files {
		r, err := readResults(file)
		if err != nil {
			t.Error(err)
			continue
		}
		text, err := r.readme(string(page))
		if err := errors.Join(err, writeTable(io.Discard, r), writeGoals(io.Discard, r), writeReport(io.Discard, r)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if text == string(page) {
			same = append(same, file)
		}
	}
	if len(same) != 1 {
		t.Errorf("the table in README.md is that of %q", same)
	}
}

func TestOftener(t *testing.T) {
	r := &results{Rounds: 1}
	for i, row := range []struct {
		subject, row, key, want string
	}{
		{"deferred", "ten-callbacks", "ns/op", ""},
		{"deferred", "ten-callbacks", "ns/op", " (in 2 parts: Deferred)"},
		{"latency", "c=100,s=64,r=20000", "p99-us", " (in 2 parts: Deferred)"},
		{"latency", "c=100,s=64,r=20000", "p99-us", " (in 2 parts: Deferred, Latency at a fixed rate)"},
	} {
		r.Samples = append(r.Samples, sample{Round: i, Subject: row.subject, Row: row.row, Contender: ours, Values: values{row.key: 1}})
		if got := r.oftener(); got != row.want {
			t.Errorf("after %d values: got %q, want %q", i+1, got, row.want)
		}
	}
}
