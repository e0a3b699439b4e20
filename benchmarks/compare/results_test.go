package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestNormalised(t *testing.T) {
	for _, row := range []struct{ name, line, want string }{
		{"a time", "BenchmarkX-2 \t 100\t 50.0 ns/op", "BenchmarkX-2 100 25 ns/op"},
		{"memory stays", "BenchmarkX 100 50 ns/op 8 B/op 1 allocs/op", "BenchmarkX 100 25 ns/op 8 B/op 1 allocs/op"},
		{"a rate", "BenchmarkX 100 50 ns/op 30 MB/s", "BenchmarkX 100 25 ns/op 60 MB/s"},
		{"a time of its own", "BenchmarkX 100 8 ns/wake", "BenchmarkX 100 4 ns/wake"},
		{"a best time", "BenchmarkX 100 50 ns/op 40 best-ns/op", "BenchmarkX 100 25 ns/op 20 best-ns/op"},
		{"not a result", "BenchmarkX says what it wants", "BenchmarkX says what it wants"},
		{"a name alone", "BenchmarkX", "BenchmarkX"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := normalised(row.line, 0.5); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

// TestResults has a machine that was half as fast for one of the runs.
func TestResults(t *testing.T) {
	rs := newResults()
	rs.add(base, "p", "goos: linux\npkg: p\nBenchmarkX 10 100 ns/op\nPASS", 1)
	rs.add(latest, "p", "pkg: p\nBenchmarkX 10 160 ns/op\nPASS", 2)
	rs.add(latest, "p", "pkg: p\nBenchmarkX 10 80 ns/op\nPASS", 1)
	folder := t.TempDir()
	if err := rs.write(folder); err != nil {
		t.Fatal(err)
	}
	for v, want := range map[version]string{
		base: "goos: linux\npkg: p\nBenchmarkX 10 100 ns/op\nBenchmarkCalibrationLoop 2000000 1.0000 ns/op\n",
		latest: "pkg: p\nBenchmarkX 10 80 ns/op\nBenchmarkCalibrationLoop 2000000 2.0000 ns/op\n" +
			"pkg: p\nBenchmarkX 10 80 ns/op\nBenchmarkCalibrationLoop 2000000 1.0000 ns/op\n",
	} {
		got, err := os.ReadFile(filepath.Join(folder, string(v)+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is\n%s\nwant\n%s", v, got, want)
		}
	}
}

func TestNoResults(t *testing.T) {
	folder := t.TempDir()
	if err := newResults().write(folder); err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(folder); err != nil || len(files) != 0 {
		t.Errorf("there are %d files, %v", len(files), err)
	}
}

// TestCalibrate sees that the compiler has left nothing out.
func TestCalibrate(t *testing.T) {
	before := keep
	if calibrate() <= 0 || keep == before {
		t.Error("the loop does nothing")
	}
}
