package threads_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spindle-go/spindle/threads"
)

const idleTimeout = 10 * time.Second

// inBubble runs f with a clock that goes on when all goroutines wait, and hands
// it a Pool of min to max workers that is idle at max.
func inBubble(t *testing.T, min, max int, f func(t *testing.T, p *threads.Pool)) {
	synctest.Test(t, func(t *testing.T) {
		p := startPool(t, min, max, threads.WithIdleTimeout(idleTimeout))
		occupy(t, p, max)()
		synctest.Wait()
		f(t, p)
	})
}

// pass lets d go by, and then all that is due happen.
func pass(d time.Duration) {
	timer := time.NewTimer(d)
	<-timer.C
	synctest.Wait()
}

func wantWorkers(t *testing.T, p *threads.Pool, want int, when string) {
	t.Helper()
	if s := p.Stats(); s.Workers != want || s.Idle > want {
		t.Errorf("%s: %d workers, %d idle, want %d", when, s.Workers, s.Idle, want)
	}
}

func TestIdleWorkersEndDownToMin(t *testing.T) {
	for _, tt := range []struct {
		name     string
		min, max int
	}{
		{"to none", 0, 4},
		{"to two", 2, 5},
		{"fixed size", 3, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, tt.min, tt.max, func(t *testing.T, p *threads.Pool) {
				pass(idleTimeout - 1)
				wantWorkers(t, p, tt.max, "just before the timeout")
				pass(1)
				wantWorkers(t, p, tt.min, "at the timeout")
				pass(100 * idleTimeout)
				wantWorkers(t, p, tt.min, "long after")
				occupy(t, p, tt.max)()
				synctest.Wait()
				wantWorkers(t, p, tt.max, "after work for all")
				pass(idleTimeout)
				wantWorkers(t, p, tt.min, "when the timeout is over once more")
			})
		})
	}
}

func TestIdleTimeoutDefault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := startPool(t, 0, 1)
		flush(t, p)
		pass(30*time.Second - 1)
		wantWorkers(t, p, 1, "just before 30 seconds")
		pass(1)
		wantWorkers(t, p, 0, "at 30 seconds")
	})
}

func TestUseKeepsAWorker(t *testing.T) {
	inBubble(t, 0, 3, func(t *testing.T, p *threads.Pool) {
		pass(idleTimeout / 2)
		flush(t, p) // always the one that worked last, so the others end
		pass(idleTimeout / 2)
		wantWorkers(t, p, 1, "a timeout after the first use")
		pass(idleTimeout/2 - 1)
		wantWorkers(t, p, 1, "just before a timeout after the last use")
		pass(1)
		wantWorkers(t, p, 0, "a timeout after the last use")
	})
}

func TestLongJobIsNotIdle(t *testing.T) {
	inBubble(t, 0, 1, func(t *testing.T, p *threads.Pool) {
		release := occupy(t, p, 1)
		pass(5 * idleTimeout)
		wantWorkers(t, p, 1, "while it works")
		release()
		pass(idleTimeout - 1)
		wantWorkers(t, p, 1, "just before a timeout after its job")
		pass(1)
		wantWorkers(t, p, 0, "a timeout after its job")
	})
}

func TestResizeChangesWhoIsKept(t *testing.T) {
	t.Run("lower min lets idle workers end", func(t *testing.T) {
		inBubble(t, 4, 4, func(t *testing.T, p *threads.Pool) {
			pass(3 * idleTimeout)
			resize(t, p, 1, 4)
			pass(idleTimeout)
			wantWorkers(t, p, 1, "a timeout later")
		})
	})
	t.Run("higher min starts and keeps", func(t *testing.T) {
		inBubble(t, 0, 2, func(t *testing.T, p *threads.Pool) {
			pass(idleTimeout / 2)
			resize(t, p, 3, 5)
			wantWorkers(t, p, 3, "at once")
			pass(10 * idleTimeout)
			wantWorkers(t, p, 3, "long after")
		})
	})
	t.Run("lower max ends idle workers at once", func(t *testing.T) {
		inBubble(t, 0, 4, func(t *testing.T, p *threads.Pool) {
			resize(t, p, 0, 1)
			synctest.Wait()
			wantWorkers(t, p, 1, "at once")
		})
	})
	t.Run("lower max ends busy workers after their job", func(t *testing.T) {
		inBubble(t, 0, 4, func(t *testing.T, p *threads.Pool) {
			release := occupy(t, p, 4)
			submit(t, p, func() {})
			resize(t, p, 0, 2)
			synctest.Wait()
			wantWorkers(t, p, 4, "while they work")
			release()
			synctest.Wait()
			wantWorkers(t, p, 2, "after that")
		})
	})
	t.Run("of a Pool that is not running", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := threads.NewPool(0, 1)
			resize(t, p, 2, 2)
			synctest.Wait()
			wantWorkers(t, p, 0, "before Start")
			start(t, p)
			wantWorkers(t, p, 2, "after Start")
			stop(t, p)
			resize(t, p, 3, 3)
			wantWorkers(t, p, 0, "after Stop")
		})
	})
}

func resize(t *testing.T, p *threads.Pool, min, max int) {
	t.Helper()
	if err := p.Resize(min, max); err != nil {
		t.Fatalf("Resize: %v", err)
	}
}

// A worker's timer and a Submit at the same instant, over and over: whoever is
// first, the job runs.
func TestNoJobIsLostWhenAWorkerEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := startPool(t, 0, 2, threads.WithIdleTimeout(idleTimeout))
		timer := time.NewTimer(0)
		for range 500 {
			var ran sync.WaitGroup
			<-timer.C // the workers' timers fire now as well
			for range 3 {
				ran.Add(1)
				submit(t, p, ran.Done)
			}
			ran.Wait()
			synctest.Wait()
			timer.Reset(idleTimeout)
		}
		if s := p.Stats(); s.Completed != 1500 {
			t.Errorf("%d jobs ran, want 1500", s.Completed)
		}
	})
}

func TestStopEndsTheTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := threads.NewPool(0, 3, threads.WithIdleTimeout(idleTimeout))
		start(t, p)
		occupy(t, p, 3)()
		synctest.Wait()
		stop(t, p)
		pass(2 * idleTimeout)
		wantWorkers(t, p, 0, "after Stop")
	})
}
