package rows_test

import (
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
	"github.com/spindle-go/spindle/deferred"
)

func BenchmarkThen(b *testing.B) { row.Bench(b, thenRows()) }
func TestThen(t *testing.T)      { row.Test(t, thenRows()) }

// thenRows are steps that change the type of the result, there and back again.
func thenRows() []row.Row {
	return []row.Row{
		{Name: "one", Want: 1, Contenders: []row.Contender{
			row.Fixed("spindle", thenFired),
			row.Fixed("goroutine", thenGoroutines),
			row.Fixed("channel", thenChannels),
		}},
		{Name: "pending", Want: 1, Contenders: []row.Contender{
			row.Fixed("spindle", thenPending),
			row.Fixed("goroutine", thenPendingGoroutines),
		}},
	}
}

// label is another type than int.
type label struct{ number int }

func toLabel(v int) (label, error)   { return label{v}, nil }
func fromLabel(l label) (int, error) { return l.number, nil }

// labelOf is the result of a Deferred that has fired, or -1.
func labelOf(d *deferred.Deferred[label]) int {
	l, f, ready := d.Poll()
	if !ready || f != nil {
		return -1
	}
	return l.number
}

// thenFired takes one step after the other, each on a Deferred that has fired.
func thenFired(n int) int {
	d := deferred.Succeed(1)
	for range n / 2 {
		d = deferred.Then(deferred.Then(d, toLabel), fromLabel)
	}
	if n%2 == 1 {
		return labelOf(deferred.Then(d, toLabel))
	}
	return valueOf(d)
}

// thenGoroutines has a goroutine take each step, and send what comes of it.
func thenGoroutines(n int) int {
	c := make(chan int, 1)
	c <- 1
	for range n / 2 {
		c = stepped(stepped(c, toLabel), fromLabel)
	}
	if n%2 == 1 {
		return (<-stepped(c, toLabel)).number
	}
	return <-c
}

// stepped is what a goroutine makes of what comes out of c.
func stepped[T, U any](c chan T, f func(T) (U, error)) chan U {
	out := make(chan U, 1)
	go func() {
		u, _ := f(<-c)
		out <- u
	}()
	return out
}

// thenChannels takes each step itself.
func thenChannels(n int) int {
	c := make(chan int, 1)
	c <- 1
	for range n / 2 {
		labels := make(chan label, 1)
		keep = labels
		l, _ := toLabel(<-c)
		labels <- l
		c = make(chan int, 1)
		sent = c
		v, _ := fromLabel(<-labels)
		c <- v
	}
	if n%2 == 1 {
		l, _ := toLabel(<-c)
		return l.number
	}
	return <-c
}

// thenPending creates a Deferred and a step, and fires.
func thenPending(n int) int {
	var out *deferred.Deferred[label]
	for range n {
		d := deferred.New[int]()
		out = deferred.Then(d, toLabel)
		_ = d.Callback(1)
	}
	return labelOf(out)
}

// thenPendingGoroutines has the step wait for the value.
func thenPendingGoroutines(n int) int {
	var l label
	for range n {
		c := make(chan int, 1)
		out := stepped(c, toLabel)
		c <- 1
		l = <-out
	}
	return l.number
}
