package timeout_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred/deferredtest"
)

// loopProgram is a program of kind loop, and its operations as they were
// written, for the report.
type loopProgram struct {
	Name  string            `json:"name"`
	Raw   []json.RawMessage `json:"ops"`
	Trace []event           `json:"trace"`
	ops   []loopOp
}

// TestLoopConformance plays every program of every loop*.json in the folder of
// -vectors.
func TestLoopConformance(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(*vectors, "loop*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("no loop*.json in %s (a relative folder is taken from the package's folder)", *vectors)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			for _, p := range readLoopVectors(t, name) {
				t.Run(p.Name, func(t *testing.T) {
					deferredtest.CheckUnhandled(t)
					got, err := playLoop(p.ops)
					if err != nil {
						t.Fatalf("program %s: %v", p.Name, err)
					}
					if report := compareLoop(p, got); report != "" {
						t.Error(report)
					}
				})
			}
		})
	}
}

// readLoopVectors reads the programs of one file, and no field that the player
// does not know.
func readLoopVectors(t *testing.T, name string) []loopProgram {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Oracle   string        `json:"oracle"`
		Kind     string        `json:"kind"`
		Programs []loopProgram `json:"programs"`
	}
	if err := decodeStrictly(text, &file); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if file.Kind != "loop" || len(file.Programs) == 0 {
		t.Fatalf("%s: kind %q with %d programs, want loop with some", name, file.Kind, len(file.Programs))
	}
	for i := range file.Programs {
		p := &file.Programs[i]
		p.ops = make([]loopOp, len(p.Raw))
		for j, raw := range p.Raw {
			if err := decodeStrictly(raw, &p.ops[j]); err != nil {
				t.Fatalf("%s: %s: %v", name, p.Name, err)
			}
		}
	}
	return file.Programs
}

func decodeStrictly(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// compareLoop is compare, with the operations of this kind.
func compareLoop(p loopProgram, got []event) string {
	report := compare(program{Name: p.Name, Trace: p.Trace}, got)
	if report == "" {
		return ""
	}
	for _, raw := range p.Raw {
		report += "  " + string(raw) + "\n"
	}
	return report
}

// TestLoopConformanceFinds makes sure that a difference is found, and that an
// operation which the player does not know is not passed over.
func TestLoopConformanceFinds(t *testing.T) {
	ops := []loopOp{
		{Op: "loop", N: 1, Every: 2, Acts: []loopAct{{Kind: "ok"}, {Kind: "fail", E: "E3"}}},
		{Op: "advance", N: 2, By: 5},
	}
	p := loopProgram{
		Name: "twice",
		Raw:  []json.RawMessage{json.RawMessage(`{"op":"loop"}`)},
		Trace: []event{
			{"tick", 0.0, 2.0, nil},
			{"tick", 0.0, 4.0, nil},
			{"result", 0.0, map[string]any{"e": "E3"}},
		},
	}
	got, err := playLoop(ops)
	if err != nil {
		t.Fatal(err)
	}
	if report := compareLoop(p, got); report != "" {
		t.Errorf("a difference where there is none: %s", report)
	}
	p.Trace[2] = event{"result", 0.0, map[string]any{"e": "E4"}}
	if report := compareLoop(p, got); !strings.Contains(report, "event 2") || !strings.Contains(report, `{"op":"loop"}`) {
		t.Errorf("the report of another error is %q", report)
	}
	for _, bad := range [][]loopOp{
		{{Op: "fly"}},
		{{Op: "loop", Every: 1, Now: true, Acts: []loopAct{{Kind: "fly"}}}},
	} {
		if _, err := playLoop(bad); err == nil || !strings.Contains(err.Error(), "fly") {
			t.Errorf("what the player does not know answered %v", err)
		}
	}
}
