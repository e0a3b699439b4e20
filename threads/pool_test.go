package threads_test

import (
	"errors"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/spindle-go/spindle/threads"
)

var sizes = []struct {
	name     string
	min, max int
	problem  string // empty: fine
}{
	{"nothing kept", 0, 1, ""},
	{"fixed", 3, 3, ""},
	{"max zero", 0, 0, "max is 0, must be at least 1"},
	{"max negative", 0, -1, "max is -1, must be at least 1"},
	{"min negative", -1, 4, "min is -1, must not be negative"},
	{"min above max", 5, 4, "min is 5, must not be above max, which is 4"},
}

func TestNewPoolPanicsOnNonsense(t *testing.T) {
	for _, tt := range sizes {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				text, _ := recover().(string)
				if (text == "") != (tt.problem == "") || !strings.Contains(text, tt.problem) {
					t.Errorf("panic %q, want one with %q", text, tt.problem)
				}
			}()
			threads.NewPool(tt.min, tt.max)
		})
	}
}

func TestResizeAnswersNonsense(t *testing.T) {
	for _, tt := range sizes {
		t.Run(tt.name, func(t *testing.T) {
			p := threads.NewPool(1, 2)
			err := p.Resize(tt.min, tt.max)
			s := p.Stats()
			if tt.problem == "" {
				if err != nil || s.Min != tt.min || s.Max != tt.max {
					t.Errorf("Resize: %v, size now %d to %d", err, s.Min, s.Max)
				}
				return
			}
			if !errors.Is(err, threads.ErrPoolSize) || !strings.Contains(err.Error(), tt.problem) {
				t.Errorf("Resize: %v, want an ErrPoolSize with %q", err, tt.problem)
			}
			if s.Min != 1 || s.Max != 2 {
				t.Errorf("size is now %d to %d, want it unchanged", s.Min, s.Max)
			}
		})
	}
}

func TestOptionsPanicOnNonsense(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, "must be positive") {
			t.Errorf("panic %q", text)
		}
	}()
	threads.WithIdleTimeout(0)
}

func TestSubmitOfNilPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	_ = threads.NewPool(0, 1).Submit(nil)
}

func TestJobsRunInOrder(t *testing.T) {
	p := startPool(t, 0, 1)
	release := occupy(t, p, 1)
	var got []int // the only worker's
	want := make([]int, 100)
	for i := range want {
		want[i] = i
		submit(t, p, func() { got = append(got, i) })
	}
	release()
	flush(t, p)
	if !slices.Equal(got, want) {
		t.Errorf("ran in order %v", got)
	}
}

func TestJobsSubmittedBeforeStartRunAtStart(t *testing.T) {
	p := threads.NewPool(0, 1)
	var got []string
	submit(t, p, func() { got = append(got, "first") })
	submit(t, p, func() { got = append(got, "second") })
	if s := p.Stats(); s.Queued != 2 || s.Workers != 0 {
		t.Errorf("before Start: %+v, want 2 queued and no worker", s)
	}
	start(t, p)
	stop(t, p)
	if want := []string{"first", "second"}; !slices.Equal(got, want) {
		t.Errorf("ran %v, want %v", got, want)
	}
}

func TestResizeBeforeStartRunsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := threads.NewPool(0, 1)
		var ran atomic.Bool
		submit(t, p, func() { ran.Store(true) })
		resize(t, p, 1, 2)
		synctest.Wait()
		if ran.Load() {
			t.Error("a job ran before Start")
		}
		start(t, p)
		stop(t, p)
		if !ran.Load() {
			t.Error("the job did not run at Start")
		}
	})
}

func TestPoolGrowsToMaxAndNotBeyond(t *testing.T) {
	p := startPool(t, 1, 3)
	if s := p.Stats(); s.Workers != 1 {
		t.Errorf("after Start %d workers, want min, 1", s.Workers)
	}
	release := occupy(t, p, 3)
	ran := make(chan struct{})
	submit(t, p, func() { close(ran) })
	if s := p.Stats(); s.Workers != 3 || s.Idle != 0 || s.Queued != 1 {
		t.Errorf("%+v, want 3 workers, none idle, 1 queued", s)
	}
	release()
	wait(t, ran, "the job that had to wait")
}

func TestQueueLimit(t *testing.T) {
	tests := []struct {
		name    string
		opts    []threads.PoolOption
		started bool
		fits    int // jobs that are taken when the only worker is busy
	}{
		{"default, none", nil, true, 1000},
		{"negative, none", []threads.PoolOption{threads.WithQueueLimit(-1)}, true, 1000},
		{"two", []threads.PoolOption{threads.WithQueueLimit(2)}, true, 2},
		{"zero", []threads.PoolOption{threads.WithQueueLimit(0)}, true, 0},
		{"two before Start", []threads.PoolOption{threads.WithQueueLimit(2)}, false, 2},
		{"zero before Start", []threads.PoolOption{threads.WithQueueLimit(0)}, false, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := threads.NewPool(0, 1, tt.opts...)
			t.Cleanup(func() { start(t, p); stop(t, p) })
			if tt.started {
				start(t, p)
				occupy(t, p, 1)
			}
			fits := 0
			var err error
			for fits < 1000 {
				if err = p.Submit(func() {}); err != nil {
					break
				}
				fits++
			}
			if fits != tt.fits {
				t.Errorf("took %d jobs, want %d", fits, tt.fits)
			}
			if tt.fits < 1000 && !errors.Is(err, threads.ErrPoolFull) {
				t.Errorf("then answered %v, want ErrPoolFull", err)
			}
		})
	}
}

// A worker that has just been started, or woken by Resize, is there for a job
// although it is not idle yet.
func TestAWorkerThatIsAboutToLookCounts(t *testing.T) {
	for range 100 {
		p := threads.NewPool(1, 2, threads.WithQueueLimit(0))
		start(t, p)
		ran := make(chan struct{})
		submit(t, p, func() { close(ran) })
		wait(t, ran, "a job right after Start")
		if n := p.Stats().Workers; n != 1 {
			t.Fatalf("%d workers, want no second one", n)
		}
		stop(t, p)
	}
	synctest.Test(t, func(t *testing.T) {
		p := startPool(t, 1, 1, threads.WithQueueLimit(0))
		for range 100 {
			synctest.Wait() // the worker is idle
			resize(t, p, 1, 1)
			submit(t, p, func() {})
		}
	})
}

func TestPanicCostsOnlyItsJob(t *testing.T) {
	var log journal
	p := startPool(t, 1, 1, threads.WithLogger(log.logger()))
	submit(t, p, func() { explode() })
	flush(t, p)
	if s := p.Stats(); s.Workers != 1 || s.Panicked != 1 {
		t.Errorf("%+v, want 1 worker and 1 panicked", s)
	}
	for _, part := range []string{"level=ERROR", "a job crashed", "panic: boom", "explode"} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("the log does not have %q:\n%s", part, log.String())
		}
	}
}

// explode has a name that is to be found in a stack.
//
//go:noinline
func explode() { panic("boom") }

func TestGoexitCostsOnlyItsJob(t *testing.T) {
	var log journal
	p := startPool(t, 0, 1, threads.WithLogger(log.logger()))
	for range 3 {
		submit(t, p, runtime.Goexit)
	}
	flush(t, p)
	if s := p.Stats(); s.Workers != 1 || s.Panicked != 3 {
		t.Errorf("%+v, want 1 worker and 3 panicked", s)
	}
	if n := strings.Count(log.String(), "runtime.Goexit"); n < 3 {
		t.Errorf("the log names it %d times, want at least 3:\n%s", n, log.String())
	}
}

func TestGoexitAsTheLastJobLetsStopEnd(t *testing.T) {
	p := threads.NewPool(0, 4, threads.WithLogger(slog.New(slog.DiscardHandler)))
	for range 20 {
		submit(t, p, runtime.Goexit)
	}
	start(t, p)
	stop(t, p)
	if s := p.Stats(); s.Completed != 20 || s.Workers != 0 {
		t.Errorf("%+v, want 20 completed and no worker", s)
	}
}

func TestDefaultLogger(t *testing.T) {
	var log journal
	was := slog.Default()
	t.Cleanup(func() { slog.SetDefault(was) })
	p := startPool(t, 0, 1) // made before the default changes
	slog.SetDefault(log.logger())
	submit(t, p, explode)
	flush(t, p)
	if !strings.Contains(log.String(), "a job crashed") {
		t.Errorf("not in the default log: %q", log.String())
	}
}

func TestJobsMaySubmitJobs(t *testing.T) {
	p := startPool(t, 0, 1)
	done := make(chan struct{})
	submit(t, p, func() {
		if err := p.Submit(func() { close(done) }); err != nil {
			t.Errorf("Submit in a job: %v", err)
			close(done)
		}
	})
	wait(t, done, "the inner job")
}

func TestResizeUpStartsWorkersForWhatIsQueued(t *testing.T) {
	p := startPool(t, 0, 1)
	release := occupy(t, p, 1)
	defer release()
	var both sync.WaitGroup
	both.Add(2)
	done := make(chan struct{})
	for range 2 { // neither ends before the other has begun
		submit(t, p, func() { both.Done(); both.Wait() })
	}
	if err := p.Resize(0, 3); err != nil {
		t.Fatal(err)
	}
	go func() { both.Wait(); close(done) }()
	wait(t, done, "two workers more")
}

func TestSubmitAllocatesOnce(t *testing.T) {
	p := startPool(t, 1, 1)
	answer := make(chan struct{}, 1)
	f := func() { answer <- struct{}{} }
	if n := testing.AllocsPerRun(200, func() {
		submit(t, p, f)
		<-answer
	}); n > 1 {
		t.Errorf("%v allocations, want 1 at most", n)
	}
}
