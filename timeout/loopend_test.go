package timeout_test

import (
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

func TestLoopStop(t *testing.T) {
	tests := []struct {
		name string
		stop func(t *testing.T, l *loopTest, d done)
		want []called
	}{
		{"between calls", func(t *testing.T, l *loopTest, d done) {
			l.must(l.Stop())
			l.wantRunning(false)
			deferredtest.SuccessOf(t, d)
		}, []called{{0, 1}}},
		{"inside the function", func(t *testing.T, l *loopTest, d done) {
			l.acts(nil, l.stops)
			l.Advance(second)
			l.wantRunning(false)
			deferredtest.SuccessOf(t, d)
		}, []called{{0, 1}, {second, 1}}},
		{"in flight", func(t *testing.T, l *loopTest, d done) {
			l.acts(nil, l.sleeps(3*second))
			l.Advance(2 * second)
			l.must(l.Stop())
			l.wantRunning(false)
			deferredtest.NoResult(t, d)
			l.wantErr(l.Stop(), timeout.ErrLoopNotRunning)
			l.Advance(2 * second)
			deferredtest.SuccessOf(t, d)
		}, []called{{0, 1}, {second, 1}}},
		{"inside, and goes on for a while", func(t *testing.T, l *loopTest, d done) {
			l.acts(nil, func() done { l.stops(); return l.sleeps(second)() })
			l.Advance(second)
			deferredtest.NoResult(t, d)
			l.Advance(second)
			deferredtest.SuccessOf(t, d)
		}, []called{{0, 1}, {second, 1}}},
		{"in flight, and fails", func(t *testing.T, l *loopTest, d done) {
			l.acts(nil, func() done {
				return timeout.Later(l, second, func() (struct{}, error) { return struct{}{}, errTest })
			})
			l.Advance(second)
			l.must(l.Stop())
			l.Advance(second)
			l.wantFailure(d, errTest)
		}, []called{{0, 1}, {second, 1}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newLoopTest(t)
			d := l.Start(second, true)
			test.stop(t, l, d)
			l.wantErr(l.Stop(), timeout.ErrLoopNotRunning)
			l.wantErr(l.Reset(), timeout.ErrLoopNotRunning)
			l.wantCalls(0)
			l.Advance(time.Minute)
			l.wantCalled(test.want...)
		})
	}
}

func TestLoopStopsInItsFirstCall(t *testing.T) {
	l := newLoopTest(t)
	l.acts(l.stops)
	deferredtest.SuccessOf(t, l.Start(second, true))
	l.wantRunning(false)
	l.wantCalled(called{0, 1})
}

func TestLoopCancel(t *testing.T) {
	tests := []struct {
		name   string
		cancel func(l *loopTest, d done)
		want   []called
	}{
		{"between calls", func(_ *loopTest, d done) { d.Cancel() }, nil},
		{"in flight", func(l *loopTest, d done) {
			l.acts(l.sleeps(time.Hour))
			l.Advance(second)
			d.Cancel()
		}, []called{{second, 1}}},
		{"in flight, stopped already", func(l *loopTest, d done) {
			l.acts(l.sleeps(time.Hour))
			l.Advance(second)
			l.must(l.Stop())
			d.Cancel()
		}, []called{{second, 1}}},
		{"inside the function", func(l *loopTest, d done) {
			l.acts(func() done { d.Cancel(); return nil })
			l.Advance(second)
		}, []called{{second, 1}}},
		{"inside the function, with an answer to come", func(l *loopTest, d done) {
			l.acts(func() done { d.Cancel(); return l.sleeps(time.Hour)() })
			l.Advance(second)
		}, []called{{second, 1}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newLoopTest(t, timeout.GoOnAfterFailure(func(f *failure.Failure) {
				t.Errorf("what the cancel did is reported: %v", f)
			}))
			d := l.Start(second, false)
			test.cancel(l, d)
			l.wantRunning(false)
			l.wantCalls(0)
			l.wantFailure(d, deferred.ErrCancelled)
			l.wantErr(l.Stop(), timeout.ErrLoopNotRunning)
			l.Advance(time.Minute)
			l.wantCalled(test.want...)
		})
	}
}

// TestLoopCancelAndWhatComesOfIt has answers that make something else of their
// cancel than ErrCancelled.
func TestLoopCancelAndWhatComesOfIt(t *testing.T) {
	tests := []struct {
		name string
		end  func(answer done) error // by the canceller
		want error
	}{
		{"a value", func(answer done) error { return answer.Callback(struct{}{}) }, deferred.ErrCancelled},
		{"another failure", func(answer done) error { return answer.Errback(errTest) }, errTest},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newLoopTest(t)
			l.acts(func() done { return deferred.New(func(answer done) { l.must(test.end(answer)) }) })
			d := l.Start(second, true)
			d.Cancel()
			l.wantFailure(d, test.want)
		})
	}
	t.Run("later", func(t *testing.T) {
		l := newLoopTest(t)
		cancels := 0
		answer := deferred.New[struct{}]()
		answer.PassCancelTo(cancelFunc(func() { cancels++ }))
		l.acts(func() done { return answer })
		d := l.Start(second, true)
		d.Cancel()
		d.Cancel()
		l.wantRunning(false)
		deferredtest.NoResult(t, d)
		if cancels != 2 {
			t.Errorf("%d cancels of 2 were passed on", cancels)
		}
		l.must(answer.Callback(struct{}{}))
		l.wantFailure(d, deferred.ErrCancelled)
	})
}

type cancelFunc func()

func (f cancelFunc) Cancel() { f() }

// TestLoopFiredElsewhere is the programming error that Start's comment names.
func TestLoopFiredElsewhere(t *testing.T) {
	l := newLoopTest(t)
	l.must(l.Start(second, false).Callback(struct{}{}))
	wantPanic(t, "only the loop", func() { l.must(l.Stop()) })
	l.wantRunning(false)
}
