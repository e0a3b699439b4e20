package netx

import (
	"net"

	"github.com/spindle-go/spindle/threads"
)

// Read implements net.Conn.
func (b *netConn) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		switch {
		case b.closed:
			return 0, b.errorOf("read", net.ErrClosed)
		case b.readBy.expired:
			return 0, b.errorOf("read", errDeadline)
		case len(p) == 0:
			return 0, nil
		case len(b.in) > 0:
			n := copy(p, b.in)
			if b.in = b.in[n:]; len(b.in) == 0 {
				b.in = nil
			}
			b.wantMore()
			return n, nil
		case b.readErr != nil:
			return 0, b.errorOf("read", b.readErr)
		case b.loop.OnLoop():
			return 0, b.errorOf("read", threads.ErrOnLoop)
		}
		b.readable.Wait()
	}
}

// wantMore asks the loop for more when there is room. With mu held.
func (b *netConn) wantMore() {
	if b.asking || b.readErr != nil || len(b.in) > bridgeBuffer/2 {
		return
	}
	b.asking = true
	if err := b.loop.CallFromThread(b.ask); err != nil {
		b.asking = false
		b.readErr = err // the loop has stopped, and with it the connection
	}
}

// ask reads from the Stream. On the loop.
func (b *netConn) ask() { b.stream.Read().AddBoth(b.received) }

// received takes what a read gave. On the loop.
func (b *netConn) received(p []byte, err error) ([]byte, error) {
	b.mu.Lock()
	switch {
	case err != nil && b.readErr == nil:
		b.readErr = err
	case err == nil && len(b.in) == 0:
		b.in = p // it is ours
	case err == nil:
		b.in = append(b.in, p...)
	}
	b.asking = err == nil && (b.over || len(b.in) < bridgeBuffer) && !b.closed
	more := b.asking
	b.readable.Broadcast()
	b.mu.Unlock()
	if more {
		b.ask()
	}
	return nil, nil
}
