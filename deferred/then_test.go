package deferred_test

import (
	"errors"
	"strconv"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// TestThenChangesTheType uses functions of the standard library as they are.
func TestThenChangesTheType(t *testing.T) {
	d := deferred.New[string]()
	doubled := deferred.Then(deferred.Then(d, strconv.Atoi), func(n int) (float64, error) { return float64(n) * 2, nil })
	if doubled.Called() {
		t.Error("fired before its source")
	}
	_ = d.Callback("21")
	if got := valueOf(t, doubled); got != 42 {
		t.Errorf("value %v, want 42", got)
	}
	if got := valueOf(t, d); got != "" {
		t.Errorf("the source is left with %q, want the zero value", got)
	}
}

func TestThen(t *testing.T) {
	play(t, []scenario{
		{"of one that has fired it runs at once", "f:1 after", func(s *script) {
			deferred.Then(deferred.Succeed(1), s.cb("f"))
			s.say("after")
		}},
		{"of one that has not fired it runs in the fire", "f:1 after", func(s *script) {
			d := newNumber()
			deferred.Then(d, s.cb("f"))
			_ = d.Callback(1)
			s.say("after")
		}},
		{"it is a step of the source's list", "a:1 f:2 rest:0", func(s *script) {
			d := newNumber().AddCallback(s.cb("a"))
			deferred.Then(d, s.cb("f"))
			d.AddCallback(s.cb("rest"))
			_ = d.Callback(1)
		}},
		{"a failure of the source goes by, and is moved", "e:!no d=0", func(s *script) {
			d := newNumber()
			deferred.Then(d, s.cb("not called")).AddErrback(s.eb("e"))
			_ = d.Errback(errNo)
			s.result("d", d)
		}},
		{"an error is a failure of the new one", "f:1 e:!no d=0", func(s *script) {
			d := newNumber()
			deferred.Then(d, s.fails("f")).AddErrback(s.eb("e"))
			_ = d.Callback(1)
			s.result("d", d)
		}},
		{"a panic is a failure of the new one", "e:!panic:_boom d=0", func(s *script) {
			d := newNumber()
			deferred.Then(d, func(int) (int, error) { panic("boom") }).AddErrback(s.eb("e"))
			_ = d.Callback(1)
			s.result("d", d)
		}},
		{"it may answer with another Deferred", "f:1 a:5", func(s *script) {
			inner := newNumber()
			deferred.Then(deferred.Succeed(1), s.chains("f", inner)).AddCallback(s.cb("a"))
			_ = inner.Callback(5)
		}},
		{"the new one cannot be fired by hand", "!already_chained_to_another_Deferred !already_chained_to_another_Deferred f:1", func(s *script) {
			d := newNumber()
			out := deferred.Then(d, s.cb("f"))
			s.err(out.Callback(1))
			s.err(out.Errback(errNo))
			_ = d.Callback(1)
		}},
		{"the new one may be paused before the function runs", "fired f:1", func(s *script) {
			d := newNumber()
			out := deferred.Then(d, s.cb("f"))
			out.Pause()
			_ = d.Callback(1)
			s.say("fired")
			out.Unpause()
		}},
		{"a paused source is waited for", "waits f:1", func(s *script) {
			d := deferred.Succeed(1)
			d.Pause()
			deferred.Then(d, s.cb("f"))
			s.say("waits")
			d.Unpause()
		}},
		{"a source that waits is waited for", "waits f:5", func(s *script) {
			inner := newNumber()
			d := deferred.Succeed(1).AddCallback(func(int) (int, error) { return inner.Chain() })
			deferred.Then(d, s.cb("f"))
			s.say("waits")
			_ = inner.Callback(5)
		}},
		{"ThenBoth sees a value", "f:1", func(s *script) {
			deferred.ThenBoth(deferred.Succeed(1), s.see("f"))
		}},
		{"ThenBoth sees a failure, and may handle it", "f:!no out=7", func(s *script) {
			out := deferred.ThenBoth(deferred.Fail[int](errNo), func(v int, err error) (int, error) {
				s.say("f:" + s.text(v, err))
				return 7, nil
			})
			s.result("out", out)
		}},
		{"ThenBoth passes a failure on as it came", "f:!no lost:!no", func(s *script) {
			deferred.ThenBoth(deferred.Fail[int](errNo), s.see("f"))
		}},
		{"ThenBoth after a cancel of its source", "f:!cancelled out=7", func(s *script) {
			d := newNumber()
			out := deferred.ThenBoth(d, func(v int, err error) (int, error) {
				s.say("f:" + s.text(v, err))
				return 7, nil
			})
			d.Cancel()
			s.result("out", out)
		}},
	})
}

// TestThenBothErrorIsAFailure makes sure of the promise about the type.
func TestThenBothErrorIsAFailure(t *testing.T) {
	var got error
	deferred.ThenBoth(deferred.Fail[int](errNo), func(_ int, err error) (string, error) {
		got = err
		return "", nil
	})
	if _, ok := got.(*failure.Failure); !ok { //nolint:errorlint // the very type
		t.Errorf("the error is a %T, want *failure.Failure", got)
	}
	if !errors.Is(got, errNo) {
		t.Errorf("the error %v is not what failed", got)
	}
}

// TestThenLetsGo makes sure that a step keeps nothing alive after it ran: neither
// its source, nor the value, nor its function. A long row of them would.
func TestThenLetsGo(t *testing.T) {
	type large = [1 << 10]byte
	for name, then := range map[string]func(d *deferred.Deferred[*large], f func() int) *number{
		"Then": func(d *deferred.Deferred[*large], f func() int) *number {
			return deferred.Then(d, func(*large) (int, error) { return f(), nil })
		},
		"ThenBoth": func(d *deferred.Deferred[*large], f func() int) *number {
			return deferred.ThenBoth(d, func(*large, error) (int, error) { return f(), nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			var out *number
			// In a function of its own, so that nothing here refers to them.
			source, value, captured := func() (_, _, _ <-chan struct{}) {
				d, v, c := deferred.New[*large](), new(large), new(large)
				out = then(d, func() int { return len(v) + int(c[0]) })
				_ = d.Callback(v)
				return collected(d), collected(v), collected(c)
			}()
			waitForGC(t, source, "the source")
			waitForGC(t, value, "the value")
			waitForGC(t, captured, "what the function refers to")
			if got := valueOf(t, out); got != len(large{}) {
				t.Errorf("value %v", got)
			}
		})
	}
}
