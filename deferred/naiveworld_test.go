package deferred_test

import (
	"slices"
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

// naiveTimer is a delayed call.
type naiveTimer struct {
	at time.Duration
	f  func()
}

func (w *naiveWorld) new(text bool) *naive {
	d := &naive{w: w, text: text}
	w.all = append(w.all, d)
	return d
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
	_ = w.fireWith(d, r)
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
		return plain(err).Error()
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
	w.collectFrom(0, ds, consume, told)
}

// collectFrom goes on after one of those told has ended the goroutine.
func (w *naiveWorld) collectFrom(i int, ds []int, consume bool, told func(i int, r result)) {
	if i == len(ds) {
		return
	}
	defer w.collectFrom(i+1, ds, consume, told)
	w.ds[ds[i]].add(func(d *naive) {
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
