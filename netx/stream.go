package netx

import (
	"net"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// Stream is a connection for code that asks instead of being called: each read
// and write answers with a Deferred. It suits coroutines, and protocols that are
// a conversation. [DialStream], [StreamListener.Accept] and [StreamPair] make
// one; the zero value is of no use.
//
// Reads are served in the order in which they were asked for, and several may
// wait. When they have been served, and more than [WithReadBuffer] has come that
// nobody asked for, the Stream stops reading, and in the end the peer has to
// wait.
//
// The end of the peer's output, which reads answer with io.EOF, is not the end of
// the connection: the program can still write, and has to Close it. A [Service]
// does that for a Stream that it keeps.
//
// Descriptors do not go over a Stream: see [FDReceiver] and [Conn.WriteFDs].
//
// Every Deferred of a Stream has fired when its connection has ended. All methods
// belong to the goroutine of the loop, and none blocks.
type Stream struct {
	// Fixed after ConnectionMade.
	conn *Conn
	made func(*Stream) // who wants to know of it; may be nil

	// Loop goroutine only.
	in      []byte     // what has come and nobody has taken
	end     error      // why no more comes, or nil
	reads   []*request // in order
	serving bool       // serve is running
	streak  int        // reads that ask has served since serve ran

	out     uint64 // bytes written
	writes  []*pendingWrite
	closers []*deferred.Deferred[struct{}] // of Close
	bridge  *netConn                       // of NetConn

	finishing bool                           // Finish was called
	finishers []*deferred.Deferred[struct{}] // of Finishing
}

// pendingWrite is a write that has not gone out.
type pendingWrite struct {
	d    *deferred.Deferred[int]
	size int    // what it fires with
	upTo uint64 // it is out when so many bytes of the Stream are
}

// DialStream connects to an address, as [Net.Dial] does, and fails as that does.
// Loop goroutine only.
func DialStream(n Network, network, address string, opts ...Option) *deferred.Deferred[*Stream] {
	dialled := n.Dial(network, address, newStream(nil), opts...)
	return deferred.Then(dialled, func(p Protocol) (*Stream, error) {
		return (*Stream)(p.(*streamProtocol)), nil
	})
}

// StreamPair returns two Streams that are joined in memory, for tests. It is for
// Streams what [Pair] is for protocols.
func StreamPair(clock deferred.Clock, opts ...Option) (*Stream, *Stream) {
	if clock == nil {
		panic("netx: StreamPair needs a clock")
	}
	cfg := pairConfig(clock, opts)
	left, right := joined(cfg)
	a, b := &streamProtocol{}, &streamProtocol{}
	left.conn.begin(left, a, cfg)
	right.conn.begin(right, b, cfg)
	(*Stream)(a).secure(cfg.tls)
	(*Stream)(b).secure(cfg.tls)
	return (*Stream)(a), (*Stream)(b)
}

// newStream returns a factory of Streams, which it gives to made once they are
// connected.
func newStream(made func(*Stream)) Factory {
	return FactoryFunc(func(net.Addr) (Protocol, error) { return &streamProtocol{made: made}, nil })
}

// StreamFactory returns a factory of Streams, for what takes a Factory, such as
// [Connect], a [Service] or a [ConnectionPool]; [StreamOf] gets the Stream out of the
// protocol that comes of it. Any goroutine may call it.
func StreamFactory() Factory { return newStream(nil) }

// StreamOf returns the Stream of a protocol that [StreamFactory] made, or nil if it is
// another one. Any goroutine may call it.
func StreamOf(p Protocol) *Stream {
	s, _ := p.(*streamProtocol)
	return (*Stream)(s)
}

// Write sends p. The Deferred fires with len(p) when all of it has been handed to
// the kernel, which is most often at once. It fails as [Conn.Write] does, and
// with the reason when the connection ends before. The caller keeps p.
//
// A cancel does not take the bytes back: the Deferred fails and they are sent.
// Loop goroutine only.
func (s *Stream) Write(p []byte) *deferred.Deferred[int] { return s.write(p, len(p)) }

// write is Write that fires with size.
func (s *Stream) write(p []byte, size int) *deferred.Deferred[int] {
	if _, err := s.conn.Write(p); err != nil {
		return deferred.Fail[int](err)
	}
	s.out += uint64(len(p))
	if s.conn.Buffered() == 0 {
		return deferred.Succeed(size)
	}
	w := &pendingWrite{d: deferred.New[int](), size: size, upTo: s.out}
	s.writes = append(s.writes, w)
	return w.d
}

// CloseWrite ends the output, as [Conn.CloseWrite] does: what was written is sent
// and the peer reads the end of it. Reading goes on. Loop goroutine only.
func (s *Stream) CloseWrite() error { return s.conn.CloseWrite() }

// Close ends the connection cleanly, as [Conn.Close] does. Nothing can be read any
// more, and reads that wait fail in the next turn with a net.ErrClosed. The
// Deferred fires when the connection has ended; it fails with the reason when
// not all that was written went out. Closing again answers the same with another
// Deferred, and after a connection's end, however it came, it has fired already.
// A cancel does not stop it. Loop goroutine only.
func (s *Stream) Close() *deferred.Deferred[struct{}] {
	s.conn.own()
	if s.conn.state == ended {
		return deferred.Succeed(struct{}{})
	}
	_ = s.conn.Close() // it is always nil
	s.in, s.end = nil, s.conn.errorOf(ErrConnectionDone, net.ErrClosed)
	d := deferred.New[struct{}]()
	s.closers = append(s.closers, d)
	s.conn.cfg.env.next(s)
	return d
}

// Abort ends the connection at once, as [Conn.Abort] does. What waits fails in
// the next turn. Loop goroutine only.
func (s *Stream) Abort() { s.conn.Abort() }

// LocalAddr returns the address of this end. Loop goroutine only.
func (s *Stream) LocalAddr() net.Addr { return s.conn.LocalAddr() }

// RemoteAddr returns the address of the peer. Loop goroutine only.
func (s *Stream) RemoteAddr() net.Addr { return s.conn.RemoteAddr() }

// streamProtocol is the side of a Stream that its connection calls.
type streamProtocol Stream

// ConnectionMade implements Protocol.
func (p *streamProtocol) ConnectionMade(c *Conn) {
	p.conn = c
	if p.made != nil {
		p.made((*Stream)(p))
	}
}

// DataReceived implements Protocol.
func (p *streamProtocol) DataReceived(b []byte) {
	s := (*Stream)(p)
	s.in = append(s.in, b...)
	s.serve()
}

// ReadClosed implements HalfCloser: a Stream can write after the peer's FIN.
func (p *streamProtocol) ReadClosed() { (*Stream)(p).ends(errEOF) }

// WriteClosed implements HalfCloser.
func (p *streamProtocol) WriteClosed() {}

// outputMoved implements outputWatcher.
func (p *streamProtocol) outputMoved() {
	gone := p.out - uint64(p.conn.Buffered())
	for len(p.writes) > 0 && p.writes[0].upTo <= gone {
		w := p.writes[0]
		p.writes[0] = nil
		p.writes = p.writes[1:]
		_ = w.d.Callback(w.size) // swallowed if it was cancelled
	}
}

// ConnectionLost implements Protocol. Here every Deferred that is left fires.
func (p *streamProtocol) ConnectionLost(reason *failure.Failure) {
	s := (*Stream)(p)
	s.ends(reason)
	writes, closers := s.writes, s.closers
	s.writes, s.closers = nil, nil
	for _, w := range writes {
		_ = w.d.Errback(reason) // swallowed if it was cancelled
	}
	for _, d := range closers {
		if len(writes) == 0 { // all went out, which is what Close was to see to
			_ = d.Callback(struct{}{}) // swallowed if it was cancelled
		} else {
			_ = d.Errback(reason)
		}
	}
	s.finish()
	if s.bridge != nil {
		s.bridge.lost(reason)
	}
}
