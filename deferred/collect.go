package deferred

// Collector is told how each of several Deferreds ended.
type Collector[T any] interface {
	// Collect is called once for each, with its index, on the goroutine that
	// fired it. err is a *failure.Failure or nil.
	Collect(index int, v T, err error)
}

// Collect appends one step to each of ds, in order, that tells c the result it
// finds there. Those that have fired are told before Collect returns. A nil
// Deferred panics, before any step was added.
//
// The result passes on to the handlers added later; with consume, a failure
// becomes the zero value instead. Either way the failure counts as seen, so it
// is not reported as unhandled, unless a later handler fails in its own right.
// It is what lists, races and groups of Deferreds are made of.
//
// It costs one allocation for all of ds.
func Collect[T any](ds []*Deferred[T], c Collector[T], consume bool) {
	for _, d := range ds {
		if d == nil {
			panic("deferred: Collect of a nil Deferred")
		}
	}
	steps := make([]collected[T], len(ds))
	for i, d := range ds {
		place := i
		if consume {
			place = ^i
		}
		steps[i] = collected[T]{c: c, place: place}
		d.add(&steps[i])
	}
}

// collected is the step in the list of one of them. To gather many costs in the
// first place what their steps take, so the choice to consume is in the index.
type collected[T any] struct {
	c     Collector[T]
	place int // the index; its complement if a failure is to be consumed
}

func (s *collected[T]) handle(d *Deferred[T]) node {
	v, err, index := d.value, d.err(), s.place
	consume := index < 0
	if consume {
		index = ^index
	}
	if err != nil {
		if consume {
			d.succeed(v)
		} else {
			d.marks |= observed
		}
	}
	s.c.Collect(index, v, err)
	return nil
}
