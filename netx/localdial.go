package netx

import (
	"net"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// A server that does not accept as fast as it is dialled has a full queue, and
// the kernel does not tell when there is room in it again. So a Dial looks again,
// ever more seldom.
const (
	firstLook = time.Millisecond
	lastLook  = 100 * time.Millisecond
)

// localAttempt is one Dial to a Unix socket. It has the states of a Dial, connecting
// first. Loop goroutine only.
type localAttempt struct {
	// Fixed after Dial.
	net     *Net
	factory Factory
	cfg     *config
	name    string
	d       *deferred.Deferred[Protocol]

	state  dialState
	conn   *Conn         // while securing, and while its ConnectionMade runs
	pause  time.Duration // before the next look
	look   func() bool   // takes back the next look
	expiry func() bool   // takes back the end of the time
}

// dialLocal is Dial for Unix stream sockets.
func (n *Net) dialLocal(name string, f Factory, opts []Option) *deferred.Deferred[Protocol] {
	a := &localAttempt{net: n, factory: f, cfg: n.config(opts), name: name, state: connecting, pause: firstLook}
	a.d = deferred.New(a.cancel)
	err := checkPeerName(name, maxLocalName)
	if err == nil {
		err = n.hold(a)
	}
	if err != nil {
		a.fail(err)
		return a.d
	}
	if after := a.cfg.connectTimeout; after > 0 {
		a.expiry = n.AfterFunc(after, a.expire)
	}
	n.env.next(a) // what follows calls the program, which is inside Dial now
	return a.d
}

// turn connects, or sees to it that there will be another look.
func (a *localAttempt) turn() {
	if a.state == over {
		return
	}
	fd, err := connectLocal(a.name)
	switch err {
	case nil:
		a.connected(fd)
	case errWouldBlock: //nolint:errorlint // connectLocal answers it as it is
		a.look = a.net.AfterFunc(a.pause, func() {
			a.net.env.own()
			a.look = nil
			a.turn()
		})
		a.pause = min(2*a.pause, lastLook)
	default:
		a.fail(connectError(err))
	}
}

// connected makes the connection.
func (a *localAttempt) connected(fd int) {
	s := newLocalSocket(a.net, fd, "", a.name)
	s.conn.client = true
	if a.cfg.tls != nil {
		a.net.release(a) // the socket is told of the end
		a.state, a.conn = securing, &s.conn
		s.conn.secure(s, a.cfg, a.cfg.tls, a.secured)
		return
	}
	if proto, ok := a.build(); ok {
		s.conn.attach(s, a.cfg)
		a.make(&s.conn, proto)
	} else {
		closeFD(fd)
	}
}

// secured goes on after the handshake.
func (a *localAttempt) secured(fail *failure.Failure) {
	switch {
	case a.state == over:
		return
	case fail != nil:
		a.fail(fail)
		return
	}
	c := a.conn
	if proto, ok := a.build(); ok {
		a.make(c, proto)
	} else {
		_ = c.Close() // it is always nil
	}
}

// build has the factory make the protocol. If there is none, it has failed.
func (a *localAttempt) build() (Protocol, bool) {
	a.state, a.conn = making, nil
	a.release()
	proto, err := build(a.factory, &net.UnixAddr{Net: "unix", Name: a.name})
	if err != nil || a.state == over {
		a.fail(err)
		return nil, false
	}
	return proto, true
}

// make tells the protocol of its connection.
func (a *localAttempt) make(c *Conn, proto Protocol) {
	a.conn = c
	fail := c.meet(proto)
	a.conn = nil
	switch {
	case a.state == over: // cancelled by ConnectionMade
	case fail != nil:
		a.fail(fail)
	default:
		a.state = over
		_ = a.d.Callback(proto) // it was not over: nobody has fired it
	}
}

// ConnectionLost is called when the reactor has stopped.
func (a *localAttempt) ConnectionLost(reason *failure.Failure) {
	a.net.env.own()
	a.fail(reason)
}

// cancel is the canceller of the Deferred.
func (a *localAttempt) cancel(*deferred.Deferred[Protocol]) {
	a.net.env.own()
	if a.conn != nil {
		a.conn.Abort()
	}
	a.fail(deferred.ErrCancelled)
}

// expire is called when the time is up.
func (a *localAttempt) expire() {
	a.net.env.own()
	a.expiry = nil
	a.fail(&timeoutError{what: "connecting", after: a.cfg.connectTimeout})
}

// fail gives up all that is under way and fires the Deferred.
func (a *localAttempt) fail(err error) {
	if a.state == over {
		return
	}
	if a.state == securing {
		a.conn.Abort() // which does nothing if that is why
	}
	a.state = over
	a.release()
	if f, ok := err.(*failure.Failure); !ok || !isPanic(f) { //nolint:errorlint // a panic is passed on as it is
		err = &opError{op: "dial", network: "unix", address: a.name, err: err}
	}
	_ = a.d.Errback(err) // it was not over: nobody has fired it
}

// release gives back what an attempt takes.
func (a *localAttempt) release() {
	a.net.release(a)
	for _, stop := range []*func() bool{&a.look, &a.expiry} {
		if *stop != nil {
			(*stop)()
			*stop = nil
		}
	}
}
