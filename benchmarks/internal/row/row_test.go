package row_test

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
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

// TestInTurns has operations of 10 µs, and a goroutine that wants the only processor: a
// row in turns makes a few in a call and lets it run then, one at once does neither.
func TestInTurns(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	benchTime := flag.Lookup("test.benchtime").Value
	defer func(old string) { _ = benchTime.Set(old) }(benchTime.String())
	if err := benchTime.Set("300x"); err != nil {
		t.Fatal(err)
	}
	var ran atomic.Int64 // how often the other one did
	over, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-over:
				return
			default:
				ran.Add(1)
				runtime.Gosched()
			}
		}
	}()
	type calls struct {
		made, largest, others int
		last                  int64
	}
	seen := map[string]*calls{"turns": {}, "at-once": {}}
	spins := func(name string, atOnce bool) row.Contender {
		c := seen[name]
		return row.Contender{Name: name, AtOnce: atOnce, Start: func(row.Setup) row.Run {
			return func(n int) int {
				c.made++
				c.largest = max(c.largest, n)
				if now := ran.Load(); now > c.last {
					c.others++
					c.last = now
				}
				for range n {
					for began := time.Now(); time.Since(began) < 10*time.Microsecond; {
					}
				}
				return 7
			}
		}}
	}
	testing.Benchmark(func(b *testing.B) {
		row.Bench(b, []row.Row{{Name: "r", Want: 7, InTurns: true, Contenders: []row.Contender{
			spins("turns", false), spins("at-once", true),
		}}})
	})
	close(over)
	<-ended
	if c := seen["turns"]; c.largest > 10 || c.made < 30 || c.others < c.made/2 {
		t.Errorf("in turns: %+v", *c)
	}
	if c := seen["at-once"]; c.largest < 300 || c.made > 10 {
		t.Errorf("at once: %+v", *c)
	}
}

// TestInTurnsWithAWrongResult fails, though the last result is right.
func TestInTurnsWithAWrongResult(t *testing.T) {
	failed, calls := false, 0
	testing.Benchmark(func(b *testing.B) {
		row.Bench(b, []row.Row{{Name: "r", Want: 7, InTurns: true, Contenders: []row.Contender{
			row.Fixed("x", func(int) int {
				if calls++; calls == 2 {
					return 8
				}
				return 7
			}),
		}}})
		failed = b.Failed()
	})
	if !failed {
		t.Error("a wrong result has passed")
	}
}
