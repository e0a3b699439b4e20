package netx

import "github.com/spindle-go/spindle/failure"

// anchor is a descriptor that a Net has the reactor watch, so as to be told when
// the reactor gives up all descriptors, by whatever way its run ends. It tells
// those who have no descriptor there themselves: connections that want nothing at
// the moment, names that are being looked up, ports that rest. It is opened when
// it is first needed, and closed when the reactor stops.
//
// The descriptor is that of hangups, which becomes readable when the peer of a
// parked socket goes away, where the system can tell.
//
// Loop goroutine only.
type anchor struct {
	net  *Net
	held roster[holder]

	hangups hangups
}

// dropAnchor opens an anchor.
func dropAnchor(n *Net) (*anchor, error) {
	d, err := openHangups()
	if err != nil {
		return nil, err
	}
	a := &anchor{net: n, hangups: d}
	if err := n.r.AddReader(a); err != nil {
		d.close()
		return nil, err
	}
	return a, nil
}

// FD implements reactor.ReadDescriptor.
func (a *anchor) FD() int { return a.hangups.fd }

// DoRead is called when peers of parked sockets may have gone.
func (a *anchor) DoRead() error {
	a.net.env.own()
	a.hangups.hungUp()
	return nil
}

// ConnectionLost is called when the reactor gives up all descriptors.
func (a *anchor) ConnectionLost(reason *failure.Failure) {
	a.net.env.own()
	a.hangups.close()
	a.net.stopped(a, reason)
}

// park keeps a socket that the reactor does not watch.
func (n *Net) park(s *tcpSocket) error {
	if err := n.hold(s); err != nil {
		return err
	}
	if err := n.anchor.hangups.watch(s); err != nil {
		n.release(s)
		return err
	}
	return nil
}

// unpark ends park.
func (n *Net) unpark(s *tcpSocket) {
	n.release(s)
	if n.anchor != nil {
		n.anchor.hangups.forget(s)
	}
}
