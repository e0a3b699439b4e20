package main

import (
	"maps"
	"slices"
	"testing"
)

func TestParseBenchmarks(t *testing.T) {
	const out = `goos: linux
goarch: amd64
cpu: AMD EPYC
BenchmarkTLS/handshake/1.3/spindle-2    	    4567	    330123 ns/op	  0.5 loops/op	   1234 B/op	      12 allocs/op
BenchmarkTLS/handshake/1.3/go-promise-4-2 	    1	    1e6 ns/op
BenchmarkTLS/handshake/1.2/spindle-2    	    4567	    1 ns/op
BenchmarkTLS/handshake/1.3/
PASS
`
	found, err := parseBenchmarks(out, row{subject: "tls", name: "handshake/1.3", cpu: 2})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]float64{
		"spindle":      {"ns/op": 330123, "loops/op": 0.5, "B/op": 1234, "allocs/op": 12},
		"go-promise-4": {"ns/op": 1e6},
	}
	if !maps.EqualFunc(found, want, maps.Equal[map[string]float64]) {
		t.Errorf("got %v", found)
	}
	if _, err := parseBenchmarks("BenchmarkThen/one/spindle 5 many ns/op\n", row{subject: "then", name: "one", cpu: 1}); err == nil {
		t.Error("a word is taken for a number")
	}
}

func TestBenchPattern(t *testing.T) {
	got := benchPattern(row{subject: "echo", name: "c=1.5/n=10"})
	if want := `^(?i:Benchmarkecho)$/^c=1\.5$/^n=10$`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestGobench(t *testing.T) {
	found, command, err := gobench(t.Context(), fakePath(t), t.TempDir(), row{subject: "deferred", name: "one-callback", cpu: 1}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(found)); !slices.Equal(got, []string{"floor", "spindle"}) || found["spindle"]["allocs/op"] != 1 {
		t.Errorf("got %v", found)
	}
	if command == "" {
		t.Error("the command is not told")
	}
	if found, _, err := gobench(t.Context(), fakePath(t), t.TempDir(), row{subject: "no", name: "such", cpu: 1}, 1); err != nil || len(found) != 0 {
		t.Errorf("a row that is not there gave %v, %v", found, err)
	}
	_, _, err = gobench(t.Context(), fakePath(t), t.TempDir(), row{subject: "deferred", name: "ten-callbacks", cpu: 1}, 1)
	if want := "exit status 1: --- FAIL: BenchmarkDeferred/ten-callbacks/spindle; deferred_test.go:7: the result is wrong; FAIL"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
