package netx

import (
	"errors"
	"net/netip"
	"slices"

	"github.com/spindle-go/spindle/deferred"
)

// PacketPair returns two sockets for datagrams that are joined in memory, each the
// other one's peer. It is for tests of protocols, as [Pair] is: with a
// timeout.VirtualClock all that happens is the same in each run. Either protocol
// may be nil, and then datagrams are asked for with Receive.
//
// It calls both ConnectionMade, a's first, before it returns; all else happens in
// turns of the clock that come later. It has the rules of Unix sockets: nothing is
// lost or comes out of order, a receiver with more than [WithPairBuffer] bytes
// that it has not read makes its peer wait, and one that has ended is an
// ErrConnectionRefused. To test what a protocol makes of lost datagrams, do not
// send them.
//
// A nil clock panics, and so does a panic in ConnectionMade. Everything belongs to
// the goroutine of the clock.
func PacketPair(clock deferred.Clock, a, b PacketProtocol, opts ...Option) (*PacketConn, *PacketConn) {
	if clock == nil {
		panic("netx: PacketPair without a clock")
	}
	e := &env{clock: clock, later: func(f func()) { clock.AfterFunc(0, f) }}
	cfg := newConfig(e, opts)
	m := &memory{env: e, limit: cfg.pairBuffer}
	left := &memoryPackets{memory: m, addr: pairAddr(1)}
	right := &memoryPackets{memory: m, addr: pairAddr(2)}
	left.peer, right.peer = right, left
	for _, end := range []struct {
		s *memoryPackets
		p PacketProtocol
	}{{left, a}, {right, b}} {
		if fail := end.s.conn.start(end.s, end.p, cfg); fail != nil {
			panic(fail)
		}
	}
	return &left.conn, &right.conn
}

// pairAddr is an address of an end: one that is kept for documentation.
func pairAddr(n byte) PacketAddr {
	return PacketAddr{IP: netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, n}), 1)}
}

// memoryPackets is one end of a PacketPair. Loop goroutine only.
type memoryPackets struct {
	// Fixed after PacketPair.
	*memory
	conn PacketConn
	peer *memoryPackets
	addr PacketAddr

	in                  [][]byte // what the peer sent and nobody has read
	size                int      // as packetOutput counts it
	wantRead, wantWrite bool
	queued              bool // an event is on its way
	closed              bool
}

// errPeerClosed is what a send to an end that is gone answers.
var errPeerClosed error = &tagged{ErrConnectionRefused, errors.New("the other end has closed")}

// receive implements packetSocket.
func (s *memoryPackets) receive(p []byte) (int, PacketAddr, bool, error) {
	if len(s.in) == 0 {
		return 0, PacketAddr{}, false, errWouldBlock
	}
	next := s.in[0]
	s.in[0] = nil
	s.in = s.in[1:]
	s.size -= len(next) + packetOverhead
	s.peer.poke() // there is room now
	return copy(p, next), s.peer.addr, len(next) > len(p), nil
}

// send implements packetSocket.
func (s *memoryPackets) send(p []byte, _ PacketAddr) error {
	switch {
	case s.peer.closed:
		return errPeerClosed
	case len(p) > s.limit:
		return ErrMessageTooLong
	case s.peer.size > s.limit:
		return errWouldBlock
	}
	s.peer.in = append(s.peer.in, slices.Clone(p))
	s.peer.size += len(p) + packetOverhead
	s.peer.poke()
	return nil
}

// want implements packetSocket.
func (s *memoryPackets) want(read, write bool) error {
	s.wantRead, s.wantWrite = read, write
	s.poke()
	return nil
}

// close implements packetSocket.
func (s *memoryPackets) close() {
	s.closed = true
	s.in = nil
	s.peer.poke()
}

// localAddr and remoteAddr implement packetSocket.
func (s *memoryPackets) localAddr() PacketAddr  { return s.addr }
func (s *memoryPackets) remoteAddr() PacketAddr { return s.peer.addr }

func (s *memoryPackets) readable() bool { return s.wantRead && len(s.in) > 0 }

func (s *memoryPackets) writable() bool {
	return s.wantWrite && (s.peer.closed || s.peer.size <= s.limit)
}

// poke sees to it that the PacketConn is called if there is something for it.
func (s *memoryPackets) poke() {
	if (s.readable() || s.writable()) && !s.queued && !s.closed {
		s.queued = true
		s.env.next(s)
	}
}

// turn calls the PacketConn, as the reactor does. What there still is comes in the
// turns after.
func (s *memoryPackets) turn() {
	s.queued = false
	if s.readable() && !s.closed {
		s.conn.readable(s.buffer())
	}
	if s.writable() && !s.closed {
		s.conn.writable()
	}
	s.poke()
}
