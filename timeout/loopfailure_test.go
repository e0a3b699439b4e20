package timeout_test

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

// TestLoopFails is about everything that a function can do wrong.
func TestLoopFails(t *testing.T) {
	tests := []struct {
		name string
		act  func(l *loopTest) done
		want error
	}{
		{"a failed answer", func(*loopTest) done { return deferred.Fail[struct{}](errTest) }, errTest},
		{"an answer that fails", func(l *loopTest) done {
			return timeout.Later(l, second/2, func() (struct{}, error) { return struct{}{}, errTest })
		}, errTest},
		{"a panic with an error", func(*loopTest) done { panic(errTest) }, errTest},
		{"a panic in a callback", func(l *loopTest) done {
			return timeout.Sleep(l, 0).Tap(func(struct{}) { panic(errTest) })
		}, errTest},
		{"a cancelled answer", func(*loopTest) done {
			d := deferred.New[struct{}]()
			d.Cancel()
			return d
		}, deferred.ErrCancelled},
	}
	for _, test := range tests {
		t.Run(test.name+" stops it", func(t *testing.T) {
			l := newLoopTest(t)
			l.acts(nil, func() done { return test.act(l) })
			d := l.Start(second, true)
			l.Advance(time.Minute)
			l.wantFailure(d, test.want)
			l.wantRunning(false)
			l.wantCalled(called{0, 1}, called{second, 1})
		})
		t.Run(test.name+" is reported", func(t *testing.T) {
			var reported []*failure.Failure
			l := newLoopTest(t, timeout.GoOnAfterFailure(func(f *failure.Failure) { reported = append(reported, f) }))
			l.acts(nil, func() done { return test.act(l) })
			d := l.Start(second, true)
			l.Advance(2 * second)
			l.wantCalled(called{0, 1}, called{second, 1}, called{2 * second, 1})
			if len(reported) != 1 || !errors.Is(reported[0], test.want) {
				t.Errorf("reported %v, want %v", reported, test.want)
			}
			l.must(l.Stop())
			deferredtest.SuccessOf(t, d)
		})
	}
}

func TestLoopPanicKeepsItsValue(t *testing.T) {
	l := newLoopTest(t)
	l.acts(func() done { panic("loud") })
	f := deferredtest.FailureOf(t, l.Start(second, true))
	if p, ok := errors.AsType[*failure.PanicError](f); !ok || p.Value != "loud" || len(p.Stack) == 0 {
		t.Errorf("failed with %v, want the panic", f)
	}
}

// TestLoopAnswersItsOwnDeferred is a function that waits for the end of its loop.
func TestLoopAnswersItsOwnDeferred(t *testing.T) {
	l := newLoopTest(t)
	var d done
	l.act = func(int) done { return d }
	d = l.Start(second, false)
	l.Advance(second)
	l.wantFailure(d, deferred.ErrChainCycle)
}

// TestLoopTakesOneAnswerAgain has a function that answers with the same fired
// Deferred each time.
func TestLoopTakesOneAnswerAgain(t *testing.T) {
	l := newLoopTest(t)
	same := deferred.Succeed(struct{}{})
	l.act = func(int) done { return same }
	d := l.Start(second, false)
	l.Advance(3 * second)
	l.wantCalled(called{second, 1}, called{2 * second, 1}, called{3 * second, 1})
	l.must(l.Stop())
	deferredtest.SuccessOf(t, d)
}

// TestLoopReport is about what the handler of GoOnAfterFailure may do.
func TestLoopReport(t *testing.T) {
	fail := func() done { return deferred.Fail[struct{}](errTest) }
	tests := []struct {
		name   string
		report func(l *loopTest, d done)
		want   error // of the loop; nil: a value
	}{
		{"stops the loop", func(l *loopTest, _ done) { l.stops() }, nil},
		{"cancels the loop", func(_ *loopTest, d done) { d.Cancel() }, deferred.ErrCancelled},
		{"panics", func(*loopTest, done) { panic(errRate) }, errRate},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var l *loopTest
			var d done
			reports := 0
			l = newLoopTest(t, timeout.GoOnAfterFailure(func(*failure.Failure) {
				reports++
				l.wantRunning(true)
				l.wantErr(l.Reset(), timeout.ErrLoopInFlight)
				test.report(l, d)
			}))
			l.acts(fail)
			d = l.Start(second, false)
			l.Advance(time.Minute)
			if test.want == nil {
				deferredtest.SuccessOf(t, d)
			} else {
				l.wantFailure(d, test.want)
			}
			l.wantCalled(called{second, 1})
			if reports != 1 {
				t.Errorf("%d reports", reports)
			}
		})
	}
}

// errRate is an error beside errTest.
var errRate = errors.New("too many")

// TestLoopGoexit has a function, or what it leads to, that ends its goroutine.
func TestLoopGoexit(t *testing.T) {
	exit := func() done { runtime.Goexit(); return nil }
	tests := []struct {
		name string
		opts func(l **loopTest) []timeout.LoopOption
		act  func(l *loopTest) done
		end  func() // called when the loop ends
		want error
	}{
		{"in the function", nil, func(*loopTest) done { return exit() }, nil, deferred.ErrGoexit},
		{"in the handler", func(**loopTest) []timeout.LoopOption {
			return []timeout.LoopOption{timeout.GoOnAfterFailure(func(*failure.Failure) { exit() })}
		}, func(*loopTest) done { panic(errTest) }, nil, deferred.ErrGoexit},
		{"in a callback of the end", nil, (*loopTest).stops, func() { exit() }, deferred.ErrGoexit},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var l *loopTest
			var opts []timeout.LoopOption
			if test.opts != nil {
				opts = test.opts(&l)
			}
			l = newLoopTest(t, opts...)
			l.acts(func() done { return test.act(l) })
			d := l.Start(second, false)
			if test.end != nil {
				d.Finally(test.end)
			}
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				l.Advance(second)
			}()
			<-ended
			l.wantFailure(d, test.want)
			l.wantRunning(false)
			l.wantCalls(0)
			d = l.Start(second, false)
			l.Advance(second)
			l.must(l.Stop())
			deferredtest.SuccessOf(t, d)
		})
	}
}
