package deferred_test

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// adders are the ways to add a function that is called with a value.
func adders() map[string]func(d *number, do func()) {
	return map[string]func(d *number, do func()){
		"AddCallback": func(d *number, do func()) {
			d.AddCallback(func(v int) (int, error) { do(); return v, nil })
		},
		"AddCallbacks": func(d *number, do func()) {
			d.AddCallbacks(func(v int) (int, error) { do(); return v, nil },
				func(*failure.Failure) (int, error) { panic("the errback of the pair was called") })
		},
		"AddErrback": func(d *number, do func()) {
			d.AddCallback(func(int) (int, error) { return 0, errNo }).
				AddErrback(func(*failure.Failure) (int, error) { do(); return 0, nil })
		},
		"errback of a pair": func(d *number, do func()) {
			d.AddCallback(func(int) (int, error) { return 0, errNo }).
				AddCallbacks(increment, func(*failure.Failure) (int, error) { do(); return 0, nil })
		},
		"AddBoth": func(d *number, do func()) {
			d.AddBoth(func(v int, err error) (int, error) { do(); return v, err })
		},
		"Tap":     func(d *number, do func()) { d.Tap(func(int) { do() }) },
		"Finally": func(d *number, do func()) { d.Finally(do) },
		"Catch": func(d *number, do func()) {
			d.AddCallback(func(int) (int, error) { return 0, errNo }).Catch(func(*failure.Failure) { do() })
		},
		"the function of Then": func(d *number, do func()) {
			d.AddCallback(func(v int) (int, error) {
				return deferred.Then(deferred.Succeed(v), func(v int) (int, error) { do(); return v, nil }).Chain()
			})
		},
		"the function of ThenBoth": func(d *number, do func()) {
			d.AddCallback(func(v int) (int, error) {
				return deferred.ThenBoth(deferred.Succeed(v), func(v int, err error) (int, error) { do(); return v, err }).Chain()
			})
		},
		"Maybe": func(d *number, do func()) {
			d.AddCallback(func(v int) (int, error) {
				return deferred.Maybe(func() (int, error) { do(); return v, nil }).Chain()
			})
		},
	}
}

// TestPanicBecomesAFailure panics in each kind of handler, with each kind of
// value: the next handler sees it as a failure, and who fires sees nothing.
func TestPanicBecomesAFailure(t *testing.T) {
	var (
		pointer *struct{ n int }
		list    []int
		zero    int
	)
	panics := []struct {
		name, want string
		do         func()
	}{
		{"string", "panic: boom", func() { panic("boom") }},
		{"error", "panic: EOF", func() { panic(io.EOF) }},
		{"nil dereference", "invalid memory address or nil pointer dereference", func() { pointer.n++ }},
		{"index", "index out of range [0] with length 0", func() { list[zero]++ }},
		{"nil", "panic called with nil argument", func() { panic(nil) }}, //nolint:govet // that is the case
	}
	for name, add := range adders() {
		for _, p := range panics {
			t.Run(name+"/"+p.name, func(t *testing.T) {
				d := newNumber()
				add(d, p.do)
				if err := d.Callback(1); err != nil {
					t.Errorf("Callback answered %v", err)
				}
				f := failureOf(t, d)
				if !strings.Contains(f.Error(), p.want) {
					t.Errorf("failure %q, want %q in it", f.Error(), p.want)
				}
				panicked, ok := errors.AsType[*failure.PanicError](f)
				if !ok || !strings.Contains(string(panicked.Stack), "TestPanicBecomesAFailure") {
					t.Errorf("the stack does not lead to the panic: %+v", f)
				}
			})
		}
	}
}

// TestPanicErrorsAreFound is about errors that were panicked with.
func TestPanicErrorsAreFound(t *testing.T) {
	d := deferred.Succeed(1).Tap(func(int) { panic(io.EOF) })
	if f := failureOf(t, d); !errors.Is(f, io.EOF) {
		t.Errorf("errors.Is does not find io.EOF in %v", f)
	}
	var list []int
	d = deferred.Succeed(1).Tap(func(v int) { list[v]++ })
	if _, ok := errors.AsType[runtime.Error](failureOf(t, d)); !ok {
		t.Error("it is no runtime.Error")
	}
}

// TestPanicLeavesTheOthersAlone panics in the middle of a hand-over.
func TestPanicLeavesTheOthersAlone(t *testing.T) {
	play(t, []scenario{
		{"the handlers after it run, and the inner one's rest", "e:!panic:_boom a:100 rest:0", func(s *script) {
			inner := newNumber()
			deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() }).
				Tap(func(int) { panic("boom") }).AddErrback(s.eb("e")).AddCallback(s.cb("a"))
			inner.AddCallback(s.cb("rest"))
			_ = inner.Callback(5)
		}},
		{"a panic of a nested fire stays there", "a:1 x:!panic:_boom b:1", func(s *script) {
			other := newNumber().Tap(func(int) { panic("boom") }).AddErrback(s.eb("x"))
			deferred.Succeed(1).AddCallback(s.does("a", func() { _ = other.Callback(0) })).AddBoth(s.see("b"))
		}},
		{"after a panic it may wait", "a:5", func(s *script) {
			inner := newNumber()
			deferred.Succeed(1).Tap(func(int) { panic("boom") }).
				AddErrback(func(*failure.Failure) (int, error) { return inner.Chain() }).AddBoth(s.see("a"))
			_ = inner.Callback(5)
		}},
		{"after Pause and a panic the failure waits", "paused e:!panic:_boom", func(s *script) {
			d := newNumber()
			d.Tap(func(int) { d.Pause(); panic("boom") }).AddErrback(s.eb("e"))
			_ = d.Callback(1)
			s.say("paused")
			d.Unpause()
		}},
		{"a panic of the conversion of a timeout is the failure", "e:!panic:_boom", func(s *script) {
			clock := newClock()
			newNumber().AddTimeout(second, clock, func(int, error) (int, error) { panic("boom") }).AddErrback(s.eb("e"))
			clock.Advance(second)
		}},
	})
}

// TestTypedNil is about a nil *failure.Failure in the place of an error: its
// author meant no error.
func TestTypedNil(t *testing.T) {
	var none *failure.Failure
	rows := []struct {
		name string
		d    *number
		want int
	}{
		{"callback", deferred.Succeed(1).AddCallback(func(int) (int, error) { return 7, none }), 7},
		{"errback", deferred.Fail[int](errNo).AddErrback(func(*failure.Failure) (int, error) { return 7, none }), 7},
		{"both", deferred.Succeed(1).AddBoth(func(int, error) (int, error) { return 7, none }), 7},
		{"Then", deferred.Then(deferred.Succeed(1), func(int) (int, error) { return 7, none }), 7},
		{"ThenBoth", deferred.ThenBoth(deferred.Succeed(1), func(int, error) (int, error) { return 7, none }), 7},
		{"Maybe", deferred.Maybe(func() (int, error) { return 7, none }), 7},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := valueOf(t, row.d); got != row.want {
				t.Errorf("value %d, want %d", got, row.want)
			}
		})
	}
}

// TestErrorOfACallbackNamesIt is about the place of a failure that was an error.
func TestErrorOfACallbackNamesIt(t *testing.T) {
	rows := map[string]*number{
		"callback":       deferred.Succeed(1).AddCallback(refuse),
		"pair":           deferred.Succeed(1).AddCallbacks(refuse, func(*failure.Failure) (int, error) { return 0, nil }),
		"Then":           deferred.Then(deferred.Succeed(1), refuse),
		"Maybe":          deferred.Maybe(func() (int, error) { return refuse(1) }),
		"errback":        deferred.Fail[int](errNo).AddErrback(refuseFailure),
		"errback of two": deferred.Fail[int](errNo).AddCallbacks(increment, refuseFailure),
		"both":           deferred.Succeed(1).AddBoth(refuseBoth),
		"ThenBoth":       deferred.ThenBoth(deferred.Succeed(1), refuseBoth),
	}
	for name, d := range rows {
		t.Run(name, func(t *testing.T) {
			want := "refuse"
			if name == "Maybe" {
				want = "TestErrorOfACallbackNamesIt" // the function that was given is the one here
			}
			first := strings.Split(failureOf(t, d).Traceback(), "\n")[1]
			if !strings.Contains(first, want) {
				t.Errorf("the trace begins with %q, want %s in it", first, want)
			}
		})
	}
}

func refuse(int) (int, error)                     { return 0, io.ErrNoProgress }
func refuseFailure(*failure.Failure) (int, error) { return 0, io.ErrNoProgress }
func refuseBoth(int, error) (int, error)          { return 0, io.ErrNoProgress }

// TestErrbackNamesItsCaller is about the place of a failure that was fired.
func TestErrbackNamesItsCaller(t *testing.T) {
	d := newNumber()
	_ = d.Errback(errNo)
	for name, d := range map[string]*number{"Errback": d, "Fail": deferred.Fail[int](errNo)} {
		first := strings.Split(failureOf(t, d).Traceback(), "\n")[1]
		if !strings.Contains(first, "TestErrbackNamesItsCaller") {
			t.Errorf("%s: the trace begins with %q", name, first)
		}
	}
}

// TestFailureIsPassedOnAsItCame makes sure that a failure keeps its place.
func TestFailureIsPassedOnAsItCame(t *testing.T) {
	f := failure.New(errNo)
	inner := deferred.Fail[int](f)
	d := deferred.Then(deferred.Succeed("x"), func(string) (int, error) { return inner.Chain() }).
		AddErrback(func(f *failure.Failure) (int, error) { return 0, f }).
		AddBoth(func(v int, err error) (int, error) { return v, err })
	to := newNumber()
	d.ChainDeferred(to)
	if got := failureOf(t, to); got != f && !(debugged() && errors.Is(got, f)) {
		t.Errorf("it came out as another failure: %v", got)
	}
}
