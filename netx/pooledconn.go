package netx

import (
	"slices"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// pooledState says what a connection of a pool is doing.
//
//	from    what happens                             to
//	------  ---------------------------------------  ------
//	dialing it is made                               idle
//	dialing it fails                                 gone
//	dialing it is made, and not wanted any more      ending
//	idle    somebody wants it                        lent
//	idle    it expires, makes room, half closes,     ending
//	        or the pool is closed
//	lent    Release                                  idle
//	lent    Discard, or Release to a closed pool     ending
//	idle,   the connection has ended                 gone
//	lent,
//	ending
type pooledState uint8

const (
	pooledDialing pooledState = iota
	pooledIdle                // nobody uses it
	pooledLent                // somebody does
	pooledEnding              // it is being closed
	pooledGone
)

// pooledConn is a connection of a pool. Loop goroutine only.
type pooledConn struct {
	link
	at    *poolAddress // fixed
	state pooledState
	dial  *deferred.Deferred[Protocol] // while it is being made

	unwanted bool        // it was given up while it was being made
	evicted  bool        // it makes room for another address
	since    uint64      // when it became idle, in the order of all
	stop     func() bool // takes back the end of its time, while it is idle
}

// connect begins to make a connection.
func (p *ConnectionPool) connect(at *poolAddress) {
	c := &pooledConn{at: at}
	c.onLost, c.onHalf = c.ended, c.halfClosed
	p.total++
	at.dialing = append(at.dialing, c)
	c.dial = c.begin()
	c.dial.AddBoth(c.dialled)
}

// begin calls Connect. A panic is a failure.
func (c *pooledConn) begin() (d *deferred.Deferred[Protocol]) {
	defer func() {
		if v := recover(); v != nil {
			d = deferred.Fail[Protocol](failure.Recovered(v))
		}
	}()
	cfg := c.at.pool.cfg
	if d = cfg.Connect(c.at.name, c.link.factory(cfg.Factory)); d == nil {
		d = deferred.Fail[Protocol](errNoAnswer)
	}
	return d
}

// dialled goes on when it is made, or not.
func (c *pooledConn) dialled(_ Protocol, err error) (Protocol, error) {
	p := c.at.pool
	p.owner = true
	switch {
	case err == nil && c.conn == nil:
		err = errNoLink
	case err == nil && c.lost != nil:
		err = c.lost
	}
	switch {
	case err == nil && !c.unwanted:
		c.move(pooledIdle)
	case c.alive():
		c.end()
	default:
		c.gone()
	}
	if err != nil && !c.unwanted {
		c.at.failFirst(err)
		p.stopped(err)
	}
	p.touch(c.at)
	return nil, nil
}

// giveUp cancels its making.
func (c *pooledConn) giveUp() {
	c.unwanted = true
	c.at.dialing = without(c.at.dialing, c)
	c.at.used = append(c.at.used, c)
	c.dial.Cancel()
}

// usable reports whether it can be lent.
func (c *pooledConn) usable() bool { return c.alive() && c.conn.state == open }

// move is the only place where the state changes. It keeps the lists of the address.
func (c *pooledConn) move(to pooledState) {
	at, p := c.at, c.at.pool
	switch c.state {
	case pooledDialing:
		at.dialing, at.used = without(at.dialing, c), without(at.used, c)
	case pooledIdle:
		at.idle = without(at.idle, c)
		if c.stop != nil {
			c.stop()
			c.stop = nil
		}
	case pooledLent:
		p.lent--
		at.used = without(at.used, c)
	case pooledEnding:
		at.used = without(at.used, c)
	}
	c.state = to
	switch to {
	case pooledIdle:
		c.since = p.number()
		at.idle = append(at.idle, c)
	case pooledLent:
		p.lent++
		at.used = append(at.used, c)
	case pooledEnding:
		at.used = append(at.used, c)
	}
}

// end closes it.
func (c *pooledConn) end() {
	c.move(pooledEnding)
	_ = c.conn.Close() // it is always nil
}

// ended is called when the connection has ended. While it is being made that is for
// dialled to see.
func (c *pooledConn) ended() {
	p := c.at.pool
	p.owner = true
	if c.state != pooledDialing {
		c.gone()
		p.stopped(c.lost)
		p.touch(c.at)
	}
}

// gone forgets it.
func (c *pooledConn) gone() {
	p := c.at.pool
	c.move(pooledGone)
	c.over = true
	p.total--
	if c.evicted {
		p.evicting--
	}
	c.at.tidy()
	p.checkClosed()
}

// halfClosed is called when the peer's FIN has come and the protocol can live with
// that. For the next user it is of no use.
func (c *pooledConn) halfClosed() {
	if c.state == pooledIdle {
		c.end()
	}
}

// expire is called when nobody has used it for too long.
func (c *pooledConn) expire() {
	c.at.pool.owner = true
	c.stop = nil
	c.end()
}

// without returns cs without c, which most often is the last or the first.
func without(cs []*pooledConn, c *pooledConn) []*pooledConn {
	for i := len(cs) - 1; i >= 0; i-- {
		if cs[i] == c {
			return slices.Delete(cs, i, i+1)
		}
	}
	return cs
}
