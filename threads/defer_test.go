package threads_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/threads"
)

// end is how a Deferred ended.
type end[T any] struct {
	value T
	err   error
}

// submitTo has f deferred to l's pool, on the loop, and hands out the Deferred,
// which is the loop's, and a channel with its end.
func submitTo[T any](t *testing.T, l *loop, f func(ctx context.Context) (T, error)) (*deferred.Deferred[T], <-chan end[T]) {
	t.Helper()
	var d *deferred.Deferred[T]
	ended := make(chan end[T], 1)
	l.on(t, func() {
		d = threads.DeferToThread(l, f)
		d.AddBoth(func(v T, err error) (T, error) {
			if !l.OnLoop() {
				t.Error("a callback ran elsewhere than on the loop")
			}
			ended <- end[T]{v, err}
			return v, nil
		})
	})
	return d, ended
}

func TestDeferToThread(t *testing.T) {
	tests := []struct {
		name string
		f    func(ctx context.Context) (string, error)
		want string
		err  error
		text string // in the failure, with its trace
	}{
		{"value", func(context.Context) (string, error) { return "done", nil }, "done", nil, ""},
		{"error", func(context.Context) (string, error) { return "lost", io.ErrUnexpectedEOF }, "", io.ErrUnexpectedEOF, "TestDeferToThread.func"},
		{"panic", func(context.Context) (string, error) { explode(); return "", nil }, "", nil, "explode"},
		{"panic with an error", func(context.Context) (string, error) { panic(io.EOF) }, "", io.EOF, "panic: EOF"},
		{"Goexit", func(context.Context) (string, error) { runtime.Goexit(); return "", nil }, "", threads.ErrGoexit, "TestDeferToThread.func"},
	}
	l := startLoop(t, 1)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, ended := submitTo(t, l, tt.f)
			got := wait(t, ended, "the Deferred")
			if got.value != tt.want || !errors.Is(got.err, tt.err) && tt.err != nil {
				t.Errorf("ended with %q, %v; want %q, %v", got.value, got.err, tt.want, tt.err)
			}
			var f *failure.Failure
			if failed := errors.As(got.err, &f); failed != (tt.text != "") {
				t.Errorf("ended with %v, want a Failure: %v", got.err, tt.text != "")
			} else if failed && !strings.Contains(f.Traceback(), tt.text) {
				t.Errorf("the trace does not name %q:\n%s", tt.text, f.Traceback())
			}
		})
	}
	if s := l.pool.Stats(); s.Workers != 1 || s.Panicked != 3 {
		t.Errorf("%+v, want 1 worker and 3 panicked", s)
	}
}

func TestDeferToPoolUsesThePoolItIsGiven(t *testing.T) {
	l := startLoop(t, 1)
	other := startPool(t, 0, 1)
	ended := make(chan int, 1)
	l.on(t, func() {
		d := threads.DeferToPool(l, other, func(context.Context) (int, error) { return 7, nil })
		d.AddCallback(func(v int) (int, error) { ended <- v; return v, nil })
	})
	if v := wait(t, ended, "the result"); v != 7 {
		t.Errorf("got %d, want 7", v)
	}
	if n := l.pool.Stats().Completed; n != 0 {
		t.Errorf("the loop's own pool ran %d jobs", n)
	}
}

func TestDeferToPoolPanicsOnNil(t *testing.T) {
	l, p := newLoop(), threads.NewPool(0, 1)
	f := func(context.Context) (int, error) { return 0, nil }
	for name, call := range map[string]func(){
		"without a Caller": func() { threads.DeferToPool(nil, p, f) },
		"without a Pool":   func() { threads.DeferToPool(l, nil, f) },
		"nil function":     func() { threads.DeferToPool[int](l, p, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if text, _ := recover().(string); !strings.Contains(text, name) {
					t.Errorf("panic %q, want one with %q", text, name)
				}
			}()
			call()
		})
	}
}

func TestDeferToThreadWhenThePoolRefuses(t *testing.T) {
	l := startLoop(t, 1, threads.WithQueueLimit(0))
	release := occupy(t, l.pool, 1)
	job := func(context.Context) (int, error) { t.Error("a refused job ran"); return 0, nil }
	_, ended := submitTo(t, l, job)
	if got := wait(t, ended, "the Deferred"); !errors.Is(got.err, threads.ErrPoolFull) {
		t.Errorf("with a full queue: %v, want ErrPoolFull", got.err)
	}
	release()
	stop(t, l.pool)
	_, ended = submitTo(t, l, job)
	if got := wait(t, ended, "the Deferred"); !errors.Is(got.err, threads.ErrPoolStopped) {
		t.Errorf("after Stop: %v, want ErrPoolStopped", got.err)
	}
}

func TestCancelOfAQueuedJob(t *testing.T) {
	l := startLoop(t, 1, threads.WithQueueLimit(1))
	release := occupy(t, l.pool, 1)
	for range 100 { // each finds room, since the one before left the queue
		d, ended := submitTo(t, l, func(context.Context) (int, error) {
			t.Error("a cancelled job ran")
			return 0, nil
		})
		l.on(t, d.Cancel)
		if got := wait(t, ended, "the cancelled Deferred"); !errors.Is(got.err, deferred.ErrCancelled) {
			t.Fatalf("ended with %v, want ErrCancelled", got.err)
		}
		if n := l.pool.Stats().Queued; n != 0 {
			t.Fatalf("%d jobs in the queue, want none", n)
		}
	}
	release()
	flush(t, l.pool)
	if s := l.pool.Stats(); s.Dropped != 100 || s.Completed > 2 {
		t.Errorf("%+v, want 100 dropped, and only the others completed", s)
	}
}

func TestCancelInTheMiddleOfTheQueue(t *testing.T) {
	l := startLoop(t, 1)
	release := occupy(t, l.pool, 1)
	job := func(v int) func(context.Context) (int, error) {
		return func(context.Context) (int, error) { return v, nil }
	}
	_, first := submitTo(t, l, job(1))
	d, second := submitTo(t, l, job(2))
	_, third := submitTo(t, l, job(3))
	l.on(t, d.Cancel)
	if n := l.pool.Stats().Queued; n != 2 {
		t.Errorf("%d queued, want 2", n)
	}
	release()
	if v := wait(t, first, "the first").value; v != 1 {
		t.Errorf("first: %d", v)
	}
	if err := wait(t, second, "the second").err; !errors.Is(err, deferred.ErrCancelled) {
		t.Errorf("second: %v, want ErrCancelled", err)
	}
	if v := wait(t, third, "the third").value; v != 3 {
		t.Errorf("third: %d", v)
	}
}

// How a job may end after it was cancelled while it ran. Each is swallowed, but
// for the panic, which is logged.
func TestCancelOfARunningJob(t *testing.T) {
	for _, tt := range []struct {
		name   string
		finish func() (string, error)
		logged bool
	}{
		{"value", func() (string, error) { return "late", nil }, false},
		{"error", func() (string, error) { return "", io.EOF }, false},
		{"panic", func() (string, error) { panic("late") }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var log journal
			l := startLoop(t, 1, threads.WithLogger(log.logger()))
			begun, cause, finish := make(chan struct{}), make(chan error, 1), make(chan struct{})
			d, ended := submitTo(t, l, func(ctx context.Context) (string, error) {
				close(begun)
				<-ctx.Done()
				cause <- context.Cause(ctx)
				<-finish
				return tt.finish()
			})
			wait(t, begun, "the job to begin")
			l.on(t, d.Cancel)
			if got := wait(t, ended, "the Deferred"); !errors.Is(got.err, deferred.ErrCancelled) {
				t.Errorf("ended with %v, want ErrCancelled", got.err)
			}
			if err := wait(t, cause, "the job's context"); !errors.Is(err, deferred.ErrCancelled) {
				t.Errorf("the context's cause is %v, want ErrCancelled", err)
			}
			close(finish)
			flush(t, l.pool)
			l.on(t, func() {}) // what was posted has been delivered
			if logged := log.String() != ""; logged != tt.logged {
				t.Errorf("logged: %q", log.String())
			}
			if s := l.pool.Stats(); s.Undelivered != 0 || s.Dropped != 0 {
				t.Errorf("%+v, want nothing undelivered or dropped", s)
			}
		})
	}
}

func TestCancelBetweenTheResultAndItsDelivery(t *testing.T) {
	var log journal
	l := startLoop(t, 1, threads.WithLogger(log.logger()))
	ended := make(chan error, 1)
	l.on(t, func() {
		d := threads.DeferToThread(l, func(context.Context) (int, error) { return 1, nil })
		d.AddBoth(func(v int, err error) (int, error) { ended <- err; return v, nil })
		flush(t, l.pool) // the result is posted; the loop is here, so it is not delivered
		d.Cancel()
	})
	if err := wait(t, ended, "the Deferred"); !errors.Is(err, deferred.ErrCancelled) {
		t.Errorf("ended with %v, want ErrCancelled", err)
	}
	l.on(t, func() {})
	if log.String() != "" {
		t.Errorf("logged: %s", log.String())
	}
}

func TestDeferredFiredBySomebodyElseIsLogged(t *testing.T) {
	var log journal
	l := startLoop(t, 1, threads.WithLogger(log.logger()))
	release := occupy(t, l.pool, 1)
	d, ended := submitTo(t, l, func(context.Context) (int, error) { return 1, nil })
	l.on(t, func() {
		if err := d.Callback(2); err != nil {
			t.Errorf("Callback: %v", err)
		}
	})
	if v := wait(t, ended, "the Deferred").value; v != 2 {
		t.Errorf("got %d, want 2", v)
	}
	release()
	flush(t, l.pool)
	l.on(t, func() {})
	if !strings.Contains(log.String(), "fired by somebody else") {
		t.Errorf("not in the log: %q", log.String())
	}
}

func TestResultForAStoppedLoopIsLoggedAndCounted(t *testing.T) {
	var log journal
	l := startLoop(t, 1, threads.WithLogger(log.logger()))
	release := occupy(t, l.pool, 1)
	d, _ := submitTo(t, l, func(context.Context) (int, error) { return 1, nil })
	l.stop()
	release()
	stop(t, l.pool)
	if s := l.pool.Stats(); s.Undelivered != 1 {
		t.Errorf("%+v, want 1 undelivered", s)
	}
	if !strings.Contains(log.String(), errNoLoop.Error()) {
		t.Errorf("not in the log: %q", log.String())
	}
	if d.Called() {
		t.Error("the Deferred fired although its loop has ended")
	}
}

func TestStopDropsAndCancels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := startLoop(t, 1)
		cause := make(chan error, 1)
		_, running := submitTo(t, l, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			cause <- context.Cause(ctx)
			return 0, ctx.Err()
		})
		_, queued := submitTo(t, l, func(context.Context) (int, error) {
			t.Error("a dropped job ran")
			return 0, nil
		})
		synctest.Wait()
		wantLeft(t, stopWithin(l.pool, time.Second), 1, 1, context.DeadlineExceeded)
		if err := (<-queued).err; !errors.Is(err, threads.ErrPoolStopped) {
			t.Errorf("the dropped job's Deferred: %v, want ErrPoolStopped", err)
		}
		if err := <-cause; !errors.Is(err, threads.ErrPoolStopped) {
			t.Errorf("the running job's cause: %v, want ErrPoolStopped", err)
		}
		if err := (<-running).err; !errors.Is(err, context.Canceled) {
			t.Errorf("the running job's Deferred: %v, want what it returned", err)
		}
	})
}

func TestStopOfAnUnstartedPoolFailsItsDeferreds(t *testing.T) {
	l := newLoop()
	l.pool = threads.NewPool(0, 1, threads.WithLogger(slog.New(slog.DiscardHandler)))
	l.start()
	defer l.stop()
	_, ended := submitTo(t, l, func(context.Context) (int, error) { t.Error("ran"); return 0, nil })
	wantLeft(t, stopWithin(l.pool, patience), 0, 1, threads.ErrPoolStopped)
	if err := wait(t, ended, "the Deferred").err; !errors.Is(err, threads.ErrPoolStopped) {
		t.Errorf("ended with %v, want ErrPoolStopped", err)
	}
}

func TestDeferToPoolAllocations(t *testing.T) {
	if os.Getenv("SPINDLE_DEBUG") == "1" {
		t.Skip("SPINDLE_DEBUG=1: debug mode allocates")
	}
	p := startPool(t, 1, 1)
	calls := make(inbox, 1)
	job := func(context.Context) (int, error) { return 1, nil }
	callback := func(v int) (int, error) { return v, nil }
	if n := testing.AllocsPerRun(200, func() {
		threads.DeferToPool(calls, p, job).AddCallback(callback)
		(<-calls)()
	}); n != 2 {
		t.Errorf("%v allocations, want the task with its Deferred, and the call that delivers it", n)
	}
}
