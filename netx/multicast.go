package netx

import (
	"errors"
	"fmt"
	"net/netip"
)

// JoinGroup has datagrams delivered that are sent to a multicast group. They come
// in by one interface, given by its name or number; with an empty one the kernel
// chooses. The socket is to listen at the group's port and the unspecified
// address, or at the group's own address. A group of IPv4 needs a socket that
// takes IPv4, one of IPv6 a socket of IPv6.
//
// Errors: ErrBadAddress if group is none, or the interface is not there; a
// net.ErrClosed after Close; errors.ErrUnsupported for what is no UDP socket; what
// the kernel says. Loop goroutine only. It is Twisted's joinGroup.
func (c *PacketConn) JoinGroup(group netip.Addr, iface string) error {
	return c.member("join group", group, iface, true)
}

// LeaveGroup ends JoinGroup, and the arguments are the same. Closing the socket
// leaves all groups. Errors are those of JoinGroup, and what the kernel says of a
// group that was not joined. Loop goroutine only.
func (c *PacketConn) LeaveGroup(group netip.Addr, iface string) error {
	return c.member("leave group", group, iface, false)
}

// member joins or leaves a group.
func (c *PacketConn) member(what string, group netip.Addr, iface string, join bool) error {
	what = fmt.Sprintf("%s %v", what, group)
	return c.tune(what, func(t packetTuner) error {
		if !group.IsMulticast() {
			return fmt.Errorf("%w: that is no multicast group", ErrBadAddress)
		}
		return t.member(group.Unmap(), iface, join)
	})
}

// SetMulticastTTL sets how many hops a multicast datagram may go, from 0, which
// stays on this machine, to 255. The default is 1: it is not routed. Other numbers
// panic. Errors are those of SetBroadcast. Loop goroutine only.
func (c *PacketConn) SetMulticastTTL(hops int) error {
	if hops < 0 || hops > 255 {
		panic(fmt.Sprintf("netx: SetMulticastTTL(%d): must be from 0 to 255", hops))
	}
	return c.tune("set multicast TTL", func(t packetTuner) error { return t.setMulticastTTL(hops) })
}

// SetMulticastLoopback says whether this machine gets the multicast datagrams that
// it sends, which is the default. Errors are those of SetBroadcast. Loop goroutine
// only.
func (c *PacketConn) SetMulticastLoopback(on bool) error {
	return c.tune("set multicast loopback", func(t packetTuner) error { return t.setMulticastLoopback(on) })
}

// SetMulticastInterface sets the interface, by its name or number, by which
// multicast datagrams go out. The default, and an empty one, leave it to the
// kernel. Errors are those of SetBroadcast, and ErrBadAddress if the interface is
// not there. Loop goroutine only.
func (c *PacketConn) SetMulticastInterface(iface string) error {
	return c.tune("set multicast interface", func(t packetTuner) error { return t.setMulticastInterface(iface) })
}

// SetBroadcast says whether datagrams may be sent to broadcast addresses. The
// default is that they may not, and such a write fails with syscall.EACCES.
// Errors: a net.ErrClosed after Close; errors.ErrUnsupported for what is no UDP
// socket; what the kernel says. Loop goroutine only.
func (c *PacketConn) SetBroadcast(on bool) error {
	return c.tune("set broadcast", func(t packetTuner) error { return t.setBroadcast(on) })
}

// SetReadBuffer sets how many bytes of input the kernel keeps for this socket
// before it drops some. It has its own limits and its own way to count. Errors are
// those of SetBroadcast, but a Unix socket has it, too. A number that is not
// positive panics. Loop goroutine only.
func (c *PacketConn) SetReadBuffer(size int) error {
	positive("SetReadBuffer", size)
	return c.tune("set read buffer", func(t packetTuner) error { return t.setBuffer(true, size) })
}

// SetWriteBuffer is SetReadBuffer for output. Loop goroutine only.
func (c *PacketConn) SetWriteBuffer(size int) error {
	positive("SetWriteBuffer", size)
	return c.tune("set write buffer", func(t packetTuner) error { return t.setBuffer(false, size) })
}

// tune sets an option of the socket.
func (c *PacketConn) tune(what string, set func(packetTuner) error) error {
	c.own()
	if !c.state.alive() {
		return c.refusal()
	}
	t, ok := c.sock.(packetTuner)
	if !ok {
		return fmt.Errorf("netx: %s: %w", what, errors.ErrUnsupported)
	}
	if err := set(t); err != nil {
		return fmt.Errorf("netx: %s: %w", what, err)
	}
	return nil
}
