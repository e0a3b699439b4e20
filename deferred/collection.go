package deferred

// Collection is several Deferreds that tell one Collector their results. It is what
// lists, races and groups of Deferreds are made of. The zero value is empty: Adopt
// gives it its Deferreds, Tell sets them going, and Release lets go of them.
//
// A Collection belongs to the goroutine of its Deferreds, must not be copied after
// Adopt, and never blocks.
type Collection[T any] struct {
	collector Collector[T]
	steps     []collected[T] // in order; nil after Release
	left      int            // how many have not told their result
	walks     int            // how many calls of Tell and Each are under way
	pass      Passing
	adopted   bool
	released  bool // or is to be, when no walk is under way
}

// collected is the step in the list of one of them. To gather many costs in the
// first place what their steps take, so what they have in common is in all.
type collected[T any] struct {
	all   *Collection[T]
	d     *Deferred[T] // nil after Release
	index int
}

// Adopt makes ds those of c, once. The caller may change ds afterwards. A nil Deferred
// panics. It costs one allocation, for the steps of all.
func (c *Collection[T]) Adopt(ds []*Deferred[T]) {
	if c.adopted {
		panic("deferred: a second Adopt of a Collection")
	}
	steps := make([]collected[T], len(ds))
	for i, d := range ds {
		if d == nil {
			panic("deferred: Adopt of a nil Deferred")
		}
		s := &steps[i]
		s.all, s.d, s.index = c, d, i
	}
	c.adopted, c.steps, c.left = true, steps, len(ds)
}

// Tell appends one step to each Deferred, in order, which calls the Collector with
// the result that it finds, and leaves what pass says. Of those that have fired and
// are not held back, that happens before Tell returns, also when the Collector calls
// runtime.Goexit for one of them. It may be called once, after Adopt and before
// Release. A nil Collector panics.
//
// It costs what a handler of each costs, see AddCallbacks.
func (c *Collection[T]) Tell(collector Collector[T], pass Passing) {
	requireCollector(collector, pass)
	switch {
	case !c.adopted:
		panic("deferred: Tell of a Collection without Adopt")
	case c.collector != nil:
		panic("deferred: a second Tell of a Collection")
	case c.released:
		panic("deferred: Tell of a Collection after Release")
	case len(c.steps) > 0 && c.steps[0].all != c:
		panic("deferred: Tell of a copy of a Collection")
	}
	c.collector, c.pass = collector, pass
	c.walks++
	defer c.walked()
	c.tellFrom(0)
}

func (c *Collection[T]) tellFrom(i int) {
	defer func() {
		if i < len(c.steps) { // the Collector called runtime.Goexit
			c.tellFrom(i)
		}
	}()
	for i < len(c.steps) {
		s := &c.steps[i]
		i++
		s.d.add(s)
	}
}

// Each calls f with all Deferreds in order, also with those that have fired, and
// whatever one of the calls does: after a panic or runtime.Goexit it calls the rest
// before that goes on.
func (c *Collection[T]) Each(f func(d *Deferred[T])) {
	c.walks++
	defer c.walked()
	c.eachFrom(0, f)
}

func (c *Collection[T]) eachFrom(i int, f func(d *Deferred[T])) {
	defer func() {
		if i < len(c.steps) {
			c.eachFrom(i, f)
		}
	}()
	for i < len(c.steps) {
		d := c.steps[i].d
		i++
		f(d)
	}
}

// Len is how many Deferreds there are: 0 before Adopt and after Release.
func (c *Collection[T]) Len() int { return len(c.steps) }

// At returns the Deferred with an index below Len.
func (c *Collection[T]) At(index int) *Deferred[T] { return c.steps[index].d }

// Left is how many have not told their result. The one that the Collector is being
// told of has.
func (c *Collection[T]) Left() int { return c.left }

// Release forgets the Deferreds, so that a slow one, whose step knows c, does not
// keep the others in memory. Those that have not told their result do so as before.
// While a Tell or an Each is running they stay, and are forgotten at its end. Before
// Adopt it does nothing.
func (c *Collection[T]) Release() {
	if !c.adopted {
		return
	}
	c.released = true
	if c.walks > 0 {
		return
	}
	if c.left > 0 { // otherwise no step is in any list any more
		for i := range c.steps {
			c.steps[i].d = nil
		}
	}
	c.steps = nil
}

// walked ends a Tell or an Each.
func (c *Collection[T]) walked() {
	c.walks--
	if c.released {
		c.Release()
	}
}

func (s *collected[T]) handle(d *Deferred[T]) node {
	c := s.all
	c.left--
	v, err := d.leave(c.pass)
	c.collector.Collect(s.index, v, err)
	return nil
}
