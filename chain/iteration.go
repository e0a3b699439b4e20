package chain

import (
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// iteration is one ForEach.
type iteration[A, B any] struct {
	// Fixed.
	limit   int
	f       func(A) *deferred.Deferred[B]
	collect bool
	next    func() (A, bool)
	close   func()

	// Loop goroutine only.
	out     deferred.Deferred[[]B]
	phase   phase
	crew    crew
	pump    pump
	values  []B         // one for each item that was begun
	failed  []itemError // with collect
	err     error       // what ended it, if that was a failure
	stopped error       // why no more items were asked for, if there may be some
}

// phase is how far an iteration has come.
//
//	from            what happens               to
//	--------------  -------------------------  --------
//	begins          the iterator has ended     awaits
//	begins, awaits  a failure, Cancel          stops
//	stops           the iterator was closed    abandons
//	awaits          nothing is under way       done
//	abandons        nothing is under way       done
type phase uint8

const (
	begins   phase = iota // items are asked for as there is room
	awaits                // there are no more
	stops                 // no more are wanted
	abandons              // and what is under way is asked to stop
	done                  // out has fired
)

// itemError is the failure of one item.
type itemError struct {
	index int
	err   error
}

// step does what is to be done next, if anything.
func (e *iteration[A, B]) step() bool {
	switch e.phase {
	case begins:
		if e.limit >= 0 && e.crew.size() >= e.limit {
			return false
		}
		e.ask()
		return true
	case stops:
		e.phase = abandons
		protect(e.close, unhandled)
		return true
	case awaits, abandons:
		return e.windUp()
	default:
		return false
	}
}

// windUp does the next step to the end when no more is to be begun.
func (e *iteration[A, B]) windUp() bool {
	if e.phase == abandons && e.crew.askNext() {
		return true
	}
	if e.crew.size() > 0 {
		return false
	}
	e.finish()
	return true
}

// ask asks the iterator for an item and begins it. The iterator may cancel e.
func (e *iteration[A, B]) ask() {
	var a A
	more := false
	protect(func() { a, more = e.next() }, func(err error) {
		switch {
		case err != nil:
			e.end(err, err)
		case e.phase != begins:
		case more:
			e.begin(a)
		default:
			e.phase = awaits
		}
	})
}

// begin calls f with one item.
func (e *iteration[A, B]) begin(a A) {
	i, index := &item[A, B]{e: e}, len(e.values)
	e.values = append(e.values, *new(B))
	attempt("ForEach", func() *deferred.Deferred[B] { return e.f(a) }, func(d *deferred.Deferred[B]) {
		i.seat.v = d
		e.crew.working.push(&i.seat)
		i.single.Tell(d, index, i, deferred.PassAll)
	})
}

// end makes e stop, because of err if that is not nil. stopped is why no more
// items are begun, should there be any.
func (e *iteration[A, B]) end(err, stopped error) {
	if e.err == nil {
		e.err = err
	}
	switch e.phase {
	case begins:
		e.phase, e.stopped = stops, stopped
	case awaits:
		e.phase = stops
	}
	e.pump.work(e)
}

// Cancel implements deferred.Canceller.
func (e *iteration[A, B]) Cancel() {
	if !e.pump.busy {
		e.crew.askAgain()
	}
	e.end(nil, deferred.ErrCancelled)
}

// finish fires out.
func (e *iteration[A, B]) finish() {
	e.phase = done
	values := e.values
	err := e.result()
	e.f, e.next, e.close, e.values, e.failed = nil, nil, nil, nil, nil
	// Somebody else may have fired out, to whom its result is then.
	if err != nil {
		_ = e.out.Errback(failure.At(err, 0))
	} else {
		_ = e.out.Callback(values)
	}
}

// result is what e fails with, or nil.
func (e *iteration[A, B]) result() error {
	switch {
	case e.collect && (len(e.failed) > 0 || e.stopped != nil):
		return e.partial()
	case e.err != nil:
		return e.err
	default:
		return e.stopped
	}
}

// partial is the failure that holds all results.
func (e *iteration[A, B]) partial() *PartialError[B] {
	p := &PartialError[B]{Results: make([]Result[B], len(e.values)), Stopped: e.stopped}
	for i, v := range e.values {
		p.Results[i].Value = v
	}
	for _, f := range e.failed {
		p.Results[f.index].Err = f.err
	}
	return p
}

// item is one that was begun.
type item[A, B any] struct {
	e      *iteration[A, B]
	seat   seat[stoppable]
	single deferred.Single[B]
}

// Collect implements deferred.Collector.
func (i *item[A, B]) Collect(index int, v B, err error) {
	e := i.e
	i.seat.leave()
	switch {
	case err == nil:
		e.values[index] = v
	case e.collect:
		e.failed = append(e.failed, itemError{index, err})
	default:
		first := &FirstError{Index: index, Err: err}
		e.end(first, first)
	}
	e.pump.work(e)
}

// unhandled reports err, if there is one, as a failure that nobody handles.
func unhandled(err error) {
	if err != nil {
		deferred.Fail[struct{}](err)
	}
}
