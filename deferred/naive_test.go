package deferred_test

import (
	"fmt"
	"strconv"

	"github.com/spindle-go/spindle/deferred"
)

// naiveFailure is a failure, wherever it goes.
type naiveFailure struct {
	text string
	seen bool // by a collector, or it was reported
}

// naive is a Deferred.
type naive struct {
	w    *naiveWorld
	text bool

	called, running, cancelling bool
	swallow, consumed           bool
	unhandled                   bool // it is to be reported

	v    int
	fail *naiveFailure

	source    *naive // what it waits for
	pauses    int
	steps     []func(d *naive)
	canceller func()
	pass      func()
}

func textOf(err error) string { return plain(err).Error() }

// free reports whether d's steps may run.
func (d *naive) free() bool {
	return d.called && !d.running && d.source == nil && d.pauses == 0
}

func (d *naive) atRest() bool { return d.free() && len(d.steps) == 0 }

// run runs the steps of d, and of what they hand over to.
func (d *naive) run() {
	if d.free() || d.called && !d.running && d.source == nil && len(d.steps) > 0 {
		d.unhandled = false
	}
	d.goOn()
}

// goOn runs what is left of the steps. A failure that was left unhandled stays so
// if there is none.
func (d *naive) goOn() {
	done := false
	defer func() {
		if !done { // a function has ended the goroutine
			d.goOn()
		}
	}()
	for d.free() && len(d.steps) > 0 {
		step := d.steps[0]
		d.steps = d.steps[1:]
		step(d)
	}
	if d.atRest() && d.fail != nil && !d.fail.seen {
		d.unhandled = true
	}
	done = true
}

func (d *naive) add(step func(d *naive)) {
	d.steps = append(d.steps, step)
	if d.called && !d.running && d.source == nil {
		d.run()
	}
}

// result is what a function is told.
func (d *naive) result() result {
	if d.fail != nil {
		return result{fail: d.fail.text}
	}
	return result{v: d.v}
}

// set makes a value or a failure the result.
func (d *naive) set(v int, fail *naiveFailure) {
	if fail != nil {
		v = 0
	}
	d.v, d.fail = v, fail
}

func (d *naive) failWith(text string) { d.set(0, &naiveFailure{text: text}) }

// take moves the result out.
func (d *naive) take() (int, *naiveFailure) {
	v, fail := d.v, d.fail
	d.set(0, nil)
	d.unhandled = false
	return v, fail
}

// guard calls do as a part of a run of d.
func (d *naive) guard(do func()) {
	d.running = true
	returned := false
	defer func() {
		d.running = false
		if v := recover(); v != nil {
			d.failWith(fmt.Sprint("panic: ", v))
		} else if !returned {
			d.failWith(textOf(deferred.ErrGoexit))
		}
	}()
	do()
	returned = true
}

// call is a step that calls f with r.
func (d *naive) call(f function, r result) {
	var a answer
	returned := false
	d.guard(func() { a = f(r); returned = true })
	if returned {
		d.answer(a, r)
	}
}

func (d *naive) answer(a answer, r result) {
	switch a.out {
	case outPass:
		if r.fail == "" {
			d.set(r.v, nil)
		}
	case outFail:
		d.failWith(a.fail)
	case outChain:
		d.await(d.w.ds[a.to])
	default:
		d.set(a.v, nil)
	}
}

// await makes d go on with the result of inner.
func (d *naive) await(inner *naive) {
	if inner.text != d.text {
		d.failWith(fmt.Sprintf("%v: deferred: request to wait for a %s in a callback of a %s",
			deferred.ErrChainType, inner.typeName(), d.typeName()))
		return
	}
	for n := inner; n != nil; n = n.source {
		if n == d {
			d.failWith(textOf(deferred.ErrChainCycle))
			return
		}
	}
	switch {
	case inner.consumed:
		d.failWith(textOf(deferred.ErrAlreadyChained))
	case inner.atRest():
		inner.consumed = true
		d.set(inner.take())
	default:
		inner.consumed = true
		d.set(0, nil)
		d.source = inner
		inner.steps = append(inner.steps, func(inner *naive) {
			d.source = nil
			d.set(inner.take())
			d.run()
		})
	}
}

// fire gives d its result, and answers with an error if it cannot.
func (d *naive) fire(v int, fail *naiveFailure) error {
	switch {
	case !d.called && d.source != nil:
		return deferred.ErrAlreadyChained
	case d.called && d.swallow:
		d.swallow = false
		return nil
	case d.called:
		return deferred.ErrAlreadyCalled
	}
	d.called, d.cancelling = true, false
	d.set(v, fail)
	d.run()
	return nil
}

func (d *naive) cancel() {
	switch {
	case d.source != nil:
		d.source.cancel()
	case d.called || d.cancelling:
	case d.pass != nil:
		d.cancelling = true
		defer func() { d.cancelling = false }()
		d.pass()
	case d.canceller != nil:
		d.cancelling = true
		d.callCanceller()
	default:
		d.swallow = true
		_ = d.fire(0, &naiveFailure{text: textOf(deferred.ErrCancelled)})
	}
}

func (d *naive) callCanceller() {
	fail := &naiveFailure{text: textOf(deferred.ErrGoexit)}
	defer func() {
		v := recover()
		if v != nil {
			fail = &naiveFailure{text: fmt.Sprint("panic: ", v)}
		}
		if !d.called {
			_ = d.fire(0, fail)
		} else if v != nil {
			d.w.lost = append(d.w.lost, fail)
		}
	}()
	d.canceller()
	fail = &naiveFailure{text: textOf(deferred.ErrCancelled)}
}

func (d *naive) typeName() string {
	if d.text {
		return "Deferred[string]"
	}
	return "Deferred[int]"
}

func (d *naive) state() string {
	if d.source != nil {
		return d.typeName() + "(@) waits for " + d.source.end(0)
	}
	return d.typeName() + "(@) " + d.standing()
}

// standing is the state of one that waits for nothing.
func (d *naive) standing() string {
	var s string
	switch {
	case !d.called:
		s = "not fired"
	case d.fail != nil:
		s = "failed: " + cut(d.fail.text)
	case d.text && d.v == 0:
		s = "value: "
	default:
		s = "value: " + strconv.Itoa(d.v)
	}
	if d.pauses > 0 {
		s += ", paused"
	}
	return s
}

// cut is a text as states show it.
func cut(s string) string {
	if len(s) > 80 {
		return s[:80] + "..."
	}
	return s
}

// end describes the last of those that wait, passed of which were gone by.
func (d *naive) end(passed int) string {
	if d.source != nil {
		return d.source.end(passed + 1)
	}
	switch passed {
	case 0:
		return d.state()
	case 1:
		return d.state() + ", through 1 other"
	}
	return fmt.Sprintf("%s, through %d others", d.state(), passed)
}
