package threads_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
)

// withContext has f called with the context of a job that is cancelled when f
// asks for it, and waits for f.
func withContext(t *testing.T, f func(ctx context.Context, cancel func())) {
	t.Helper()
	l := startLoop(t, 1)
	var d *deferred.Deferred[int]
	known := make(chan struct{}) // d is
	d, ended := submitTo(t, l, func(ctx context.Context) (int, error) {
		<-known
		f(ctx, func() { l.on(t, func() { d.Cancel() }) })
		return 0, nil
	})
	close(known)
	wait(t, ended, "the job")
	flush(t, l.pool)
}

func TestJobContextBeforeAnything(t *testing.T) {
	withContext(t, func(ctx context.Context, _ func()) {
		if err := ctx.Err(); err != nil {
			t.Errorf("Err: %v", err)
		}
		if _, ok := ctx.Deadline(); ok {
			t.Error("it has a deadline")
		}
		if v := ctx.Value("key"); v != nil {
			t.Errorf("Value: %v", v)
		}
		select {
		case <-ctx.Done():
			t.Error("it is done")
		default:
		}
		if err := ctx.Err(); err != nil {
			t.Errorf("Err after Done was asked for: %v", err)
		}
	})
}

// A context that nobody looked at before it was cancelled must be cancelled for
// those who look then.
func TestJobContextLookedAtAfterTheCancel(t *testing.T) {
	withContext(t, func(ctx context.Context, cancel func()) {
		cancel()
		if err := ctx.Err(); !errors.Is(err, context.Canceled) {
			t.Errorf("Err: %v", err)
		}
		wait(t, ctx.Done(), "Done")
		if err := context.Cause(ctx); !errors.Is(err, deferred.ErrCancelled) {
			t.Errorf("Cause: %v", err)
		}
	})
}

// The first cause counts, also if nobody looks before the second, the job's end.
func TestJobContextKeepsItsCauseAfterTheJob(t *testing.T) {
	var kept context.Context
	withContext(t, func(ctx context.Context, cancel func()) {
		kept = ctx
		cancel()
	})
	if err := context.Cause(kept); !errors.Is(err, deferred.ErrCancelled) {
		t.Errorf("Cause: %v, want ErrCancelled", err)
	}
}

func TestJobContextCancelsWhatIsDerivedFromIt(t *testing.T) {
	withContext(t, func(ctx context.Context, cancel func()) {
		child, stop := context.WithTimeout(ctx, time.Hour)
		defer stop()
		grandchild := context.WithValue(child, t, 1)
		after := make(chan struct{})
		context.AfterFunc(ctx, func() { close(after) })
		cancel()
		wait(t, grandchild.Done(), "a derived context")
		wait(t, after, "AfterFunc")
		if err := context.Cause(grandchild); !errors.Is(err, deferred.ErrCancelled) {
			t.Errorf("Cause of a derived context: %v", err)
		}
	})
}

func TestJobContextEndsWithTheJob(t *testing.T) {
	for _, looked := range []bool{false, true} {
		var kept context.Context
		l := startLoop(t, 1)
		_, ended := submitTo(t, l, func(ctx context.Context) (int, error) {
			kept = ctx
			if looked {
				ctx.Done()
			}
			return 0, nil
		})
		wait(t, ended, "the job")
		if err := kept.Err(); !errors.Is(err, context.Canceled) {
			t.Errorf("looked at: %v: Err is %v, want Canceled", looked, err)
		}
		wait(t, kept.Done(), "Done")
		if err := context.Cause(kept); !errors.Is(err, context.Canceled) {
			t.Errorf("looked at: %v: Cause is %v, want Canceled", looked, err)
		}
	}
}
