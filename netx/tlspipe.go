package netx

import (
	"context"
	"errors"
	"io"
	"net"
	"time"
)

// tlsPipe is the net.Conn that a tls.Conn works on: bytes that somebody puts in
// and takes out. So no call of crypto/tls touches a socket, and a step of the
// handshake can be made on any goroutine.
//
// It belongs to whoever calls the tls.Conn.
type tlsPipe struct {
	in  []byte // records to be read
	end error  // what a read gives after in
	out []byte // records that were written

	header [5]byte // of the record that is being read
	headed uint8   // how much of it has been
	left   int     // how much of the record comes after that

	yield func(struct{}) (on bool) // during the handshake: waits for more of in
	ends  addressed                // the handshake, which any goroutine may ask; after it the socket
}

var (
	// errTLSWouldBlock is how a tls.Conn learns that there is nothing to read. It
	// goes on with the next Read after an error that is temporary, and only then.
	errTLSWouldBlock net.Error = wouldBlockError{}

	// errTruncated is the end of the input without a close_notify. The peer, or
	// somebody between, has cut it off. It must not be io.EOF, for which
	// crypto/tls makes an exception.
	errTruncated error = &sentinel{text: "netx: the connection was cut off: no close_notify of TLS", kind: io.ErrUnexpectedEOF}

	// errHandshakeGoexit is what came of a handshake that ended its goroutine.
	errHandshakeGoexit = errors.New("netx: a function of the TLS configuration called runtime.Goexit")

	// errHandshakeEnded is what the handshake reads when it was given up.
	errHandshakeEnded = errors.New("netx: the handshake was given up")
)

type wouldBlockError struct{}

func (wouldBlockError) Error() string   { return errWouldBlock.Error() }
func (wouldBlockError) Timeout() bool   { return true }
func (wouldBlockError) Temporary() bool { return true }

// Read implements net.Conn.
func (p *tlsPipe) Read(b []byte) (int, error) {
	for len(p.in) == 0 {
		switch {
		case p.end != nil:
			return 0, p.end
		case p.yield == nil:
			return 0, errTLSWouldBlock
		case !p.yield(struct{}{}):
			return 0, errHandshakeEnded
		}
	}
	n := copy(b, p.in[:p.record(min(len(b), len(p.in)))])
	p.in = p.in[n:]
	return n, nil
}

// record returns how many of the next n bytes belong to the record that is being
// read. A tls.Conn reads ahead if it can. It never gets more than one record, so
// that when it has given all that one says, and in is empty, there is nothing
// inside it: to know that saves a call that does no more than find it out.
func (p *tlsPipe) record(n int) int {
	took := 0
	for took < n && p.left == 0 {
		p.header[p.headed] = p.in[took]
		took++
		if p.headed++; int(p.headed) == len(p.header) {
			p.headed = 0
			if p.left = int(p.header[3])<<8 | int(p.header[4]); p.left == 0 {
				return took
			}
		}
	}
	body := min(n-took, p.left)
	p.left -= body
	return took + body
}

// Write implements net.Conn.
func (p *tlsPipe) Write(b []byte) (int, error) {
	p.out = append(p.out, b...)
	return len(b), nil
}

// Close implements net.Conn. It is called when the context of a handshake ends,
// on another goroutine. Who ended that has ended the connection.
func (*tlsPipe) Close() error { return nil }

// addressed has two ends.
type addressed interface {
	localAddr() net.Addr
	remoteAddr() net.Addr
}

// LocalAddr implements net.Conn.
func (p *tlsPipe) LocalAddr() net.Addr { return p.ends.localAddr() }

// RemoteAddr implements net.Conn. For a client without a ServerName it is what the
// peer's sessions are kept for, which in TLS 1.3 come after the handshake.
func (p *tlsPipe) RemoteAddr() net.Addr { return p.ends.remoteAddr() }

// Deadlines are the socket's affair.
func (*tlsPipe) SetDeadline(time.Time) error      { return nil }
func (*tlsPipe) SetReadDeadline(time.Time) error  { return nil }
func (*tlsPipe) SetWriteDeadline(time.Time) error { return nil }

// handshakeContext is what the program's functions get.
func handshakeContext(e effort) (context.Context, context.CancelFunc) {
	if e == blocking {
		return context.WithCancel(context.Background())
	}
	return context.Background(), func() {} // there is nobody to whom it would matter
}
