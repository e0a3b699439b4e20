package netx

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"time"
)

// Option is a choice made at Listen, Dial or [Pair], which holds for the
// connections that come of it. One that has no meaning there is ignored. A value
// that makes no sense panics when the Option is made.
type Option func(*config)

// config is what the Options set. It is fixed once the first connection uses it.
type config struct {
	env  *env  // of the network
	port *Port // whose connections they are, or nil

	connectTimeout time.Duration
	attemptDelay   time.Duration
	closeTimeout   time.Duration
	localAddr      netip.AddrPort
	resolver       Resolver
	backlog        int
	maxConnections int
	maxPerPeer     int

	lowMark, highMark int
	maxBuffered       int
	readBuffer        int
	readLimit         int
	pairBuffer        int

	tls              *tlsChoice // or nil
	handshakeTimeout time.Duration
	handshakeFailed  func(remote net.Addr, err error)

	proxy  proxyConfig
	local  localConfig
	packet packetConfig

	discard                 bool // at close, what the kernel has not sent
	reusePort               bool
	idleTimeout             time.Duration
	readLimits, writeLimits rates
	traffic                 *Traffic
	log                     *slog.Logger
}

// newConfig returns what opts set, and the defaults of the rest.
func newConfig(e *env, opts []Option) *config {
	c := &config{
		env:            e,
		connectTimeout: 30 * time.Second,
		attemptDelay:   defaultAttemptDelay,
		closeTimeout:   30 * time.Second,
		backlog:        defaultBacklog,
		lowMark:        16 << 10,
		highMark:       64 << 10,
		readBuffer:     64 << 10,
		readLimit:      64 << 10,
		pairBuffer:     64 << 10,
		proxy:          proxyConfig{timeout: 10 * time.Second, limit: 4096},
	}
	c.handshakeTimeout = 10 * time.Second
	for _, o := range opts {
		if o != nil {
			o(c)
		}
	}
	if c.maxBuffered > 0 {
		c.highMark = min(c.highMark, c.maxBuffered)
		c.lowMark = min(c.lowMark, c.highMark)
	}
	return c
}

// defaultBacklog is what the kernel cuts down to its own limit, as package net
// asks for that limit.
const defaultBacklog = 1 << 15

// WithConnectTimeout bounds a Dial: looking up the name and trying its addresses,
// all of them together. The default is 30 seconds; 0 is no bound but the kernel's
// own. Listen and [Pair] ignore it.
func WithConnectTimeout(d time.Duration) Option {
	notNegative("WithConnectTimeout", d)
	return func(c *config) { c.connectTimeout = d }
}

// WithCloseTimeout bounds how long Close goes on sending what is buffered to a
// peer that does not read; then the connection is aborted. The default is 30
// seconds; 0 is no bound.
func WithCloseTimeout(d time.Duration) Option {
	notNegative("WithCloseTimeout", d)
	return func(c *config) { c.closeTimeout = d }
}

// WithBacklog sets how many connections may wait to be accepted. The default is
// the most that the kernel allows, which also cuts down what is asked for here.
// Dial and [Pair] ignore it.
func WithBacklog(n int) Option {
	positive("WithBacklog", n)
	return func(c *config) { c.backlog = n }
}

// WithWriteMarks sets the marks of Drained in bytes: from above high on it waits,
// until no more than low is left. The defaults are 16 and 64 KiB. They cannot be
// above what WithMaxBuffered allows, and are lowered to it.
func WithWriteMarks(low, high int) Option {
	if low < 0 || high < low {
		panic(fmt.Sprintf("netx: WithWriteMarks(%d, %d): must be 0 <= low <= high", low, high))
	}
	return func(c *config) { c.lowMark, c.highMark = low, high }
}

// WithMaxBuffered limits how many bytes may be buffered for output. A write past
// that fails with ErrBufferFull and aborts the connection, as a peer that reads
// so slowly is better lost than the memory. The default is no limit.
func WithMaxBuffered(n int) Option {
	positive("WithMaxBuffered", n)
	return func(c *config) { c.maxBuffered = n }
}

// WithReadBuffer sets from how many unread bytes on a [Stream] stops reading from
// its peer. A read that asks for more gets more. The default is 64 KiB. What is
// no Stream ignores it.
func WithReadBuffer(n int) Option {
	positive("WithReadBuffer", n)
	return func(c *config) { c.readBuffer = n }
}

// WithReadLimit limits what ReadUntil and ReadLine of a [Stream] give, the
// delimiter included; without one in that many bytes they fail with
// ErrMessageTooLong. The default is 64 KiB. What is no Stream ignores it.
func WithReadLimit(n int) Option {
	positive("WithReadLimit", n)
	return func(c *config) { c.readLimit = n }
}

// WithResolver sets what looks up names for Dial. The default is
// net.DefaultResolver. Listen and [Pair] ignore it.
func WithResolver(r Resolver) Option {
	if r == nil {
		panic("netx: WithResolver of nil")
	}
	return func(c *config) { c.resolver = r }
}

// WithLocalAddr sets the address that Dial connects from; port 0 leaves the port
// to the kernel. Addresses of the other family then fail. The default leaves all
// of it to the kernel. Listen and [Pair] ignore it.
func WithLocalAddr(a netip.AddrPort) Option {
	if !a.IsValid() {
		panic("netx: WithLocalAddr of no address")
	}
	return func(c *config) { c.localAddr = a }
}

// WithPairBuffer sets how many bytes each direction of a [Pair] holds until its
// reader takes them. The default is 64 KiB. What is no Pair ignores it.
func WithPairBuffer(n int) Option {
	positive("WithPairBuffer", n)
	return func(c *config) { c.pairBuffer = n }
}

func notNegative(name string, d time.Duration) time.Duration {
	if d < 0 {
		panic(fmt.Sprintf("netx: %s(%v): must not be negative", name, d))
	}
	return d
}

func positive(name string, n int) int {
	if n <= 0 {
		panic(fmt.Sprintf("netx: %s(%d): must be positive", name, n))
	}
	return n
}
