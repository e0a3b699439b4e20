package netx

import (
	"context"
	"fmt"
	"net"
	"net/netip"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// dialState says how far a Dial is.
//
//	from        what happens                               to
//	----------  -----------------------------------------  ----------
//	resolving   addresses are there                        connecting
//	connecting  one is connected                           making
//	connecting  the same, and it is to speak TLS           securing
//	securing    the handshake is done                      making
//	making      the protocol has been told                 over
//	any         no address is left, Cancel, the timeout,   over
//	            no protocol, the loop has stopped
type dialState uint8

const (
	resolving  dialState = iota // a name is being looked up
	connecting                  // sockets wait to become connected, see addressRace
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

	state  dialState
	race   *addressRace       // while connecting
	remote netip.AddrPort     // the address that won
	conn   *Conn              // while securing, and making once it is there
	giveUp context.CancelFunc // of the lookup
	stop   func() bool        // takes back the timer of all
}

// start begins with the lookup, or with connecting if none is needed.
func (a *attempt) start() {
	// The connection will want it when it is paused, and there may be no descriptor
	// for it then.
	if err := a.net.moor(); err != nil {
		a.fail(err)
		return
	}
	if after := a.cfg.connectTimeout; after > 0 {
		a.stop = a.net.AfterFunc(after, a.expire)
	}
	if addr, ok := a.to.literal(); ok {
		a.try([]netip.Addr{addr})
		return
	}
	if err := a.net.hold(a); err != nil {
		a.fail(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	lookups := a.net.lookups
	a.giveUp = func() {
		cancel()
		lookups.giveUp()
	}
	lookups.start(&lookup{
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

// try connects to the one of addrs that answers first.
func (a *attempt) try(addrs []netip.Addr) {
	var suitable []netip.AddrPort
	for _, addr := range addrs {
		if addr = addr.Unmap(); a.to.suits(addr) {
			suitable = append(suitable, netip.AddrPortFrom(addr, a.to.port))
		}
	}
	if len(suitable) == 0 {
		a.fail(fmt.Errorf("%w: %q has no address for %s", ErrBadAddress, a.to.host, a.to.network))
		return
	}
	a.state = connecting
	a.race = newAddressRace(a.net, a.cfg.attemptDelay, suitable, a.connect, a.allFailed)
	a.race.next()
}

// connect begins to connect to an address, as a lane of the race.
func (a *attempt) connect(remote netip.AddrPort, lane int) (runner, error) {
	fd, err := openConnecting(a.cfg.localAddr, remote)
	if err != nil {
		return nil, err
	}
	s := &connectingSocket{attempt: a, lane: lane, fd: fd, remote: remote}
	// Also when the kernel has connected it at once: what follows calls the
	// program, which is inside Dial now.
	if err := a.net.r.AddWriter(s); err != nil {
		closeFD(fd)
		return nil, err
	}
	return s, nil
}

// allFailed is called when no address is left to try.
func (a *attempt) allFailed() { a.fail(a.failures(nil)) }

// failures is what became of all addresses. Of those that have not answered it is
// late.
func (a *attempt) failures(late error) error {
	_, literal := a.to.literal()
	e := &attemptErrors{}
	for _, l := range a.race.lanes {
		err := l.err
		if err == nil {
			err = late
		}
		if err = connectError(err); !literal {
			err = fmt.Errorf("%v: %w", l.remote, err)
		}
		e.errs = append(e.errs, err)
	}
	return e
}

// ConnectionLost is called when the reactor has stopped.
func (a *attempt) ConnectionLost(reason *failure.Failure) {
	a.net.env.own()
	a.fail(reason)
}

// connected makes the connection of a descriptor that is connected.
func (a *attempt) connected(fd int, remote netip.AddrPort) {
	a.remote = remote
	if a.cfg.tls != nil {
		a.secure(newTCPSocket(a.net, fd, remote))
		return
	}
	a.state = making
	a.stopTimer()
	proto, err := build(a.factory, net.TCPAddrFromAddrPort(remote))
	if err != nil || a.state == over {
		closeFD(fd)
		a.fail(err)
		return
	}
	s := newTCPSocket(a.net, fd, remote)
	s.conn.client = true
	s.conn.attach(s, a.cfg)
	a.make(&s.conn, proto)
}

// make tells the protocol of its connection.
func (a *attempt) make(c *Conn, proto Protocol) {
	a.conn = c
	fail := c.meet(proto)
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
	a.stop = nil
	late := error(&timeoutError{what: "connecting", after: a.cfg.connectTimeout})
	if a.state == connecting {
		late = a.failures(late)
	}
	a.fail(late)
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
	a.stopTimer()
	if a.race != nil {
		a.race.close()
	}
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

func (a *attempt) stopTimer() {
	if a.stop != nil {
		a.stop()
		a.stop = nil
	}
}
