package netx

import (
	"cmp"
	"container/list"
	"maps"
	"slices"

	"github.com/spindle-go/spindle/deferred"
)

// poolAddress is what a ConnectionPool has for one address. It is there as long as
// there is something. Loop goroutine only.
type poolAddress struct {
	// Fixed.
	pool *ConnectionPool
	name string

	waiters *list.List    // of *poolWaiter, in order
	dialing []*pooledConn // being made, in order; waiters from the front get them
	idle    []*pooledConn // that nobody uses, in the order they came back
	used    []*pooledConn // lent, or being closed
	marked  bool          // it is among the touched
}

// poolWaiter is one who has asked for a connection.
type poolWaiter struct {
	d      *deferred.Deferred[*Lease]
	number uint64
}

// connections returns how many there are, in whatever state.
func (at *poolAddress) connections() int { return len(at.dialing) + len(at.idle) + len(at.used) }

// last returns the connection that was used last.
func (at *poolAddress) last() *pooledConn { return at.idle[len(at.idle)-1] }

// take removes a waiter from the queue and returns it.
func (at *poolAddress) take(e *list.Element) *poolWaiter {
	at.pool.waiting--
	return at.waiters.Remove(e).(*poolWaiter)
}

// leave is the canceller of a waiter.
func (at *poolAddress) leave(e *list.Element) {
	at.pool.owner = true
	at.take(e)
	at.giveUpDials(at.waiters.Len())
	at.tidy()
}

// giveUpDials cancels attempts, the newest first, until no more are left than some
// number.
func (at *poolAddress) giveUpDials(left int) {
	for n := len(at.dialing) - left; n > 0 && len(at.dialing) > left; n-- {
		at.dialing[len(at.dialing)-1].giveUp()
	}
}

// failFirst fails the one who has waited longest.
func (at *poolAddress) failFirst(err error) {
	if e := at.waiters.Front(); e != nil {
		_ = at.take(e).d.Errback(err) // it waits, so it has not fired
	}
}

// wanting returns the number of the first waiter for whom no connection is being
// made, and how many there are; none if one more is not allowed.
func (at *poolAddress) wanting() (number uint64, n int) {
	n = at.waiters.Len() - len(at.dialing)
	if limit := at.pool.cfg.MaxPerAddress; limit > 0 {
		n = min(n, limit-at.connections())
	}
	if n <= 0 {
		return 0, 0
	}
	e := at.waiters.Front()
	for range at.dialing {
		e = e.Next()
	}
	return e.Value.(*poolWaiter).number, n
}

// arm sets the deadlines of the connections that have come back and stay.
func (at *poolAddress) arm() {
	for i := len(at.idle) - 1; i >= 0 && at.idle[i].stop == nil; i-- {
		c := at.idle[i]
		c.stop = at.pool.clock.AfterFunc(at.pool.cfg.IdleTimeout, c.expire)
	}
}

// tidy forgets the address if there is nothing for it.
func (at *poolAddress) tidy() {
	if at.connections() == 0 && at.waiters.Len() == 0 && at.pool.addresses.entries[at.name] == at {
		at.pool.addresses.remove(at.name)
	}
}

// inOrder returns all addresses, always in the same order, so that what is done to
// all of them can be repeated.
func (p *ConnectionPool) inOrder() []*poolAddress {
	return slices.SortedFunc(maps.Values(p.addresses.entries), func(a, b *poolAddress) int { return cmp.Compare(a.name, b.name) })
}
