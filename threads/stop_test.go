package threads_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spindle-go/spindle/threads"
)

// stopWithin calls Stop with a deadline.
func stopWithin(p *threads.Pool, d time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	return p.Stop(ctx)
}

// wantLeft checks what Stop answered.
func wantLeft(t *testing.T, err error, running, dropped int, reason error) {
	t.Helper()
	var left *threads.StopError
	if !errors.As(err, &left) {
		t.Fatalf("Stop: %v, want a StopError", err)
	}
	if left.Running != running || left.Dropped != dropped || !errors.Is(err, reason) {
		t.Errorf("Stop: %v, want %d running, %d dropped, %v", err, running, dropped, reason)
	}
}

func TestStopRunsWhatIsQueued(t *testing.T) {
	p := threads.NewPool(0, 2)
	start(t, p)
	release := occupy(t, p, 2)
	ran := make(chan struct{}, 10)
	for range 10 {
		submit(t, p, func() { ran <- struct{}{} })
	}
	release()
	stop(t, p)
	if len(ran) != 10 {
		t.Errorf("%d of 10 queued jobs ran before Stop returned", len(ran))
	}
	if s := p.Stats(); s.Workers != 0 || s.Completed != 12 {
		t.Errorf("%+v, want no worker and 12 completed", s)
	}
}

func TestStopRefusesNewJobsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := threads.NewPool(0, 1)
		start(t, p)
		release := occupy(t, p, 1)
		stopped := make(chan error, 1)
		go func() { stopped <- p.Stop(context.Background()) }()
		synctest.Wait()
		if err := p.Submit(func() {}); !errors.Is(err, threads.ErrPoolStopped) {
			t.Errorf("Submit while stopping: %v, want ErrPoolStopped", err)
		}
		if err := p.Start(); !errors.Is(err, threads.ErrPoolStopping) {
			t.Errorf("Start while stopping: %v, want ErrPoolStopping", err)
		}
		release()
		if err := <-stopped; err != nil {
			t.Errorf("Stop: %v", err)
		}
		if err := p.Submit(func() {}); !errors.Is(err, threads.ErrPoolStopped) {
			t.Errorf("Submit after Stop: %v, want ErrPoolStopped", err)
		}
	})
}

func TestStopDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := threads.NewPool(0, 2)
		start(t, p)
		release := occupy(t, p, 2)
		for range 3 {
			submit(t, p, func() { t.Error("a dropped job ran") })
		}
		began := time.Now()
		err := stopWithin(p, time.Minute)
		wantLeft(t, err, 2, 3, context.DeadlineExceeded)
		if d := time.Since(began); d != time.Minute {
			t.Errorf("Stop took %v, want a minute", d)
		}
		if text := err.Error(); !strings.Contains(text, "2 jobs still running and 3 dropped") {
			t.Errorf("the text does not say what was left: %s", text)
		}
		wantLeft(t, stopWithin(p, time.Second), 2, 0, context.DeadlineExceeded)
		release()
		stop(t, p)
		if s := p.Stats(); s.Dropped != 3 || s.Completed != 2 || s.Workers != 0 {
			t.Errorf("%+v, want 3 dropped, 2 completed, no worker", s)
		}
	})
}

func TestStopAnswersTheCause(t *testing.T) {
	reason := errors.New("shutting down")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(reason)
	p := startPool(t, 0, 1)
	occupy(t, p, 1)
	wantLeft(t, p.Stop(ctx), 1, 0, reason)
}

func TestStopWithAnEndedContextStillEndsIdleWorkers(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	p := threads.NewPool(5, 5)
	start(t, p)
	if err := p.Stop(ctx); err != nil {
		t.Errorf("Stop: %v", err)
	}
	wantWorkers(t, p, 0, "after Stop")
	if err := p.Stop(ctx); err != nil {
		t.Errorf("Stop again: %v", err)
	}
}

func TestStopIsIdempotent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := threads.NewPool(1, 2)
		start(t, p)
		release := occupy(t, p, 2)
		ended := make(chan error, 4)
		for range 4 {
			go func() { ended <- p.Stop(context.Background()) }()
		}
		synctest.Wait()
		if len(ended) != 0 {
			t.Fatal("a Stop returned while jobs run")
		}
		release()
		for range 4 {
			if err := <-ended; err != nil {
				t.Errorf("Stop: %v", err)
			}
		}
		stop(t, p)
	})
}

func TestTheShortestDeadlineCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := threads.NewPool(0, 1)
		start(t, p)
		release := occupy(t, p, 1)
		submit(t, p, func() { t.Error("a dropped job ran") })
		patient := make(chan error, 1)
		go func() { patient <- p.Stop(context.Background()) }()
		synctest.Wait()
		wantLeft(t, stopWithin(p, time.Second), 1, 1, context.DeadlineExceeded)
		release()
		if err := <-patient; err != nil {
			t.Errorf("the Stop that saw the end: %v", err)
		}
	})
}

func TestStopOfAPoolThatWasNeverStarted(t *testing.T) {
	p := threads.NewPool(1, 2)
	stop(t, p)
	if err := p.Submit(func() {}); !errors.Is(err, threads.ErrPoolStopped) {
		t.Errorf("Submit: %v, want ErrPoolStopped", err)
	}
	p = threads.NewPool(1, 2)
	submit(t, p, func() { t.Error("a job ran in a Pool that was never started") })
	wantLeft(t, stopWithin(p, patience), 0, 1, threads.ErrPoolStopped)
	stop(t, p)
}

func TestStartAgain(t *testing.T) {
	p := threads.NewPool(1, 2)
	for range 3 {
		start(t, p)
		start(t, p) // does nothing
		wantWorkers(t, p, 1, "after Start")
		flush(t, p)
		stop(t, p)
		wantWorkers(t, p, 0, "after Stop")
	}
	if s := p.Stats(); s.Completed != 3 {
		t.Errorf("%d completed, want 3", s.Completed)
	}
}

// slowContext has ended, and takes its time to say why.
type slowContext struct {
	context.Context
	asked, answer chan struct{}
}

func (c slowContext) Done() <-chan struct{} { return c.asked }

func (c slowContext) Err() error { <-c.answer; return context.Canceled }

// A Stop whose time is over just as the run has ended and another has begun must
// leave the new run alone.
func TestLateStopLeavesTheNextRunAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := threads.NewPool(1, 1)
		start(t, p)
		release := occupy(t, p, 1)
		ctx := slowContext{context.Background(), make(chan struct{}), make(chan struct{})}
		close(ctx.asked)
		late := make(chan error, 1)
		go func() { late <- p.Stop(ctx) }()
		synctest.Wait()
		release()
		stop(t, p)
		start(t, p)
		release = occupy(t, p, 1)
		close(ctx.answer)
		if err := <-late; err != nil {
			t.Errorf("Stop of the first run: %v", err)
		}
		if err := p.Submit(func() {}); err != nil {
			t.Errorf("Submit to the second run: %v", err)
		}
		release()
		stop(t, p)
	})
}

func TestResizeWhileStopping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := threads.NewPool(0, 1)
		start(t, p)
		release := occupy(t, p, 1)
		ran := make(chan struct{}, 2)
		for range 2 {
			submit(t, p, func() { ran <- struct{}{} })
		}
		go func() { _ = p.Stop(context.Background()) }()
		synctest.Wait()
		resize(t, p, 2, 3)
		synctest.Wait()
		if len(ran) != 2 {
			t.Errorf("%d of 2 queued jobs ran on added workers", len(ran))
		}
		wantWorkers(t, p, 1, "as min does not count any more")
		release()
		stop(t, p)
	})
}
