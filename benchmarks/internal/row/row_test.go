package row_test

import (
	"context"
	"flag"
	"fmt"
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

// TestInTurns checks how operations are cut into calls, and what is made of the results.
func TestInTurns(t *testing.T) {
	rows := []struct {
		name    string
		results []int
		calls   []int
		want    int
	}{
		{"all well", []int{7, 7, 7}, []int{5, 5, 2}, 7},
		{"the first is wrong", []int{8, 7, 7}, []int{5}, 8},
		{"the last is wrong", []int{7, 7, 8}, []int{5, 5, 2}, 8},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			var calls []int
			run := row.InTurns(func(n int) int {
				calls = append(calls, n)
				return r.results[len(calls)-1]
			}, 7, 5)
			if got := run(12); got != r.want || !slices.Equal(calls, r.calls) {
				t.Errorf("it returned %d after calls of %v, want %d after %v", got, calls, r.want, r.calls)
			}
		})
	}
}

// TestInTurnsGivesWay has another goroutine want the only processor, and one more whenever
// it had it, and counts the turns between which one ran.
func TestInTurnsGivesWay(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var ran atomic.Bool
	ran.Store(true)
	gaveWay := -1 // the first is not one that ran
	row.InTurns(func(int) int {
		if ran.Swap(false) {
			gaveWay++
			go ran.Store(true)
		}
		return 7
	}, 7, 5)(1000)
	if gaveWay < 150 { // of 200; now and then one of the runtime's goroutines has its turn
		t.Errorf("another goroutine ran after %d of 200 turns", gaveWay)
	}
}

func TestTurnSize(t *testing.T) {
	for _, r := range []struct {
		each float64
		want int
	}{{0, 1}, {40, 1250}, {10_000, 5}, {49_999, 1}, {50_001, 1}, {1e9, 1}} {
		if got := row.TurnSize(r.each); got != r.want {
			t.Errorf("of %v ns each, %d go into a turn, want %d", r.each, got, r.want)
		}
	}
}

// TestAtOnce has operations that take 10 µs at least, so that five of them are the most
// in a turn. A contender at once makes more in a call, unless something else took so much
// of the machine that they seemed to be slow, which does not happen each time.
func TestAtOnce(t *testing.T) {
	benchTime := flag.Lookup("test.benchtime").Value
	defer func(old string) { _ = benchTime.Set(old) }(benchTime.String())
	if err := benchTime.Set("300x"); err != nil {
		t.Fatal(err)
	}
	const most = 5
	largest := map[bool]int{}
	spins := func(atOnce bool) row.Contender {
		return row.Contender{Name: fmt.Sprint(atOnce), AtOnce: atOnce, Start: func(row.Setup) row.Run {
			return func(n int) int {
				largest[atOnce] = max(largest[atOnce], n)
				for range n {
					for began := time.Now(); time.Since(began) < 10*time.Microsecond; {
					}
				}
				return 7
			}
		}}
	}
	for try := 0; try < 20 && largest[true] <= most; try++ {
		testing.Benchmark(func(b *testing.B) {
			row.Bench(b, []row.Row{{Name: "r", Want: 7, InTurns: true, Contenders: []row.Contender{spins(false), spins(true)}}})
		})
	}
	if largest[false] > most || largest[true] <= most {
		t.Errorf("%d operations in a call in turns, %d at once", largest[false], largest[true])
	}
}

// TestTookInTurns fails, since there would be but the time of the last turn.
func TestTookInTurns(t *testing.T) {
	failed := false
	testing.Benchmark(func(b *testing.B) {
		row.Bench(b, []row.Row{{Name: "r", Want: 7, InTurns: true, Contenders: []row.Contender{
			{Name: "x", Start: func(s row.Setup) row.Run {
				return func(int) int { s.Took(1); return 7 }
			}},
		}}})
		failed = b.Failed()
	})
	if !failed {
		t.Error("it was measured")
	}
}
