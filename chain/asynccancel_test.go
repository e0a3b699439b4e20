package chain_test

import (
	"errors"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

func TestCancelOfAsyncGoesToWhatIsAwaited(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	cancelled := 0
	d := deferred.New(func(*deferred.Deferred[int]) { cancelled++ })
	out := chain.Async(func(co *chain.Co) (int, error) { return chain.Await(co, d) })
	out.Cancel()
	if f := deferredtest.FailureOf(t, out); cancelled != 1 || !errors.Is(f, deferred.ErrCancelled) {
		t.Errorf("the canceller was called %d times, the failure is %v", cancelled, f)
	}
	out.Cancel()
	if cancelled != 1 {
		t.Error("a cancel after the end did something")
	}
}

// TestCancelOfAsyncMayBeCaught has a coroutine that goes on after a cancel, twice,
// and returns a value.
func TestCancelOfAsyncMayBeCaught(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	steps := []*deferred.Deferred[int]{deferred.New[int](), deferred.New[int](), deferred.New[int]()}
	caught := 0
	out := chain.Async(func(co *chain.Co) (int, error) {
		for _, d := range steps {
			if v, err := chain.Await(co, d); err == nil {
				return v, nil
			} else if !errors.Is(err, deferred.ErrCancelled) {
				return 0, err
			}
			caught++
		}
		return -1, nil
	})
	out.Cancel()
	out.Cancel()
	deferredtest.NoResult(t, out)
	_ = steps[2].Callback(3)
	if v := deferredtest.SuccessOf(t, out); v != 3 || caught != 2 {
		t.Errorf("value %d after %d cancels", v, caught)
	}
}

// TestCancelOfAsyncThatRuns does nothing, as in Twisted: nothing is waited for.
func TestCancelOfAsyncThatRuns(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	first, second := deferred.New[int](), deferred.New[int]()
	var out *deferred.Deferred[int]
	out = chain.Async(func(co *chain.Co) (int, error) {
		if _, err := chain.Await(co, first); err != nil {
			return 0, err
		}
		out.Cancel()
		return chain.Await(co, second)
	})
	_ = first.Callback(1)
	deferredtest.NoResult(t, out)
	_ = second.Callback(2)
	if v := deferredtest.SuccessOf(t, out); v != 2 {
		t.Errorf("value %d", v)
	}
}

// TestCancelOfAsyncWithAnotherAnswer has a canceller that fires with a value.
func TestCancelOfAsyncWithAnotherAnswer(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	d := deferred.New(func(d *deferred.Deferred[int]) { _ = d.Callback(5) })
	out := chain.Async(func(co *chain.Co) (int, error) { return chain.Await(co, d) })
	out.Cancel()
	if v := deferredtest.SuccessOf(t, out); v != 5 {
		t.Errorf("value %d", v)
	}
}

// TestCancelOfAsyncThatAnsweredWithAChain reaches what was answered.
func TestCancelOfAsyncThatAnsweredWithAChain(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	inner := deferred.New[int]()
	out := chain.Async(func(*chain.Co) (int, error) { return inner.Chain() })
	out.Cancel()
	if f := deferredtest.FailureOf(t, out); !errors.Is(f, deferred.ErrCancelled) {
		t.Errorf("failure %v", f)
	}
}

func TestAwaitOfItself(t *testing.T) {
	rows := []struct {
		name string
		wait func(out *deferred.Deferred[int]) *deferred.Deferred[int]
	}{
		{"directly", func(out *deferred.Deferred[int]) *deferred.Deferred[int] { return out }},
		{"through a chain", func(out *deferred.Deferred[int]) *deferred.Deferred[int] {
			return deferred.Succeed(1).AddCallback(func(int) (int, error) { return out.Chain() })
		}},
		{"through a Then", func(out *deferred.Deferred[int]) *deferred.Deferred[int] {
			return deferred.Then(out, func(v int) (int, error) { return v, nil })
		}},
		{"through a coroutine", func(out *deferred.Deferred[int]) *deferred.Deferred[int] {
			return chain.Async(func(co *chain.Co) (int, error) { return chain.Await(co, out) })
		}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			deferredtest.CheckCoroutines(t)
			gate := deferred.New[int]()
			var out, other *deferred.Deferred[int]
			out = chain.Async(func(co *chain.Co) (int, error) {
				if _, err := chain.Await(co, gate); err != nil {
					return 0, err
				}
				other = row.wait(out)
				if _, err := chain.Await(co, other); !errors.Is(err, deferred.ErrChainCycle) {
					return 0, err
				}
				return 7, nil
			})
			_ = gate.Callback(1)
			// What was awaited waits for the coroutine, so that it has the result.
			if v := deferredtest.SuccessOf(t, other); v != 7 {
				t.Errorf("value %d", v)
			}
		})
	}
}

// TestAwaitOfWhatAnotherTakes is about the second of two consumers.
func TestAwaitOfWhatAnotherTakes(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	d := deferred.New[int]()
	await := func(co *chain.Co) (int, error) { return chain.Await(co, d) }
	first := chain.Async(await)
	second := chain.Async(await)
	if f := deferredtest.FailureOf(t, second); !errors.Is(f, deferred.ErrAlreadyChained) {
		t.Errorf("second coroutine, while the first waits: %v", f)
	}
	if f := deferredtest.FailureOf(t, deferred.Then(d, func(v int) (int, error) { return v, nil })); !errors.Is(f, deferred.ErrAlreadyChained) {
		t.Errorf("Then, while a coroutine waits: %v", f)
	}
	_ = d.Callback(1)
	if v := deferredtest.SuccessOf(t, first); v != 1 {
		t.Errorf("the first got %d", v)
	}
	if f := deferredtest.FailureOf(t, chain.Async(await)); !errors.Is(f, deferred.ErrAlreadyChained) {
		t.Errorf("afterwards: %v", f)
	}
}
