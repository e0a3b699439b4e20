package netx

// Lease is a connection that a ConnectionPool has lent. It goes back by Release or
// Discard, once, whatever becomes of the connection; what comes after that does
// nothing, so that Discard can be deferred. All methods belong to the goroutine of
// the loop.
type Lease struct {
	conn *pooledConn
	back bool
}

// Protocol returns the protocol that the factory of the pool made.
func (l *Lease) Protocol() Protocol { return l.conn.proto }

// Conn returns the connection.
func (l *Lease) Conn() *Conn { return l.conn.conn }

// Release gives the connection back for others to use. The program has to leave it
// as it wants to find it: with nothing on its way in either direction, and its
// protocol ready for the next user. One that has ended, or of which one direction is
// closed, is not kept. Who waits for it gets it before Release returns. Loop
// goroutine only.
func (l *Lease) Release() { l.give(true) }

// Discard closes the connection, cleanly, since its user left it in a state that is
// of no use to others. Loop goroutine only.
func (l *Lease) Discard() { l.give(false) }

// give takes the connection back.
func (l *Lease) give(keep bool) {
	c, p := l.conn, l.conn.at.pool
	p.owner = true
	if l.back {
		return
	}
	l.back = true
	switch {
	case c.state != pooledLent: // it has ended
	case keep && c.usable() && !p.closed:
		c.move(pooledIdle)
		p.touch(c.at)
	default:
		c.end()
	}
}
