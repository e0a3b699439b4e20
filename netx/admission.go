package netx

import (
	"net"
	"net/netip"
)

// holds says why a Port accepts nothing at the moment; 0 is that it accepts.
type holds uint8

const (
	unaccepted holds = 1 << iota // a StreamListener has enough that nobody asked for
	full                         // there are as many connections as WithMaxConnections allows
)

// WithMaxConnections limits how many connections of a Port there are at a time,
// those that wait for a proxy's header included. When there are as many, it accepts
// no more until one has ended, and peers wait in the kernel's queue ([WithBacklog]).
// The default is no limit. Dial and [Pair] ignore it.
func WithMaxConnections(n int) Option {
	positive("WithMaxConnections", n)
	return func(c *config) { c.maxConnections = n }
}

// WithMaxConnectionsPerPeer limits how many connections of a Port one peer has at a
// time. More are closed at once, before the factory is asked, and counted as
// Limited in [PortStats]. A peer is an IPv4 address, or the 64 leading bits of one
// of IPv6, which is what one site has; what has no IP address is not limited. The
// default is no limit. Dial and [Pair] ignore it.
func WithMaxConnectionsPerPeer(n int) Option {
	positive("WithMaxConnectionsPerPeer", n)
	return func(c *config) { c.maxPerPeer = n }
}

// admission is the connections of a Port that there are. Loop goroutine only.
type admission struct {
	live    roster[*Conn]
	pending int                           // accepted, and waiting for a proxy's header
	byPeer  shrinkingMap[netip.Addr, int] // only with a limit
	holds   holds
}

// admits reports whether a connection from addr may be made.
func (p *Port) admits(addr net.Addr) bool {
	limit := p.cfg.maxPerPeer
	if limit == 0 || p.byPeer.entries[peerOf(addr)] < limit {
		return true
	}
	p.stats.Limited++
	return false
}

// began is called when a connection of p begins.
func (p *Port) began(c *Conn) {
	p.live.add(c)
	if p.cfg.maxPerPeer > 0 {
		if peer := peerOf(c.sock.remoteAddr()); peer.IsValid() {
			p.byPeer.set(peer, p.byPeer.entries[peer]+1)
		}
	}
	p.fill()
}

// fill stops accepting if there are as many connections as there may be.
func (p *Port) fill() {
	if limit := p.cfg.maxConnections; limit > 0 && p.live.len()+p.pending >= limit {
		p.hold(full)
	}
}

// pend counts a connection that was accepted and has not begun. With false it has
// begun, or come to nothing.
func (p *Port) pend(begins bool) {
	if begins {
		p.pending++
		p.fill()
		return
	}
	p.pending--
	if p.holds&full != 0 {
		p.unhold(full)
	}
}

// ended is called when a connection of p has ended, and its protocol was told.
func (p *Port) ended(c *Conn) {
	p.live.remove(c)
	if p.cfg.maxPerPeer > 0 {
		peer := peerOf(c.sock.remoteAddr())
		if n := p.byPeer.entries[peer]; n > 1 {
			p.byPeer.set(peer, n-1)
		} else {
			p.byPeer.remove(peer)
		}
	}
	if p.holds&full != 0 {
		p.unhold(full)
	}
	if p.shutdown != nil {
		p.shutdown.ended(c)
	}
}

// hold has p accept nothing for a reason.
func (p *Port) hold(why holds) {
	p.holds |= why
	p.l.accept(false)
}

// unhold takes a reason back.
func (p *Port) unhold(why holds) {
	if p.holds &^= why; p.holds == 0 {
		p.l.accept(true)
	}
}

// peerOf returns what a peer is counted by. The zero value is not counted.
func peerOf(addr net.Addr) netip.Addr {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
	if ip.Is6() {
		site, _ := ip.Prefix(64) // of an IPv6 address there is one
		return site.Addr()
	}
	return ip
}
