package deferred_test

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/spindle-go/spindle/deferred"
)

// naiveWorld is the model: the rules as they are told, with recursion, plain
// slices and no thought of speed. It shares no code with the package.
type naiveWorld struct {
	ds     []*naive
	all    []*naive
	lost   []*naiveFailure // those that belong to no Deferred
	now    time.Duration
	timers []*naiveTimer
}

// naiveFailure is a failure, wherever it goes.
type naiveFailure struct {
	text string
	seen bool // by a collector, or it was reported
}

// naiveTimer is a delayed call.
type naiveTimer struct {
	at time.Duration
	f  func()
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

func (w *naiveWorld) new(text bool) *naive {
	d := &naive{w: w, text: text}
	w.all = append(w.all, d)
	return d
}

func textOf(err error) string { return err.Error() }

// free reports whether d's steps may run.
func (d *naive) free() bool {
	return d.called && !d.running && d.source == nil && d.pauses == 0
}

func (d *naive) atRest() bool { return d.free() && len(d.steps) == 0 }

// run runs the steps of d, and of what they hand over to.
func (d *naive) run() {
	if d.called && !d.running && d.source == nil {
		d.unhandled = false
	}
	done := false
	defer func() {
		if !done { // a function has ended the goroutine
			d.run()
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

func (w *naiveWorld) count() int        { return len(w.ds) }
func (w *naiveWorld) isText(d int) bool { return w.ds[d].text }

func (w *naiveWorld) create(text bool, canceller func()) {
	d := w.new(text)
	d.canceller = canceller
	w.ds = append(w.ds, d)
}

func (w *naiveWorld) fired(text bool, r result) {
	d := w.new(text)
	w.fireWith(d, r)
	w.ds = append(w.ds, d)
}

func (w *naiveWorld) fireWith(d *naive, r result) error {
	if r.fail != "" {
		return d.fire(0, &naiveFailure{text: r.fail})
	}
	return d.fire(r.v, nil)
}

func (w *naiveWorld) maybe(text bool, f function) {
	d := w.new(text)
	d.called = true
	d.add(func(d *naive) { d.call(f, result{}) })
	w.ds = append(w.ds, d)
}

func (w *naiveWorld) then(n int, text, both bool, f function) {
	d, out := w.ds[n], w.new(text)
	held := 0 // the value on its way
	out.steps = append(out.steps, func(out *naive) {
		switch {
		case both && out.fail != nil:
			out.call(f, out.result())
		case out.fail == nil:
			out.call(f, result{v: held})
		}
	})
	if d.consumed {
		_ = out.fire(0, &naiveFailure{text: textOf(deferred.ErrAlreadyChained)})
	} else {
		d.consumed = true
		out.source = d
		d.add(func(d *naive) {
			v, fail := d.take()
			held, out.source = v, nil
			_ = out.fire(0, fail)
		})
	}
	w.ds = append(w.ds, out)
}

func (w *naiveWorld) add(n int, how addKind, f, g function) {
	value := func(f function, d *naive) {
		if d.fail == nil {
			d.call(f, d.result())
		}
	}
	failed := func(f function, d *naive) {
		if d.fail != nil {
			d.call(f, d.result())
		}
	}
	// look calls f, whose answer counts for nothing unless it panics.
	look := func(d *naive, r result) {
		d.guard(func() { f(r) })
	}
	w.ds[n].add(map[addKind]func(d *naive){
		addCallback: func(d *naive) { value(f, d) },
		addErrback:  func(d *naive) { failed(f, d) },
		addCallbacks: func(d *naive) {
			if d.fail == nil {
				value(f, d)
			} else {
				failed(g, d)
			}
		},
		addBoth: func(d *naive) { d.call(f, d.result()) },
		addTap: func(d *naive) {
			if d.fail == nil {
				look(d, d.result())
			}
		},
		addCatch: func(d *naive) {
			if d.fail != nil {
				before := d.fail
				look(d, d.result())
				if d.fail == before {
					d.set(0, nil)
				}
			}
		},
		addFinally: func(d *naive) { look(d, result{}) },
	}[how])
}

func (w *naiveWorld) fire(d int, r result) string {
	if err := w.fireWith(w.ds[d], r); err != nil {
		return err.Error()
	}
	return "ok"
}

func (w *naiveWorld) cancel(d int) { w.ds[d].cancel() }
func (w *naiveWorld) pause(d int)  { w.ds[d].pauses++ }

func (w *naiveWorld) unpause(d int) {
	w.ds[d].pauses--
	if w.ds[d].free() {
		w.ds[d].run()
	}
}

func (w *naiveWorld) chainDeferred(n, to int) {
	target := w.ds[to]
	w.ds[n].add(func(d *naive) {
		v, fail := d.take()
		if err := target.fire(v, fail); err != nil {
			d.failWith(textOf(err))
		}
	})
}

func (w *naiveWorld) timeout(n int, after time.Duration, on function) {
	d := w.ds[n]
	if d.atRest() {
		return
	}
	expired := false
	timer := &naiveTimer{at: w.now + after, f: func() { expired = true; d.cancel() }}
	w.timers = append(w.timers, timer)
	d.add(func(d *naive) {
		switch {
		case !expired:
			w.timers = slices.DeleteFunc(w.timers, func(t *naiveTimer) bool { return t == timer })
		case on != nil:
			d.call(on, d.result())
		case d.fail != nil && d.fail.text == textOf(deferred.ErrCancelled):
			d.failWith("deferred: timed out after " + after.String())
		}
	})
}

func (w *naiveWorld) passCancelTo(d int, do func()) {
	if d := w.ds[d]; !d.called && !d.cancelling && d.source == nil {
		d.pass = do
	}
}

func (w *naiveWorld) collect(ds []int, consume bool, told func(i int, r result)) {
	for i, n := range ds {
		w.ds[n].add(func(d *naive) {
			r := d.result()
			switch {
			case d.fail != nil && consume:
				d.set(0, nil)
			case d.fail != nil:
				d.fail.seen = true
			}
			d.guard(func() { told(i, r) })
		})
	}
}

func (w *naiveWorld) advance(by time.Duration) {
	end := w.now + by
	for {
		next := -1
		for i, t := range w.timers {
			if t.at <= end && (next < 0 || t.at < w.timers[next].at) {
				next = i
			}
		}
		if next < 0 {
			break
		}
		t := w.timers[next]
		w.timers = slices.Delete(w.timers, next, next+1)
		w.now = max(w.now, t.at)
		t.f()
	}
	w.now = end
}

func (w *naiveWorld) flush() (lost []string) {
	for _, fail := range w.lost {
		lost = append(lost, fail.text)
	}
	w.lost = nil
	for _, d := range w.all {
		if d.unhandled && !d.fail.seen {
			d.fail.seen = true
			lost = append(lost, d.fail.text)
		}
		d.unhandled = false
	}
	return lost
}

func (w *naiveWorld) states() (states []string) {
	for _, d := range w.ds {
		states = append(states, d.state())
	}
	return states
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
