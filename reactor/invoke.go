package reactor

import (
	"fmt"
	"reflect"
	"runtime"
	"time"

	"github.com/spindle-go/spindle/failure"
)

// kind says what a job is, for logs.
type kind string

const (
	threadCall     kind = "thread call"
	delayedCall    kind = "delayed call"
	trigger        kind = "system event trigger"
	whenRunning    kind = "CallWhenRunning"
	doRead         kind = "DoRead"
	doWrite        kind = "DoWrite"
	connectionLost kind = "ConnectionLost"
)

// job is one call into code that is not ours: f, or a method of d.
type job struct {
	what   kind
	f      func()
	d      Descriptor
	reason *failure.Failure // for connectionLost
}

// invoke is the only place where the reactor calls code that is not its own.
//
// A panic there is logged with its stack and returned as the error; the loop goes
// on. Twisted does the same, and it is right for a loop that serves many: one
// broken protocol must not take a thousand good connections with it, and the
// owner of the broken one learns of it through its ConnectionLost. What a panic
// has left half done is the affair of the code that panicked. A handler for
// unhandled failures may panic to end the process, since it is not called here.
//
// runtime.Goexit, as by testing's FailNow, cannot be held: it ends Run's
// goroutine, and Run gives everything back on the way out.
func (r *Reactor) invoke(j job) (err error) {
	defer func() {
		if f := failure.Recovered(recover()); f != nil {
			r.log().Error("reactor: panic in "+string(j.what), "in", j.name(), "failure", f)
			err = f
		}
	}()
	r.counters.callbacks++
	if r.slow > 0 {
		defer r.watch(time.Now(), j)
	}
	return j.run()
}

// run makes the call.
func (j job) run() error {
	switch j.what {
	case doRead:
		return j.d.(ReadDescriptor).DoRead()
	case doWrite:
		return j.d.(WriteDescriptor).DoWrite()
	case connectionLost:
		j.d.ConnectionLost(j.reason)
	default:
		j.f()
	}
	return nil
}

// watch logs j if it took too long.
func (r *Reactor) watch(began time.Time, j job) {
	if took := time.Since(began); took >= r.slow {
		r.log().Warn("reactor: the loop was blocked", "by", string(j.what), "in", j.name(), "for", took)
	}
}

// name tells whose code it is.
func (j job) name() string {
	if j.d != nil {
		return fmt.Sprintf("%T.%s", j.d, j.what)
	}
	if fn := runtime.FuncForPC(reflect.ValueOf(j.f).Pointer()); fn != nil {
		return fn.Name()
	}
	return "unknown"
}
