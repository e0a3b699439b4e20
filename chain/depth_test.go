package chain_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

const (
	// depthEnv names what a child of TestDepth is to do.
	depthEnv = "SPINDLE_TEST_DEPTH"

	// depthStack is what a goroutine's stack may grow to in the child, where to
	// exceed it is fatal.
	depthStack = 64 << 10
)

// crowd is how many take part.
var crowd = map[bool]int{false: 100_000, true: 5000}[debugged()]

// crowds has what must not take more stack for a crowd than for two. Each answers
// how many it has served.
func crowds() map[string]func() int {
	return map[string]func() int{
		"lock":                     func() int { return handOver(new(chain.Lock)) },
		"semaphore":                func() int { return handOver(chain.NewSemaphore(1)) },
		"lock, acquired again":     acquireAgain,
		"lock, cancelled":          cancelWaiters,
		"run":                      runCrowd,
		"queue, put by getters":    putByGetters,
		"queue, got by putters":    getByPutters,
		"queue, both":              pingPong,
		"scope, closed":            func() int { return endScope(func(s *chain.Scope, _ *child) { s.Close() }) },
		"scope, failed":            func() int { return endScope(func(_ *chain.Scope, d *child) { _ = d.Errback(names[0]) }) },
		"scope, grown as it ends":  growScope,
		"scope, waited for":        waitForScope,
		"for each, fired":          forEachFired,
		"for each, one by one":     forEachPending,
		"for each, cancelled":      forEachCancelled,
		"fork, cancelled":          forkCancelled,
		"as completed, in a chain": completeInChain,
	}
}

// allCrowds has those of coroutines as well.
func allCrowds() map[string]func() int {
	all := crowds()
	maps.Copy(all, coroutineCrowds())
	return all
}

// handOver has a crowd wait for l, of which each releases it at once.
func handOver(l chain.Locker) (served int) {
	for range crowd {
		l.Hold().Tap(func(struct{}) {
			served++
			if served > 1 {
				_ = l.Release() // it is held
			}
		})
	}
	_ = l.Release() // the first has it
	return served
}

// acquireAgain has two pass a lock to each other.
func acquireAgain() (served int) {
	l := chain.NewLock()
	l.Acquire()
	var again func(*chain.Lock)
	again = func(*chain.Lock) {
		if served++; served < crowd {
			l.Acquire().Tap(again)
			_ = l.Release() // it is held
		}
	}
	l.Acquire().Tap(again)
	l.Acquire().Tap(again)
	_ = l.Release() // likewise
	return served
}

// cancelWaiters cancels a crowd that waits, the last first.
func cancelWaiters() (served int) {
	l := chain.NewLock()
	l.Acquire()
	all := make([]*deferred.Deferred[*chain.Lock], crowd)
	for i := range all {
		all[i] = l.Acquire().Catch(func(*failure.Failure) { served++ })
	}
	for i := crowd - 1; i >= 0; i-- {
		all[i].Cancel()
	}
	return served
}

func runCrowd() (served int) {
	l := chain.NewLock()
	l.Acquire()
	for range crowd {
		chain.Run(l, func() *child { return deferred.Succeed(1) }).Tap(func(v int) { served += v })
	}
	_ = l.Release() // it is held
	return served
}

func putByGetters() (served int) {
	q := chain.NewQueue[int](0, -1)
	for range crowd {
		q.Get().Tap(func(int) { served++; _ = q.Put(1) })
	}
	_ = q.Put(1) // somebody waits, but for the last time
	return served
}

func getByPutters() (served int) {
	q := chain.NewQueue[int](0, 0)
	for range crowd {
		q.PutWait(1).Tap(func(struct{}) {
			served++
			if served < crowd {
				q.Get()
			}
		})
	}
	q.Get()
	return served
}

// pingPong has a crowd on each side of two queues.
func pingPong() (served int) {
	there, back := chain.NewQueue[int](0, -1), chain.NewQueue[int](0, -1)
	for range crowd / 2 {
		there.Get().Tap(func(int) { served++; _ = back.Put(1) })
		back.Get().Tap(func(int) { served++; _ = there.Put(1) })
	}
	_ = there.Put(1)
	return served
}

func endScope(end func(s *chain.Scope, first *child)) (served int) {
	s := chain.NewScope()
	ds := pending(crowd)
	for _, d := range ds {
		chain.Add(s, d).Catch(func(*failure.Failure) { served++ })
	}
	end(s, ds[0])
	s.Wait().Catch(ignore)
	return served - s.Len()
}

// growScope has each child add another when it is cancelled.
func growScope() (served int) {
	s := chain.NewScope()
	var add func()
	add = func() {
		chain.Add(s, deferred.New(func(*child) {
			if served++; served < crowd {
				add()
			}
		}))
	}
	add()
	s.Close()
	return served
}

// waitForScope has each that waited add a child that ends at once.
func waitForScope() (served int) {
	s := chain.NewScope()
	d := chain.Add(s, deferred.New[int]())
	for range crowd {
		s.Wait().Tap(func(struct{}) {
			served++
			chain.Add(s, deferred.Succeed(1))
		})
	}
	_ = d.Callback(1)
	return served
}

func forEachFired() (served int) {
	chain.ForEach(numbers(crowd), 2, func(i int) *child { return deferred.Succeed(i) }).
		Tap(func(all []int) { served = len(all) })
	return served
}

// forEachPending has each item fire the one before.
func forEachPending() (served int) {
	var before *child
	d := chain.ForEach(numbers(crowd), 2, func(int) *child {
		if before != nil {
			_ = before.Callback(1)
		}
		before = deferred.New[int]()
		return before
	})
	_ = before.Callback(1)
	d.Tap(func(all []int) { served = len(all) })
	return served
}

func forEachCancelled() (served int) {
	d := chain.ForEach(numbers(crowd), -1, func(int) *child {
		return deferred.New(func(*child) { served++ })
	})
	d.Catch(ignore).Cancel()
	return served
}

func forkCancelled() (served int) {
	for _, way := range chain.Fork(deferred.New[int](), crowd) {
		way.Catch(func(*failure.Failure) { served++ })
		way.Cancel()
	}
	return served
}

// completeInChain has each that completes fire the next.
func completeInChain() (served int) {
	ds := pending(crowd)
	for d := range chain.AsCompleted(ds) {
		d.Tap(func(chain.Winner[int]) {
			if served++; served < crowd {
				_ = ds[served].Callback(1)
			}
		})
	}
	_ = ds[0].Callback(1)
	return served
}

// TestDepth has crowds served in a process whose goroutines may use no more than
// 64 KiB of stack. In that process it serves one.
func TestDepth(t *testing.T) {
	if name := os.Getenv(depthEnv); name != "" {
		serve(t, name)
		return
	}
	t.Run("the limit is one", func(t *testing.T) {
		if out, err := serveApart(t, "recursion"); err == nil || !strings.Contains(out, "stack overflow") {
			t.Errorf("recursion ended with %v, want a stack overflow\n%.2000s", err, out)
		}
	})
	for name := range allCrowds() {
		t.Run(name, func(t *testing.T) {
			if out, err := serveApart(t, name); err != nil {
				t.Errorf("%v\n%.2000s", err, out)
			}
		})
	}
}

// serveApart runs this test again for one crowd.
func serveApart(t *testing.T, name string) (out string, err error) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestDepth$")
	cmd.Env = append(os.Environ(), depthEnv+"="+name, "GORACE=atexit_sleep_ms=0")
	text, err := cmd.CombinedOutput()
	return string(text), err
}

// serve is what the other process does.
func serve(t *testing.T, name string) {
	collectUnhandled(t) // failures that nobody is interested in
	defer debug.SetMaxStack(debug.SetMaxStack(depthStack))
	served := 0
	apart(func() { // the limit counts for what is grown from now on
		if name == "recursion" {
			served = recurse(crowd)
			return
		}
		served = allCrowds()[name]()
	})
	if served != crowd {
		t.Error(fmt.Sprint("served ", served, " of ", crowd))
	}
}

//go:noinline
func recurse(n int) int {
	if n == 0 {
		return 0
	}
	return recurse(n-1) + 1
}
