//go:build unix

package netx

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/failure"
)

// proxyWait is a connection that was accepted and whose header has not come. It
// takes the header out of the kernel and not one byte more: what is behind it is
// for whoever reads next, as if there had been no header. Loop goroutine only.
type proxyWait struct {
	// Fixed after await.
	acceptor *acceptor
	ends     streamEnds // with the proxy

	fd   int    // negative after the end
	head []byte // what has come of the header
	stop func() bool
}

// admit does with a connection what WithProxyProtocol has for its peer.
func (a *acceptor) admit(fd int, ends streamEnds) {
	use, err := a.port.cfg.proxy.ask(ends.peer())
	switch {
	case a.state == closed: // it was asked to stop while it asked
		closeFD(fd)
		a.rejected(ends, err)
	case err == nil && use == ProxyDirect:
		a.connect(fd, ends, nil)
	case err == nil && use == ProxyRequired:
		a.await(fd, ends)
	default:
		closeFD(fd)
		a.rejected(ends, err)
	}
}

// await begins to wait for a header.
func (a *acceptor) await(fd int, ends streamEnds) {
	w := &proxyWait{acceptor: a, ends: ends, fd: fd}
	a.port.pend(true)
	if a.state == closed { // it was one too many, and the Port could not wait
		w.giveUp()
		return
	}
	if err := a.net.r.AddReader(w); err != nil {
		w.fail(err)
		return
	}
	a.waits.add(w)
	if after := a.port.cfg.proxy.timeout; after > 0 {
		w.stop = a.net.AfterFunc(after, func() {
			a.net.env.own()
			w.stop = nil
			w.fail(fmt.Errorf("%w: %w", ErrBadProxyHeader, &timeoutError{what: "waiting for it", after: after}))
		})
	}
}

// rejected tells of a connection that did not become one. With a nil err there is
// nothing to tell but that.
func (a *acceptor) rejected(ends streamEnds, err error) {
	p := a.port
	p.stats.Rejected++
	if err != nil {
		if from := ends.peer().String(); from != "" {
			err = fmt.Errorf("from %s: %w", from, err)
		}
		orphan(failure.New(&opError{op: "accept", network: p.addr.Network(), address: p.addr.String(), err: err}))
	}
}

// FD implements reactor.ReadDescriptor.
func (w *proxyWait) FD() int { return w.fd }

// ConnectionLost is called when the reactor has stopped.
func (w *proxyWait) ConnectionLost(*failure.Failure) {
	w.acceptor.net.env.own()
	w.giveUp()
}

// DoRead takes what has come of the header.
func (w *proxyWait) DoRead() error {
	w.acceptor.net.env.own()
	limit := max(w.acceptor.port.cfg.proxy.limit, longestProxyLine)
	buf := w.acceptor.net.buffer()[:limit]
	n, err := peekFD(w.fd, buf)
	switch {
	case err == errWouldBlock: //nolint:errorlint // peekFD answers it as it is
	case err != nil:
		w.fail(err)
	default:
		w.take(buf[:n], limit)
	}
	return nil
}

// take goes on with what is there, which was not taken out of the kernel yet.
func (w *proxyWait) take(there []byte, limit int) {
	in := append(w.head, there...) //nolint:gocritic // the head is made of it below
	size, err := proxySize(in)
	switch {
	case err != nil:
		w.fail(err)
		return
	case size > limit:
		w.fail(fmt.Errorf("%w: %w: %d bytes, which is more than %d", ErrBadProxyHeader, ErrMessageTooLong, size, limit))
		return
	case size > 0 && size < len(in):
		in = in[:size]
	}
	n, err := readFD(w.fd, there[:len(in)-len(w.head)])
	if err != nil {
		w.fail(err)
		return
	}
	if w.head = in[:len(w.head)+n]; size == len(w.head) {
		w.finish()
	}
}

// finish makes a connection of it.
func (w *proxyWait) finish() {
	header, _, err := ParseProxyHeader(w.head)
	if err != nil {
		w.fail(err)
		return
	}
	fd := w.release()
	w.acceptor.connect(fd, w.ends, header)
}

// fail gives the connection up.
func (w *proxyWait) fail(err error) {
	if err == io.EOF { //nolint:errorlint // peekFD answers it as it is
		if err = nil; len(w.head) > 0 {
			err = fmt.Errorf("%w: %w", ErrBadProxyHeader, io.ErrUnexpectedEOF)
		}
	}
	w.drop()
	w.acceptor.rejected(w.ends, err)
}

// giveUp is for when the port or the reactor ends, or both.
func (w *proxyWait) giveUp() {
	if w.fd >= 0 {
		w.drop()
		w.acceptor.rejected(w.ends, nil)
	}
}

// drop closes the socket, with a RST if it is one of TCP.
func (w *proxyWait) drop() {
	fd := w.release()
	resetOnClose(fd)
	closeFD(fd)
}

// release ends the waiting, and returns the descriptor.
func (w *proxyWait) release() (fd int) {
	w.acceptor.waits.remove(w)
	w.acceptor.net.r.RemoveReader(w)
	if w.stop != nil {
		w.stop()
		w.stop = nil
	}
	fd, w.fd = w.fd, -1
	w.acceptor.port.pend(false)
	return fd
}

// peekFD reads what is there and leaves it there. It gives at least one byte, or
// an error: errWouldBlock, io.EOF when the peer's FIN has come, or what has become
// of the connection.
func peekFD(fd int, p []byte) (int, error) {
	for {
		n, _, err := unix.Recvfrom(fd, p, unix.MSG_PEEK)
		switch {
		case err == unix.EINTR: //nolint:errorlint // package unix answers errnos as they are
		case err == unix.EAGAIN: //nolint:errorlint // see above
			return 0, errWouldBlock
		case err != nil:
			return 0, os.NewSyscallError("recvfrom", err)
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}
