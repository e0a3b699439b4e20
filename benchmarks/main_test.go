package main

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// update has the golden files written anew.
var update = flag.Bool("update", false, "write the golden files")

// TestMain is also what the test's children run, who play the programs that the
// runner starts.
func TestMain(m *testing.M) {
	if os.Getenv(fakeVariable) != "" {
		os.Exit(fake(os.Args[1:]))
	}
	goleak.VerifyTestMain(m)
}

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		ok   bool
	}{
		{"nothing", nil, true},
		{"all", []string{"-full", "-rounds", "2", "-only", "echo|tls", "-json", "a", "-o", ""}, true},
		{"a regexp that is none", []string{"-only", "("}, false},
		{"a word too many", []string{"deferred"}, false},
		{"an unknown flag", []string{"-fast"}, false},
		{"a file and where to show it", []string{"-from", "a", "-o", "b"}, true},
		{"a file and rows to measure", []string{"-from", "a", "-only", "b"}, false},
		{"two files", []string{"-from", "a", "-readme", "b"}, false},
		{"a table and a full run", []string{"-full", "-readme", "b"}, false},
		{"fewer rounds than none", []string{"-rounds", "-1"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var said bytes.Buffer
			o, err := parse(test.args, &said)
			if (err == nil) != test.ok {
				t.Fatalf("error %v", err)
			}
			if test.ok != (said.Len() == 0) {
				t.Errorf("said %q", &said)
			}
			if want := strings.TrimSpace("go run ./benchmarks " + strings.Join(test.args, " ")); test.ok && strings.TrimSpace(o.line) != want {
				t.Errorf("the command is %q, want %q", o.line, want)
			}
		})
	}
}

func TestCommandLineNamesNoFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.json")
	o, err := parse([]string{"-full", "-json", file}, io.Discard)
	if want := "go run ./benchmarks -full -json a.json"; err != nil || o.line != want {
		t.Errorf("the command is %q, want %q; %v", o.line, want, err)
	}
}

func TestOutputsAreTriedFirst(t *testing.T) {
	folder := t.TempDir()
	there := filepath.Join(folder, "there")
	if err := os.WriteFile(there, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	fresh := filepath.Join(folder, "fresh")
	for name, test := range map[string]struct {
		file string
		ok   bool
	}{
		"none": {"", true}, "a new file": {fresh, true}, "one that is there": {there, true},
		"a folder": {folder, false}, "in no folder": {filepath.Join(folder, "none", "x"), false},
	} {
		if err := writable(test.file); (err == nil) != test.ok {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if text, err := os.ReadFile(there); err != nil || string(text) != "old" {
		t.Errorf("the file that was there has %q, error %v", text, err)
	}
	if _, err := os.Stat(fresh); !os.IsNotExist(err) {
		t.Errorf("a file is left behind: %v", err)
	}
	for name, o := range map[string]options{
		"raw numbers": {only: anything, json: filepath.Join(folder, "none", "x")},
		"report":      {only: anything, report: folder},
	} {
		var path *os.PathError
		if err := run(t.Context(), o); !errors.As(err, &path) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
