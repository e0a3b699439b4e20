package netx

import (
	"time"
)

// WithIdleTimeout ends a connection over which nothing has gone for so long, in
// neither direction: it is aborted, and the reason is ErrConnectionAborted and
// deferred.ErrTimeout. What counts are bytes that the kernel gave or took, so it is
// for peers that have gone or that stall, too; time in which the program has paused
// the input counts as any other. The default is 0, no timeout.
//
// A byte costs a look at the clock, and the whole timeout one delayed call, however
// much goes through. Such a connection takes about 300 bytes more.
func WithIdleTimeout(d time.Duration) Option {
	notNegative("WithIdleTimeout", d)
	return func(c *config) { c.idleTimeout = d }
}

// SetIdleTimeout changes what WithIdleTimeout set for this connection. The time
// begins anew; 0 is no timeout. A negative one panics. After the end it does
// nothing. Loop goroutine only.
func (c *Conn) SetIdleTimeout(d time.Duration) {
	c.own()
	notNegative("SetIdleTimeout", d)
	if !c.state.alive() || d == 0 && (c.extra == nil || c.extra.governor == nil) {
		return
	}
	c.govern().setIdle(d)
}

// idleness is the idle timeout of a connection. There is one delayed call, which
// is not moved by each byte: when it is due it looks when the last one went, and is
// made again for the rest.
type idleness struct {
	after time.Duration // 0 is none
	last  time.Time     // when something went
	stop  func() bool   // takes the delayed call back
}

// setIdle sets the timeout, from now on.
func (g *governor) setIdle(after time.Duration) {
	if g.idle.stop != nil {
		g.idle.stop()
	}
	g.idle = idleness{after: after}
	if after > 0 {
		g.idle.last = g.now()
		g.idle.stop = g.conn.cfg.env.clock.AfterFunc(after, g.lookIdle)
	}
}

// touch notes that something went.
func (i *idleness) touch(g *governor) {
	if i.after > 0 {
		i.last = g.now()
	}
}

// lookIdle is called when the connection may have been idle for too long.
func (g *governor) lookIdle() {
	c := g.conn
	c.own()
	if rest := g.idle.after - g.now().Sub(g.idle.last); rest > 0 {
		g.idle.stop = c.cfg.env.clock.AfterFunc(rest, g.lookIdle)
		return
	}
	g.idle.stop = nil
	late := &timeoutError{what: "an idle connection", after: g.idle.after}
	c.end(c.because(ErrConnectionAborted, late), true)
}
