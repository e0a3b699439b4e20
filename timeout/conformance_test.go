package timeout_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var vectors = flag.String("vectors", filepath.Join("testdata", "conformance"),
	"`folder` whose clock*.json TestConformance plays, and TestLoopConformance its loop*.json; a relative one is taken from the package's folder")

// vectorFile is one file of conformance vectors; testdata/conformance/FORMAT.md
// describes it.
type vectorFile struct {
	Oracle   string    `json:"oracle"`
	Kind     string    `json:"kind"`
	Programs []program `json:"programs"`
}

// program is a list of operations and the trace that the reference gave for it.
type program struct {
	Name  string  `json:"name"`
	Ops   []op    `json:"ops"`
	Trace []event `json:"trace"`
}

// event is one entry of a trace: its tag, then what belongs to it, as JSON
// gives it (numbers are float64).
type event []any

// TestConformance plays every program of every clock*.json in the folder of
// -vectors.
func TestConformance(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(*vectors, "clock*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("no clock*.json in %s (a relative folder is taken from the package's folder)", *vectors)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			for _, p := range readVectors(t, name) {
				t.Run(p.Name, func(t *testing.T) {
					got, err := play(p.Ops)
					if err != nil {
						t.Fatalf("program %s: %v", p.Name, err)
					}
					if report := compare(p, got); report != "" {
						t.Error(report)
					}
				})
			}
		})
	}
}

// readVectors reads the programs of one file. A field that this player does not
// know is an error: it could change the result.
func readVectors(t *testing.T, name string) []program {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var file vectorFile
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if file.Kind != "clock" || len(file.Programs) == 0 {
		t.Fatalf("%s: kind %q with %d programs, want clock with some", name, file.Kind, len(file.Programs))
	}
	return file.Programs
}

// compare says how got differs from the trace of p: the program's name, the
// first differing event, and the ops. It is empty when nothing differs.
func compare(p program, got []event) string {
	for i := range max(len(p.Trace), len(got)) {
		if i < len(p.Trace) && i < len(got) && reflect.DeepEqual(p.Trace[i], got[i]) {
			continue
		}
		var b strings.Builder
		fmt.Fprintf(&b, "program %s differs at event %d\n got: %s\nwant: %s\nops:\n",
			p.Name, i, eventAt(got, i), eventAt(p.Trace, i))
		for _, o := range p.Ops {
			text, err := json.Marshal(o)
			fmt.Fprintf(&b, "  %s%s\n", text, errorText(err))
		}
		return b.String()
	}
	return ""
}

func eventAt(trace []event, i int) string {
	if i >= len(trace) {
		return "the trace ends"
	}
	text, err := json.Marshal(trace[i])
	return string(text) + errorText(err)
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return " (" + err.Error() + ")"
}

// TestConformanceReport makes sure that a difference is found and shown.
func TestConformanceReport(t *testing.T) {
	p := program{Name: "two-calls", Ops: []op{
		{Op: "later", N: 1, C: 0, After: 1},
		{Op: "later", N: 2, C: 1, After: 2},
		{Op: "advance", N: 3, By: 5},
	}}
	right := []event{{"call", 0.0, 1.0}, {"call", 1.0, 2.0}}
	tests := []struct {
		name  string
		trace []event
		want  []string // empty: no difference
	}{
		{"the same", right, nil},
		{
			"another time",
			[]event{{"call", 0.0, 1.0}, {"call", 1.0, 3.0}},
			[]string{"two-calls", "event 1", `got: ["call",1,2]`, `want: ["call",1,3]`, `"advance"`},
		},
		{"one less", right[:1], []string{"event 1", `want: the trace ends`}},
		{"one more", append(right[:2:2], event{"call", 2.0, 3.0}), []string{"event 2", "got: the trace ends"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := play(p.Ops)
			if err != nil {
				t.Fatal(err)
			}
			p := p
			p.Trace = test.trace
			report := compare(p, got)
			if (report == "") != (len(test.want) == 0) {
				t.Fatalf("report %q, want one: %v", report, len(test.want) > 0)
			}
			for _, part := range test.want {
				if !strings.Contains(report, part) {
					t.Errorf("report has no %q:\n%s", part, report)
				}
			}
		})
	}
}

// TestConformanceUnknownOp makes sure that an operation which the player does
// not know is not passed over.
func TestConformanceUnknownOp(t *testing.T) {
	if _, err := play([]op{{Op: "fly", N: 1}}); err == nil || !strings.Contains(err.Error(), "fly") {
		t.Errorf("an unknown operation answered %v", err)
	}
}
