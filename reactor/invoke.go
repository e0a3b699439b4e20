package reactor

import (
	"fmt"
	"reflect"
	"runtime"

	"github.com/spindle-go/spindle/failure"
)

// kind says what a job is.
type kind uint8

const (
	threadCall kind = iota
	delayedCall
	trigger
	whenRunning
	doRead
	doWrite
	connectionLost
)

// String names the kind, for logs.
func (k kind) String() string {
	return [...]string{
		threadCall:     "thread call",
		delayedCall:    "delayed call",
		trigger:        "system event trigger",
		whenRunning:    "CallWhenRunning",
		doRead:         "DoRead",
		doWrite:        "DoWrite",
		connectionLost: "ConnectionLost",
	}[k]
}

// job is one call into code that is not ours: of f, of a trigger, or of a method
// of d.
type job struct {
	what   kind
	f      func()
	e      *entry
	d      Descriptor
	reason *failure.Failure // for connectionLost
}

// invoke is the only place where the reactor calls code that is not its own.
//
// A panic there is logged with its stack and returned as the error, which is for
// descriptors alone; the loop goes on. Twisted does the same, and it is right for a
// loop that serves many: one broken protocol must not take a thousand good
// connections with it, and the owner of the broken one learns of it through its
// ConnectionLost. What a panic has left half done is the affair of the code that
// panicked. A handler for unhandled failures may panic to end the process, since
// it is not called here.
//
// runtime.Goexit, as by testing's FailNow, cannot be held: it ends Run's
// goroutine, and Run gives everything back on the way out. It is logged, since
// nothing else would tell.
func (r *Reactor) invoke(j job) (err error) {
	returned := false
	defer func() {
		if !returned {
			err = r.crashed(j, recover())
		}
	}()
	r.counters.callbacks++
	if r.slow > 0 {
		began, outer := r.enter()
		defer r.leave(j, began, outer)
	}
	err = j.run()
	returned = true
	return err
}

// crashed logs what came of j instead of a return: v is what recover gave, and nil
// after runtime.Goexit.
func (r *Reactor) crashed(j job, v any) error {
	f := failure.Recovered(v)
	if f == nil {
		r.log().Error("reactor: runtime.Goexit in "+j.what.String()+" ends the loop", "in", j.name())
		return nil
	}
	r.log().Error("reactor: panic in "+j.what.String(), "in", j.name(), "failure", f)
	return f
}

// run makes the call.
func (j job) run() error {
	switch j.what {
	case doRead, doWrite:
		return j.act()
	case connectionLost:
		j.d.ConnectionLost(j.reason)
	case trigger:
		j.e.run()
	default:
		j.f()
	}
	return nil
}

// act lets a descriptor do what it is ready for, unless it is gone: that it has
// forgotten to say so is Twisted's ConnectionFdescWentAway.
func (j job) act() error {
	if fd := j.d.FD(); fd < 0 {
		return badNumber(j.d, fd)
	}
	if j.what == doRead {
		return j.d.(ReadDescriptor).DoRead()
	}
	return j.d.(WriteDescriptor).DoWrite()
}

// name tells whose code it is.
func (j job) name() string {
	switch {
	case j.d != nil:
		return fmt.Sprintf("%T.%s", j.d, j.what)
	case j.e != nil:
		return j.e.name()
	default:
		return nameOf(j.f)
	}
}

// nameOf returns the name of a function and the place where it begins.
func nameOf(function any) string {
	pc := reflect.ValueOf(function).Pointer()
	fn := runtime.FuncForPC(pc)
	if fn == nil {
		return "unknown"
	}
	file, line := fn.FileLine(pc)
	return fmt.Sprintf("%s (%s:%d)", fn.Name(), file, line)
}
