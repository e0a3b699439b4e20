package netx

import (
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/reactor"
)

// readBufferSize is how much is read at a time. Measured on an echo of 16 KiB
// messages, 16 under way in each connection: one read of 256 KiB per event makes
// twice to three times the requests of 64 KiB, and is the fairest too.
const readBufferSize = 256 << 10

// Net is the network of the operating system, on a reactor. New makes one; the
// zero value is of no use.
//
// Its methods belong to the goroutine of the reactor's loop (before Run, to
// whoever has the reactor), unless they say otherwise. It needs no end of its
// own: when the reactor stops, every port is closed, every connection is lost
// with an ErrConnectionLost that wraps reactor.ErrStopped, and every Dial fails
// with that. With the reactor running again it can be used again.
type Net struct {
	// Fixed after New.
	r        *reactor.Reactor
	env      env
	defaults *config // of connections without an Option

	// Loop goroutine only.
	buf     []byte  // where all connections read to, made at first use
	control []byte  // where they receive descriptors to, likewise
	anchor  *anchor // nil until it is needed, and after the reactor has stopped
	lookups *lookups
	reserve reserve

	activation   *Activation // nil until it is asked for
	notActivated error       // why there is none
}

// New returns the network on r. Several for one reactor are possible, and then
// each has its own read buffer. A nil r panics. Any goroutine may call it; it
// opens nothing.
func New(r *reactor.Reactor) *Net {
	if r == nil {
		panic("netx: New without a reactor")
	}
	n := &Net{r: r, reserve: noReserve}
	n.env = env{clock: r, later: n.later, now: r.Now, loop: r}
	n.defaults = newConfig(&n.env, nil)
	n.lookups = newLookups(n)
	return n
}

// Reactor returns the reactor that n is on. Any goroutine may call it.
func (n *Net) Reactor() *reactor.Reactor { return n.r }

// AfterFunc is the reactor's. Loop goroutine only.
func (n *Net) AfterFunc(d time.Duration, f func()) (stop func() bool) { return n.r.AfterFunc(d, f) }

// CallFromThread is the reactor's. Any goroutine may call it.
func (n *Net) CallFromThread(f func()) error { return n.r.CallFromThread(f) }

// OnLoop is the reactor's. Any goroutine may call it.
func (n *Net) OnLoop() bool { return n.r.OnLoop() }

// Stopped is the reactor's. Any goroutine may call it.
func (n *Net) Stopped() <-chan struct{} { return n.r.Stopped() }

// Now is the reactor's. Any goroutine may call it.
func (n *Net) Now() time.Time { return n.r.Now() }

// Listen accepts connections at an address and has f make a protocol for each.
// The network is "tcp", "tcp4" or "tcp6". The address is a host and a port with
// a colon between, IPv6 in brackets. The host is an IP address or localhost,
// since to look up a name would block; without one, or with an unspecified
// address, it is all addresses of the machine, for "tcp" those of both families.
// The port is a number; without one, or with 0, the kernel chooses, see
// [Port.Addr].
//
// The network may also be "unix", for a stream socket of this machine. The
// address is a path of at most 107 bytes (103 on macOS and the BSDs). A socket
// file that nobody listens at any more is replaced; one that somebody listens at,
// or a file that is no socket, is left alone, and the error is
// syscall.EADDRINUSE. Permissions are those of [WithUnixMode]. The file is
// removed when the Port ends, if it is still the same one. On Linux "@name" is an
// abstract name, without a file, and "@" has the kernel choose one.
//
// Errors, all with the address: ErrBadAddress; ErrCannotListen with what the
// kernel says, such as syscall.EADDRINUSE; ErrUnsupported; what the reactor says
// when it cannot watch the port. A nil f panics. It does not block.
func (n *Net) Listen(network, address string, f Factory, opts ...Option) (*Port, error) {
	n.env.own()
	if f == nil {
		panic("netx: Listen without a factory")
	}
	if network == "unix" {
		return n.listenLocal(address, f, opts)
	}
	to, err := parseTarget(network, address)
	if err == nil {
		err = to.listenable()
	}
	if err != nil {
		return nil, &opError{op: "listen", network: network, address: address, err: err}
	}
	p := newPort(n, f, opts)
	if err = p.cfg.tls.servable(); err == nil {
		err = n.listen(p, to)
	}
	if err != nil {
		return nil, &opError{op: "listen", network: network, address: address, err: err}
	}
	return p, nil
}

// Dial connects to an address and has f make the protocol. The Deferred fires
// with that protocol when its ConnectionMade has returned.
//
// Network and address are as for Listen, but the host may be a name, which is
// looked up off the loop; without a host it is this machine; a port is needed.
// The addresses of a name are raced as in RFC 8305 (happy eyeballs): the families
// take turns, the next address is tried when one has failed, or has not answered
// for 250 ms ([WithAttemptDelay]), and the first that answers wins. For "unix" the
// address is the path or the abstract name; a server whose queue is full is waited
// for.
//
// Failures, all with the address: ErrBadAddress; what the resolver says, such as
// a *net.DNSError; ErrConnectionRefused and other errors of the kernel, of all
// addresses that were tried, with syscall.EMFILE when the process may have no more
// descriptors; a deferred.ErrTimeout after WithConnectTimeout; a
// deferred.ErrCancelled after Cancel, which gives up the lookup or closes the
// socket at once; what f answered, or ErrNoProtocol, or a panic in f; a panic in
// ConnectionMade, after which the protocol gets ConnectionLost; ErrUnsupported;
// reactor.ErrStopped; with WithTLS, what the handshake came to, see there. A nil f
// panics.
func (n *Net) Dial(network, address string, f Factory, opts ...Option) *deferred.Deferred[Protocol] {
	n.env.own()
	if f == nil {
		panic("netx: Dial without a factory")
	}
	if network == "unix" {
		return n.dialLocal(address, f, opts)
	}
	to, err := parseTarget(network, address)
	if err == nil {
		err = to.dialable()
	}
	if err != nil {
		return deferred.Fail[Protocol](&opError{op: "dial", network: network, address: address, err: err})
	}
	a := &attempt{net: n, factory: f, cfg: n.config(opts), to: to, address: address}
	a.d = deferred.New(a.cancel)
	a.start()
	return a.d
}

// config returns the choices for a Listen or Dial. Without an Option it is one
// for all, so that it costs a connection nothing.
func (n *Net) config(opts []Option) *config {
	if len(opts) == 0 {
		return n.defaults
	}
	return newConfig(&n.env, opts)
}

// buffer returns the shared read buffer.
func (n *Net) buffer() []byte {
	if n.buf == nil {
		n.buf = make([]byte, readBufferSize)
	}
	return n.buf
}

// later calls f in the next turn. The queue of thread calls has just that
// meaning, and costs less than a delayed call.
func (n *Net) later(f func()) {
	if n.r.CallFromThread(f) != nil {
		f() // the loop has had its last turn: nothing comes later
	}
}

// hold has h told when the reactor stops, which the reactor itself tells only to
// those whose descriptors it watches.
func (n *Net) hold(h holder) error {
	if err := n.moor(); err != nil {
		return err
	}
	n.anchor.held.add(h)
	return nil
}

// moor sees to it that there is an anchor.
func (n *Net) moor() (err error) {
	if n.anchor == nil {
		n.anchor, err = dropAnchor(n)
	}
	return err
}

// release ends hold.
func (n *Net) release(h holder) {
	if n.anchor != nil {
		n.anchor.held.remove(h)
	}
}

// holder is something that hold was called for.
type holder interface{ ConnectionLost(*failure.Failure) }

// stopped is called when the reactor has given up all descriptors.
func (n *Net) stopped(a *anchor, reason *failure.Failure) {
	n.anchor = nil
	n.lookups = newLookups(n) // results of the old ones may never be counted
	n.env.tls = nil           // nor steps of handshakes
	n.reserve.release()
	for h := range a.held.all() {
		h.ConnectionLost(reason)
	}
	n.env.drain()
}
