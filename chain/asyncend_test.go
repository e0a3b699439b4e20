package chain_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
)

// onLoop runs f in a loop that ends with it.
func onLoop(f func(loop *deferred.Turns)) {
	loop := deferred.NewTurns()
	defer loop.Close()
	loop.Begin()
	f(loop)
}

func TestLoopEndsItsCoroutines(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var log []string
	cancelled := deferred.New(func(*deferred.Deferred[int]) { log = append(log, "canceller") })
	var out *deferred.Deferred[int]
	onLoop(func(loop *deferred.Turns) {
		out = chain.Async(func(co *chain.Co) (int, error) {
			defer func() { log = append(log, "defer") }()
			_, err := chain.Await(co, cancelled)
			log = append(log, fmt.Sprint("Await returned ", err))
			return 0, err
		})
		if n := len(loop.Waiting()); n != 1 {
			t.Errorf("%d coroutines wait, want 1", n)
		}
	})
	if want := []string{"canceller", "defer"}; !slices.Equal(log, want) {
		t.Errorf("got %q, want %q", log, want)
	}
	deferred.FlushUnhandled() // and nothing is reported
	if f := deferredtest.FailureOf(t, out); !errors.Is(f, deferred.ErrAbandoned) {
		t.Errorf("failure %v", f)
	}
	deferredtest.SuccessOf(t, cancelled)
}

// TestLoopEndsCoroutinesInsideOut has three, each of which waits for the next.
func TestLoopEndsCoroutinesInsideOut(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var log []string
	never := deferred.New[int]()
	onLoop(func(*deferred.Turns) {
		chain.Async(func(co *chain.Co) (int, error) {
			defer func() { log = append(log, "outer") }()
			return chain.Await(co, chain.Async(func(co *chain.Co) (int, error) {
				defer func() { log = append(log, "middle") }()
				return chain.Await(co, chain.Async(func(co *chain.Co) (int, error) {
					defer func() { log = append(log, "inner") }()
					return chain.Await(co, never)
				}))
			}))
		})
	})
	if want := []string{"inner", "middle", "outer"}; !slices.Equal(log, want) {
		t.Errorf("got %q, want %q", log, want)
	}
}

// TestLoopEndsItsOwnCoroutinesAlone has two loops, on two goroutines.
func TestLoopEndsItsOwnCoroutinesAlone(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var ended sync.WaitGroup
	gate := make(chan struct{})
	first := make(chan bool, 1)
	ended.Go(func() {
		onLoop(func(loop *deferred.Turns) {
			d := deferred.New[int]()
			out := chain.Async(func(co *chain.Co) (int, error) { return chain.Await(co, d) })
			<-gate // the other loop has ended meanwhile
			first <- len(loop.Waiting()) == 1
			_ = d.Callback(1)
			out.AddErrback(func(f *failure.Failure) (int, error) { t.Error(f); return 0, nil })
		})
	})
	over := false
	onLoop(func(*deferred.Turns) {
		chain.Async(func(co *chain.Co) (int, error) {
			defer func() { over = true }()
			return chain.Await(co, deferred.New[int]())
		})
	})
	close(gate)
	ended.Wait()
	if !over {
		t.Error("a coroutine outlived its loop")
	}
	if !<-first {
		t.Error("a loop ended a coroutine of another one")
	}
}

// TestCoroutineOfACoroutine belongs to the same loop.
func TestCoroutineOfACoroutine(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	ended := 0
	onLoop(func(loop *deferred.Turns) {
		gate := deferred.New[int]()
		chain.Async(func(co *chain.Co) (int, error) {
			defer func() { ended++ }()
			if _, err := chain.Await(co, gate); err != nil {
				return 0, err
			}
			if !loop.Here() {
				t.Error("a coroutine of the loop is not on it")
			}
			chain.Async(func(co *chain.Co) (int, error) {
				defer func() { ended++ }()
				return chain.Await(co, deferred.New[int]())
			})
			return chain.Await(co, deferred.New[int]())
		})
		_ = gate.Callback(1)
		if n := len(loop.Waiting()); n != 2 {
			t.Errorf("%d coroutines wait, want 2", n)
		}
		if !loop.Here() {
			t.Error("the loop is not here after its coroutines")
		}
	})
	if ended != 2 {
		t.Errorf("%d of 2 coroutines were ended", ended)
	}
}

// TestCoroutinesBegunBeforeTheirLoop belong to it all the same, woken or not.
func TestCoroutinesBegunBeforeTheirLoop(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var log []string
	begin := func(name string, d *deferred.Deferred[int]) *deferred.Deferred[int] {
		return chain.Async(func(co *chain.Co) (int, error) {
			defer func() { log = append(log, name) }()
			return chain.Await(co, d)
		})
	}
	gate, never := deferred.New[int](), deferred.New[int]()
	first := begin("first", never)
	over := begin("over", gate)
	last := begin("last", deferred.New[int]())
	elsewhere := make(chan struct{})
	go func() { // another goroutine's are its own
		defer close(elsewhere)
		onLoop(func(loop *deferred.Turns) {
			if n := len(loop.Waiting()); n != 0 {
				t.Errorf("%d coroutines of another goroutine were taken over", n)
			}
		})
	}()
	<-elsewhere
	_ = gate.Callback(1)
	onLoop(func(loop *deferred.Turns) {
		if n := len(loop.Waiting()); n != 2 {
			t.Errorf("%d coroutines wait, want 2", n)
		}
	})
	if want := []string{"over", "last", "first"}; !slices.Equal(log, want) {
		t.Errorf("ended in the order %q, want %q", log, want)
	}
	if v := deferredtest.SuccessOf(t, over); v != 1 {
		t.Errorf("value %d", v)
	}
	for _, d := range []*deferred.Deferred[int]{first, last} {
		if f := deferredtest.FailureOf(t, d); !errors.Is(f, deferred.ErrAbandoned) {
			t.Errorf("failure %v", f)
		}
	}
}

// TestCoroutineThatResistsItsEnd recovers from what ends it, and waits again.
func TestCoroutineThatResistsItsEnd(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var out *deferred.Deferred[string]
	tries := 0
	onLoop(func(*deferred.Turns) {
		out = chain.Async(func(co *chain.Co) (text string, err error) {
			wait := func() {
				defer func() {
					if err, ok := recover().(error); !ok || !errors.Is(err, deferred.ErrAbandoned) {
						t.Errorf("Await panicked with %v", err)
					}
				}()
				tries++
				_, _ = chain.Await(co, deferred.New[int]())
				t.Error("Await returned")
			}
			wait()
			wait()
			v, err := chain.Await(co, deferred.Succeed("fired ones can still be had"))
			return v, err
		})
	})
	if v := deferredtest.SuccessOf(t, out); tries != 2 || v == "" {
		t.Errorf("%d tries, value %q", tries, v)
	}
}

// TestCoroutineThatPanicsAtItsEnd is reported, as any failure.
func TestCoroutineThatPanicsAtItsEnd(t *testing.T) {
	reports := collectUnhandled(t)
	onLoop(func(*deferred.Turns) {
		chain.Async(func(co *chain.Co) (int, error) {
			defer func() { panic("in a defer") }()
			return chain.Await(co, deferred.New[int]())
		})
	})
	if got := reports(); len(got) != 1 || got[0] != "panic" {
		t.Errorf("reported %q", got)
	}
}

// TestCoroutineBegunAtTheEnd cannot wait any more.
func TestCoroutineBegunAtTheEnd(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var late *deferred.Deferred[int]
	onLoop(func(*deferred.Turns) {
		chain.Async(func(co *chain.Co) (int, error) {
			defer func() {
				late = chain.Async(func(co *chain.Co) (int, error) { return chain.Await(co, deferred.New[int]()) })
			}()
			return chain.Await(co, deferred.New[int]())
		})
	})
	if f := deferredtest.FailureOf(t, late); !errors.Is(f, deferred.ErrAbandoned) {
		t.Errorf("failure %v", f)
	}
}

// TestGoexitInACoroutine fails its Deferred and ends the goroutine that had it go
// on, as testing's FailNow wants it; what is left of the handlers runs before.
func TestGoexitInACoroutine(t *testing.T) {
	rows := []struct {
		name string
		do   func(out **deferred.Deferred[int], log *[]string)
	}{
		{"at once", func(out **deferred.Deferred[int], log *[]string) {
			defer func() { *log = append(*log, "unwound") }()
			chain.Async(func(*chain.Co) (int, error) { runtime.Goexit(); return 0, nil })
			*log = append(*log, "Async returned")
		}},
		{"after a wait", func(out **deferred.Deferred[int], log *[]string) {
			defer func() { *log = append(*log, "unwound") }()
			d := deferred.New[int]()
			*out = chain.Async(func(co *chain.Co) (int, error) {
				_, _ = chain.Await(co, d)
				runtime.Goexit()
				return 0, nil
			})
			(*out).AddErrback(func(f *failure.Failure) (int, error) {
				*log = append(*log, fmt.Sprint("out: ", errors.Is(f, deferred.ErrGoexit)))
				return 0, nil
			})
			d.Tap(func(int) { *log = append(*log, "d goes on") })
			_ = d.Callback(1)
			*log = append(*log, "Callback returned")
		}},
		{"at its end", func(out **deferred.Deferred[int], log *[]string) {
			defer func() { *log = append(*log, "unwound") }()
			onLoop(func(*deferred.Turns) {
				for range 2 {
					o := chain.Async(func(co *chain.Co) (int, error) {
						defer runtime.Goexit()
						return chain.Await(co, deferred.New[int]())
					})
					o.AddErrback(func(f *failure.Failure) (int, error) {
						*log = append(*log, fmt.Sprint("out: ", errors.Is(f, deferred.ErrGoexit)))
						return 0, nil
					})
				}
			})
		}},
	}
	want := [][]string{
		{"unwound"},
		{"out: true", "d goes on", "unwound"},
		{"out: true", "out: true", "unwound"},
	}
	for i, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			collectUnhandled(t)
			var out *deferred.Deferred[int]
			var log []string
			var over sync.WaitGroup
			over.Go(func() { row.do(&out, &log) })
			over.Wait()
			if !slices.Equal(log, want[i]) {
				t.Errorf("got %q, want %q", log, want[i])
			}
		})
	}
}
