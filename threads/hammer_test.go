package threads_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/threads"
)

// Submits, cancels, resizes, stops and starts from many goroutines, with an idle
// timeout so short that workers end all the time. Each job that was taken must
// be accounted for: it ran, or its Deferred says why not.
func TestHammer(t *testing.T) {
	const (
		users  = 8
		rounds = 300
	)
	l := newLoop()
	l.pool = threads.NewPool(0, 2, threads.WithIdleTimeout(time.Microsecond), threads.WithQueueLimit(50))
	l.start()
	start(t, l.pool)

	h := &hammer{l: l, patience: time.Now().Add(30 * time.Second)}
	var work sync.WaitGroup
	for u := range users {
		work.Go(func() { h.use(t, rand.New(rand.NewPCG(1, uint64(u))), rounds) })
	}
	finish := make(chan struct{})
	var upset sync.WaitGroup
	upset.Go(func() { h.resize(t, finish) })
	upset.Go(func() { h.restart(t, finish) })
	work.Wait()
	close(finish)
	upset.Wait()

	if err := l.pool.Start(); err != nil {
		t.Errorf("Start at the end: %v", err)
	}
	stop(t, l.pool)
	l.on(t, func() {})
	l.stop()
	h.check(t)
}

// hammer counts what became of the jobs.
type hammer struct {
	l        *loop
	patience time.Time // until when the users try to meet everything

	plainTaken, plainRan atomic.Int64
	refused              atomic.Int64

	made, ended atomic.Int64 // Deferreds
	ran         atomic.Int64 // jobs that a Deferred was made for
	won         atomic.Int64 // Deferreds that got their job's result
}

func (h *hammer) use(t *testing.T, r *rand.Rand, rounds int) {
	for i := 0; i < rounds || !h.metAll() && time.Now().Before(h.patience); i++ {
		switch r.IntN(4) {
		case 0:
			h.plain(t)
		case 1:
			h.deferTo(t, false, r.IntN(2) == 0)
		case 2:
			h.deferTo(t, true, r.IntN(2) == 0)
		case 3:
			h.blocking(t, r.IntN(2) == 0)
		}
	}
}

// metAll reports whether results, plain jobs and refusals were all met. On a busy
// machine the pool may be stopped for most of the usual rounds.
func (h *hammer) metAll() bool {
	return h.won.Load() > 0 && h.plainRan.Load() > 0 && h.refused.Load() > 0
}

func (h *hammer) plain(t *testing.T) {
	err := h.l.pool.Submit(func() { h.plainRan.Add(1) })
	switch {
	case err == nil:
		h.plainTaken.Add(1)
	case errors.Is(err, threads.ErrPoolStopped), errors.Is(err, threads.ErrPoolFull):
		h.refused.Add(1)
	default:
		t.Errorf("Submit: %v", err)
	}
}

func (h *hammer) deferTo(t *testing.T, cancel, exit bool) {
	h.l.on(t, func() {
		h.made.Add(1)
		d := threads.DeferToThread(h.l, func(context.Context) (int, error) {
			h.ran.Add(1)
			if exit {
				runtime.Goexit()
			}
			return 1, nil
		})
		d.AddBoth(func(v int, err error) (int, error) {
			h.ended.Add(1)
			switch {
			case err == nil, errors.Is(err, threads.ErrGoexit):
				h.won.Add(1)
			case errors.Is(err, threads.ErrPoolStopped), errors.Is(err, threads.ErrPoolFull):
				h.refused.Add(1)
			case !errors.Is(err, deferred.ErrCancelled):
				t.Errorf("a Deferred ended with %v", err)
			}
			return 0, nil
		})
		if cancel {
			if err := h.l.CallFromThread(d.Cancel); err != nil {
				t.Errorf("CallFromThread: %v", err)
			}
		}
	})
}

func (h *hammer) blocking(t *testing.T, cancel bool) {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	_, err := threads.BlockingCallFromThread(ctx, h.l, func() *deferred.Deferred[int] {
		h.made.Add(1)
		d := threads.DeferToThread(h.l, func(context.Context) (int, error) {
			h.ran.Add(1)
			return 1, nil
		})
		if cancel {
			stop()
		}
		return d.AddBoth(func(v int, err error) (int, error) {
			h.ended.Add(1)
			if err == nil {
				h.won.Add(1)
			}
			return v, err
		})
	})
	switch {
	case err == nil, errors.Is(err, context.Canceled):
	case errors.Is(err, threads.ErrPoolStopped), errors.Is(err, threads.ErrPoolFull):
		h.refused.Add(1)
	default:
		t.Errorf("BlockingCallFromThread: %v", err)
	}
}

func (h *hammer) resize(t *testing.T, finish <-chan struct{}) {
	for i := 0; !closed(finish); i++ {
		if err := h.l.pool.Resize(i%3, 1+i%4+i%3); err != nil {
			t.Errorf("Resize: %v", err)
		}
		runtime.Gosched()
	}
}

func (h *hammer) restart(t *testing.T, finish <-chan struct{}) {
	for !closed(finish) {
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() { stop(t, h.l.pool) })
		}
		both.Wait()
		if err := h.l.pool.Start(); err != nil {
			t.Errorf("Start: %v", err)
		}
		h.l.on(t, func() {})
	}
}

func (h *hammer) check(t *testing.T) {
	if ran, taken := h.plainRan.Load(), h.plainTaken.Load(); ran != taken {
		t.Errorf("%d plain jobs ran of %d taken", ran, taken)
	}
	if made, ended := h.made.Load(), h.ended.Load(); made != ended {
		t.Errorf("%d Deferreds ended of %d made", ended, made)
	}
	if won, ran := h.won.Load(), h.ran.Load(); won > ran {
		t.Errorf("%d results of %d jobs", won, ran)
	}
	if !h.metAll() {
		t.Errorf("not everything was met: %d results, %d plain jobs, %d refused",
			h.won.Load(), h.plainRan.Load(), h.refused.Load())
	}
	if s := h.l.pool.Stats(); s.Workers != 0 || s.Queued != 0 || s.Undelivered != 0 {
		t.Errorf("at the end %+v", s)
	}
}

// Stops whose time is over at once, beside submits and cancels: what is dropped
// tells its Deferred.
func TestHammerStopWithoutPatience(t *testing.T) {
	over, cancel := context.WithCancel(context.Background())
	cancel()
	l := newLoop()
	l.start()
	var made, ended atomic.Int64
	for range 50 {
		l.pool = threads.NewPool(0, 2)
		start(t, l.pool)
		var work sync.WaitGroup
		for u := range 4 {
			work.Go(func() {
				for i := range 10 {
					l.on(t, func() {
						made.Add(1)
						d := threads.DeferToThread(l, func(ctx context.Context) (int, error) { return 0, ctx.Err() })
						d.AddBoth(func(int, error) (int, error) { ended.Add(1); return 0, nil })
						if (u+i)%3 == 0 {
							_ = l.CallFromThread(d.Cancel)
						}
					})
				}
			})
		}
		for range 2 {
			work.Go(func() {
				if err := l.pool.Stop(over); err != nil {
					var left *threads.StopError
					if !errors.As(err, &left) {
						t.Errorf("Stop: %v", err)
					}
				}
			})
		}
		work.Wait()
		stop(t, l.pool)
	}
	l.on(t, func() {})
	l.stop()
	if made.Load() != ended.Load() {
		t.Errorf("%d Deferreds ended of %d made", ended.Load(), made.Load())
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
