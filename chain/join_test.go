package chain_test

import (
	"runtime"
	"testing"
	"weak"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

type (
	pair   = chain.Pair[int, string]
	triple = chain.Triple[int, string, bool]
)

// parts are three Deferreds of different types.
type parts struct {
	a *child
	b *deferred.Deferred[string]
	c *deferred.Deferred[bool]
}

func newParts() parts {
	return parts{deferred.New[int](), deferred.New[string](), deferred.New[bool]()}
}

func TestJoinValues(t *testing.T) {
	for name, order := range map[string][3]int{"in order": {0, 1, 2}, "backwards": {2, 1, 0}, "mixed": {1, 2, 0}} {
		t.Run(name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			p := newParts()
			two, three := chain.Join2(p.a, p.b), chain.Join3(p.a, p.b, p.c)
			for i, part := range order {
				if i > 0 && order[0] != 2 || i > 1 {
					deferredtest.NoResult(t, three)
				}
				switch part {
				case 0:
					callback(t, p.a, 7)
				case 1:
					_ = p.b.Callback("seven")
				case 2:
					_ = p.c.Callback(true)
				}
			}
			if got := deferredtest.SuccessOf(t, two); got != (pair{7, "seven"}) {
				t.Errorf("Join2 gives %v", got)
			}
			if got := deferredtest.SuccessOf(t, three); got != (triple{7, "seven", true}) {
				t.Errorf("Join3 gives %v", got)
			}
			if a, b := deferredtest.SuccessOf(t, p.a), deferredtest.SuccessOf(t, p.b); a != 7 || b != "seven" {
				t.Errorf("the parts go on with %v and %v", a, b)
			}
		})
	}
}

func TestJoinOfFired(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	got := deferredtest.SuccessOf(t, chain.Join2(deferred.Succeed(1), deferred.Succeed("one")))
	if got != (pair{1, "one"}) {
		t.Errorf("Join2 gives %v", got)
	}
}

// TestJoinSame has one Deferred in several places.
func TestJoinSame(t *testing.T) {
	d := deferred.New[int]()
	all := chain.Join3(d, d, d)
	callback(t, d, 4)
	if got := deferredtest.SuccessOf(t, all); got != (chain.Triple[int, int, int]{4, 4, 4}) {
		t.Errorf("Join3 gives %v", got)
	}
}

// TestJoinFails wants the first failure, at once, and the others left alone.
func TestJoinFails(t *testing.T) {
	reports := collectUnhandled(t)
	var got journal
	p := newParts()
	watched(chain.Join3(p.a, p.b, p.c), func(err error) { got.add(text(0, err)) })
	_ = p.c.Errback(names[2])
	got.want(t, "first 2: E2")
	_ = p.a.Errback(names[0]) // ignored, and seen
	deferredtest.NoResult(t, p.b)
	_ = p.b.Callback("late")
	if v := deferredtest.SuccessOf(t, p.b); v != "late" {
		t.Errorf("the other goes on with %q", v)
	}
	got.want(t, "first 2: E2")
	left := reports()
	left.want(t)
}

func TestJoinUnhandled(t *testing.T) {
	reports := collectUnhandled(t)
	chain.Join2(deferred.Fail[int](names[0]), deferred.New[int]())
	left := reports()
	left.want(t, "first 0: E0")
}

// TestJoinCancel cancels all parts, in order, though the first decides.
func TestJoinCancel(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	d := chain.Join3(cancellable(&got, 0, nil), stubborn(&got, 1), cancellable(&got, 2, nil))
	watched(d, func(err error) { got.add(text(0, err)) })
	d.Cancel()
	d.Cancel() // has fired
	got.want(t, "canceller 0", "first 0: cancelled", "ignored 1", "canceller 2")
}

// TestJoinCancelIsolation wants all parts to be cancelled whatever one of them
// does.
func TestJoinCancelIsolation(t *testing.T) {
	tests := []struct {
		name string
		bad  func() *child
		want []string
	}{
		{"panic", func() *child { return deferred.New(func(*child) { panic("no") }) }, []string{"first 0: panic", "canceller 1"}},
		{"panic of a target", func() *child {
			return deferred.New[int]().PassCancelTo(target(func() { panic("no") }))
		}, []string{"first 0: panic", "canceller 1"}},
		{"Goexit", func() *child { return deferred.New(func(*child) { runtime.Goexit() }) }, []string{"first 0: " + deferred.ErrGoexit.Error(), "canceller 1"}},
		{"nothing", func() *child { return stubborn(new(journal), 0) }, []string{"canceller 1", "first 1: cancelled"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			var got journal
			d := chain.Join2(test.bad(), cancellable(&got, 1, nil))
			watched(d, func(err error) { got.add(text(0, err)) })
			apart(d.Cancel)
			got.want(t, test.want...)
		})
	}
}

// TestJoinPanicAfterAnswer has a target of a passed cancel that answers and then
// panics: the panic is reported, since the part cannot fail with it.
func TestJoinPanicAfterAnswer(t *testing.T) {
	reports := collectUnhandled(t)
	d := deferred.New[int]()
	d.PassCancelTo(target(func() { callback(t, d, 5); panic("no") }))
	all := chain.Join2(d, deferred.Succeed(6))
	all.Cancel()
	if got := deferredtest.SuccessOf(t, all); got != (chain.Pair[int, int]{5, 6}) {
		t.Errorf("Join2 gives %v", got)
	}
	left := reports()
	left.want(t, "panic")
}

// TestJoinFiredByAnother fires the Deferred from outside. The join must live with
// it.
func TestJoinFiredByAnother(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	for _, end := range []func(*child) error{succeeding, failing} {
		d := deferred.New[int]()
		all := chain.Join2(d, deferred.Succeed(1))
		if err := all.Callback(chain.Pair[int, int]{First: 3}); err != nil {
			t.Fatal(err)
		}
		if err := end(d); err != nil {
			t.Fatal(err)
		}
		if got := deferredtest.SuccessOf(t, all); got.First != 3 {
			t.Errorf("it has %v, want what it was fired with", got)
		}
	}
}

// TestJoinLetsGo wants a join that has fired not to hold its parts.
func TestJoinLetsGo(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	slow := deferred.New[int]()
	gone, join := joinAndFail(t, slow)
	runtime.GC()
	if gone.Value() != nil {
		t.Error("a part that has failed is still in memory")
	}
	runtime.KeepAlive(slow)
	runtime.KeepAlive(join)
}

//go:noinline
func joinAndFail(t *testing.T, slow *child) (weak.Pointer[child], deferred.Canceller) {
	d := deferred.New[int]()
	join := chain.Join2(slow, d)
	watched(join, func(error) {})
	errback(t, d, names[0])
	return weak.Make(d), join
}
