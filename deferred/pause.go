package deferred

import "math"

// Pause keeps d's handlers from running until Unpause was called as often as
// Pause. A fire in the meantime stores the result. Called from inside a handler
// of d it takes effect before the next one.
//
// More than 65535 pauses at once panic.
func (d *Deferred[T]) Pause() {
	if d.pauses == math.MaxUint16 {
		panic("deferred: Pause more than 65535 times")
	}
	d.pauses++
}

// Unpause takes one Pause back. With the last one the handlers run, if d has
// fired. One without a Pause panics: somebody counts wrong.
func (d *Deferred[T]) Unpause() {
	if d.pauses == 0 {
		panic("deferred: Unpause without Pause")
	}
	d.pauses--
	if d.pauses == 0 && d.state == settled {
		d.start()
	}
}
