package chain_test

import (
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
)

// BenchmarkLock is acquiring a free lock and releasing it.
func BenchmarkLock(b *testing.B) {
	l := chain.NewLock()
	b.ReportAllocs()
	for b.Loop() {
		l.Acquire()
		_ = l.Release() // it is held
	}
}

// BenchmarkLockHandOver is waiting for a lock, with a callback, and getting it.
func BenchmarkLockHandOver(b *testing.B) {
	l := chain.NewLock()
	l.Acquire()
	served := 0
	callback := func(l *chain.Lock) (*chain.Lock, error) { served++; return l, nil }
	b.ReportAllocs()
	for b.Loop() {
		l.Acquire().AddCallback(callback)
		_ = l.Release() // it is held
	}
}

// BenchmarkQueue is waiting for an item, with a callback, and getting it.
func BenchmarkQueue(b *testing.B) {
	q := chain.NewQueue[int](0, -1)
	served := 0
	callback := func(v int) (int, error) { served++; return v, nil }
	b.ReportAllocs()
	for b.Loop() {
		q.Get().AddCallback(callback)
		_ = q.Put(1) // somebody waits
	}
}

// BenchmarkForEach is one item of a ForEach whose work is there at once.
func BenchmarkForEach(b *testing.B) {
	seven := deferred.Succeed(7)
	b.ReportAllocs()
	chain.ForEach(func(yield func(int) bool) {
		for b.Loop() && yield(1) {
		}
	}, 2, func(int) *child { return seven })
}
