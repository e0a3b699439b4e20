package chain_test

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

// numbers gives 0 to n-1.
func numbers(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// works is what a ForEach has begun. It notes who asks for what.
type works struct {
	journal
	all []*child
}

// items gives n numbers, and notes when one is asked for, and the end.
func (w *works) items(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer w.add("closed")
		for i := range n {
			w.add(fmt.Sprint("item ", i))
			if !yield(i) {
				return
			}
		}
	}
}

// begin begins to work on one.
func (w *works) begin(i int) *child {
	w.all = append(w.all, cancellable(&w.journal, i, nil))
	return w.all[len(w.all)-1]
}

// result notes what d gives.
func (w *works) result(d *deferred.Deferred[[]int]) *deferred.Deferred[[]int] {
	return d.AddBoth(func(v []int, err error) ([]int, error) {
		if err == nil {
			w.add(fmt.Sprint(v))
			return nil, nil
		}
		w.add(text(0, err))
		return nil, nil
	})
}

// TestForEachIsLazy fires one after the other, and looks at when the next is
// asked for.
func TestForEachIsLazy(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var w works
	w.result(chain.ForEach(w.items(4), 2, w.begin))
	w.want(t, "item 0", "item 1")
	callback(t, w.all[1], 11)
	w.want(t, "item 0", "item 1", "item 2")
	callback(t, w.all[2], 12)
	w.want(t, "item 0", "item 1", "item 2", "item 3")
	callback(t, w.all[0], 10)
	w.want(t, "item 0", "item 1", "item 2", "item 3", "closed")
	callback(t, w.all[3], 13)
	w.want(t, "item 0", "item 1", "item 2", "item 3", "closed", "[10 11 12 13]")
}

func TestForEachLimits(t *testing.T) {
	tests := []struct {
		limit, items, begun int
	}{
		{1, 5, 1}, {2, 5, 2}, {5, 5, 5}, {7, 5, 5}, {-1, 50, 50}, {-9, 50, 50}, {3, 0, 0}, {-1, 0, 0},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%d of %d", test.limit, test.items), func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			var w works
			d := chain.ForEach(numbers(test.items), test.limit, w.begin)
			if len(w.all) != test.begun {
				t.Errorf("%d were begun, want %d", len(w.all), test.begun)
			}
			for i := 0; i < len(w.all); i++ {
				callback(t, w.all[i], 10*i)
			}
			got := deferredtest.SuccessOf(t, d)
			if got == nil || len(got) != test.items {
				t.Fatalf("it gives %v, want %d values", got, test.items)
			}
			for i, v := range got {
				if v != 10*i {
					t.Errorf("value %d is %d", i, v)
				}
			}
		})
	}
}

// TestForEachRandom fires at random, and counts how many are under way.
func TestForEachRandom(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	random := rand.New(rand.NewPCG(9, 10))
	for range 300 {
		limit, n := 1+random.IntN(6), random.IntN(30)
		var open []*child
		begun := 0
		d := chain.ForEach(numbers(n), limit, func(i int) *child {
			begun++
			if random.IntN(3) == 0 {
				return deferred.Succeed(i)
			}
			c := deferred.New[int]().AddCallback(func(int) (int, error) { return i, nil })
			open = append(open, c)
			return c
		})
		for len(open) > 0 {
			if len(open) > limit || len(open) < limit && begun < n {
				t.Fatalf("%d are under way, the limit is %d, and %d of %d were begun", len(open), limit, begun, n)
			}
			i := random.IntN(len(open))
			c := open[i]
			open = slices.Delete(open, i, i+1)
			callback(t, c, 0)
		}
		if got := deferredtest.SuccessOf(t, d); !slices.Equal(got, slices.Collect(numbers(n))) {
			t.Fatalf("it gives %v, want %d numbers", got, n)
		}
	}
}

// TestForEachFails wants the first failure to stop the work and to cancel what
// runs.
func TestForEachFails(t *testing.T) {
	failed := func(w *works) { _ = w.all[1].Errback(names[1]) }
	tests := []struct {
		name string
		f    func(w *works, i int) *child
		end  func(w *works)
		want []string
	}{
		{"a failure", (*works).begin, failed, []string{"closed", "canceller 0", "canceller 2", "first 1: E1"}},
		{"at once", func(w *works, i int) *child {
			if i == 1 {
				return deferred.Fail[int](names[1])
			}
			return w.begin(i)
		}, nil, []string{"closed", "canceller 0", "first 1: E1"}},
		{"panic", func(w *works, i int) *child {
			if i == 2 {
				panic("no")
			}
			return w.begin(i)
		}, nil, []string{"item 2", "closed", "canceller 0", "canceller 1", "first 2: panic"}},
		{"nil", func(*works, int) *child { return nil }, nil, []string{"closed", "first 0: panic"}},
		{"some answer with values", func(w *works, i int) *child {
			if i == 1 {
				return w.begin(i)
			}
			return deferred.New(func(d *child) { w.add(fmt.Sprint("asked ", i)); _ = d.Callback(1) })
		}, func(w *works) { _ = w.all[0].Errback(names[1]) }, []string{"closed", "asked 0", "asked 2", "first 1: E1"}},
		{"a second failure while they are cancelled", func(w *works, i int) *child {
			return deferred.New(func(d *child) { _ = d.Errback(names[3]) }).AddErrback(func(f *failure.Failure) (int, error) {
				w.add(fmt.Sprint(i, " ", text(0, f)))
				return 0, f
			})
		}, func(w *works) {}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			var w works
			d := w.result(chain.ForEach(w.items(9), 3, func(i int) *child { return test.f(&w, i) }))
			if test.end == nil {
				test.end = func(*works) {}
			}
			test.end(&w)
			if test.want == nil {
				d.Cancel()
				test.want = []string{"closed", "0 E3", "1 E3", "2 E3", "first 0: E3"}
			}
			got := w.journal[slices.IndexFunc(w.journal, func(s string) bool { return s == test.want[0] }):]
			got.want(t, test.want...)
		})
	}
}

// TestForEachWaits has work that takes its time over a cancel: ForEach fires when
// nothing is left of it.
func TestForEachWaits(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var w works
	slow := stubborn(&w.journal, 0)
	d := w.result(chain.ForEach(numbers(9), 2, func(i int) *child {
		if i == 0 {
			return slow
		}
		return w.begin(i)
	}))
	errback(t, w.all[0], names[1])
	w.want(t, "ignored 0")
	d.Cancel() // asks again
	w.want(t, "ignored 0", "ignored 0")
	callback(t, slow, 5)
	w.want(t, "ignored 0", "ignored 0", "first 1: E1")
}

func TestForEachCancel(t *testing.T) {
	tests := []struct {
		name  string
		items int
		f     func(w *works, i int) *child
		want  []string
	}{
		{"what runs", 9, (*works).begin, []string{"item 0", "item 1", "closed", "canceller 0", "canceller 1", "first 0: cancelled"}},
		{"values, and more to do", 9, answering, []string{"item 0", "item 1", "closed", "cancelled"}},
		{"values of the last", 2, answering, []string{"item 0", "item 1", "closed", "cancelled"}},
		{"values, and all were begun", 1, answering, []string{"item 0", "closed", "[20]"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			var w works
			d := w.result(chain.ForEach(w.items(test.items), 2, func(i int) *child { return test.f(&w, i) }))
			d.Cancel()
			d.Cancel() // has fired
			w.want(t, test.want...)
		})
	}
}

// answering is work that answers a cancel with a value.
func answering(_ *works, i int) *child {
	return deferred.New(func(d *child) { _ = d.Callback(20 + i) })
}

// TestForEachCancelledFromInside cancels while an item is asked for, or begun.
func TestForEachCancelledFromInside(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	t.Run("iterator", func(t *testing.T) {
		var w works
		var d *deferred.Deferred[[]int]
		d = w.result(chain.ForEach(func(yield func(int) bool) {
			_ = yield(0)
			d.Cancel()
			w.add(fmt.Sprint("goes on: ", yield(1)))
		}, 1, w.begin))
		callback(t, w.all[0], 10)
		w.want(t, "goes on: false", "cancelled")
		if len(w.all) != 1 {
			t.Errorf("%d were begun, want 1", len(w.all))
		}
	})
	t.Run("function", func(t *testing.T) {
		var w works
		var d *deferred.Deferred[[]int]
		d = w.result(chain.ForEach(w.items(5), 1, func(i int) *child {
			if i == 1 {
				d.Cancel()
			}
			return w.begin(i)
		}))
		callback(t, w.all[0], 10)
		w.want(t, "item 0", "item 1", "closed", "canceller 1", "first 1: cancelled")
	})
}

// TestForEachIterator has an iterator that goes wrong, or that fires what runs.
func TestForEachIterator(t *testing.T) {
	t.Run("panic", func(t *testing.T) {
		deferredtest.CheckUnhandled(t)
		var w works
		w.result(chain.ForEach(func(yield func(int) bool) { yield(0); panic("no") }, 2, w.begin))
		w.want(t, "canceller 0", "panic")
	})
	t.Run("panic when it is closed", func(t *testing.T) {
		reports := collectUnhandled(t)
		var w works
		w.result(chain.ForEach(func(yield func(int) bool) {
			if !yield(0) {
				panic("no")
			}
		}, 1, w.begin))
		errback(t, w.all[0], names[0])
		w.want(t, "first 0: E0")
		left := reports()
		left.want(t, "panic")
	})
	t.Run("Goexit", func(t *testing.T) {
		deferredtest.CheckUnhandled(t)
		var w works
		d := w.result(chain.ForEach(func(yield func(int) bool) {
			if yield(0) {
				runtime.Goexit()
			}
		}, 1, w.begin))
		w.all[0].Catch(ignore) // its list is cut short, too
		apart(func() { _ = w.all[0].Callback(1) })
		w.want(t, deferred.ErrGoexit.Error())
		if !d.Called() {
			t.Error("it has not fired")
		}
	})
	t.Run("Goexit at once", func(t *testing.T) {
		reports := collectUnhandled(t)
		var w works
		apart(func() { // it returns to nobody
			chain.ForEach(func(yield func(int) bool) { yield(0); runtime.Goexit() }, 2, w.begin)
		})
		w.want(t, "canceller 0")
		left := reports()
		left.want(t, deferred.ErrGoexit.Error())
	})
	t.Run("fires what runs", func(t *testing.T) {
		deferredtest.CheckUnhandled(t)
		var w works
		w.result(chain.ForEach(func(yield func(int) bool) {
			for i := range 3 {
				if i > 0 {
					callback(t, w.all[i-1], i)
				}
				if !yield(i) {
					return
				}
			}
		}, 2, w.begin))
		callback(t, w.all[2], 3)
		w.want(t, "[1 2 3]")
	})
}

// TestForEachGoexit ends the goroutine inside the function: that is the failure of
// the item.
func TestForEachGoexit(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var w works
	d := w.result(chain.ForEach(w.items(5), 1, func(i int) *child {
		if i == 1 {
			runtime.Goexit()
		}
		return w.begin(i)
	}))
	w.all[0].Catch(ignore) // its list is cut short, too
	apart(func() { _ = w.all[0].Callback(1) })
	w.want(t, "item 0", "item 1", "closed", "first 1: "+deferred.ErrGoexit.Error())
	if !d.Called() {
		t.Error("it has not fired")
	}
}

// TestForEachShares has a function that returns the same Deferred every time.
func TestForEachShares(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	shared := deferred.New[int]()
	d := chain.ForEach(numbers(3), 2, func(int) *child { return shared })
	callback(t, shared, 4)
	if got := deferredtest.SuccessOf(t, d); !slices.Equal(got, []int{4, 4, 4}) {
		t.Errorf("it gives %v", got)
	}
}

func TestForEachTimeout(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	var w works
	d := chain.ForEach(numbers(5), 2, w.begin).AddTimeout(time.Second, clock)
	clock.Advance(time.Second)
	if f := deferredtest.FailureOf(t, d); f.Check(deferred.ErrTimeout) == nil {
		t.Errorf("it failed with %v", f)
	}
}

func TestForEachFiredByAnother(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	for _, end := range []func(*child) error{succeeding, failing} {
		var w works
		d := chain.ForEach(numbers(1), 1, w.begin)
		if err := d.Callback([]int{9}); err != nil {
			t.Fatal(err)
		}
		if err := end(w.all[0]); err != nil {
			t.Fatal(err)
		}
		if got := deferredtest.SuccessOf(t, d); !slices.Equal(got, []int{9}) {
			t.Errorf("it has %v, want what it was fired with", got)
		}
	}
}

// collected is what a ForEach that collects fails with.
func collected(t *testing.T, d *deferred.Deferred[[]int]) *chain.PartialError[int] {
	t.Helper()
	partial, ok := errors.AsType[*chain.PartialError[int]](deferredtest.FailureOf(t, d))
	if !ok {
		t.Fatal("it did not fail with a PartialError")
	}
	return partial
}

func TestCollectErrors(t *testing.T) {
	tests := []struct {
		name    string
		end     func(w *works, d *deferred.Deferred[[]int])
		want    []string // of each item that was begun
		stopped string
	}{
		{"some fail", func(w *works, _ *deferred.Deferred[[]int]) {
			errback(t, w.all[1], names[1])
			callback(t, w.all[2], 12)
			errback(t, w.all[3], names[3])
			callback(t, w.all[0], 10)
		}, []string{"10", "E1", "12", "E3"}, ""},
		{"cancel", func(w *works, d *deferred.Deferred[[]int]) {
			callback(t, w.all[0], 10)
			errback(t, w.all[1], names[1])
			d.Cancel()
		}, []string{"10", "E1", "cancelled", "cancelled"}, "cancelled"},
		{"cancel when all were begun", func(w *works, d *deferred.Deferred[[]int]) {
			callback(t, w.all[0], 10)
			callback(t, w.all[1], 11)
			callback(t, w.all[2], 12)
			d.Cancel()
		}, []string{"10", "11", "12", "cancelled"}, ""},
		{"cancel before all were begun", func(w *works, d *deferred.Deferred[[]int]) {
			callback(t, w.all[1], 11)
			d.Cancel()
		}, []string{"cancelled", "11", "cancelled"}, "cancelled"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			var w works
			d := chain.ForEach(numbers(4), 2, w.begin, chain.CollectErrors)
			test.end(&w, d)
			partial := collected(t, d)
			var got, stopped journal
			for _, r := range partial.Results {
				if r.Err != nil || r.Value != 0 {
					got.add(text(r.Value, r.Err))
				}
			}
			results := w.journal[:0:0]
			results = append(results, got...)
			results.want(t, test.want...)
			if partial.Stopped != nil {
				stopped.add(text(0, partial.Stopped))
			}
			stopped.want(t, some(test.stopped)...)
		})
	}
}

func TestCollectErrorsOfValues(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	d := chain.ForEach(numbers(3), 1, func(i int) *child { return deferred.Succeed(i) }, chain.CollectErrors)
	if got := deferredtest.SuccessOf(t, d); !slices.Equal(got, []int{0, 1, 2}) {
		t.Errorf("it gives %v", got)
	}
}

func TestCollectErrorsPanic(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	d := chain.ForEach(func(yield func(int) bool) { yield(0); panic("no") }, 1,
		func(i int) *child { return deferred.Succeed(7) }, chain.CollectErrors)
	partial := collected(t, d)
	if len(partial.Results) != 1 || partial.Results[0].Value != 7 || text(0, partial.Stopped) != "panic" {
		t.Errorf("it failed with %v", partial)
	}
}

func TestPartialError(t *testing.T) {
	failed := chain.Result[int]{Err: names[1]}
	tests := []struct {
		name string
		err  *chain.PartialError[int]
		want string
	}{
		{"one", &chain.PartialError[int]{Results: []chain.Result[int]{{Value: 1}, failed}}, "chain: 1 of 2 items failed; the first, 1: E1"},
		{"several", &chain.PartialError[int]{Results: []chain.Result[int]{failed, failed, {}}}, "chain: 2 of 3 items failed; the first, 0: E1"},
		{"stopped", &chain.PartialError[int]{Results: []chain.Result[int]{{}}, Stopped: names[2]}, "chain: 0 of 1 items failed; no more were begun: E2"},
		{"both", &chain.PartialError[int]{Results: []chain.Result[int]{failed}, Stopped: names[2]}, "chain: 1 of 1 items failed; the first, 0: E1; no more were begun: E2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.err.Error(); got != test.want {
				t.Errorf("text %q, want %q", got, test.want)
			}
			for i, err := range []error{names[1], names[2], names[3]} {
				want := i == 0 && slices.Contains(test.err.Results, failed) || i == 1 && test.err.Stopped != nil
				if got := errors.Is(test.err, err); got != want {
					t.Errorf("errors.Is finds %v: %v, want %v", err, got, want)
				}
			}
		})
	}
}
