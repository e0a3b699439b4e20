package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// golden compares a text with a file below testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("it differs from %s; if that is meant, run the test with -update. Got:\n%s", file, got)
	}
}

func TestReport(t *testing.T) {
	var b bytes.Buffer
	if err := writeReport(&b, example()); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	golden(t, "report.html", text)
	if found := regexp.MustCompile(`(?i)https?://|<script|<link|src=|@import|url\(`).FindString(text); found != "" {
		t.Errorf("the page is not whole in itself: it has %q", found)
	}
	if found := regexp.MustCompile(`NaN|Inf|ZgotmplZ|%!|<broke>|<y>`).FindString(text); found != "" {
		t.Errorf("the page has %q", found)
	}
	pictures := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAllString(text, -1)
	if len(pictures) < 4 {
		t.Errorf("%d plots", len(pictures))
	}
	for _, p := range pictures {
		d := xml.NewDecoder(strings.NewReader(p))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%v in %s", err, p)
			}
		}
	}
}

func TestReportOfLittle(t *testing.T) {
	for name, r := range map[string]*results{
		"nothing": {Format: format},
		"one number": {Format: format, Samples: []sample{
			{Subject: "then", Row: "one", Contender: ours, Values: map[string]float64{"ns/op": 1}},
			{Subject: "chain", Row: "n=10", Contender: ours, Values: map[string]float64{"ns/op": 1}},
			{Subject: "echo", Row: "c=100,s=64,d=1", Contender: ours, Values: map[string]float64{"req/s": 1}},
		}},
		"unknown rows": {Format: format, Samples: []sample{
			{Subject: "then", Row: "twice", Contender: ours, Values: map[string]float64{"ns/op": 1}},
		}},
	} {
		var b bytes.Buffer
		if err := errors.Join(writeReport(&b, r), writeTable(&b, r), writeGoals(&b, r), writeNotes(&b, r)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(b.String(), "NaN") {
			t.Errorf("%s: it has NaN", name)
		}
	}
}
