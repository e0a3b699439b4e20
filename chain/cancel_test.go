package chain_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

// cancellable makes a child that notes its cancel and then does f with itself.
func cancellable(j *journal, i int, f func(*child)) *child {
	return deferred.New(func(d *child) {
		j.add(fmt.Sprint("canceller ", i))
		if f != nil {
			f(d)
		}
	})
}

// target is a Canceller that is a function.
type target func()

func (f target) Cancel() { f() }

// stubborn makes a child that takes no notice of a cancel.
func stubborn(j *journal, i int) *child {
	return deferred.New[int]().PassCancelTo(target(func() { j.add(fmt.Sprint("ignored ", i)) }))
}

func TestCancel(t *testing.T) {
	const fire = chain.FireOnOneErrback
	tests := []struct {
		kind kind
		want string
	}{
		{kind{name: "DeferredList", made: makeDeferredList}, "results [cancelled cancelled]"},
		{kind{name: "DeferredList", made: makeDeferredList, options: []chain.ListOption{fire}}, "first 0: cancelled"},
		{kind{name: "Gather", made: makeGather}, "first 0: cancelled"},
		{kind{name: "First", made: makeFirst}, "all failed: cancelled cancelled"},
		{kind{name: "First", made: makeFirst, options: []chain.ListOption{fire}}, "first 0: cancelled"},
		{kind{name: "Race", made: makeRace}, "all failed: cancelled cancelled"},
	}
	for _, test := range tests {
		t.Run(test.kind.String(), func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			var order, got journal
			ds := []*child{cancellable(&order, 0, nil), cancellable(&order, 1, nil)}
			test.kind.make(ds, got.add).Cancel()
			order.want(t, "canceller 0", "canceller 1")
			got.want(t, test.want)
		})
	}
}

// TestCancelledIs looks through the errors of cancelled lists.
func TestCancelledIs(t *testing.T) {
	tests := []struct {
		name string
		err  func() error
	}{
		{"FirstError", func() error { return cancelled(chain.Gather(pending(2))) }},
		{"FailureGroup of First", func() error { return cancelled(chain.First(pending(2))) }},
		{"FailureGroup of Race", func() error { return cancelled(chain.Race(pending(2))) }},
		{"Race that does not wait", func() error { return cancelled(chain.Race([]*child{stubborn(new(journal), 0)})) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			err := test.err()
			if !errors.Is(err, deferred.ErrCancelled) || !errors.Is(err, context.Canceled) {
				t.Errorf("%v is not ErrCancelled", err)
			}
		})
	}
}

// TestTimeout gives lists a deadline: what they fail with is that it has passed,
// and not how the children took it.
func TestTimeout(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	ds := pending(2)
	gather := chain.Gather(ds).AddTimeout(time.Second, clock)
	race := chain.Race(pending(2)).AddTimeout(time.Second, clock)
	clock.Advance(time.Second)
	if f := deferredtest.FailureOf(t, gather); f.Check(deferred.ErrTimeout) == nil {
		t.Errorf("Gather failed with %v", f)
	}
	if f := deferredtest.FailureOf(t, race); f.Check(deferred.ErrTimeout) == nil {
		t.Errorf("Race failed with %v", f)
	}
	for i, d := range ds {
		if f := deferredtest.FailureOf(t, d); f.Check(deferred.ErrCancelled) == nil {
			t.Errorf("child %d of Gather failed with %v", i, f)
		}
	}
}

// cancelled cancels d and returns what it failed with.
func cancelled[T any](d *deferred.Deferred[T]) (err error) {
	d.Cancel()
	d.AddBoth(func(v T, e error) (T, error) {
		err = e
		return v, nil
	})
	return err
}

// TestCancellersAnswer has children that answer a cancel with a result of their
// own.
func TestCancellersAnswer(t *testing.T) {
	tests := []struct {
		name string
		kind kind
		want string
	}{
		{"list", kind{made: makeDeferredList}, "results [E0 11 cancelled]"},
		{"gather", kind{made: makeGather}, "first 0: E0"},
		{"first", kind{made: makeFirst}, "winner 1: 11"},
		{"race", kind{made: makeRace}, "winner 1: 11"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			var order, got journal
			ds := []*child{
				cancellable(&order, 0, func(d *child) { errback(t, d, names[0]) }),
				cancellable(&order, 1, func(d *child) { callback(t, d, 11) }),
				cancellable(&order, 2, nil),
			}
			test.kind.make(ds, got.add).Cancel()
			order.want(t, "canceller 0", "canceller 1", "canceller 2")
			got.want(t, test.want)
		})
	}
}

func TestGatherCancelledSucceeds(t *testing.T) {
	var got journal
	answer := func(d *child) { callback(t, d, 5) }
	makeGather([]*child{deferred.New(answer), deferred.New(answer)}, got.add).Cancel()
	got.want(t, "values [5 5]")
}

// TestCancelWaits cancels lists of which a child does not answer at once.
func TestCancelWaits(t *testing.T) {
	tests := []struct {
		name  string
		kind  kind
		wants []string // what came after the cancel, and after a second one and an answer
	}{
		{"list", kind{made: makeDeferredList}, []string{"", "results [5 cancelled]"}},
		{"gather", kind{made: makeGather}, []string{"first 1: cancelled", "first 1: cancelled"}},
		{"first", kind{made: makeFirst}, []string{"", "winner 0: 5"}},
		{"race", kind{made: makeRace}, []string{"cancelled", "cancelled"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			var got, order journal
			ds := []*child{stubborn(&order, 0), deferred.New[int]()}
			list := test.kind.make(ds, got.add)
			list.Cancel()
			order.want(t, "ignored 0")
			got.want(t, some(test.wants[0])...)
			list.Cancel()
			if test.wants[0] == "" { // not fired, so that one reaches the child again
				order.want(t, "ignored 0", "ignored 0")
			} else {
				order.want(t, "ignored 0")
			}
			callback(t, ds[0], 5)
			got.want(t, test.wants[1])
		})
	}
}

// some is s, or nothing if it is empty.
func some(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// TestFiredIgnoresCancel cancels lists that have fired, of which one child is
// pending.
func TestFiredIgnoresCancel(t *testing.T) {
	tests := []struct {
		name string
		kind kind
		done func(*child) error
	}{
		{"list", kind{made: makeDeferredList, options: []chain.ListOption{chain.FireOnOneErrback}}, failing},
		{"gather", kind{made: makeGather}, failing},
		{"first", kind{made: makeFirst}, succeeding},
		{"first that fails", kind{made: makeFirst, options: []chain.ListOption{chain.FireOnOneErrback}}, failing},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			var order, got journal
			ds := []*child{deferred.New[int](), cancellable(&order, 1, nil)}
			list := test.kind.make(ds, got.add)
			if err := test.done(ds[0]); err != nil {
				t.Fatal(err)
			}
			list.Cancel()
			order.want(t)
			deferredtest.NoResult(t, ds[1])
		})
	}
}

func failing(d *child) error    { return d.Errback(names[0]) }
func succeeding(d *child) error { return d.Callback(10) }

// TestRaceCancelsLosers wants them to be cancelled before the result is there,
// once, and a late value of one that could not be to vanish.
func TestRaceCancelsLosers(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	ds := []*child{
		cancellable(&got, 0, nil),
		deferred.New[int](),
		stubborn(&got, 2),
		cancellable(&got, 3, func(d *child) { callback(t, d, 13) }),
	}
	race := makeRace(ds, got.add)
	callback(t, ds[1], 11)
	got.want(t, "canceller 0", "ignored 2", "canceller 3", "winner 1: 11")
	race.Cancel()
	callback(t, ds[2], 12)
	got.want(t, "canceller 0", "ignored 2", "canceller 3", "winner 1: 11")
}

// TestIsolation wants every child to be cancelled, whatever the canceller of the
// second one does.
func TestIsolation(t *testing.T) {
	foreign := func() *child {
		return deferred.New[int]().PassCancelTo(target(func() { panic("no") }))
	}
	tests := []struct {
		name   string
		second func() *child
		want   string
		report []string
	}{
		{"panic", func() *child { return deferred.New(func(*child) { panic("no") }) }, "results [cancelled panic cancelled]", nil},
		{"panic of a passed cancel", foreign, "results [cancelled panic cancelled]", nil},
		{"panic after an answer", func() *child {
			return deferred.New(func(d *child) { callback(t, d, 5); panic("no") })
		}, "results [cancelled 5 cancelled]", []string{"panic"}},
		{"panic of a passed cancel after an answer", func() *child {
			d := deferred.New[int]()
			return d.PassCancelTo(target(func() { callback(t, d, 5); panic("no") }))
		}, "results [cancelled 5 cancelled]", []string{"panic"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			reports := collectUnhandled(t)
			var order, got journal
			ds := []*child{cancellable(&order, 0, nil), test.second(), cancellable(&order, 2, nil)}
			makeDeferredList(ds, got.add).Cancel()
			order.want(t, "canceller 0", "canceller 2")
			got.want(t, test.want)
			left := reports()
			left.want(t, test.report...)
		})
	}
}

// TestIsolationOfWaiting has a child that is fired or bound already and passes the
// cancel on to one that panics: the panic is reported, since the child cannot
// fail with it.
func TestIsolationOfWaiting(t *testing.T) {
	panics := func() *child { return deferred.New[int]().PassCancelTo(target(func() { panic("no") })) }
	tests := []struct {
		name    string
		waiting func() *child
	}{
		{"chained", func() *child {
			return deferred.Succeed(1).AddCallback(func(int) (int, error) { return panics().Chain() })
		}},
		{"made by Then", func() *child {
			return deferred.Then(panics(), func(v int) (int, error) { return v, nil })
		}},
		{"chained, and to swallow a late result", func() *child {
			d := deferred.New[int]()
			d.Cancel()
			return d.AddBoth(func(int, error) (int, error) { return panics().Chain() })
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			reports := collectUnhandled(t)
			var order, got journal
			list := makeDeferredList([]*child{test.waiting(), cancellable(&order, 1, nil)}, got.add)
			list.Cancel()
			order.want(t, "canceller 1")
			got.want(t)
			left := reports()
			left.want(t, "panic")
		})
	}
}

// TestGoexit has a canceller that ends its goroutine, as FailNow in a test does.
func TestGoexit(t *testing.T) {
	exits := func() *child { return deferred.New(func(*child) { runtime.Goexit() }) }
	goexit := deferred.ErrGoexit.Error()
	tests := []struct {
		name string
		kind kind
		want string
	}{
		{"list", kind{made: makeDeferredList}, "results [" + goexit + " " + goexit + " cancelled]"},
		{"gather", kind{made: makeGather}, "first 0: " + goexit},
		{"first", kind{made: makeFirst}, "all failed: " + goexit + " " + goexit + " cancelled"},
		{"race", kind{made: makeRace}, "all failed: " + goexit + " " + goexit + " cancelled"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			var order, got journal
			ds := []*child{exits(), exits(), cancellable(&order, 2, nil)}
			list := test.kind.make(ds, got.add)
			apart(list.Cancel)
			order.want(t, "canceller 2")
			got.want(t, test.want)
		})
	}
}

func TestGoexitOfLoser(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var order, got journal
	ds := []*child{deferred.New[int](), deferred.New(func(*child) { runtime.Goexit() }), cancellable(&order, 2, nil)}
	makeRace(ds, got.add)
	ds[0].Catch(func(*failure.Failure) {}) // the winner's own list was cut short
	apart(func() { callback(t, ds[0], 10) })
	order.want(t, "canceller 2")
	got.want(t, "winner 0: 10")
}

// apart runs f on a goroutine of its own and waits for it.
func apart(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}
