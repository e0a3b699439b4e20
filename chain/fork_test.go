package chain_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

// forked makes n ways of d, and notes what each gives. first is called inside the
// handler of the first.
func forked(j *journal, d *child, n int, first func(ways []*child)) []*child {
	ways := chain.Fork(d, n)
	for i, way := range ways {
		way.AddBoth(func(v int, err error) (int, error) {
			j.add(fmt.Sprint(i, ": ", text(v, err)))
			if i == 0 && first != nil {
				first(ways)
			}
			return 0, nil
		})
	}
	return ways
}

func TestFork(t *testing.T) {
	tests := []struct {
		name string
		end  func(d *child, ways []*child)
		want []string
	}{
		{"value", func(d *child, _ []*child) { _ = d.Callback(5) }, []string{"0: 5", "1: 5", "2: 5"}},
		{"failure", func(d *child, _ []*child) { _ = d.Errback(names[0]) }, []string{"0: E0", "1: E0", "2: E0"}},
		{"cancel of the source", func(d *child, _ []*child) { d.Cancel() }, []string{"canceller 9", "0: cancelled", "1: cancelled", "2: cancelled"}},
		{"cancel of one", func(d *child, ways []*child) {
			ways[1].Cancel()
			_ = d.Callback(5)
		}, []string{"1: cancelled", "0: 5", "2: 5"}},
		{"cancel of all", func(_ *child, ways []*child) {
			ways[2].Cancel()
			ways[0].Cancel()
			ways[0].Cancel() // has fired
			ways[1].Cancel()
		}, []string{"2: cancelled", "0: cancelled", "canceller 9", "1: cancelled"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			var got journal
			d := cancellable(&got, 9, nil)
			ways := forked(&got, d, 3, nil)
			test.end(d, ways)
			got.want(t, test.want...)
			if v := deferredtest.SuccessOf(t, d); v != 0 {
				t.Errorf("the source is left with %d", v)
			}
		})
	}
}

func TestForkOfFired(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	forked(&got, deferred.Succeed(3), 2, nil)
	forked(&got, deferred.Fail[int](names[3]), 2, nil)
	got.want(t, "0: 3", "1: 3", "0: E3", "1: E3")
}

func TestForkIntoNone(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	d := deferred.Succeed(3)
	if ways := chain.Fork(d, 0); len(ways) != 0 {
		t.Errorf("there are %d ways", len(ways))
	}
	if got := deferredtest.SuccessOf(t, d); got != 3 {
		t.Errorf("the source has %d, want it left alone", got)
	}
}

// TestForkAnswers has a source that answers the cancel of the last way, later.
func TestForkAnswers(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	d := stubborn(&got, 9)
	ways := forked(&got, d, 2, nil)
	ways[0].Cancel()
	ways[1].Cancel()
	ways[1].Cancel()
	callback(t, d, 8)
	got.want(t, "0: cancelled", "ignored 9", "ignored 9", "1: 8")
}

// TestForkCancelDuringFiring cancels the others from the handler of the first,
// when the result is on its way already.
func TestForkCancelDuringFiring(t *testing.T) {
	for _, n := range []int{2, 3} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			var got journal
			d := cancellable(&got, 9, nil)
			forked(&got, d, n, func(ways []*child) {
				for _, way := range ways[1:] {
					way.Cancel()
				}
			})
			callback(t, d, 5)
			got.want(t, []string{"0: 5", "1: cancelled", "2: cancelled"}[:n]...)
		})
	}
}

// TestForkTwice makes a second consumer, which gets no result, and says so.
func TestForkTwice(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	d := deferred.New[int]()
	forked(&got, d, 1, nil)
	for _, way := range chain.Fork(d, 2) {
		if f := deferredtest.FailureOf(t, way); f.Check(deferred.ErrAlreadyChained) == nil {
			t.Errorf("the second Fork gives %v", f)
		}
	}
	callback(t, d, 1)
	got.want(t, "0: 1")
}

// TestForkWaysAreApart changes the result of one way, and chains another.
func TestForkWaysAreApart(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	d := deferred.New[int]()
	ways := chain.Fork(d, 3)
	ways[0].AddCallback(func(v int) (int, error) { return v + 1, nil })
	outer := deferred.Succeed(0).AddCallback(func(int) (int, error) { return ways[1].Chain() })
	callback(t, d, 5)
	for i, d := range []*child{ways[0], outer, ways[2]} {
		if got, want := deferredtest.SuccessOf(t, d), []int{6, 5, 5}[i]; got != want {
			t.Errorf("way %d gives %d, want %d", i, got, want)
		}
	}
}

// TestForkUnhandled leaves the failure in one of two ways: it is reported for
// that one.
func TestForkUnhandled(t *testing.T) {
	reports := collectUnhandled(t)
	d := deferred.New[int]()
	ways := chain.Fork(d, 2)
	ways[0].Catch(ignore)
	errback(t, d, names[1])
	left := reports()
	left.want(t, "E1")
	runtime.KeepAlive(ways)
}

// TestForkGoexit ends the goroutine in the first way. The others fire.
func TestForkGoexit(t *testing.T) {
	collectUnhandled(t) // what is left of the one that was cut short
	var got journal
	d := deferred.New[int]()
	forked(&got, d, 3, func([]*child) { runtime.Goexit() })
	apart(func() { _ = d.Callback(5) })
	got.want(t, "0: 5", "1: 5", "2: 5")
}
