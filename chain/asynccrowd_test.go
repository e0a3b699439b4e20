package chain_test

import (
	"runtime"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

// coroutines is how many live at once in a crowd. The race detector ends the
// process at 8128 goroutines.
func coroutines() int {
	if raceEnabled {
		return crowd / 20
	}
	return crowd
}

// coroutineCrowds are crowds of coroutines, for TestDepth. Each answers the size of
// a crowd if it has served all coroutines.
func coroutineCrowds() map[string]func() int {
	return map[string]func() int{
		"coroutines, in a row":            func() int { return coroutineRow(func(first, _ *child) { _ = first.Callback(1) }) },
		"coroutines, in a row, cancelled": func() int { return coroutineRow(func(_, last *child) { last.Cancel() }) },
		"coroutines, with a lock":         coroutineLock,
		"coroutines, with a queue":        coroutineQueue,
		"coroutines, ended in a row":      coroutinesEnded,
		"coroutines, one that waits on":   coroutineWaits,
	}
}

// served answers a crowd if all of n were.
func served(count, n int) int {
	if count == n {
		return crowd
	}
	return count
}

// coroutineRow has each coroutine wait for the one before.
func coroutineRow(end func(first, last *child)) int {
	count := 0
	first := deferred.New[int]()
	last := first
	for range coroutines() {
		before := last
		last = chain.Async(func(co *chain.Co) (int, error) {
			v, err := chain.Await(co, before)
			count++
			return v, err
		})
	}
	end(first, last)
	return served(count, coroutines())
}

// coroutineLock has all of them take one lock.
func coroutineLock() int {
	count := 0
	l := chain.NewLock()
	l.Acquire()
	for range coroutines() {
		chain.Async(func(co *chain.Co) (int, error) {
			if _, err := chain.Await(co, l.Acquire()); err != nil {
				return 0, err
			}
			count++
			return 0, l.Release()
		})
	}
	_ = l.Release() // the first has it
	return served(count, coroutines())
}

// coroutineQueue has one put what all others get.
func coroutineQueue() int {
	count := 0
	q := chain.NewQueue[int](0, -1)
	for range coroutines() {
		chain.Async(func(co *chain.Co) (int, error) {
			v, err := chain.Await(co, q.Get())
			count++
			return v, err
		})
	}
	chain.Async(func(co *chain.Co) (int, error) {
		for i := range coroutines() {
			if _, err := chain.Await(co, q.PutWait(i)); err != nil {
				return 0, err
			}
		}
		return 0, nil
	})
	return served(count, coroutines())
}

// coroutinesEnded has a loop end a row of them.
func coroutinesEnded() int {
	count := 0
	onLoop(func(*deferred.Turns) {
		last := deferred.New[int]()
		for range coroutines() {
			before := last
			last = chain.Async(func(co *chain.Co) (int, error) {
				defer func() { count++ }()
				return chain.Await(co, before)
			})
		}
	})
	return served(count, coroutines())
}

// coroutineWaits has one coroutine wait for one Deferred after another.
func coroutineWaits() int {
	var d *child
	count := 0
	chain.Async(func(co *chain.Co) (int, error) {
		for ; count < crowd; count++ {
			d = deferred.New[int]()
			if _, err := chain.Await(co, d); err != nil {
				return 0, err
			}
		}
		return 0, nil
	})
	for count < crowd {
		_ = d.Callback(1)
	}
	return count
}

// TestCoroutinesLeaveNothing makes sure that a crowd gives its memory back. The
// runtime keeps the descriptors of goroutines for others, so the first crowd does
// not count.
func TestCoroutinesLeaveNothing(t *testing.T) {
	deferredtest.CheckCoroutines(t)
	coroutineLock()
	before := inUse()
	coroutineLock()
	if grown := int64(inUse()) - int64(before); grown > 4<<20 {
		t.Errorf("%d bytes more are in use after a second crowd of %d coroutines", grown, coroutines())
	}
}

// inUse is the heap after a collection.
func inUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkCoroutineMemory tells what a coroutine that waits takes.
func BenchmarkCoroutineMemory(b *testing.B) {
	const n = 10_000
	for b.Loop() {
		loop := deferred.NewTurns()
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for range n {
			chain.Async(func(co *chain.Co) (int, error) { return chain.Await(co, deferred.New[int]()) })
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		heap := after.HeapAlloc - before.HeapAlloc
		stacks := after.StackInuse - before.StackInuse
		b.ReportMetric(float64(heap)/n, "heap-bytes/coroutine")
		b.ReportMetric(float64(stacks)/n, "stack-bytes/coroutine")
		loop.Close()
	}
}
