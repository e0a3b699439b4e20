package chain

import (
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// joint waits for a few Deferreds of different types, which make up a P.
type joint[P any] struct {
	out   deferred.Deferred[P]
	all   P
	parts [3]stoppable // in order; let go of when the result is known
	left  int          // how many have not told their result; 0 when that of all is known
}

// Cancel implements deferred.Canceller. The parts are cancelled from a copy: all
// of them, even if the first decides the matter.
func (j *joint[P]) Cancel() {
	parts := j.parts
	stopAll(parts[:])
}

// told takes down that part i has told its result. It fires out if that settles
// the matter.
func (j *joint[P]) told(i int, err error) {
	j.left--
	if err == nil && j.left > 0 {
		return
	}
	all := j.all
	j.left, j.all, j.parts = 0, *new(P), [3]stoppable{}
	// Somebody else may have fired out, to whom its result is then.
	if err != nil {
		_ = j.out.Errback(failure.At(&FirstError{Index: i, Err: err}, 0))
	} else {
		_ = j.out.Callback(all)
	}
}

// follow appends a step to part i that puts its value in place.
func follow[P, T any](j *joint[P], i int, d *deferred.Deferred[T], place *T) {
	p := &part[P, T]{j: j, place: place}
	p.single.Tell(d, i, p, deferred.PassAll)
}

// part takes the result of one of the Deferreds.
type part[P, T any] struct {
	j      *joint[P]
	place  *T // in j
	single deferred.Single[T]
}

// Collect implements deferred.Collector.
func (p *part[P, T]) Collect(i int, v T, err error) {
	if p.j.left == 0 {
		return
	}
	*p.place = v
	p.j.told(i, err)
}
