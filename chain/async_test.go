package chain_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

var errCoroutine = errors.New("a coroutine's error")

func TestAsyncRunsAtOnceAndGoesOnWhereItIsWoken(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	var log []string
	say := func(text string) { log = append(log, text) }
	first, second := deferred.New[int](), deferred.New[string]()
	out := chain.Async(func(co *chain.Co) (string, error) {
		say("began")
		n, err := chain.Await(co, first)
		say(fmt.Sprint("first: ", n, " ", err))
		s, err := chain.Await(co, second)
		say(fmt.Sprint("second: ", s, " ", err))
		return strings.Repeat(s, n), nil
	})
	out.Tap(func(s string) { say("out: " + s) })
	say("async returned")
	_ = first.Callback(2)
	say("first was fired")
	_ = second.Callback("ab")
	say("second was fired")
	want := []string{
		"began", "async returned", "first: 2 <nil>", "first was fired",
		"second: ab <nil>", "out: abab", "second was fired",
	}
	if !slices.Equal(log, want) {
		t.Errorf("got  %q\nwant %q", log, want)
	}
}

func TestAwaitOfFiredDoesNotSwitch(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	others := 0
	out := chain.Async(func(co *chain.Co) (int, error) {
		sum := 0
		for i := range 1000 {
			v, err := chain.Await(co, deferred.Succeed(i))
			if err != nil {
				return 0, err
			}
			sum += v
			if _, err := chain.Await(co, deferred.Fail[int](errCoroutine)); !errors.Is(err, errCoroutine) {
				return 0, fmt.Errorf("the failure came out as %w", err)
			}
		}
		if others > 0 {
			return 0, errors.New("something else ran meanwhile")
		}
		return sum, nil
	})
	others++
	if got := deferredtest.SuccessOf(t, out); got != 999*1000/2 {
		t.Errorf("sum %d", got)
	}
}

func TestAwaitMovesTheResult(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	fired, pending := deferred.Succeed(7), deferred.New[int]()
	failed := deferred.Fail[int](errCoroutine)
	out := chain.Async(func(co *chain.Co) ([]int, error) {
		a, err := chain.Await(co, fired)
		b, err2 := chain.Await(co, pending)
		_, err3 := chain.Await(co, failed)
		if !errors.Is(err3, errCoroutine) {
			return nil, err3
		}
		return []int{a, b}, errors.Join(err, err2)
	})
	_ = pending.Callback(8)
	if got := deferredtest.SuccessOf(t, out); !slices.Equal(got, []int{7, 8}) {
		t.Errorf("the coroutine got %v", got)
	}
	for _, d := range []*deferred.Deferred[int]{fired, pending, failed} {
		if v := deferredtest.SuccessOf(t, d); v != 0 {
			t.Errorf("what was awaited still has %d", v)
		}
	}
}

// TestAwaitOfWhatIsPaused waits although there is a result.
func TestAwaitOfWhatIsPaused(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	d := deferred.Succeed(1)
	d.Pause()
	out := chain.Async(func(co *chain.Co) (int, error) { return chain.Await(co, d) })
	deferredtest.NoResult(t, out)
	d.Unpause()
	if v := deferredtest.SuccessOf(t, out); v != 1 {
		t.Errorf("got %d", v)
	}
}

// TestAwaitHasItsPlaceInTheList makes sure that an Await is a handler like others.
func TestAwaitHasItsPlaceInTheList(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	d := deferred.New[int]()
	var log []string
	d.AddCallback(func(v int) (int, error) { log = append(log, "before"); return v + 1, nil })
	out := chain.Async(func(co *chain.Co) (int, error) {
		v, err := chain.Await(co, d)
		log = append(log, "coroutine")
		d.Tap(func(v int) { log = append(log, fmt.Sprint("added meanwhile, ", v)) })
		return v, err
	})
	d.Tap(func(v int) { log = append(log, fmt.Sprint("after, ", v)) })
	out.Tap(func(v int) { log = append(log, fmt.Sprint("out, ", v)) })
	_ = d.Callback(1)
	want := []string{"before", "coroutine", "out, 2", "after, 0", "added meanwhile, 0"}
	if !slices.Equal(log, want) {
		t.Errorf("got  %q\nwant %q", log, want)
	}
}

// TestAsyncResults has what may come of a coroutine, each at once and after a wait.
func TestAsyncResults(t *testing.T) {
	inner := deferred.New[int]()
	_ = inner.Callback(5)
	rows := []struct {
		name string
		body func(co *chain.Co) (int, error)
		want func(t *testing.T, d *deferred.Deferred[int])
	}{
		{"value", func(*chain.Co) (int, error) { return 3, nil }, func(t *testing.T, d *deferred.Deferred[int]) {
			if v := deferredtest.SuccessOf(t, d); v != 3 {
				t.Errorf("value %d", v)
			}
		}},
		{"error", func(*chain.Co) (int, error) { return 3, errCoroutine }, func(t *testing.T, d *deferred.Deferred[int]) {
			f := deferredtest.FailureOf(t, d)
			if !errors.Is(f, errCoroutine) || !strings.Contains(f.Traceback(), "TestAsyncResults.func") {
				t.Errorf("failure without the body's place: %+v", f)
			}
		}},
		{"nil failure", func(*chain.Co) (int, error) { return 3, (*failure.Failure)(nil) }, func(t *testing.T, d *deferred.Deferred[int]) {
			if v := deferredtest.SuccessOf(t, d); v != 3 {
				t.Errorf("value %d", v)
			}
		}},
		{"panic", func(*chain.Co) (int, error) { panic(errCoroutine) }, func(t *testing.T, d *deferred.Deferred[int]) {
			f := deferredtest.FailureOf(t, d)
			var p *failure.PanicError
			if !errors.As(f, &p) || !errors.Is(f, errCoroutine) || !strings.Contains(string(p.Stack), "TestAsyncResults.func") {
				t.Errorf("failure without the body's stack: %+v", f)
			}
		}},
		{"panic with text", func(*chain.Co) (int, error) { panic("no") }, func(t *testing.T, d *deferred.Deferred[int]) {
			var p *failure.PanicError
			if f := deferredtest.FailureOf(t, d); !errors.As(f, &p) || p.Value != "no" {
				t.Errorf("failure %+v", f)
			}
		}},
		{"chain, fired", func(*chain.Co) (int, error) { return deferred.Succeed(4).Chain() }, func(t *testing.T, d *deferred.Deferred[int]) {
			if v := deferredtest.SuccessOf(t, d); v != 4 {
				t.Errorf("value %d", v)
			}
		}},
		{"chain of another type", func(*chain.Co) (int, error) { _, err := deferred.Succeed("").Chain(); return 0, err }, func(t *testing.T, d *deferred.Deferred[int]) {
			if f := deferredtest.FailureOf(t, d); !errors.Is(f, deferred.ErrChainType) {
				t.Errorf("failure %v", f)
			}
		}},
	}
	for _, row := range rows {
		t.Run(row.name+", at once", func(t *testing.T) {
			deferredtest.CheckCoroutines(t)
			row.want(t, chain.Async(row.body))
		})
		t.Run(row.name+", later", func(t *testing.T) {
			deferredtest.CheckCoroutines(t)
			d := deferred.New[string]()
			out := chain.Async(func(co *chain.Co) (int, error) {
				if _, err := chain.Await(co, d); err != nil {
					return 0, err
				}
				return row.body(co)
			})
			deferredtest.NoResult(t, out)
			_ = d.Callback("")
			row.want(t, out)
		})
	}
}

func TestAsyncThatAnswersWithAChain(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	inner := deferred.New[int]()
	out := chain.Async(func(*chain.Co) (int, error) { return inner.Chain() })
	deferredtest.NoResult(t, out)
	_ = inner.Callback(6)
	if v := deferredtest.SuccessOf(t, out); v != 6 {
		t.Errorf("value %d", v)
	}
}

// TestAsyncCannotBeFired has nobody but the body give the result.
func TestAsyncCannotBeFired(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	d := deferred.New[int]()
	var out *deferred.Deferred[int]
	out = chain.Async(func(co *chain.Co) (int, error) {
		v, err := chain.Await(co, d)
		if again := out.Callback(9); !errors.Is(again, deferred.ErrAlreadyChained) {
			t.Errorf("fired while it runs: %v", again)
		}
		return v, err
	})
	if err := out.Callback(9); !errors.Is(err, deferred.ErrAlreadyChained) {
		t.Errorf("fired while it waits: %v", err)
	}
	if out.Called() {
		t.Error("called, before it is over")
	}
	_ = d.Callback(1)
	if err := out.Callback(9); !errors.Is(err, deferred.ErrAlreadyCalled) {
		t.Errorf("fired when it is over: %v", err)
	}
	if v := deferredtest.SuccessOf(t, out); v != 1 {
		t.Errorf("value %d", v)
	}
}

func TestAsyncText(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	d := deferred.New[int]()
	var out *deferred.Deferred[bool]
	var running string
	out = chain.Async(func(co *chain.Co) (bool, error) {
		_, err := chain.Await(co, d)
		running = out.String()
		return true, err
	})
	if text := out.String(); !strings.Contains(text, "waits for Deferred[int]") {
		t.Errorf("waiting: %s", text)
	}
	_ = d.Callback(1)
	if !strings.Contains(running, "not fired, at work") {
		t.Errorf("running: %s", running)
	}
}

// TestAsyncTimesOut uses the clock as any other code would.
func TestAsyncTimesOut(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	out := chain.Async(func(co *chain.Co) (string, error) {
		if _, err := chain.Await(co, timeout.Sleep(clock, time.Second)); err != nil {
			return "", err
		}
		_, err := chain.Await(co, timeout.Sleep(clock, time.Hour))
		return "slept", err
	})
	out.AddTimeout(time.Minute, clock)
	clock.Advance(2 * time.Minute)
	if f := deferredtest.FailureOf(t, out); !errors.Is(f, deferred.ErrTimeout) {
		t.Errorf("failure %v", f)
	}
	if left := clock.Calls(); len(left) > 0 {
		t.Errorf("%d delayed calls are left", len(left))
	}
}

func TestAwaitAllocatesNothing(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	var d *deferred.Deferred[int]
	chain.Async(func(co *chain.Co) (int, error) {
		for {
			d = deferred.New[int]()
			if v, err := chain.Await(co, d); err != nil || v < 0 {
				return v, err
			}
		}
	})
	if n := testing.AllocsPerRun(100, func() { _ = d.Callback(1) }); n != 1 {
		t.Errorf("a Deferred and a wait for it: %v allocations, want 1", n)
	}
	_ = d.Callback(-1)
	chain.Async(func(co *chain.Co) (int, error) {
		n := testing.AllocsPerRun(100, func() { _, _ = chain.Await(co, deferred.Succeed(1)) })
		if n != 1 {
			t.Errorf("a fired Deferred and an Await of it: %v allocations, want 1", n)
		}
		return 0, nil
	})
}
