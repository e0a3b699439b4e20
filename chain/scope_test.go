package chain_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/timeout"
)

// ending notes what d, of a scope, gives.
func ending(j *journal, name string, d *deferred.Deferred[struct{}]) *deferred.Deferred[struct{}] {
	watched(d, func(err error) {
		if err != nil {
			j.add(name + " " + text(0, err))
		} else {
			j.add(name + " over")
		}
	})
	return d
}

func TestScopeWait(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	var s chain.Scope
	ending(&got, "empty", s.Wait())
	ds := pending(2)
	chain.Add(&s, ds[0])
	chain.Add(&s, ds[1])
	ending(&got, "first", s.Wait())
	ending(&got, "second", s.Wait())
	callback(t, ds[1], 1)
	got.want(t, "empty over")
	if s.Len() != 1 {
		t.Errorf("it has %d children, want 1", s.Len())
	}
	callback(t, ds[0], 1)
	chain.Add(&s, deferred.Succeed(1))
	got.want(t, "empty over", "first over", "second over")
	if s.Len() != 0 {
		t.Errorf("it has %d children, want none", s.Len())
	}
}

// TestScopeFailure wants the first failure to cancel the others, in order, and to
// be the Scope's.
func TestScopeFailure(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	s := chain.NewScope()
	ds := []*child{cancellable(&got, 0, nil), deferred.New[int](), cancellable(&got, 2, func(d *child) { errback(t, d, names[3]) }), stubborn(&got, 3)}
	for _, d := range ds {
		if chain.Add(s, d) != d {
			t.Error("Add returns another Deferred")
		}
	}
	ending(&got, "wait", s.Wait())
	errback(t, ds[1], names[1])
	got.want(t, "canceller 0", "canceller 2", "ignored 3")
	late := chain.Add(s, cancellable(&got, 4, nil))
	if f := deferredtest.FailureOf(t, late); f.Check(deferred.ErrCancelled) == nil {
		t.Errorf("one that came too late failed with %v", f)
	}
	callback(t, ds[3], 1)
	got.want(t, "canceller 0", "canceller 2", "ignored 3", "canceller 4", "wait E1")
	ending(&got, "close", s.Close())
	ending(&got, "again", s.Wait())
	got = got[5:]
	got.want(t, "close E1", "again E1")
}

// TestScopeClose cancels all and waits for all, also for those who take their
// time. Another Close asks them again.
func TestScopeClose(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	s := chain.NewScope()
	slow := []*child{stubborn(&got, 0), stubborn(&got, 1)}
	chain.Add(s, slow[0])
	chain.Add(s, cancellable(&got, 2, nil))
	chain.Add(s, slow[1])
	ending(&got, "close", s.Close())
	got.want(t, "ignored 0", "canceller 2", "ignored 1")
	callback(t, slow[0], 1)
	ending(&got, "close again", s.Close())
	callback(t, slow[1], 1)
	got.want(t, "ignored 0", "canceller 2", "ignored 1", "ignored 1", "close over", "close again over")
}

// TestScopeCloseFails has a child that fails when it is cancelled.
func TestScopeCloseFails(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	s := chain.NewScope()
	chain.Add(s, cancellable(&got, 0, nil))
	chain.Add(s, cancellable(&got, 1, func(d *child) { errback(t, d, names[2]) }))
	ending(&got, "close", s.Close())
	got.want(t, "canceller 0", "canceller 1", "close E2")
}

// TestScopeCancelledChild takes one child out: that is no failure.
func TestScopeCancelledChild(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	s := chain.NewScope()
	ds := pending(2)
	chain.Add(s, ds[0])
	chain.Add(s, chain.Gather([]*child{ds[1]})).Cancel() // a FirstError around it
	ending(&got, "wait", s.Wait())
	ds[0].Cancel()
	got.want(t, "wait over")
	begun := false
	chain.Go(s, func() *child { begun = true; return deferred.Succeed(1) })
	if !begun {
		t.Error("the scope is closed")
	}
}

// TestScopeCancelWait cancels what waits: it closes the scope, waits, and fails.
func TestScopeCancelWait(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	s := chain.NewScope()
	slow := stubborn(&got, 0)
	chain.Add(s, slow)
	chain.Add(s, cancellable(&got, 1, nil))
	other := ending(&got, "other", s.Wait())
	limited := s.Wait().AddTimeout(time.Second, clock)
	clock.Advance(time.Second)
	got.want(t, "ignored 0", "canceller 1")
	limited.Cancel()
	callback(t, slow, 1)
	got.want(t, "ignored 0", "canceller 1", "ignored 0", "other over")
	other.Cancel()
	if f := deferredtest.FailureOf(t, limited); f.Check(deferred.ErrTimeout) == nil {
		t.Errorf("the one with a timeout failed with %v", f)
	}
}

func TestGo(t *testing.T) {
	tests := []struct {
		name string
		f    func() *child
		want string // of Go's Deferred and of the scope
	}{
		{"value", func() *child { return deferred.Succeed(3) }, "3"},
		{"failure", func() *child { return deferred.Fail[int](names[0]) }, "E0"},
		{"panic", func() *child { panic("no") }, "panic"},
		{"nil", func() *child { return nil }, "panic"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			var got journal
			s := chain.NewScope()
			bystander := chain.Add(s, deferred.New[int]())
			chain.Go(s, test.f).AddBoth(func(v int, err error) (int, error) {
				got.add(text(v, err))
				return v, err
			})
			if test.want == "3" {
				deferredtest.NoResult(t, bystander)
				callback(t, bystander, 1)
				test.want = "over"
			}
			ending(&got, "scope", s.Wait())
			got = got[1:]
			got.want(t, "scope "+test.want)
		})
	}
}

// TestGoWhenClosed does not begin what would be cancelled at once.
func TestGoWhenClosed(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	s := chain.NewScope()
	deferredtest.SuccessOf(t, s.Close())
	d := chain.Go(s, func() *child {
		t.Error("it was called")
		return deferred.Succeed(1)
	})
	if f := deferredtest.FailureOf(t, d); f.Check(deferred.ErrCancelled) == nil {
		t.Errorf("it failed with %v", f)
	}
}

// TestGoClosesItsScope has a function that closes the scope that it is begun in.
func TestGoClosesItsScope(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	s := chain.NewScope()
	chain.Go(s, func() *child {
		ending(&got, "close", s.Close())
		return cancellable(&got, 1, nil)
	})
	got.want(t, "close over", "canceller 1")
	if s.Len() != 0 {
		t.Errorf("%d children are left", s.Len())
	}
}

// TestGoGoexit ends the goroutine inside the function: that is a failure of the
// scope.
func TestGoGoexit(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	s := chain.NewScope()
	chain.Add(s, cancellable(&got, 0, nil))
	apart(func() { chain.Go(s, func() *child { runtime.Goexit(); return nil }) })
	ending(&got, "wait", s.Wait())
	got.want(t, "canceller 0", "wait "+deferred.ErrGoexit.Error())
}

// TestScopeIsolation has cancellers that panic or end the goroutine. The others
// are cancelled, and the scope ends.
func TestScopeIsolation(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	s := chain.NewScope()
	chain.Add(s, deferred.New(func(*child) { runtime.Goexit() }))
	chain.Add(s, deferred.New(func(*child) { panic("no") }))
	chain.Add(s, cancellable(&got, 2, nil))
	apart(func() { s.Close() })
	ending(&got, "wait", s.Wait())
	got.want(t, "canceller 2", "wait "+deferred.ErrGoexit.Error())
}

// TestScopeGrowsWhileItEnds has cancellers that add children, which are cancelled
// in the same Close, one after the other.
func TestScopeGrowsWhileItEnds(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	s := chain.NewScope()
	var add func(i int)
	add = func(i int) {
		chain.Add(s, cancellable(&got, i, func(*child) {
			if i < 3 {
				add(i + 1)
				ending(&got, fmt.Sprint("close ", i), s.Close())
			}
		}))
	}
	add(0)
	ending(&got, "close", s.Close())
	got.want(t, "canceller 0", "canceller 1", "canceller 2", "canceller 3", "close 0 over", "close 1 over", "close 2 over", "close over")
}

// TestScopeUnhandled leaves a failure to nobody, and then asks for it.
func TestScopeUnhandled(t *testing.T) {
	t.Run("nobody asks", func(t *testing.T) {
		reports := collectUnhandled(t)
		s := chain.NewScope()
		chain.Add(s, deferred.Fail[int](names[1]))
		left := reports()
		left.want(t, "E1")
		runtime.KeepAlive(s)
	})
	t.Run("somebody asks in time", func(t *testing.T) {
		reports := collectUnhandled(t)
		var got journal
		s := chain.NewScope()
		chain.Add(s, deferred.Fail[int](names[1]))
		ending(&got, "wait", s.Wait())
		left := reports()
		left.want(t)
		got.want(t, "wait E1")
	})
	t.Run("who asked does not handle it", func(t *testing.T) {
		reports := collectUnhandled(t)
		s := chain.NewScope()
		d := deferred.New[int]()
		chain.Add(s, d)
		wait := s.Wait()
		errback(t, d, names[2])
		left := reports()
		left.want(t, "E2")
		runtime.KeepAlive(wait)
	})
	t.Run("children", func(t *testing.T) {
		reports := collectUnhandled(t)
		s := chain.NewScope()
		ds := pending(2)
		chain.Add(s, ds[0])
		chain.Add(s, ds[1])
		s.Wait().Catch(ignore)
		errback(t, ds[0], names[0])
		left := reports()
		left.want(t)
		runtime.KeepAlive(ds)
	})
}

// TestScopeFiredByAnother fires what waits from outside. The scope must live with
// it.
func TestScopeFiredByAnother(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	s := chain.NewScope()
	d := chain.Add(s, deferred.New[int]())
	wait := s.Wait()
	if err := wait.Callback(struct{}{}); err != nil {
		t.Fatal(err)
	}
	callback(t, d, 1)
	deferredtest.SuccessOf(t, wait)
}

// TestScopeLetsGo wants a scope not to keep children that have ended.
func TestScopeLetsGo(t *testing.T) {
	s := chain.NewScope()
	slow := chain.Add(s, deferred.New[int]())
	gone := endOne(t, s)
	runtime.GC()
	if gone.Value() != nil {
		t.Error("a child that has ended is still in memory")
	}
	runtime.KeepAlive(s)
	runtime.KeepAlive(slow)
}

//go:noinline
func endOne(t *testing.T, s *chain.Scope) weak.Pointer[child] {
	d := chain.Add(s, deferred.New[int]())
	callback(t, d, 1)
	return weak.Make(d)
}
