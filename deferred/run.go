package deferred

import "github.com/spindle-go/spindle/failure"

// start runs what can be run of d, and then whatever that set going.
func (d *Deferred[T]) start() {
	if next := d.resume(); next != nil {
		d.follow(next)
	}
}

// follow goes on with next, to which d has handed its result.
func (d *Deferred[T]) follow(next node) {
	if d.unfinished() {
		unwind(d, next)
		return
	}
	// The usual hand-over leaves nothing behind and ends right there.
	if after := next.resume(); after != nil {
		unwind(next, after)
	}
}

// resume runs d's handlers as far as they go. When one of them handed the result
// to another Deferred it stops there and returns that one, which is to go on
// before the rest of d's list does (rule 3 of Twisted's implicit chaining).
//
// A coroutine that waits is woken here and not in run: its panics are its own, so
// that it needs no guard, and each frame between the one who fires and the switch
// costs a mispredicted return.
func (d *Deferred[T]) resume() (next node) {
	// The ticket is looked at here to save a call that hardly any failure needs.
	if d.failed() != nil && d.ticket.Load() != 0 && (d.pauses == 0 || !d.handlers.empty()) {
		d.retract() // something is going to be done about it
	}
	if d.state == held {
		d.state = settled // what it was held for is done
	}
	for d.state == settled && d.pauses == 0 {
		if d.handlers.empty() {
			if d.failed() != nil {
				d.reportIfLost()
			}
			return nil
		}
		if in, ok := d.handlers.first.(*Inbox[T]); ok {
			d.handlers.first = nil
			d.state = running
			next = in.handle(d)
		} else {
			next = d.run()
		}
		if next != nil {
			return next
		}
	}
	return nil
}

// run is the one place where user code is called with a result. It takes one
// guard for the whole run, not one a handler: after a panic resume comes back
// for the rest.
//
// A panic becomes the failure for the next handler, as an exception does in
// Twisted: nothing unwinds into whoever fired d. That includes runtime errors,
// since a Deferred that swallowed its result would wedge all that waits for it.
func (d *Deferred[T]) run() (next node) {
	d.state = running
	defer func() {
		if d.state == running {
			d.cutShort(recover())
		}
	}()
	for d.state == running && d.pauses == 0 {
		// Pop, whose usual cases are not worth a call.
		hs := &d.handlers
		h := hs.first
		if h != nil {
			hs.first = nil
		} else if hs.second == nil {
			d.state = settled
			return nil
		} else if several, ok := hs.second.(*blocks[T]); ok {
			d.runBlock(several.next)
			if d.state != running || d.pauses != 0 {
				break
			}
			h = hs.popRest() // the newest block may be another by now
		} else {
			h, hs.second = hs.second, nil
		}
		switch h := h.(type) {
		case callback[T]: // as its handle does, without the call
			if d.failed() == nil {
				v, err := h(d.value)
				if err == nil {
					d.value = v
				} else {
					d.answerError(v, err, h)
				}
			}
		case errback[T]:
			if f := d.failed(); f != nil {
				v, err := h(f)
				if err == nil {
					d.succeed(v)
				} else {
					d.answerError(v, err, h)
				}
			}
		case *collected[T]:
			h.handle(d)
		case *Inbox[T]:
			d.handlers.first = h // which is empty; resume sees to it
			d.state = settled
			return nil
		default:
			if next = h.handle(d); next != nil {
				d.state = settled
				return next
			}
		}
	}
	if d.state == running {
		d.state = settled
	}
	d.handlers.forget() // it waits, or is paused: for how long nobody knows
	return nil
}

// runBlock runs the callbacks at the head of b, which long lists are made of: a list of
// ten takes some 5% less time by it. The last one in b is popBlock's, which gives the
// block back.
func (d *Deferred[T]) runBlock(b *block) {
	for b.start+1 < b.end {
		cb, ok := b.slots[b.start].(callback[T])
		if !ok {
			return
		}
		b.start++
		if d.failed() != nil {
			continue
		}
		v, err := cb(d.value)
		if err == nil {
			d.value = v
		} else {
			d.answerError(v, err, cb)
		}
		if d.state != running || d.pauses != 0 {
			return
		}
	}
}

// cutShort ends a run that a panic with v or, if v is nil, runtime.Goexit cut
// short.
func (d *Deferred[T]) cutShort(v any) {
	d.state = settled
	if v != nil {
		d.failWith(failure.Recovered(v))
		if d.marks&traced != 0 {
			d.crashed()
		}
		return
	}
	// The goroutine is about to end and cannot be held. The handlers that are
	// left, and all that waits for d, have their turn now or never.
	d.failWith(failure.New(ErrGoexit))
	if d.marks&traced != 0 {
		d.crashed()
	}
	d.start()
}

// node is a Deferred of some type, as those see it who go from one to the next:
// the unwinder, Cancel, and the search for cycles.
type node interface {
	start()
	resume() (next node)
	unfinished() bool
	cancel() (next node)
	giveUp(f *failure.Failure) // settles what is bound, and runs its handlers
	noteWait(from node)        // for the record of it: that it waits
	handed(f *failure.Failure) *failure.Failure
	source() node             // what it waits for, or nil
	consumer(steps *int) node // what waits for it, or nil
	behind() []node           // all that it waits for, those of a list included
	describe() string         // its standing, for a picture
	record() *record          // what is known of it in debug mode, or nil
	String() string
}

// unfinished reports whether d needs another resume: handlers are left, or it is
// held.
func (d *Deferred[T]) unfinished() bool { return !d.handlers.empty() || d.state == held }

// unwind carries on after from has handed its result to next: next, then what
// that hands to, and at last the rest of each list that was left. It keeps those
// on a stack of its own, and only those that have a rest, so a million chained
// Deferreds take no more stack than two.
func unwind(from, next node) {
	var rest []node
	done := false
	defer func() {
		if done {
			return
		}
		// runtime.Goexit in a handler ends this goroutine. What is left must
		// not be lost with it.
		finish(rest)
	}()
	for {
		if from.unfinished() {
			rest = append(rest, from)
		}
		from, next = next, next.resume()
		for next == nil {
			if len(rest) == 0 {
				done = true
				return
			}
			from = rest[len(rest)-1]
			rest = rest[:len(rest)-1]
			next = from.resume()
		}
	}
}

// finish runs the rest of lists that an unwind left when its goroutine was about
// to end. A handler there may call runtime.Goexit again, which ends the loop and
// not the goroutine any sooner, so it goes on after each of them.
func finish(rest []node) {
	done := false
	defer func() {
		if !done {
			finish(rest)
		}
	}()
	for len(rest) > 0 {
		n := rest[len(rest)-1]
		rest = rest[:len(rest)-1]
		if to := n.resume(); to != nil {
			unwind(n, to)
		}
	}
	done = true
}
