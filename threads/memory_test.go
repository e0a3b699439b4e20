package threads_test

import (
	"context"
	"log/slog"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/threads"
)

// ballast counts the big things that still exist.
type ballast struct{ alive atomic.Int64 }

// load returns something big that a job may hold.
func (b *ballast) load() *[1 << 16]byte {
	big := new([1 << 16]byte)
	b.alive.Add(1)
	runtime.AddCleanup(big, func(*ballast) { b.alive.Add(-1) }, nil)
	return big
}

// wantNone fails the test if something big is still there after collections.
// Cleanups run on a goroutine of the runtime's, which each round lets run.
func (b *ballast) wantNone(t *testing.T, when string) {
	t.Helper()
	for range 1000 {
		runtime.GC()
		if b.alive.Load() == 0 {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("%s: %d are still held", when, b.alive.Load())
}

func TestNothingOfAJobIsKept(t *testing.T) {
	var b ballast
	p := startPool(t, 3, 3) // workers that stay, idle
	for range 30 {
		big := b.load()
		submit(t, p, func() { runtime.KeepAlive(big) })
	}
	occupy(t, p, 3)()
	b.wantNone(t, "after plain jobs")
	runtime.KeepAlive(p)
}

// Those who keep a Deferred, or the context of a job, keep no job.
func TestNothingOfADeferredJobIsKept(t *testing.T) {
	var b ballast
	l := startLoop(t, 1)
	var ds []*deferred.Deferred[*[1 << 16]byte]
	var contexts []context.Context // the only worker's
	job := func() func(context.Context) (*[1 << 16]byte, error) {
		big := b.load()
		return func(ctx context.Context) (*[1 << 16]byte, error) {
			contexts = append(contexts, ctx)
			return big, nil
		}
	}
	l.on(t, func() {
		for range 10 {
			d := threads.DeferToThread(l, job())
			d.AddCallback(func(*[1 << 16]byte) (*[1 << 16]byte, error) { return nil, nil })
			ds = append(ds, d)
		}
	})
	flush(t, l.pool)
	l.on(t, func() {})
	b.wantNone(t, "after the results were delivered")
	runtime.KeepAlive(ds)
	runtime.KeepAlive(contexts)
}

// Twisted's rule: what the function holds is let go before the result is handed
// on, so the two need not fit into memory at a time.
func TestAFunctionIsLetGoBeforeItsResultIsDelivered(t *testing.T) {
	var b ballast
	p := startPool(t, 1, 1)
	calls := make(inbox, 1)
	big := b.load()
	d := threads.DeferToPool(calls, p, func(context.Context) (int, error) {
		runtime.KeepAlive(big)
		return 1, nil
	})
	deliver := <-calls
	b.wantNone(t, "before the delivery")
	deliver()
	runtime.KeepAlive(d)
}

func TestNothingOfACancelledJobIsKept(t *testing.T) {
	var b ballast
	l := startLoop(t, 1)
	release := occupy(t, l.pool, 1)
	var ds []*deferred.Deferred[int]
	l.on(t, func() {
		for range 10 {
			big := b.load()
			d := threads.DeferToThread(l, func(context.Context) (int, error) {
				runtime.KeepAlive(big)
				return 0, nil
			})
			d.Catch(ignore)
			ds = append(ds, d)
			d.Cancel()
		}
	})
	b.wantNone(t, "after the cancel, with the worker still busy")
	runtime.KeepAlive(ds)
	release()
}

func TestNothingOfADroppedJobIsKept(t *testing.T) {
	var b ballast
	p := threads.NewPool(0, 1)
	for range 10 {
		big := b.load()
		submit(t, p, func() { runtime.KeepAlive(big) })
	}
	wantLeft(t, stopWithin(p, patience), 0, 10, threads.ErrPoolStopped)
	b.wantNone(t, "after Stop")
	runtime.KeepAlive(p)
}

func TestAStoppedPoolIsCollected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b ballast
		func() {
			big := b.load()
			log := slog.New(slog.NewTextHandler(writer(func(p []byte) (int, error) {
				runtime.KeepAlive(big)
				return len(p), nil
			}), nil))
			p := threads.NewPool(0, 3, threads.WithLogger(log), threads.WithIdleTimeout(time.Hour))
			start(t, p)
			occupy(t, p, 3)()
			synctest.Wait() // the workers are idle, and their timers run
			stop(t, p)
		}()
		for range 2 { // timers that were stopped leave the clock as it goes on
			pass(time.Second)
		}
		b.wantNone(t, "what the Pool held")
	})
}

// writer is a function in the place of an io.Writer.
type writer func(p []byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }
