package threads_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/threads"
)

func TestBlockingCall(t *testing.T) {
	tests := []struct {
		name string
		f    func() *deferred.Deferred[int]
		want int
		err  error
		text string // in the error
	}{
		{"value", func() *deferred.Deferred[int] { return deferred.Succeed(3) }, 3, nil, ""},
		{"failure", func() *deferred.Deferred[int] { return deferred.Fail[int](io.EOF) }, 0, io.EOF, "EOF"},
		{"panic", func() *deferred.Deferred[int] { panic("boom") }, 0, nil, "panic: boom"},
		{"nil Deferred", func() *deferred.Deferred[int] { return nil }, 0, nil, "returned a nil Deferred"},
	}
	l := startLoop(t, 1)
	for _, tt := range tests {
		for name, c := range map[string]threads.Caller{"": l, " from a bare Caller": bare{l}} {
			t.Run(tt.name+name, func(t *testing.T) {
				v, err := threads.BlockingCallFromThread(t.Context(), c, tt.f)
				if v != tt.want || !errors.Is(err, tt.err) && tt.err != nil || (err != nil) != (tt.text != "") {
					t.Fatalf("got %d, %v; want %d, %v", v, err, tt.want, tt.err)
				}
				if err != nil && !strings.Contains(err.Error(), tt.text) {
					t.Errorf("error %q, want one with %q", err, tt.text)
				}
			})
		}
	}
}

func TestBlockingCallRunsOnTheLoop(t *testing.T) {
	l := startLoop(t, 1)
	on, err := threads.BlockingCallFromThread(t.Context(), l, func() *deferred.Deferred[bool] {
		return deferred.Succeed(l.OnLoop())
	})
	if !on || err != nil {
		t.Errorf("on the loop: %v, %v", on, err)
	}
}

func TestBlockingCallWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := startLoop(t, 1)
		var d *deferred.Deferred[string]
		got := make(chan string, 1)
		go func() {
			v, err := threads.BlockingCallFromThread(t.Context(), l, func() *deferred.Deferred[string] {
				d = deferred.New[string]()
				return d
			})
			if err != nil {
				t.Error(err)
			}
			got <- v
		}()
		synctest.Wait()
		if len(got) != 0 {
			t.Fatal("it did not wait")
		}
		l.on(t, func() {
			if err := d.Callback("late"); err != nil {
				t.Error(err)
			}
		})
		if v := <-got; v != "late" {
			t.Errorf("got %q", v)
		}
	})
}

func TestBlockingCallOnTheLoopAnswersAtOnce(t *testing.T) {
	l := startLoop(t, 1)
	l.on(t, func() {
		_, err := threads.BlockingCallFromThread(context.Background(), l, func() *deferred.Deferred[int] {
			t.Error("the function was called")
			return deferred.Succeed(0)
		})
		if !errors.Is(err, threads.ErrOnLoop) {
			t.Errorf("got %v, want ErrOnLoop", err)
		}
	})
}

func TestBlockingCallFromAJob(t *testing.T) {
	l := startLoop(t, 1)
	_, ended := submitTo(t, l, func(ctx context.Context) (int, error) {
		return threads.BlockingCallFromThread(ctx, l, func() *deferred.Deferred[int] {
			return deferred.Succeed(5)
		})
	})
	if got := wait(t, ended, "the job"); got.value != 5 || got.err != nil {
		t.Errorf("got %+v, want 5", got)
	}
}

func TestBlockingCallPanicsOnNil(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	_, _ = threads.BlockingCallFromThread[int](context.Background(), newLoop(), nil)
}

func TestBlockingCallWithAnEndedContext(t *testing.T) {
	reason := errors.New("too late")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(reason)
	_, err := threads.BlockingCallFromThread(ctx, direct{}, func() *deferred.Deferred[int] {
		t.Error("the function was called")
		return deferred.Succeed(0)
	})
	if !errors.Is(err, reason) {
		t.Errorf("got %v, want the context's cause", err)
	}
}

// What the canceller does is of no concern to the caller, who has left; nothing
// of it is reported as unhandled.
func TestBlockingCallCancelsWhenItsContextEnds(t *testing.T) {
	for name, canceller := range map[string]func(d *deferred.Deferred[int]){
		"cancelled":       func(*deferred.Deferred[int]) {},
		"fired all right": func(d *deferred.Deferred[int]) { _ = d.Callback(1) },
		"own error":       func(d *deferred.Deferred[int]) { _ = d.Errback(io.ErrClosedPipe) },
	} {
		t.Run(name, func(t *testing.T) {
			deferred.SetUnhandledHandler(func(u deferred.Unhandled) { t.Errorf("unhandled: %v", u.Failure) })
			defer deferred.SetUnhandledHandler(nil)
			l := startLoop(t, 1)
			reason := errors.New("enough")
			ctx, cancel := context.WithCancelCause(t.Context())
			cancelled := make(chan struct{})
			var d *deferred.Deferred[int]
			_, err := threads.BlockingCallFromThread(ctx, l, func() *deferred.Deferred[int] {
				d = deferred.New(func(d *deferred.Deferred[int]) {
					if !l.OnLoop() {
						t.Error("cancelled elsewhere than on the loop")
					}
					close(cancelled)
					canceller(d)
				})
				cancel(reason)
				return d
			})
			if !errors.Is(err, reason) {
				t.Errorf("got %v, want the context's cause", err)
			}
			wait(t, cancelled, "the canceller")
			l.on(t, deferred.FlushUnhandled)
		})
	}
}

func TestBlockingCallLeftBeforeTheLoopCameToIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := startLoop(t, 1)
		hold := make(chan struct{})
		if err := l.CallFromThread(func() { <-hold }); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := threads.BlockingCallFromThread(ctx, l, func() *deferred.Deferred[int] {
			t.Error("the function was called for nobody")
			return deferred.Succeed(0)
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want DeadlineExceeded", err)
		}
		close(hold)
		l.on(t, func() {})
	})
}

func TestBlockingCallToAStoppedLoop(t *testing.T) {
	l := newLoop()
	l.start()
	l.stop()
	for name, c := range map[string]threads.Caller{"full": l, "bare": bare{l}} {
		_, err := threads.BlockingCallFromThread(context.Background(), c, func() *deferred.Deferred[int] {
			t.Error("the function was called")
			return deferred.Succeed(0)
		})
		if !errors.Is(err, errNoLoop) {
			t.Errorf("%s Caller: %v, want what CallFromThread answered", name, err)
		}
	}
}

func TestBlockingCallWhenTheLoopStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLoop()
		l.start()
		got := make(chan error, 1)
		go func() {
			_, err := threads.BlockingCallFromThread(context.Background(), l, func() *deferred.Deferred[int] {
				return deferred.New[int]()
			})
			got <- err
		}()
		synctest.Wait()
		l.stop()
		if err := <-got; !errors.Is(err, threads.ErrLoopStopped) {
			t.Errorf("got %v, want ErrLoopStopped", err)
		}
	})
}

// The result counts when it is there, whatever else has happened by then.
func TestBlockingCallPrefersTheResult(t *testing.T) {
	for range 50 {
		ctx, cancel := context.WithCancel(context.Background())
		v, err := threads.BlockingCallFromThread(ctx, direct{}, func() *deferred.Deferred[int] {
			cancel()
			return deferred.Succeed(1)
		})
		if v != 1 || err != nil {
			t.Fatalf("got %d, %v, want 1", v, err)
		}
	}
}

func TestBlockingCallOfAFunctionThatCallsGoexit(t *testing.T) {
	l := newLoop()
	l.start()
	_, err := threads.BlockingCallFromThread(context.Background(), l, func() *deferred.Deferred[int] {
		runtime.Goexit()
		return nil
	})
	if !errors.Is(err, deferred.ErrGoexit) {
		t.Errorf("got %v, want ErrGoexit", err)
	}
	<-l.ended
}

func TestStopEndsAJobThatWaitsForTheLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := startLoop(t, 1)
		_, ended := submitTo(t, l, func(ctx context.Context) (int, error) {
			return threads.BlockingCallFromThread(ctx, l, func() *deferred.Deferred[int] {
				return deferred.New[int]()
			})
		})
		synctest.Wait()
		wantLeft(t, stopWithin(l.pool, time.Second), 1, 0, context.DeadlineExceeded)
		if err := (<-ended).err; !errors.Is(err, threads.ErrPoolStopped) {
			t.Errorf("the job's Deferred: %v, want ErrPoolStopped", err)
		}
	})
}
