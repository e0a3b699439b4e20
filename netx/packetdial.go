package netx

import (
	"context"
	"net/netip"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// packetAttempt is one DialPacket. Loop goroutine only.
type packetAttempt struct {
	// Fixed after DialPacket.
	net              *Net
	proto            PacketProtocol
	cfg              *config
	network, address string
	d                *deferred.Deferred[*PacketConn]

	to     target // of UDP
	over   bool   // the Deferred has fired
	conn   *PacketConn
	giveUp context.CancelFunc // of the lookup
	expiry func() bool        // takes back the end of the time
}

// start begins with the lookup, or waits for the next turn if none is needed.
func (a *packetAttempt) start() {
	err := error(nil)
	if a.network != "unixgram" {
		if a.to, err = parsePacketTarget(a.network, a.address); err == nil {
			err = a.to.dialable()
		}
	}
	if err == nil {
		err = a.net.hold(a)
	}
	if err != nil {
		a.fail(err)
		return
	}
	if after := a.cfg.connectTimeout; after > 0 {
		a.expiry = a.net.AfterFunc(after, a.expire)
	}
	if !a.needsLookup() {
		a.net.env.next(a) // what follows calls the program, which is inside DialPacket now
		return
	}
	var ctx context.Context
	ctx, a.giveUp = context.WithCancel(context.Background())
	a.net.lookups.start(&lookup{
		ctx: ctx, resolver: a.cfg.lookupWith(), network: a.to.ipNetwork(), host: a.to.host, done: a.resolved,
	})
}

// needsLookup reports whether the address is a name of the network.
func (a *packetAttempt) needsLookup() bool {
	if a.network == "unixgram" {
		return false
	}
	_, known := a.to.literal()
	return !known
}

// turn connects to an address that needs no lookup.
func (a *packetAttempt) turn() {
	switch {
	case a.over:
	case a.network == "unixgram":
		a.finish(a.net.connectPacketLocal(a.address, a.proto, a.cfg, a.made))
	default:
		addr, _ := a.to.literal()
		a.resolved([]netip.Addr{addr}, nil)
	}
}

// resolved connects to the first address that there is a way to.
func (a *packetAttempt) resolved(addrs []netip.Addr, err error) {
	if err != nil {
		a.fail(err)
		return
	}
	var errs []error
	for _, addr := range addrs {
		if addr = addr.Unmap(); !a.to.suits(addr) {
			continue
		}
		err := a.net.connectPacket(netip.AddrPortFrom(addr, a.to.port), a.proto, a.cfg, a.made)
		if err == nil || a.over || a.conn != nil {
			a.finish(err)
			return
		}
		errs = append(errs, connectError(err))
	}
	if len(errs) == 0 {
		a.fail(errNoRoute(a.to.host, a.network))
		return
	}
	a.fail(&attemptErrors{errs})
}

// made is called with the socket just before its ConnectionMade.
func (a *packetAttempt) made(c *PacketConn) {
	a.release()
	a.conn = c
}

// finish fires the Deferred.
func (a *packetAttempt) finish(err error) {
	switch {
	case a.over: // cancelled by ConnectionMade
	case err != nil:
		a.fail(err)
	default:
		a.over = true
		_ = a.d.Callback(a.conn) // it was not over: nobody has fired it
	}
}

// ConnectionLost is called when the reactor has stopped.
func (a *packetAttempt) ConnectionLost(reason *failure.Failure) {
	a.net.env.own()
	a.fail(reason)
}

// cancel is the canceller of the Deferred.
func (a *packetAttempt) cancel(*deferred.Deferred[*PacketConn]) {
	a.net.env.own()
	if a.conn != nil {
		a.conn.Abort()
	}
	a.fail(deferred.ErrCancelled)
}

// expire is called when the time is up.
func (a *packetAttempt) expire() {
	a.net.env.own()
	a.expiry = nil
	a.fail(&timeoutError{what: "connecting", after: a.cfg.connectTimeout})
}

// fail gives up all that is under way and fires the Deferred.
func (a *packetAttempt) fail(err error) {
	if a.over {
		return
	}
	a.over = true
	a.release()
	_ = a.d.Errback(packetFailure("dial", a.network, a.address, err)) // it was not over
}

// release gives back what an attempt takes.
func (a *packetAttempt) release() {
	a.net.release(a)
	if a.giveUp != nil {
		a.giveUp()
		a.giveUp = nil
	}
	if a.expiry != nil {
		a.expiry()
		a.expiry = nil
	}
}
