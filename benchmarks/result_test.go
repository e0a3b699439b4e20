package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// example is a small run: all numbers are made up.
func example() *results {
	r := &results{
		Format: format, Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Seconds: 61.5,
		Command: "go run ./benchmarks -only 'x & <y>'", Rounds: 3, Commit: "0123abc",
		Machine:  machine{CPU: "A processor", Cores: 2, System: "linux/amd64", Kernel: "6.1", Memory: "8000000 kB"},
		Versions: map[string]string{"Go": "go1.26.8", "Node": "v20.1.0"},
		Commands: []string{"go test -c -o $TMP/rows ./benchmarks/rows"},
		Missing:  []note{{"Java", "there is no java"}},
		Problems: []note{{"ants gather/n=10", "it <broke>"}},
	}
	for round := range 3 {
		speed := 1 + float64(round)/2 // the machine gets slower
		r.Calibration = append(r.Calibration, calibration{round, "deferred/one-callback", 8e6 * speed})
		add := func(subject, row, contender string, values map[string]float64) *sample {
			for unit, x := range values {
				if unit == "ns/op" {
					values[unit] = x * speed
				}
			}
			r.Samples = append(r.Samples, sample{Round: round, Subject: subject, Row: row, Contender: contender, Values: values})
			return &r.Samples[len(r.Samples)-1]
		}
		ns := func(subject, row, contender string, ns, allocs float64) {
			add(subject, row, contender, map[string]float64{"ns/op": ns, "allocs/op": allocs})
		}
		ns("deferred", "one-callback", ours, 40, 1)
		ns("deferred", "one-callback", "floor", 20, 1)
		ns("deferred", "one-callback", "goroutine", 400, 3)
		ns("deferred", "one-callback", "samber-mo", 500, 9)
		ns("deferred", "one-callback", "go-promise", 300, 9)
		ns("deferred", "one-callback", "surprise", 90, 2)
		add("deferred", "one-callback", "node", map[string]float64{"ns/op": 110})
		ns("threads", "round-trip", ours, 1000, 4)
		ns("threads", "round-trip", "channel", 250, 0)
		for n, size := range map[string]float64{"n=10": 10, "n=1000": 1000} {
			ns("gather", n, ours, 50*size, size+3)
			ns("gather", n, "waitgroup", 250*size, 2*size)
		}
		for i, contender := range []string{ours, "gonet", "c"} {
			rate := []float64{180_000, 150_000, 190_000}[i] / speed
			us := []float64{500, 650, 510}[i] * speed
			add("echo", "c=100,s=64,d=1", contender, map[string]float64{"req/s": rate, "p50-us": us, "p99-us": 3 * us, "cpu-ns/req": 5000}).
				Curve = []percentile{{50, us}, {90, 2 * us}, {99, 3 * us}}
		}
		add("echo", "c=1000,s=64,d=1", ours, map[string]float64{"req/s": 120_000, "cpu-ns/req": 7000})
		if round == 0 {
			add("idle", "heap", ours, map[string]float64{"B/conn": 418})
			add("idle", "heap", "gonet", map[string]float64{"B/conn": 7000})
			add("idle", "heap/n=1000", ours, map[string]float64{"B": 600_000})
			add("idle", "heap/n=10000", ours, map[string]float64{"B": 3_000_000})
			add("idle", "left", ours, map[string]float64{"left-B/conn": 175})
			add("idle", "left", "gonet", map[string]float64{"left-B/conn": 500})
		}
	}
	return r
}

func TestResultsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "results.json")
	r := example()
	if err := r.write(file); err != nil {
		t.Fatal(err)
	}
	got, err := readResults(file)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, r) {
		t.Errorf("read %+v\nwrote %+v", got, r)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n\t\t{\"round\":"); n != len(r.Samples) {
		t.Errorf("%d lines with a sample, want %d", n, len(r.Samples))
	}
}

func TestResultsWithoutSamples(t *testing.T) {
	file := filepath.Join(t.TempDir(), "results.json")
	if err := (&results{Format: format}).write(file); err != nil {
		t.Fatal(err)
	}
	if _, err := readResults(file); err != nil {
		t.Error(err)
	}
}

func TestResultsThatAreNone(t *testing.T) {
	for name, text := range map[string]string{"other format": `{"format": 99}`, "not JSON": "a"} {
		file := filepath.Join(t.TempDir(), "results.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readResults(file); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := readResults(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there is read")
	}
}

func TestContendersInOrder(t *testing.T) {
	got := strings.Join(example().contenders("deferred/one-callback"), " ")
	if want := "spindle floor goroutine samber-mo go-promise node surprise"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCurveIsOfMedians(t *testing.T) {
	r := example()
	for i := range r.Samples {
		if m := &r.Samples[i]; m.Round == 1 && m.Curve != nil {
			m.Curve = append(m.Curve, percentile{99.9, 1}) // no other round has it
		}
	}
	got := r.curve("echo/c=100,s=64,d=1", ours)
	want := []percentile{{50, 750}, {90, 1500}, {99, 2250}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestNotesAreToldOnce(t *testing.T) {
	r := new(results)
	r.addMissing("Java", "a")
	r.addMissing("Java", "b")
	r.addProblem("Java", "c")
	r.addCommand("x")
	r.addCommand("x")
	if len(r.Missing) != 1 || len(r.Problems) != 1 || len(r.Commands) != 1 || r.Missing[0].String() != "Java: a" {
		t.Errorf("got %+v", r)
	}
}

func TestThisMachine(t *testing.T) {
	m := thisMachine()
	if m.Cores < 1 || m.CPU == "" || m.System == "" || m.Kernel == "" || m.Memory == "" {
		t.Errorf("got %+v", m)
	}
}
