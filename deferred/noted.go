package deferred

import (
	"fmt"

	"github.com/spindle-go/spindle/failure"
)

// noted is a handler of a Deferred with a record. It runs the handler inside, and
// notes what that does with a failure. Being a handler itself, it leaves the way
// of the others as it is.
type noted[T any] struct {
	handler handler[T]
	at      failure.Place // where it was added
}

// pushNoted appends h to the list of a Deferred that has a record, or ought to
// have one.
func (d *Deferred[T]) pushNoted(h handler[T]) {
	d.watchFirst()
	r := d.record()
	if r == nil {
		d.handlers.push(h)
		return
	}
	r.touch()
	n := &noted[T]{handler: h}
	if _, ours := h.(consuming); !ours && r.debug {
		n.at = failure.Caller()
	}
	d.handlers.push(n)
}

// handle implements handler.
func (n *noted[T]) handle(d *Deferred[T]) (next node) {
	r := d.record()
	switch h := n.handler.(type) {
	case consuming:
		next = n.handler.handle(d) // the other end notes it
		r.task.rest(!d.handlers.empty())
		return next
	case *forward[T]:
		(*Deferred[T])(h).forwarded()
		return n.handler.handle(d)
	}
	r.now, r.added, r.came = aboutOf(n.handler, d.failed() != nil), n.at, nil
	given, seen := d.failed(), d.marks&observed
	if r.now.passed {
		next = n.handler.handle(d)
		if given != nil && r.debug && r.now.pc != 0 {
			d.other = given.With(r.hopOf(failure.HopPassedBy))
		}
	} else {
		next = n.call(d, r)
		n.judge(d, r, given, seen)
	}
	r.now = about{}
	r.task.rest(!d.handlers.empty() || d.state == waiting)
	return next
}

// call calls the handler, with the failure that the result is.
func (n *noted[T]) call(d *Deferred[T], r *record) node {
	if d.failed() != nil && r.debug {
		d.other = d.failed().With(r.hopOf(failure.HopHandled))
	}
	r.touch()
	records.busy(r, +1)
	defer records.busy(r, -1)
	defer r.task.region(r.now)()
	return n.handler.handle(d)
}

// judge notes what came of a handler that was called with given, if that was a
// failure. seen is the observed mark of given.
func (n *noted[T]) judge(d *Deferred[T], r *record, given *failure.Failure, seen mark) {
	switch {
	case d.failed() == nil || d.failed() == r.came || !r.debug:
	case given != nil && d.failed().Is(given):
		d.other = given.With(r.hopOf(failure.HopPassedOn))
		d.marks |= seen
	default:
		d.other = r.failedIn(d.failed())
	}
}

// failedIn returns f as the failure that the handler that is running, or was, has
// made.
func (r *record) failedIn(f *failure.Failure) *failure.Failure {
	if !r.debug {
		return f
	}
	f = f.With(r.hopMade(failure.HopMade))
	if fired := records.firedAt(r); r.fresh && !fired.IsZero() {
		f = f.With(failure.Hop{Kind: failure.HopFired, At: fired})
	}
	return f.With(r.hopOf(failure.HopFailed))
}

// crashed notes that the handler that is running panicked, or ended its
// goroutine.
func (d *Deferred[T]) crashed() {
	r := d.record()
	if r.now != (about{}) {
		d.other = r.failedIn(d.failed())
	}
	r.now = about{}
	r.task.rest(!d.handlers.empty())
}

// consumer implements consuming for a handler that may be it.
func (n *noted[T]) consumer() node {
	if c, ok := n.handler.(consuming); ok {
		return c.consumer()
	}
	return nil
}

// forwarded notes that what fires d next is a ChainDeferred.
func (d *Deferred[T]) forwarded() {
	if r := d.record(); r != nil {
		r.handed = true
	}
}

// handed returns the failure f of another Deferred with the hop to d.
func (d *Deferred[T]) handed(f *failure.Failure) *failure.Failure {
	if r := d.record(); r != nil && r.debug {
		return f.With(r.hopMade(failure.HopHandedOver))
	}
	return f
}

// noteOver notes that the coroutine that d stands for has ended, and given d its
// result, unless d waits now.
func (d *Deferred[T]) noteOver(body any) {
	r := d.record()
	r.now = about{pc: entry(body)}
	if d.state == running {
		records.fire(r, failure.Place{})
		r.task.rest(!d.handlers.empty())
	}
	if d.state == running && d.failed() != nil && d.failed() != r.came && r.debug {
		over := r.hopMade(failure.HopHandedOver)
		switch hops := d.failed().Hops(); {
		case len(hops) == 0:
			d.other = r.failedIn(d.failed())
		case hops[len(hops)-1] == over: // it waited for it
			d.other = d.failed().With(r.hopOf(failure.HopPassedOn))
		default: // it was there
			d.other = d.failed().With(over).With(r.hopOf(failure.HopPassedOn))
		}
	}
	r.now = about{}
}

// noteResult notes that d is about to get a result: that it is fired, or that what
// it waited for hands over. f is the failure, if it is one; it returns that with
// the hop.
func (d *Deferred[T]) noteResult(f *failure.Failure) *failure.Failure {
	r := d.record()
	r.touch()
	fired := d.state.fireable() && !r.handed
	r.handed = false
	var at failure.Place
	if r.debug {
		at = failure.Caller()
	}
	records.fire(r, at)
	r.task.rest(!d.handlers.empty())
	switch {
	case f == nil || !r.debug:
		return f
	case !fired:
		return f.With(r.hopMade(failure.HopHandedOver))
	case r.now != (about{}): // the canceller
		return r.failedIn(f)
	}
	return f.With(r.hopMade(failure.HopMade)).With(failure.Hop{Kind: failure.HopFired, At: at})
}

// noteTaken notes that d has taken over the failure of another Deferred.
func (d *Deferred[T]) noteTaken() {
	r := d.record()
	if r.debug {
		d.other = d.failed().With(r.hopMade(failure.HopHandedOver))
		r.came = d.failed()
	}
}

// noteBirth notes that d was born with the failure that it has.
func (d *Deferred[T]) noteBirth() {
	if r := d.record(); r != nil && r.debug {
		d.other = d.failed().With(r.hopMade(failure.HopMade))
	}
}

// noteWait notes that d waits for from.
func (d *Deferred[T]) noteWait(from node) {
	r := d.record()
	r.task.begin(r, nil)
	if inner := recordOf(from); inner != nil {
		records.wait(r, []*record{inner}, "")
		return
	}
	records.wait(r, nil, "a Deferred that was not made in debug mode")
}

// noteCanceller notes that the canceller is called.
func (d *Deferred[T]) noteCanceller(c canceller[T]) {
	r := d.record()
	r.now, r.added = about{pc: entry(c)}, failure.Place{}
}

// notePassing notes what a Cancel of d would be passed to, which is what d
// stands for.
func (d *Deferred[T]) notePassing(to Canceller) {
	group, ok := to.(Group)
	if !ok {
		records.wait(d.record(), nil, fmt.Sprintf("%T", to))
		return
	}
	var waits []*record
	for member := range group.WaitsFor() {
		if n, ok := member.(node); ok {
			if r := recordOf(n); r != nil {
				waits = append(waits, r)
			}
		}
	}
	records.wait(d.record(), waits, fmt.Sprintf("%T", to))
}
