package netx

import (
	"errors"
	"net"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/threads"
)

// Write implements net.Conn.
func (b *netConn) Write(p []byte) (int, error) {
	b.writing.Lock()
	defer b.writing.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	written := 0
	for {
		switch err := b.unwritable(); {
		case err != nil:
			return written, b.errorOf("write", err)
		case written == len(p):
			return written, nil
		case len(b.out) < bridgeBuffer:
			n := min(len(p)-written, bridgeBuffer-len(b.out))
			b.out = append(b.out, p[written:written+n]...)
			written += n
			b.wantFlush()
			if written == len(p) {
				return written, nil
			}
		case b.loop.OnLoop():
			return written, b.errorOf("write", threads.ErrOnLoop)
		default:
			b.writable.Wait()
		}
	}
}

// unwritable says why nothing can be written. With mu held.
func (b *netConn) unwritable() error {
	switch {
	case b.closed:
		return net.ErrClosed
	case b.writeErr != nil:
		return b.writeErr
	case b.finished:
		return ErrWriteClosed
	case b.writeBy.expired:
		return errDeadline
	}
	return nil
}

// wantFlush asks the loop to take out, unless it was asked. With mu held.
func (b *netConn) wantFlush() {
	if b.flushing {
		return
	}
	b.flushing = true
	if err := b.loop.CallFromThread(b.flush); err != nil {
		b.fail(err)
	}
}

// flush takes out, and comes again when there is room for more. On the loop.
func (b *netConn) flush() {
	b.send()
	b.stream.conn.Drained().AddBoth(func(_ struct{}, err error) (struct{}, error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.flushing = false
		if err != nil {
			b.fail(err)
		} else if len(b.out) > 0 {
			b.wantFlush()
		}
		return struct{}{}, nil
	})
}

// send hands out to the Stream. On the loop.
func (b *netConn) send() {
	b.mu.Lock()
	p := b.out
	b.out, b.spare = b.spare[:0], nil
	b.mu.Unlock()
	if len(p) > 0 {
		b.stream.Write(p).AddErrback(func(f *failure.Failure) (int, error) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.fail(f)
			return 0, nil
		})
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if cap(p) <= 2*bridgeBuffer {
		b.spare = p[:0]
	}
	b.writable.Broadcast()
}

// fail says that no more goes out. With mu held.
func (b *netConn) fail(err error) {
	if b.writeErr == nil {
		b.writeErr = err
	}
	b.writable.Broadcast()
}

// CloseWrite ends the output after what was written, as that of *net.TCPConn.
func (b *netConn) CloseWrite() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.unwritable(); err != nil && !errors.Is(err, errDeadline) {
		return b.errorOf("close", err)
	}
	b.finished = true
	b.writable.Broadcast()
	if err := b.loop.CallFromThread(func() {
		b.send()
		_ = b.stream.CloseWrite() // it fails when the connection has ended, which is told otherwise
	}); err != nil {
		return b.errorOf("close", err)
	}
	return nil
}
