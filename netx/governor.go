package netx

import (
	"time"
)

// governor stands between a connection and its socket, and keeps to what the
// options say about its traffic: the idle timeout, the rates, the counters. Only a
// connection that has one of these has a governor, or one that the kernel had no memory
// for, see blocked; the others pay nothing.
//
// To a layer above, TLS for one, it is a socket, so that what counts is what goes
// over the wire. Loop goroutine only.
type governor struct {
	socket
	conn *Conn

	idle    idleness
	in, out valve
	traffic Traffic

	wantRead, wantWrite bool // what the connection wants
}

// valve is one direction of a governor.
type valve struct {
	buckets  [2]*bucket    // of the connection and of all together; nil is no limit
	shortage time.Duration // how long it has waited for a kernel out of memory; 0 after a success
	closed   bool          // it waits for that, or for a bucket to fill
	stop     func() bool
}

// govern puts a governor below c, and below its TLS, if there is none yet.
func (c *Conn) govern() *governor {
	if c.more().governor == nil {
		g := &governor{socket: c.sock, conn: c}
		g.wantRead, g.wantWrite = c.state.reads() && !c.paused, c.out != nil
		c.extra.governor = g
		if s, ok := c.layer(); ok {
			g.wantRead, g.wantWrite = s.wants()
			g.socket, s.inner = s.inner, g
		} else {
			c.sock = g
		}
	}
	return c.extra.governor
}

// governByOptions puts a governor below a new connection if its options need one.
func (c *Conn) governByOptions() {
	if !c.cfg.governed() {
		return
	}
	g := c.govern()
	g.in.buckets = c.cfg.readLimits.buckets()
	g.out.buckets = c.cfg.writeLimits.buckets()
	g.traffic.Connections = 1
	if t := c.cfg.traffic; t != nil {
		t.Connections++
		t.Open++
	}
	if d := c.cfg.idleTimeout; d > 0 {
		g.setIdle(d)
	}
}

// read implements socket.
func (g *governor) read(p []byte) (int, error) {
	n := g.allowed(&g.in, len(p))
	if n == 0 {
		return 0, g.shut(&g.in)
	}
	n, err := g.socket.read(p[:n])
	if err == nil {
		g.passed(&g.in, n)
		g.traffic.Read += uint64(n)
		if t := g.conn.cfg.traffic; t != nil {
			t.Read += uint64(n)
		}
	}
	return n, err
}

// write implements socket.
func (g *governor) write(p []byte) (int, error) {
	n := g.allowed(&g.out, len(p))
	if n == 0 {
		return 0, g.shut(&g.out)
	}
	n, err := g.socket.write(p[:n])
	return g.wrote(n, err)
}

// writev implements socket. With less allowed than there is, it is a write of the
// first piece.
func (g *governor) writev(pieces [][]byte) (int, error) {
	size := 0
	for _, p := range pieces {
		size += len(p)
	}
	if g.allowed(&g.out, size) < size {
		for len(pieces[0]) == 0 {
			pieces = pieces[1:]
		}
		return g.write(pieces[0])
	}
	n, err := g.socket.writev(pieces)
	return g.wrote(n, err)
}

// wrote counts what the socket has taken.
func (g *governor) wrote(n int, err error) (int, error) {
	if err == nil {
		g.passed(&g.out, n)
		g.traffic.Written += uint64(n)
		if t := g.conn.cfg.traffic; t != nil {
			t.Written += uint64(n)
		}
	}
	return n, err
}

// want implements socket.
func (g *governor) want(read, write bool) error {
	g.wantRead, g.wantWrite = read, write
	return g.apply()
}

// apply has the socket watched for what is wanted and may go.
func (g *governor) apply() error {
	return g.socket.want(g.wantRead && !g.in.closed, g.wantWrite && !g.out.closed)
}

// close implements socket.
func (g *governor) close(abort bool) {
	g.in.open()
	g.out.open()
	g.setIdle(0)
	if t := g.conn.cfg.traffic; t != nil {
		t.Open--
	}
	g.socket.close(abort)
}

// unwrap implements layer.
func (g *governor) unwrap() socket { return g.socket }

// allowed returns how many of n bytes may go now.
func (g *governor) allowed(v *valve, n int) int {
	if v.closed {
		return 0
	}
	for _, b := range v.buckets {
		if b != nil {
			n = min(n, b.allow(g.now()))
		}
	}
	return n
}

// passed takes n bytes out of the buckets, and notes that something has happened.
func (g *governor) passed(v *valve, n int) {
	v.shortage = 0
	for _, b := range v.buckets {
		if b != nil {
			b.take(n)
		}
	}
	g.idle.touch(g)
}

// shut closes a valve until there is enough in the buckets, and returns what the
// socket answers meanwhile.
func (g *governor) shut(v *valve) error {
	if v.closed {
		return errWouldBlock
	}
	after := time.Duration(0)
	for _, b := range v.buckets {
		if b != nil {
			after = max(after, b.wait())
		}
	}
	return g.hold(v, after)
}

// hold closes a valve for so long, and returns what the socket answers meanwhile.
func (g *governor) hold(v *valve, after time.Duration) error {
	v.closed = true
	v.stop = g.conn.cfg.env.clock.AfterFunc(after, func() { g.reopen(v) })
	if err := g.apply(); err != nil {
		return err
	}
	return errWouldBlock
}

// reopen is called when there is enough in the buckets, or it is time to try again.
func (g *governor) reopen(v *valve) {
	g.conn.own()
	v.closed, v.stop = false, nil
	if err := g.apply(); err != nil {
		g.conn.lost(err)
	}
}

// open opens a valve for good.
func (v *valve) open() {
	if v.stop != nil {
		v.stop()
	}
	*v = valve{}
}

func (g *governor) now() time.Time { return g.conn.cfg.env.now() }
