package netx

import (
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/spindle-go/spindle/failure"
)

// ProxyUse says how a connection begins.
type ProxyUse uint8

const (
	// ProxyRefused is a peer that must not connect here.
	ProxyRefused ProxyUse = iota
	// ProxyRequired is a peer that sends a header first, which is believed.
	ProxyRequired
	// ProxyDirect is a peer that sends none. Nothing is looked at.
	ProxyDirect
)

// proxyConfig is what the Options of the PROXY protocol set.
type proxyConfig struct {
	use     func(peer net.Addr) ProxyUse // nil: there is no PROXY protocol
	timeout time.Duration
	limit   int
}

// WithProxyProtocol has a Port read the header of the PROXY protocol, in version 1
// or 2, from peers that use is [ProxyRequired] for. What the header says is what
// BuildProtocol, RemoteAddr and LocalAddr of the connection go by, and
// [Conn.ProxyHeader] has all of it. Where it gives no addresses, those of the
// connection stay.
//
// use is called on the goroutine of the loop with the address of each peer, and
// must not block; [ProxiesIn] makes one. Whoever may send a header may say that
// it comes from anywhere, so that is for proxies of one's own alone. Whether a
// header came is never guessed: a peer sends one or it does not.
//
// The protocol is built when the header is complete. Until then, and when that
// takes too long ([WithProxyTimeout]), or the header is too long
// ([WithProxyLimit]) or wrong, nobody hears of the connection but the handler for
// unhandled failures of package deferred, which gets an ErrBadProxyHeader; the
// peer gets a RST, over TCP. A peer that goes away without a byte, as one does that
// looks whether the port is open, is not worth a failure, and neither is one that the
// end of the Port comes before. All of these are Rejected in PortStats.
//
// It works on a Unix socket too. There the peer has no address as a rule, an empty
// *net.UnixAddr, and who may connect is a matter of [WithUnixMode], so use can answer
// the same for all. Descriptors that come with the header are closed.
//
// A nil use panics, and Dial and [Pair] ignore it.
func WithProxyProtocol(use func(peer net.Addr) ProxyUse) Option {
	if use == nil {
		panic("netx: WithProxyProtocol of nil")
	}
	return func(c *config) { c.proxy.use = use }
}

// ProxiesIn returns what [WithProxyProtocol] needs: peers with an address in one
// of the prefixes must send a header, and others are refused, those of Unix sockets
// among them. Without a prefix it panics.
func ProxiesIn(prefixes ...netip.Prefix) func(peer net.Addr) ProxyUse {
	if len(prefixes) == 0 {
		panic("netx: ProxiesIn without a prefix")
	}
	prefixes = slices.Clone(prefixes)
	return func(peer net.Addr) ProxyUse {
		_, at := addrPort(peer)
		for _, p := range prefixes {
			if p.Contains(at.Addr()) {
				return ProxyRequired
			}
		}
		return ProxyRefused
	}
}

// WithProxyTimeout bounds how long the header of [WithProxyProtocol] may take. The
// default is 10 seconds, and 3 are needed where a packet may be lost; 0 is no
// bound.
func WithProxyTimeout(d time.Duration) Option {
	notNegative("WithProxyTimeout", d)
	return func(c *config) { c.proxy.timeout = d }
}

// WithProxyLimit bounds how many bytes the header of [WithProxyProtocol] may have.
// The default is 4096. One without TLVs has 232 at most, and one of version 1
// always 107 at most; 65551 is the most that there can be.
func WithProxyLimit(n int) Option {
	n = min(positive("WithProxyLimit", n), longestProxy)
	return func(c *config) { c.proxy.limit = n }
}

// ask asks use. A panic is an error, and no reason to trust.
func (c *proxyConfig) ask(peer net.Addr) (use ProxyUse, err error) {
	defer func() {
		if v := recover(); v != nil {
			use, err = ProxyRefused, failure.Recovered(v)
		}
	}()
	return c.use(peer), nil
}

// proxied is a socket whose connection began with a header.
type proxied interface{ proxyHeader() *ProxyHeader }

// ProxyHeader returns what a proxy has said of the connection, see
// [WithProxyProtocol], or nil. The caller must not change it. Loop goroutine only.
func (c *Conn) ProxyHeader() *ProxyHeader {
	c.own()
	if s, ok := lowest[proxied](c.sock); ok {
		return s.proxyHeader()
	}
	return nil
}

// ProxyHeader returns what a proxy has said of the connection, as
// [Conn.ProxyHeader] does. Loop goroutine only.
func (s *Stream) ProxyHeader() *ProxyHeader { return s.conn.ProxyHeader() }
