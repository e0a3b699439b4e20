package netx

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// maxFDs is how many descriptors go with one message: what Linux allows.
const maxFDs = 253

// maxWaitingFDs is how many descriptors of one connection wait to be sent. Each is
// one of this process's, of which it may not have many.
const maxWaitingFDs = 256

// FDReceiver is a Protocol, or a [FrameProtocol], that takes descriptors, which a
// peer at the other end of a Unix socket may send along with its bytes. From any
// other protocol, from one that speaks TLS, and in a [Pipe], the kernel keeps them
// away: they are closed, and nobody is told.
type FDReceiver interface {
	// FDsReceived is called with descriptors that have come, before the
	// DataReceived that has the byte which they were sent with; bytes that were
	// sent before that one may come in the same call of it. They are closed on
	// exec, and belong to the protocol, which closes them. What kind of thing
	// they are is up to the peer: a protocol that does not trust it looks first.
	FDsReceived(files []*os.File)
}

// fdCarrier is a socket that passes descriptors.
type fdCarrier interface {
	// waitingFDs returns how many have not been sent.
	waitingFDs() int
	// attach has fds go out with the byte that comes after so many others. They
	// are the socket's from then on.
	attach(fds []int, after int)
	// receivedFDs reports whether descriptors have come.
	receivedFDs() bool
	// takeFDs returns those that have come. They are the caller's.
	takeFDs() []*os.File
}

// WriteFDs is Write with descriptors, which go out with the first byte of p, to a
// peer at the other end of a Unix socket. It copies them at once, as dup does: so
// the caller keeps what it has, and may close it when WriteFDs returns. Anything
// that has a descriptor will do: an *os.File, a *net.TCPConn. What kind of a
// descriptor it is, and its offset in a file, is shared from then on.
//
// Errors are those of Write, and:
//
//   - errors.ErrUnsupported on what is no Unix socket, and over TLS, which would
//     not protect them;
//   - ErrMessageTooLong for more than 253 descriptors, or more than the system
//     lets go with one message;
//   - ErrBufferFull when more than 256 of this connection wait to be sent, and
//     then the connection goes on;
//   - what the kernel says of a descriptor that cannot be copied, such as
//     syscall.EMFILE, and os.ErrClosed of a file that was closed.
//
// With one of these nothing is sent. An empty p panics: the kernel wants a byte to
// send descriptors with. What was not sent when the connection ends is closed. It
// costs two system calls for each descriptor. Loop goroutine only. It is
// Twisted's sendFileDescriptor.
func (c *Conn) WriteFDs(p []byte, from ...syscall.Conn) (int, error) {
	c.own()
	if len(p) == 0 {
		panic("netx: WriteFDs without a byte to send them with")
	}
	if len(from) == 0 {
		return c.Write(p)
	}
	if !c.state.takes() {
		return 0, c.refusal()
	}
	s, ok := c.carrier()
	switch {
	case !ok:
		if _, secured := c.layer(); secured {
			return 0, fmt.Errorf("netx: write descriptors over TLS: %w", errors.ErrUnsupported)
		}
		return 0, fmt.Errorf("netx: write descriptors: %w", errors.ErrUnsupported)
	case len(from) > maxFDs:
		return 0, c.errorOf(ErrMessageTooLong, fmt.Errorf("%d descriptors, and there may be %d", len(from), maxFDs))
	case s.waitingFDs()+len(from) > maxWaitingFDs:
		return 0, c.errorOf(ErrBufferFull, fmt.Errorf("%d descriptors wait to be sent", s.waitingFDs()))
	}
	fds, err := copyFDs(from)
	if err != nil {
		return 0, fmt.Errorf("netx: write descriptors: %w", err)
	}
	s.attach(fds, c.Buffered())
	return c.Write(p)
}

// copyFDs returns copies of descriptors, or none of them.
func copyFDs(from []syscall.Conn) (fds []int, err error) {
	for _, f := range from {
		fd, err := copyFD(f)
		if err != nil {
			closeFDs(fds)
			return nil, err
		}
		fds = append(fds, fd)
	}
	return fds, nil
}

// copyFD returns a copy of one. It does not ask for the number itself, which would
// change how the file works.
func copyFD(from syscall.Conn) (fd int, err error) {
	raw, err := from.SyscallConn()
	if err != nil {
		return -1, err
	}
	if failed := raw.Control(func(number uintptr) { fd, err = dupFD(int(number)) }); failed != nil {
		return -1, &tagged{os.ErrClosed, failed} // it fails for no other reason
	}
	return fd, err
}

func closeFDs(fds []int) {
	for _, fd := range fds {
		closeFD(fd)
	}
}

// carrier returns the socket of c if it passes descriptors. Below TLS none does.
func (c *Conn) carrier() (fdCarrier, bool) {
	if _, secured := c.layer(); secured {
		return nil, false
	}
	return lowest[fdCarrier](c.sock)
}

// deliverFDs gives descriptors that have come to the protocol, and reports whether
// it wants the bytes that came with them.
func (c *Conn) deliverFDs() bool {
	if _, plain := c.sock.(*tcpSocket); plain {
		return true // most are, and this costs less than to ask one
	}
	if s, ok := c.carrier(); ok && s.receivedFDs() {
		c.deliver(fdsReceived, nil)
		return c.state.reads()
	}
	return true
}

// WithMaxFDs sets how many descriptors a connection over a Unix socket takes at a
// time. If more come with one message, all are closed and the connection ends with
// ErrFDsLost. The default is 253, which is the most that Linux lets a peer send.
// What is no Unix socket, or no FDReceiver, ignores it.
func WithMaxFDs(n int) Option {
	if n <= 0 || n > maxFDs {
		panic(fmt.Sprintf("netx: WithMaxFDs(%d): must be from 1 to %d", n, maxFDs))
	}
	return func(c *config) { c.local.maxFDs = n }
}
