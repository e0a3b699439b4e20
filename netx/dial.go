package netx

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// dialState says how far a Dial is.
//
//	from        what happens                               to
//	----------  -----------------------------------------  ----------
//	resolving   addresses are there                        connecting
//	connecting  one failed, and another one is there       connecting
//	connecting  the connection is there                    making
//	connecting  the same, and it is to speak TLS           securing
//	securing    the handshake is done                      making
//	making      the protocol has been told                 over
//	any         no address is left, Cancel, the timeout,   over
//	            no protocol, the loop has stopped
type dialState uint8

const (
	resolving  dialState = iota // a name is being looked up
	connecting                  // a socket waits to become connected
	securing                    // the handshake of TLS is under way
	making                      // the factory or ConnectionMade is running
	over                        // the Deferred has fired
)

// attempt is one Dial. Loop goroutine only.
type attempt struct {
	// Fixed after Dial.
	net     *Net
	factory Factory
	cfg     *config
	to      target
	address string
	d       *deferred.Deferred[Protocol]

	state    dialState
	fd       int // while connecting, else negative
	remote   netip.AddrPort
	left     []netip.AddrPort // addresses to try
	errs     []error          // of the addresses that were tried
	conn     *Conn            // while securing, and making once it is there
	deadline time.Time
	giveUp   context.CancelFunc // of the lookup
	stops    [2]func() bool     // take back the timers of all and of one address
}

// start begins with the lookup, or with connecting if none is needed.
func (a *attempt) start() {
	if after := a.cfg.connectTimeout; after > 0 {
		a.deadline = a.net.Now().Add(after)
		a.stops[0] = a.net.AfterFunc(after, a.expire)
	}
	if addr, ok := a.to.literal(); ok {
		a.try([]netip.Addr{addr})
		return
	}
	if err := a.net.hold(a); err != nil {
		a.fail(err)
		return
	}
	var ctx context.Context
	ctx, a.giveUp = context.WithCancel(context.Background())
	a.net.lookups.start(&lookup{
		ctx: ctx, resolver: a.cfg.lookupWith(), network: a.to.ipNetwork(), host: a.to.host, done: a.resolved,
	})
}

// resolved goes on with what the lookup gave.
func (a *attempt) resolved(addrs []netip.Addr, err error) {
	a.endLookup()
	if err != nil {
		a.fail(err)
		return
	}
	a.try(addrs)
}

// try connects to the first of addrs that answers.
func (a *attempt) try(addrs []netip.Addr) {
	for _, addr := range addrs {
		if addr = addr.Unmap(); a.to.suits(addr) {
			a.left = append(a.left, netip.AddrPortFrom(addr, a.to.port))
		}
	}
	if len(a.left) == 0 {
		a.fail(fmt.Errorf("%w: %q has no address for %s", ErrBadAddress, a.to.host, a.to.network))
		return
	}
	a.state = connecting
	a.next()
}

// next begins to connect to the next address.
func (a *attempt) next() {
	for len(a.left) > 0 {
		a.remote, a.left = a.left[0], a.left[1:]
		err := a.connect()
		if err == nil {
			return
		}
		a.note(err)
	}
	a.fail(&attemptErrors{a.errs})
}

// connect begins to connect to a.remote.
func (a *attempt) connect() error {
	fd, err := openConnecting(a.cfg.localAddr, a.remote)
	if err != nil {
		return err
	}
	a.fd = fd
	// Also when the kernel has connected it at once: what follows calls the
	// program, which is inside Dial now.
	if err := a.net.r.AddWriter(a); err != nil {
		a.closeSocket()
		return err
	}
	if share, ok := a.share(); ok {
		a.stops[1] = a.net.AfterFunc(share, func() { a.skip(share) })
	}
	return nil
}

// share returns how much of the time that is left the present address gets, if
// others come after it: an equal part, so that one that never answers does not
// use up everything.
func (a *attempt) share() (time.Duration, bool) {
	if a.deadline.IsZero() || len(a.left) == 0 {
		return 0, false
	}
	remaining := max(a.deadline.Sub(a.net.Now()), 0)
	return remaining / time.Duration(len(a.left)+1), true
}

// skip goes on to the next address, since this one has used up its share.
func (a *attempt) skip(after time.Duration) {
	a.net.env.own()
	a.stops[1] = nil
	a.closeSocket()
	a.note(&timeoutError{what: "connecting", after: after})
	a.next()
}

// FD implements reactor.WriteDescriptor.
func (a *attempt) FD() int { return a.fd }

// DoWrite is called when the kernel knows what became of the connection.
func (a *attempt) DoWrite() error {
	a.net.env.own()
	peer, err := connectResult(a.fd)
	switch {
	case err != nil:
		a.closeSocket()
		a.note(err)
		a.next()
	case peer.IsValid():
		if a.remote.Addr().IsUnspecified() {
			a.remote = peer // the kernel has chosen one of this machine
		}
		a.connected()
	}
	return nil
}

// ConnectionLost is called when the reactor has stopped.
func (a *attempt) ConnectionLost(reason *failure.Failure) {
	a.net.env.own()
	a.fail(reason)
}

// connected makes the connection.
func (a *attempt) connected() {
	fd := a.fd
	a.net.r.RemoveWriter(a)
	a.fd = -1
	a.stopTimer(1)
	if a.cfg.tls != nil {
		a.secure(newTCPSocket(a.net, fd, a.remote))
		return
	}
	a.state = making
	a.stopTimers()
	proto, err := build(a.factory, net.TCPAddrFromAddrPort(a.remote))
	if err != nil || a.state == over {
		closeFD(fd)
		a.fail(err)
		return
	}
	s := newTCPSocket(a.net, fd, a.remote)
	a.make(&s.conn, s, proto)
}

// make tells the protocol of its connection.
func (a *attempt) make(c *Conn, s socket, proto Protocol) {
	a.conn = c
	c.client = true
	fail := c.start(s, proto, a.cfg)
	a.conn = nil
	switch {
	case a.state == over: // cancelled by ConnectionMade
	case fail != nil:
		a.fail(fail)
	default:
		a.state = over
		_ = a.d.Callback(proto) // it is not over: nobody has fired it
	}
}

// cancel is the canceller of the Deferred.
func (a *attempt) cancel(*deferred.Deferred[Protocol]) {
	a.net.env.own()
	if a.conn != nil {
		a.conn.Abort()
	}
	a.fail(deferred.ErrCancelled)
}

// expire is called when the time for all addresses is up.
func (a *attempt) expire() {
	a.net.env.own()
	a.stops[0] = nil
	late := &timeoutError{what: "connecting", after: a.cfg.connectTimeout}
	if a.state == connecting {
		a.note(late)
		a.fail(&attemptErrors{a.errs})
		return
	}
	a.fail(late)
}

// note remembers what became of an address.
func (a *attempt) note(err error) {
	err = connectError(err)
	if _, literal := a.to.literal(); !literal {
		err = fmt.Errorf("%v: %w", a.remote, err)
	}
	a.errs = append(a.errs, err)
}

// fail gives up all that is under way and fires the Deferred.
func (a *attempt) fail(err error) {
	if a.state == over {
		return
	}
	if a.state == securing {
		a.conn.Abort() // which does nothing if that is why
	}
	a.state = over
	a.endLookup()
	a.stopTimers()
	a.closeSocket()
	if f, ok := err.(*failure.Failure); !ok || !isPanic(f) { //nolint:errorlint // a panic is passed on as it is
		err = &opError{op: "dial", network: a.to.network, address: a.address, err: err}
	}
	_ = a.d.Errback(err) // it was not over: nobody has fired it
}

// endLookup gives up the lookup, if there is one.
func (a *attempt) endLookup() {
	if a.giveUp != nil {
		a.giveUp()
		a.giveUp = nil
		a.net.release(a)
	}
}

// closeSocket closes the socket that is being connected, if there is one.
func (a *attempt) closeSocket() {
	if a.fd >= 0 {
		a.net.r.RemoveWriter(a)
		closeFD(a.fd)
		a.fd = -1
	}
	a.stopTimer(1)
}

func (a *attempt) stopTimers() {
	a.stopTimer(0)
	a.stopTimer(1)
}

func (a *attempt) stopTimer(i int) {
	if stop := a.stops[i]; stop != nil {
		stop()
		a.stops[i] = nil
	}
}
