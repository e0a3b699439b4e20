// Package netx turns the network into protocols and Deferreds, on the goroutine
// of a reactor: TCP over IPv4 and IPv6, Unix sockets, and datagrams over UDP and
// Unix sockets, as servers and as clients.
//
//	type echo struct{ conn *netx.Conn }
//
//	func (e *echo) ConnectionMade(c *netx.Conn)     { e.conn = c }
//	func (e *echo) DataReceived(p []byte)           { e.conn.Write(p) }
//	func (e *echo) ConnectionLost(*failure.Failure) {}
//
//	n := netx.New(r)
//	port, err := n.Listen("tcp", "127.0.0.1:0", netx.FactoryFunc(
//		func(net.Addr) (netx.Protocol, error) { return &echo{}, nil }))
//
// There are two ways to speak with a peer. A [Protocol] is called: with what has
// come, and at the end. It costs least, and suits servers that hold many
// connections. A [Stream] is asked: each read and write answers with a Deferred.
// It suits a conversation, in a coroutine most of all.
//
// For datagrams there is a [PacketConn], which a [PacketProtocol] is called by, or
// which is asked with Receive. It has one peer or none, and knows broadcast and
// multicast.
//
// What runs on a [Network] runs on any implementation of it. [Net] is the one of
// the operating system. [Pair] and [PacketPair] join two protocols in memory, for
// tests, and with a timeout.VirtualClock all that happens is the same in each run.
// Package netxtest holds any kind of connection to the rules below.
//
// # Who may call
//
// Everything belongs to the goroutine of the loop, except what says otherwise;
// before the reactor runs, that is whoever has it. Nothing blocks. From another
// goroutine use CallFromThread. The race detector reports a call from the wrong
// one.
//
// A protocol is never called from inside a call that it makes: what Close, Abort
// or a write leads to comes in a later turn of the loop. So a method of a
// protocol need not be ready to be entered twice.
//
// # Buffers
//
//   - What DataReceived gets is valid during the call and belongs to the loop:
//     copy what is to be kept. What a Stream gives belongs to the caller.
//   - What is written stays the caller's. It goes to the kernel at once, and what
//     that does not take is copied.
//   - An idle connection has no buffer and no goroutine. It takes less than 400
//     bytes, its entries in the reactor included.
//
// # Frames
//
// A stream of bytes has no messages in it: a [Framing] says where they begin and
// end. [Lines], [Netstrings] and [Prefixed] are there, each with a limit. [Framed]
// makes a Protocol of a [FrameProtocol], which gets whole frames, sends them with
// SendFrame, and can change to raw bytes and back; a Stream has ReadFrame and
// WriteFrame. A peer that breaks the rules, or ends in the middle of a frame, is
// told of once, by the reason with which the connection ends.
//
// # A peer that is slow
//
// Write takes everything, and memory with it. Who makes more than a few messages
// waits for [Conn.Drained], which knows a high and a low water mark
// ([WithWriteMarks]). A peer that does not read at all meets [WithMaxBuffered],
// if that is set, and [WithCloseTimeout] when the connection is closed. In the
// other direction [Conn.Pause] stops the input, and the peer has to wait; a
// Stream does that by itself. That the peer has gone is noticed all the same.
//
// Datagrams that the kernel has no room for wait too, but never without a limit:
// past that they are dropped with [ErrBufferFull].
//
// A source that can wait is best registered as a producer
// ([Conn.RegisterProducer]): it is told when to go on, and Close waits for it.
// [Pipe] joins two connections in this way, and holds no more than one of them can
// take.
//
// # Limits
//
// [WithIdleTimeout] ends a connection over which nothing goes. [WithReadRate] and
// [WithWriteRate] slow one down, [WithTotalReadRate] and [WithTotalWriteRate] all of
// them together. [WithTraffic] counts, [WithLog] writes down. A connection without
// these pays nothing for them. A Port keeps to [WithMaxConnections] and
// [WithMaxConnectionsPerPeer], and ends with its connections in an orderly way by
// [Port.Shutdown], which a protocol that is a [Finisher] is told of. The reactor
// waits for that if a trigger before its own shutdown begins it, as is shown there:
// otherwise a signal ends every connection at once.
//
// # Sockets of others
//
// [Net.AdoptConn] and [Net.AdoptListener] take over what package net has made, and
// [Net.AdoptFD] and [Net.AdoptListenerFD] descriptors that came from elsewhere: TCP, and
// streams over Unix sockets, whose path stays when the Port ends. Those for datagrams go
// to [Net.AdoptPacketConn] and [Net.AdoptPacketFD]. All work with a duplicate: the
// caller keeps the original and closes it.
//
// # Descriptors
//
// Over a Unix socket they can be passed on, with [Conn.WriteFDs] to an
// [FDReceiver]. Each has one owner at any time: WriteFDs copies, so the sender
// keeps its own; what has come belongs to the protocol that got it; and the package
// closes what was not sent, was not taken, or came with a message that had lost
// some. A Protocol gets them, and so does a [FrameProtocol], before the frame that they
// came with. A [Stream] has those closed that come: which of the bytes that it collects
// they belong to would be lost.
//
// # TLS
//
// [WithTLS] at Listen and Dial has connections speak TLS from their first byte;
// [Conn.StartTLS] and [Stream.StartTLS] turn one to it later. It is package
// crypto/tls, and a *tls.Config says all that it says elsewhere: certificates by
// name, protocols by ALPN, certificates of clients, tickets. All rules of this
// page hold over TLS as they do without, over TCP, over Unix sockets and over a
// [Pair], but that descriptors cannot be passed; these come with it:
//
//   - ConnectionMade comes after the handshake. If that fails, a Dial fails with
//     the certificate's error, and a Port counts it. [WithHandshakeTimeout] bounds
//     it. With TLS 1.3 a client is done before the server has looked at its
//     certificate; if that is refused, the connection is lost.
//   - The end of the output, by Close or CloseWrite, is a close_notify. Nobody
//     waits for the peer's own. That of the peer is the end of the input, as its
//     FIN is without TLS; a FIN alone is a loss, with io.ErrUnexpectedEOF, for
//     somebody may have cut the connection off.
//   - What does not decrypt ends the connection with the error of crypto/tls. The
//     peer is told by an alert.
//   - A write is one record or more. It takes some microseconds of work for each
//     16 KiB; so does input.
//   - While the input is paused, one record, and what was read together with it,
//     is held beside what the kernel has: a close_notify is a record like any
//     other, and has to be noticed.
//
// No connection has a goroutine. A handshake is a coroutine, and ends with it;
// afterwards records are read as they come. What the handshake works at, some
// hundred microseconds a step, is done on the loop for the first two steps in a
// turn. The rest, and all steps with a key of RSA, go to worker goroutines, one
// fewer than there are processors, so that many clients at once cost the others
// little. Whoever has functions in the configuration, a key in a device or the
// system's authorities to ask may wait for something: such handshakes always go
// to workers, up to 64 at a time of these alone. Workers end with their step, and
// so with the reactor.
//
// An idle connection keeps what crypto/tls needs, its keys, certificates and a
// buffer for one record, about 6 to 8 KB before the first large record.
//
// # The end of a connection
//
// ConnectionLost is called once, last, after the descriptor was closed. The
// reason is a Failure of one of these; errors.Is tells which:
//
//	ErrConnectionDone                   clean: what was written has gone out
//	  with io.EOF                         the peer closed
//	  with net.ErrClosed                  Close
//	ErrConnectionLost                   anything else
//	  with io.ErrUnexpectedEOF            the peer closed in the middle of a frame
//	  with a syscall.Errno                what the kernel said, ECONNRESET and such
//	  with reactor.ErrStopped             the reactor has stopped
//	  ErrConnectionAborted                this side gave it up: Abort
//	    with deferred.ErrTimeout            Close could not send within its time
//	    with ErrBufferFull                  more output than WithMaxBuffered allows
//	    with ErrMessageTooLong              a frame above the limit of its Framing
//	    with ErrBadFrame                    what the peer sent is no frame
//	a failure.PanicError                a method of the protocol panicked
//
// That the peer got what went out is not known to TCP, and not said.
//
// A Unix socket knows no reset: the peer of an aborted connection sees a clean
// end, unless it had sent what was not read.
//
// A FIN closes one direction. A protocol that is a [HalfCloser] is told and can
// still answer. For any other it is the end, but what it has written by then is
// sent first.
//
// Every Deferred of this package fires: at the end of the connection, of the
// port, of the time for it, or of the reactor.
//
// # Behind a proxy
//
// A proxy that speaks the PROXY protocol says who its client is before anything
// else. A Port with [WithProxyProtocol] reads that, from proxies that are trusted,
// and the connection has the client's address. [ProxyHeader] is for writing one.
//
// # Names
//
// Dial looks up a name on a goroutine, with a [Resolver], and races the addresses
// as RFC 8305 has it: IPv6 and IPv4 take turns, the next one is tried at once when
// one fails and otherwise after 250 ms, and the first that answers is taken. When
// all fail, errors.Is finds the error of each. WithConnectTimeout and a cancel end
// all of it, the lookup included.
//
// # Endpoints
//
// Where to connect to and where to listen can be text, for operators to choose:
//
//	netx.Connect(n, "tcp:host=example.com:port=80:timeout=5s", f)
//	netx.Serve(n, "tcp:[::1]:8080", f)
//	netx.Serve(n, "tls:8443:cert=/etc/app/cert.pem:key=/etc/app/key.pem", f)
//	netx.Serve(n, "unix:/run/app.sock:mode=0660", f)
//
// [Endpoint] has the grammar, [Endpoints.Connect] the kinds. A program adds kinds of
// its own to an [Endpoints] of its own. What is wrong with such a string, and where,
// is an [EndpointError].
//
// The kind systemd is a socket that the process was started with, see [Activation].
//
// # Connections that are kept
//
// A [Service] has one connection, and makes another when it is lost, with waits
// that grow and are drawn at random:
//
//	s := netx.NewService(n, netx.ServiceConfig{
//		Connect: func(f netx.Factory) *deferred.Deferred[netx.Protocol] {
//			return netx.Connect(n, "tcp:example.com:80", f)
//		},
//		Factory: f,
//	})
//	s.Start()
//	s.WhenConnected(0).Tap(func(p netx.Protocol) { ... })
//
// A [ConnectionPool] lends connections to any number of addresses, within limits,
// and keeps for a while those that come back.
//
// # Code that blocks
//
// [Stream.NetConn] and [StreamListener.NetListener] give a net.Conn and a
// net.Listener for other goroutines, with deadlines, and [DialNetConn] dials there: so
// net/http, database drivers and others can use a network of this package. They pass
// golang.org/x/net/nettest.
//
// # Differences from Twisted
//
// A write goes out at once, not in the next turn. Input is read into one buffer
// of the loop, once for each event. The peer's FIN does not cut off output, Close
// cuts off no producer, a producer is paused once and resumed at a low mark, a
// clean end has a deadline, a paused connection notices a reset, and both halves
// closed are the end. A write after the end, or after CloseWrite, answers an
// error. A limit on frames is told once, and a frame that is cut off by the end is
// a loss. A protocol whose ConnectionMade panics loses its connection on both
// sides, and a Dial's Deferred fails with it. A Dial that is cancelled during the
// lookup fails with deferred.ErrCancelled, and one whose addresses have all failed
// with the errors of all of them. A Service closes a connection whose preparation
// has failed. In endpoint strings the host comes first on both sides, and brackets
// quote an address of IPv6. StopListening can be called twice. TCP_NODELAY is on, as
// in package net. A flood of empty datagrams does not hold up the loop, a datagram
// that is cut says so, and one that cannot be sent at once waits.
//
// # Platforms
//
// Linux, macOS and the BSDs, and other Unix systems. Elsewhere New, Pair and
// StreamPair work, and Listen and Dial answer [ErrUnsupported].
package netx
