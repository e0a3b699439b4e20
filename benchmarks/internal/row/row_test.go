package row_test

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
)

// diary notes what is done with a contender.
type diary struct{ runs, starts, ends int }

func (d *diary) contender(result int) row.Contender {
	return row.Contender{Name: "x", Start: func(s row.Setup) row.Run {
		d.starts++
		s.Cleanup(func() { d.ends++ })
		return func(n int) int { d.runs += n; return result }
	}}
}

func TestRows(t *testing.T) {
	var small, large diary
	t.Run("rows", func(t *testing.T) {
		row.Test(t, []row.Row{
			{Name: "small", Size: 10_000, Want: 7, Contenders: []row.Contender{small.contender(7)}},
			{Name: "large", Size: 10_001, Want: 7, Contenders: []row.Contender{large.contender(7)}},
		})
	})
	if small != (diary{runs: 3, starts: 1, ends: 1}) {
		t.Errorf("the small row: %+v", small)
	}
	if large != (diary{}) {
		t.Errorf("the large row: %+v", large)
	}
}

// TestBench starts a contender once for all its runs, and ends it before the next.
func TestBench(t *testing.T) {
	var order []string
	note := func(name string) row.Contender {
		return row.Contender{Name: name, Start: func(s row.Setup) row.Run {
			order = append(order, name+" starts")
			s.Cleanup(func() { order = append(order, name+" is closed") })
			s.Cleanup(func() { order = append(order, name+" is stopped") })
			return func(int) int { return 7 }
		}}
	}
	testing.Benchmark(func(b *testing.B) {
		row.Bench(b, []row.Row{{Name: "r", Want: 7, Contenders: []row.Contender{note("a"), note("b")}}})
	})
	want := []string{"a starts", "a is stopped", "a is closed", "b starts", "b is stopped", "b is closed"}
	if !slices.Equal(order, want) {
		t.Errorf("got %q", order)
	}
}

// BenchmarkTook is for TestTook.
func BenchmarkTook(b *testing.B) {
	row.Bench(b, []row.Row{{Name: "r", Want: 7, Contenders: []row.Contender{
		{Name: "says", Start: func(s row.Setup) row.Run {
			return func(n int) int { s.Took(time.Duration(n) * time.Hour); return 7 }
		}},
		{Name: "silent", Start: func(row.Setup) row.Run { return func(int) int { return 7 } }},
	}}})
}

// TestTook has a contender say how much of its time counts, which another does not.
func TestTook(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, os.Args[0], "-test.run", "^$", "-test.bench", "^BenchmarkTook$", "-test.benchtime", "3x").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	const hour = "3600000000000 ns/op"
	for line := range strings.Lines(string(out)) {
		if says := strings.Contains(line, "/r/says"); strings.Contains(line, "/op") && strings.Contains(line, hour) != says {
			t.Errorf("it measured %s", line)
		}
	}
	if n := strings.Count(string(out), " ns/op"); n != 2 {
		t.Errorf("%d results in %s", n, out)
	}
}

// BenchmarkSlices is for TestSlices. Its operations take a millisecond, and half of it
// in the fourth call.
func BenchmarkSlices(b *testing.B) {
	row.Bench(b, []row.Row{{Name: "r", Want: 7, Contenders: []row.Contender{
		{Name: "x", Start: func(s row.Setup) row.Run {
			calls := 0
			return func(n int) int {
				calls++
				each := time.Millisecond
				if calls == 4 {
					each /= 2
				}
				s.Took(time.Duration(n) * each)
				return 7
			}
		}},
	}}})
}

// TestSlices has the first call show how long an operation takes. Then there are a
// hundred, in slices of ten.
func TestSlices(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, os.Args[0], "-test.run", "^$", "-test.bench", "^BenchmarkSlices$", "-test.benchtime", "100x").CombinedOutput()
	if err != nil || !strings.Contains(string(out), " 950000 ns/op") || !strings.Contains(string(out), " 500000 best-ns/op") {
		t.Errorf("%v: it measured %s", err, out)
	}
}

// TestBenchOfAWrongResult fails.
func TestBenchOfAWrongResult(t *testing.T) {
	failed := false
	testing.Benchmark(func(b *testing.B) {
		row.Bench(b, []row.Row{{Name: "r", Want: 7, Contenders: []row.Contender{row.Fixed("x", func(int) int { return 8 })}}})
		failed = b.Failed()
	})
	if !failed {
		t.Error("a wrong result has passed")
	}
}
