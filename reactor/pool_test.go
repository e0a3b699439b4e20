//go:build unix

package reactor_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/threads"
)

func TestDeferToThread(t *testing.T) {
	forEachPoller(t, func(w *world) {
		w.r.CallWhenRunning(func() {
			threads.DeferToThread(w.r, func(context.Context) (bool, error) {
				return w.r.OnLoop(), nil
			}).AddCallback(func(jobOnLoop bool) (bool, error) {
				if jobOnLoop || !w.r.OnLoop() {
					w.Errorf("the job was on the loop: %v, its callback: %v", jobOnLoop, w.r.OnLoop())
				}
				return jobOnLoop, w.r.Stop()
			})
		})
		w.run()
	})
}

// TestJobsOverTheLife of a reactor: before Run they wait, while it runs they run,
// after that they are refused, and so on in the next run.
func TestJobsOverTheLife(t *testing.T) {
	tests := []struct {
		name   string
		opts   []reactor.Option
		before bool // the pool is used before the first Run
	}{
		{"own pool, made before", nil, true},
		{"own pool, made while it runs", nil, false},
		{"given pool", []reactor.Option{reactor.WithPool(threads.NewPool(1, 2))}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, reactor.Epoll, test.opts...)
			if test.before {
				early := make(chan struct{})
				w.check(w.r.CallInThread(func() { close(early) }))
				if closed(early) {
					t.Error("a job ran before Run")
				}
				w.r.CallWhenRunning(func() { await(t, early, "a job that was given before Run") })
			}
			for range 2 {
				end := w.start()
				ran := make(chan struct{})
				w.check(w.r.CallInThread(func() { close(ran) }))
				await(t, ran, "a job")
				w.stop(end)
				w.checkIs(w.r.CallInThread(nothing), threads.ErrPoolStopped)
				if s := w.r.ThreadPool().Stats(); s.Workers > 0 {
					t.Errorf("the pool has %d workers after Run", s.Workers)
				}
			}
		})
	}
}

// TestPoolMadeAtTheEnd is asked for in the last phases, or after Run, and has
// nobody to stop it: it must not start.
func TestPoolMadeAtTheEnd(t *testing.T) {
	for _, phase := range []reactor.Phase{reactor.During, reactor.After} {
		w := newWorld(t, reactor.Epoll)
		w.r.AddSystemEventTrigger(phase, reactor.Shutdown, noted(func() {
			w.checkIs(w.r.CallInThread(nothing), threads.ErrPoolStopped)
		}))
		w.r.CallWhenRunning(func() { w.check(w.r.Stop()) })
		w.run()
		w.checkIs(w.r.CallInThread(nothing), threads.ErrPoolStopped)
	}
	w := newWorld(t, reactor.Epoll)
	w.r.CallWhenRunning(func() { w.check(w.r.Stop()) })
	w.run()
	w.checkIs(w.r.CallInThread(nothing), threads.ErrPoolStopped)
	end := w.start()
	ran := make(chan struct{})
	w.check(w.r.CallInThread(func() { close(ran) }))
	await(t, ran, "a job of the next run")
	w.stop(end)
}

// TestShutdownWaitsForJobs has a job call the loop while it stops: the After phase
// comes when that is through.
func TestShutdownWaitsForJobs(t *testing.T) {
	forEachPoller(t, func(w *world) {
		var order []string
		stopping := make(chan struct{})
		w.r.AddSystemEventTrigger(reactor.During, reactor.Shutdown, noted(func() { close(stopping) }))
		w.r.AddSystemEventTrigger(reactor.After, reactor.Shutdown, noted(func() { order = append(order, "after") }))
		w.r.CallWhenRunning(func() {
			w.check(w.r.CallInThread(func() {
				<-stopping
				_, err := threads.BlockingCallFromThread(within(w.T), w.r, func() *deferred.Deferred[int] {
					order = append(order, "job on the loop")
					return deferred.Succeed(1)
				})
				if err != nil {
					w.Error(err)
				}
			}))
			w.check(w.r.Stop())
		})
		w.run()
		wantOrder(w.T, order, "job on the loop", "after")
	})
}

// TestJobThatDoesNotEnd is given up after the pool's timeout, and logged. It does
// not keep the reactor from running again, with another pool.
func TestJobThatDoesNotEnd(t *testing.T) {
	w := newWorld(t, reactor.Epoll, reactor.WithPoolTimeout(time.Millisecond))
	release, stuck := make(chan struct{}), make(chan struct{})
	defer close(release)
	job := func() { close(stuck); <-release }
	w.check(w.r.CallInThread(job))
	w.r.CallWhenRunning(func() { await(t, stuck, "the job"); w.check(w.r.Stop()) })
	w.run()
	w.wantLog("the pool was stopped before its jobs had ended", "1 jobs still running and 0 dropped")
	first := w.r.ThreadPool()
	end := w.start()
	if w.r.ThreadPool() == first {
		t.Error("the pool with the job that does not end is still the reactor's")
	}
	ran := make(chan struct{})
	w.check(w.r.CallInThread(func() { close(ran) }))
	await(t, ran, "a job of the next run")
	w.stop(end)
}

// TestGivenPoolThatDoesNotEnd cannot be replaced, so Run says why it cannot begin.
func TestGivenPoolThatDoesNotEnd(t *testing.T) {
	pool := threads.NewPool(0, 1)
	w := newWorld(t, reactor.Epoll, reactor.WithPool(pool), reactor.WithPoolTimeout(0))
	release, stuck := make(chan struct{}), make(chan struct{})
	w.check(w.r.CallInThread(func() { close(stuck); <-release }))
	w.r.CallWhenRunning(func() { await(t, stuck, "the job"); w.check(w.r.Stop()) })
	w.run()
	w.wantLog("the pool was stopped before its jobs had ended")
	before := len(openDescriptors())
	w.checkIs(w.r.Run(within(t)), threads.ErrPoolStopping)
	if after := len(openDescriptors()); after != before {
		t.Errorf("%d descriptors are open after that, %d before", after, before)
	}
	close(release)
	w.check(pool.Stop(within(t)))
	w.r.CallWhenRunning(func() { w.check(w.r.Stop()) })
	w.run()
}

// TestBlockingCallOnTheLoop is refused, as it would never end.
func TestBlockingCallOnTheLoop(t *testing.T) {
	forEachPoller(t, func(w *world) {
		w.r.CallWhenRunning(func() {
			_, err := threads.BlockingCallFromThread(background, w.r, func() *deferred.Deferred[int] {
				return deferred.Succeed(1)
			})
			w.checkIs(err, threads.ErrOnLoop)
			w.check(w.r.Stop())
		})
		w.run()
	})
}

// TestBlockingCallWhenTheLoopEnds comes back when Run does.
func TestBlockingCallWhenTheLoopEnds(t *testing.T) {
	forEachPoller(t, func(w *world) {
		end := w.start()
		called, answer := make(chan struct{}), make(chan error, 1)
		go func() {
			_, err := threads.BlockingCallFromThread(within(w.T), w.r, func() *deferred.Deferred[int] {
				close(called)
				return deferred.New[int]()
			})
			answer <- err
		}()
		await(w.T, called, "the call")
		w.stop(end)
		w.checkIs(await(w.T, answer, "the blocking call"), threads.ErrLoopStopped)
	})
}

// TestJobBesideBusyLoop has a worker do something for a loop that finds an event each
// time, where there is one processor for both. The turns are counted, not the time.
func TestJobBesideBusyLoop(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	forEachPoller(t, func(w *world) {
		w.r.CallWhenRunning(func() {
			_, e := w.pipe()
			w.check(w.asWriter(e)) // and nobody writes
			began := w.r.Stats().Turns
			threads.DeferToThread(w.r, func(context.Context) (int, error) {
				return 1, nil
			}).AddCallback(func(v int) (int, error) {
				if n := w.r.Stats().Turns - began; n > 100 {
					w.Errorf("the result of a worker came after %d turns", n)
				}
				return v, w.r.Stop()
			})
		})
		w.run()
	})
}
