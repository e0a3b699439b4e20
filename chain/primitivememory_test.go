package chain_test

import (
	"runtime"
	"testing"
	"weak"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
)

// TestCancelledLeaveNothing has many wait and give up behind one that stays. They
// must be gone from memory, not only from the line.
func TestCancelledLeaveNothing(t *testing.T) {
	l, q, full := chain.NewLock(), chain.NewQueue[int](0, -1), chain.NewQueue[int](0, 0)
	l.Acquire()
	waits := map[string]struct {
		stays  interface{ Called() bool }
		giveUp func() (inMemory func() bool)
		next   func()
	}{
		"lock":    {l.Acquire(), func() func() bool { return giveUp(l.Acquire()) }, func() { release(t, l) }},
		"Get":     {q.Get(), func() func() bool { return giveUp(q.Get()) }, func() { puts(t, q, 1) }},
		"PutWait": {full.PutWait(1), func() func() bool { return giveUp(full.PutWait(2)) }, func() { gets(t, full, 1) }},
	}
	for name, wait := range waits {
		t.Run(name, func(t *testing.T) {
			var all []func() bool
			for range 100 {
				all = append(all, wait.giveUp())
			}
			runtime.GC()
			for _, inMemory := range all {
				if inMemory() {
					t.Fatal("one that has given up is still in memory")
				}
			}
			wait.next()
			if !wait.stays.Called() {
				t.Error("the one that stayed was forgotten")
			}
		})
	}
}

// giveUp cancels d and forgets it.
//
//go:noinline
func giveUp[T any](d *deferred.Deferred[T]) (inMemory func() bool) {
	d.Catch(ignore).Cancel()
	w := weak.Make(d)
	return func() bool { return w.Value() != nil }
}

// TestQueueShrinks wants the room of a rush to go back.
func TestQueueShrinks(t *testing.T) {
	skipInDebug(t)
	const rush = 100_000
	q := chain.NewQueue[[16]byte](-1, 0)
	before := heap()
	for range rush {
		if err := q.Put([16]byte{}); err != nil {
			t.Fatal(err)
		}
	}
	for q.Len() > 1 {
		q.Get()
	}
	if grown := heap() - before; grown > rush {
		t.Errorf("%d bytes are kept for one item", grown)
	}
	runtime.KeepAlive(q)
}

// heap is how many bytes are in use.
func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}
