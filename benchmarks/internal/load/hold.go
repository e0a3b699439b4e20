package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
)

// Held is connections that are kept open without using them.
type Held struct{ conns []net.Conn }

// perSource is how many connections come from one loopback address: fewer than it
// has ports for connections.
const perSource = 10_000

// Hold makes c.Conns connections, with TLS if c says so, and sends one request of
// c.Size bytes on each and waits for its echo. The rest of c has no meaning. The
// caller closes what comes back, and measures the server in between. It fails with
// ErrConfig, ErrWrongEcho, or the error of the first connection that failed, and then
// leaves none open. Any goroutine may call it; it blocks.
func Hold(ctx context.Context, c Config) (*Held, error) {
	c.Depth, c.Rate, c.Time = 1, 0, 1
	if err := c.check(); err != nil {
		return nil, err
	}
	h := &Held{conns: make([]net.Conn, c.Conns)}
	text := message(c.Size)[:c.Size]
	err := inParallel(ctx, c.Conns, together, func(ctx context.Context, i int) (err error) {
		h.conns[i], err = dialFrom(ctx, c, i/perSource)
		if err != nil {
			return err
		}
		return askOnce(ctx, h.conns[i], text)
	})
	if err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

// dialFrom connects from the source-th address, if the server is on loopback.
func dialFrom(ctx context.Context, c Config, source int) (net.Conn, error) {
	server, err := netip.ParseAddrPort(c.Addr)
	if err != nil || !server.Addr().Is4() || !server.Addr().IsLoopback() || source == 0 {
		return dial(ctx, c, nil)
	}
	return dial(ctx, c, &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(1+source))})
}

// askOnce sends the text and waits until it is back.
func askOnce(ctx context.Context, conn net.Conn, text []byte) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	got := make([]byte, len(text))
	if _, err := conn.Write(text); err != nil {
		return err
	}
	if _, err := io.ReadFull(conn, got); err != nil {
		return fmt.Errorf("waiting for the echo: %w", err)
	}
	if !bytes.Equal(got, text) {
		return ErrWrongEcho
	}
	return nil
}

// Close closes the connections. Calling it again does nothing.
func (h *Held) Close() error {
	var errs []error
	for _, conn := range h.conns {
		if conn != nil {
			errs = append(errs, conn.Close())
		}
	}
	h.conns = nil
	return errors.Join(errs...)
}
