package netx

import (
	"container/list"
	"errors"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/reactor"
)

// defaultIdleTimeout is that of net/http.
const defaultIdleTimeout = 90 * time.Second

// PoolConfig says what a ConnectionPool connects to, and its limits. Connect and
// Factory are needed. Negative numbers panic.
type PoolConfig struct {
	// Connect connects to an address, in whatever form the program writes these,
	// and has the factory that it is given make the protocol:
	//
	//	func(address string, f netx.Factory) *deferred.Deferred[netx.Protocol] {
	//		return n.Dial("tcp", address, f)
	//	}
	Connect func(address string, f Factory) *deferred.Deferred[Protocol]

	// Factory makes the protocol for each connection.
	Factory Factory

	// MaxTotal is how many connections there are at most, those being made and
	// those being closed included. Zero: no limit.
	MaxTotal int

	// MaxPerAddress is how many of them there are for one address. Zero: no limit.
	MaxPerAddress int

	// IdleTimeout is how long a connection is kept that nobody uses. Zero: 90 s.
	IdleTimeout time.Duration
}

// ConnectionPool lends connections, and keeps those that come back for the next who
// asks for the same address. [NewConnectionPool] makes one; the zero value is of no
// use.
//
// A connection that ends while nobody uses it, or whose peer sends a FIN then, is
// dropped; of several, the one that was used last is lent first, so that the others
// can expire. At the limit of all connections, one that nobody uses makes room for
// another address. All methods belong to the goroutine of the loop, and none blocks.
type ConnectionPool struct {
	// Fixed after NewConnectionPool.
	clock deferred.Clock
	cfg   PoolConfig

	// Loop goroutine only.
	addresses shrinkingMap[string, *poolAddress]
	touched   []*poolAddress // where there may be something to lend
	total     int            // connections, in whatever state
	lent      int            // of them, those in use
	waiting   int            // who have asked and got nothing yet
	evicting  int            // connections that are being closed to make room
	count     uint64         // of waiters and of connections that came back, for their order
	pumping   bool
	closed    bool
	closers   []*deferred.Deferred[struct{}] // of Close
	owner     bool                           // written by every method, for the race detector
}

// PoolStats is what a ConnectionPool has at the moment.
type PoolStats struct {
	Total   int // connections, those being made and closed included
	Lent    int // of them, those in use
	Idle    int // of them, those nobody uses
	Waiting int // who have asked for one and wait
}

// NewConnectionPool returns a pool without connections. A nil clock, Connect or
// Factory panics. Any goroutine.
func NewConnectionPool(clock deferred.Clock, cfg PoolConfig) *ConnectionPool {
	if clock == nil || cfg.Connect == nil || cfg.Factory == nil {
		panic("netx: NewConnectionPool needs a clock, a Connect and a Factory")
	}
	if cfg.MaxTotal < 0 || cfg.MaxPerAddress < 0 || cfg.IdleTimeout < 0 {
		panic("netx: NewConnectionPool with a negative limit")
	}
	if cfg.IdleTimeout == 0 {
		cfg.IdleTimeout = defaultIdleTimeout
	}
	return &ConnectionPool{clock: clock, cfg: cfg}
}

// Get lends a connection to an address: one that nobody uses, or a new one, or, at a
// limit, the next that comes back. Those who ask for one address get theirs in the
// order they asked.
//
// An attempt to connect that fails fails the one who has waited longest for that
// address, with its error; if nobody waits any more, nobody hears of it. After Close
// it fails with ErrPoolClosed, and when the reactor stops with reactor.ErrStopped. A
// cancel ends the waiting, and an attempt that is left without somebody who waits.
// Loop goroutine only.
func (p *ConnectionPool) Get(address string) *deferred.Deferred[*Lease] {
	p.owner = true
	if p.closed {
		return deferred.Fail[*Lease](ErrPoolClosed)
	}
	at := p.addresses.entries[address]
	if at == nil {
		at = &poolAddress{pool: p, name: address, waiters: list.New()}
		p.addresses.set(address, at)
	}
	var e *list.Element
	d := deferred.New(func(*deferred.Deferred[*Lease]) { at.leave(e) })
	e = at.waiters.PushBack(&poolWaiter{d: d, number: p.number()})
	p.waiting++
	p.touch(at)
	return d
}

// Close closes the connections that nobody uses, and the others as they come back.
// Those who wait fail with ErrPoolClosed. The Deferred fires when no connection is
// left; it never fails, and a cancel of it does not undo the Close. Called again it
// answers the same with another Deferred. Loop goroutine only.
func (p *ConnectionPool) Close() *deferred.Deferred[struct{}] {
	p.owner = true
	d := deferred.New[struct{}]()
	p.closers = append(p.closers, d)
	p.closed = true
	for _, at := range p.inOrder() {
		at.giveUpDials(0)
		for len(at.idle) > 0 {
			at.last().end()
		}
	}
	p.failAll(ErrPoolClosed)
	p.checkClosed()
	return d
}

// Abort is Close, but that it aborts all connections, those in use too. Loop
// goroutine only.
func (p *ConnectionPool) Abort() *deferred.Deferred[struct{}] {
	d := p.Close()
	for _, at := range p.inOrder() {
		for _, c := range at.used {
			if c.conn != nil { // it may be one whose making was given up
				c.conn.Abort()
			}
		}
	}
	return d
}

// Stats returns what p has at the moment. It costs O(n) among the addresses in use.
// Loop goroutine only.
func (p *ConnectionPool) Stats() PoolStats {
	p.owner = true
	s := PoolStats{Total: p.total, Lent: p.lent, Waiting: p.waiting}
	for _, at := range p.addresses.entries {
		s.Idle += len(at.idle)
	}
	return s
}

// number returns the next one.
func (p *ConnectionPool) number() uint64 {
	p.count++
	return p.count
}

// failAll fails all who wait.
func (p *ConnectionPool) failAll(reason error) {
	for _, at := range p.inOrder() {
		for n := at.waiters.Len(); n > 0; n-- { // not those who ask from now on
			if e := at.waiters.Front(); e != nil {
				_ = at.take(e).d.Errback(reason) // it waits, so it has not fired
			}
		}
		at.giveUpDials(at.waiters.Len())
		at.tidy()
	}
}

// stopped fails those who wait if the reactor has stopped: nothing comes any more.
func (p *ConnectionPool) stopped(reason error) {
	if errors.Is(reason, reactor.ErrStopped) {
		p.failAll(reason)
	}
}

// checkClosed tells those who have called Close when nothing is left.
func (p *ConnectionPool) checkClosed() {
	if !p.closed || p.total > 0 {
		return
	}
	closers := p.closers
	p.closers = nil
	finish(closers)
}
