//go:build unix

package poller

import (
	"math"
	"time"
)

// SelectLimit is the first descriptor that select cannot take.
const SelectLimit = selectLimit

// Milliseconds and Microseconds are the forms of a timeout that poll(2) and
// select(2) get.
var (
	Milliseconds = milliseconds
	Microseconds = microseconds
)

// LimitCall sets the longest wait of one system call, and reports whether this
// kind has such a limit.
func (p *Poller) LimitCall(d time.Duration) bool {
	switch b := p.backend.(type) {
	case *poll:
		b.longest = d
	case *selector:
		b.longest = d
	default:
		return false
	}
	return true
}

// LimitRegistrations gives poll(2) on any system a limit like macOS's, and
// reports whether this is the kind that has one.
func (p *Poller) LimitRegistrations(n int) bool {
	b, ok := p.backend.(*poll)
	if ok {
		b.limit = n + 1
	}
	return ok
}

// ExhaustGenerations makes the place that Add takes next stand at its last
// generation.
func (p *Poller) ExhaustGenerations() {
	if i := p.table.next().Index(); i < len(p.table.slots) {
		p.table.slots[i].generation = math.MaxUint32
	} else {
		p.table.fresh = math.MaxUint32
	}
}

// KeepSlots is what a table never gives back.
const KeepSlots = keepSlots

// Room returns what there is room for in the slices of the table, and of the backend
// where it has one of its own.
func (p *Poller) Room() (slots, free, byFD, backend int) {
	if b, ok := p.backend.(*poll); ok {
		backend = cap(b.fds)
	}
	return cap(p.table.slots), cap(p.table.free), cap(p.table.byFD), backend
}

// Places returns how long the table is.
func (p *Poller) Places() int { return len(p.table.slots) }

// Asleep reports whether the sleeping flag is set.
func (p *Poller) Asleep() bool { return p.waker.is(asleep) }

// HoldWake does the first half of a Wake, as a poster does that is held up
// before its write, and returns the second half.
func (p *Poller) HoldWake() (write func() error) {
	if !p.waker.move(asleep, awake) {
		panic("the loop is awake")
	}
	return p.waker.write
}

// ZeroPolls is how often Wait looks before it goes to sleep.
func (k Kind) ZeroPolls() int { return k.zeroPolls() }

// CountAsks counts in n how often the backend asks the kernel.
func (p *Poller) CountAsks(n *int) { p.backend = &counted{p.backend, n} }

// counted is a backend that counts.
type counted struct {
	backend
	asks *int
}

func (c *counted) wait(dst []Event, timeout time.Duration) (int, bool, error) {
	*c.asks++
	return c.backend.wait(dst, timeout)
}
