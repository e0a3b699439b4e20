package rows_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

func BenchmarkDeferred(b *testing.B) { row.Bench(b, deferredRows()) }
func TestDeferred(t *testing.T)      { row.Test(t, deferredRows()) }

// The five rows that every language's promises are compared by. They are in turns, as the
// callbacks of a loop are; what they cost otherwise stands beside it.
func deferredRows() []row.Row {
	rows := []row.Row{
		{Name: "one-callback", Want: 2, Contenders: []row.Contender{
			row.Fixed("spindle", func(n int) int { return callbacks(n, 1) }),
			row.Fixed("floor", func(n int) int { return funcs(n, 1) }),
			row.Fixed("goroutine", func(n int) int { return receives(n, 1) }),
			row.Fixed("channel", func(n int) int { return buffered(n, 1) }),
		}},
		{Name: "ten-callbacks", Want: 11, Contenders: []row.Contender{
			row.Fixed("spindle", func(n int) int { return callbacks(n, 10) }),
			row.Fixed("floor", func(n int) int { return funcs(n, 10) }),
			row.Fixed("goroutine", func(n int) int { return receives(n, 10) }),
			row.Fixed("channel", func(n int) int { return buffered(n, 10) }),
		}},
		{Name: "thousand-chained", Want: steps + 1, Contenders: []row.Contender{
			row.Fixed("spindle", chainedDeferreds),
			row.Fixed("floor", func(n int) int { return funcs(n, steps) }),
			row.Fixed("goroutine", chainedGoroutines),
			row.Fixed("channel", chainedChannels),
		}},
		{Name: "gather-100", Want: sumBelow(children), Contenders: []row.Contender{
			{Name: "spindle", Start: func(row.Setup) row.Run { return gathers(children) }},
			{Name: "floor", Start: func(row.Setup) row.Run { return slices(children) }},
			row.Fixed("goroutine", func(n int) int { return waits(n, children) }),
		}},
		{Name: "fail-and-recover", Want: 7, Contenders: []row.Contender{
			row.Fixed("spindle", recoverDeferreds),
			row.Fixed("goroutine", recoverGoroutines),
			row.Fixed("channel", recoverChannels),
		}},
	}
	for i := range rows {
		r := &rows[i]
		r.InTurns = true
		atOnce := r.Contenders[0]
		atOnce.Name, atOnce.AtOnce = "spindle-at-once", true
		r.Contenders = append(r.Contenders, atOnce)
	}
	return rows
}

// TestDeferredInTurns checks that the contenders of a row are measured alike, but for the
// one that is there to show what it is about.
func TestDeferredInTurns(t *testing.T) {
	for _, r := range deferredRows() {
		if !r.InTurns {
			t.Errorf("%s is not in turns", r.Name)
		}
		for _, c := range r.Contenders {
			if c.AtOnce != (c.Name == "spindle-at-once") {
				t.Errorf("%s/%s at once: %v", r.Name, c.Name, c.AtOnce)
			}
		}
		if ours := r.Contenders[0].Name; ours != "spindle" {
			t.Errorf("what is run at once in %s is %s", r.Name, ours)
		}
	}
}

const (
	steps    = 1000
	children = 100
)

func increment(v int) (int, error) { return v + 1, nil }

// sumBelow is what gathering 0 to n-1 adds up to.
func sumBelow(n int) int { return n * (n - 1) / 2 }

// valueOf is the result of a Deferred that has fired, or -1.
func valueOf(d *deferred.Deferred[int]) int {
	v, f, ready := d.Poll()
	if !ready || f != nil {
		return -1
	}
	return v
}

// callbacks creates a Deferred, adds so many callbacks and fires it.
func callbacks(n, count int) int {
	var d *deferred.Deferred[int]
	for range n {
		d = deferred.New[int]()
		for range count {
			d.AddCallback(increment)
		}
		_ = d.Callback(1)
	}
	return valueOf(d)
}

// funcs fills a slice with funcs and calls them.
func funcs(n, count int) int {
	v := 0
	for range n {
		fs := make([]func(int) (int, error), 0, count)
		for range count {
			fs = append(fs, increment)
		}
		called = fs // others could add to it
		v = 1
		for _, f := range called {
			v, _ = f(v)
		}
	}
	return v
}

// called keeps the slice of funcs on the heap.
var called []func(int) (int, error)

// receives starts a goroutine that sends a value, and calls the callbacks with it.
func receives(n, count int) int {
	v := 0
	for range n {
		c := make(chan int, 1)
		go func() { c <- 1 }()
		v = <-c
		for range count {
			v, _ = increment(v)
		}
	}
	return v
}

// buffered sends a value into a channel with room for it, and calls the callbacks.
func buffered(n, count int) int {
	v := 0
	for range n {
		c := make(chan int, 1)
		sent = c
		c <- 1
		v = <-c
		for range count {
			v, _ = increment(v)
		}
	}
	return v
}

// sent keeps the channel on the heap.
var sent chan int

// chainedDeferreds has each step answer with another Deferred that has fired.
func chainedDeferreds(n int) int {
	step := func(v int) (int, error) { return deferred.Succeed(v + 1).Chain() }
	var d *deferred.Deferred[int]
	for range n {
		d = deferred.New[int]()
		for range steps {
			d.AddCallback(step)
		}
		_ = d.Callback(1)
	}
	return valueOf(d)
}

// chainedGoroutines has each step answer with a channel into which a goroutine sends.
func chainedGoroutines(n int) int {
	step := func(v int) <-chan int {
		c := make(chan int, 1)
		go func() { c <- v + 1 }()
		return c
	}
	v := 0
	for range n {
		v = 1
		for range steps {
			v = <-step(v)
		}
	}
	return v
}

// chainedChannels has each step answer with a channel that has the value already.
func chainedChannels(n int) int {
	step := func(v int) <-chan int {
		c := make(chan int, 1)
		sent = c
		c <- v + 1
		return c
	}
	v := 0
	for range n {
		v = 1
		for range steps {
			v = <-step(v)
		}
	}
	return v
}

// gathers creates so many Deferreds, gathers them and fires all.
func gathers(count int) row.Run {
	ds := make([]*deferred.Deferred[int], count)
	return func(n int) int {
		var out *deferred.Deferred[[]int]
		for range n {
			for i := range ds {
				ds[i] = deferred.New[int]()
			}
			out = chain.Gather(ds)
			for i, d := range ds {
				_ = d.Callback(i)
			}
		}
		values, _, _ := out.Poll()
		return sum(values)
	}
}

// slices fills so many slices with a func each, calls it and keeps what it returns.
func slices(count int) row.Run {
	all := make([][]func(int) (int, error), count)
	return func(n int) int {
		var values []int
		for range n {
			for i := range all {
				all[i] = []func(int) (int, error){same}
			}
			values = make([]int, count)
			for i, fs := range all {
				for _, f := range fs {
					values[i], _ = f(i)
				}
			}
		}
		return sum(values)
	}
}

func same(v int) (int, error) { return v, nil }

// waits starts a goroutine for each value and waits for all of them.
func waits(n, count int) int {
	var values []int
	for range n {
		values = make([]int, count)
		var all sync.WaitGroup
		for i := range values {
			all.Go(func() { values[i] = i })
		}
		all.Wait()
	}
	return sum(values)
}

func sum(values []int) int {
	total := 0
	for _, v := range values {
		total += v
	}
	return total
}

var errNo = errors.New("no")

// recoverDeferreds fires with a failure, which an errback turns into a value.
func recoverDeferreds(n int) int {
	f := failure.New(errNo)
	seven := func(*failure.Failure) (int, error) { return 7, nil }
	var d *deferred.Deferred[int]
	for range n {
		d = deferred.New[int]()
		d.AddErrback(seven)
		_ = d.Errback(f)
	}
	return valueOf(d)
}

// outcome is what a goroutine sends that may fail.
type outcome struct {
	value int
	err   error
}

// recoverGoroutines sends an error, for which the receiver puts a value.
func recoverGoroutines(n int) int {
	v := 0
	for range n {
		c := make(chan outcome, 1)
		go func() { c <- outcome{err: errNo} }()
		v = recovered(<-c)
	}
	return v
}

// recoverChannels does so without a goroutine.
func recoverChannels(n int) int {
	v := 0
	for range n {
		c := make(chan outcome, 1)
		keep = c
		c <- outcome{err: errNo}
		v = recovered(<-c)
	}
	return v
}

func recovered(o outcome) int {
	if o.err != nil {
		return 7
	}
	return o.value
}
