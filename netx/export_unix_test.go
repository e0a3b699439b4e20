//go:build unix

package netx

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// Budget returns how many connections p accepts in one turn.
func Budget(p *Port) int { return p.l.(*acceptor).budget }

// ListenerFD returns the descriptor of p.
func ListenerFD(p *Port) int { return p.l.(*acceptor).fd }

// Accepting reports whether p is watched by the reactor.
func Accepting(p *Port) bool { return p.l.(*acceptor).state == accepting }

// Pending returns how many connections of p wait for a proxy's header.
func Pending(p *Port) int { return p.pending }

// HasReserve reports whether n has its reserved descriptor.
func HasReserve(n *Net) bool { return n.reserve != noReserve }

// StealReserve closes the reserved descriptor of n.
func StealReserve(n *Net) { n.reserve.release() }

// TakeRest has p do what it does when the kernel is out of memory.
func TakeRest(p *Port) { p.l.(*acceptor).takeRest() }

// Accept has p do what a StreamListener asks of it.
func Accept(p *Port, on bool) { p.l.accept(on) }

// Held returns how many things the anchor of n looks after.
func Held(n *Net) int {
	if n.anchor == nil {
		return 0
	}
	return n.anchor.held.len()
}

// HeldPeak is for how many things the anchor of n has room.
func HeldPeak(n *Net) int { return n.anchor.held.members.peak }

// PendingPeak is for how many connections p has room that wait for a proxy's header.
func PendingPeak(p *Port) int { return p.l.(*acceptor).waits.members.peak }

// ActivationOf returns what n would have if it had been started with descriptors.
func ActivationOf(n *Net, names []string, fds []int) *Activation {
	a := &Activation{net: n}
	for i, fd := range fds {
		a.sockets = append(a.sockets, activatedSocket{name: names[i], fd: fd})
	}
	n.activation = a
	return a
}

// CallError is what a socket answers for an errno.
func CallError(call string, errno syscall.Errno) error { return callError(call, errno) }

// LockFD locks a directory as a Listen does that replaces a file.
func LockFD(fd int) error { return lockFD(fd) }

// ConnectPackets gives c a peer.
func ConnectPackets(c *PacketConn, name string) error {
	s := c.sock.(*datagramSocket)
	s.remote = PacketAddr{Name: name}
	return unix.Connect(s.fd, &unix.SockaddrUnix{Name: name})
}

// ReadPackets has c read what there is, as the reactor does.
func ReadPackets(c *PacketConn) { _ = c.sock.(*datagramSocket).DoRead() }
