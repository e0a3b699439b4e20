//go:build unix

package rows_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"sync"
	"sync/atomic"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
)

// drive connects a crowd to an echo server, with TLS if cfg is not nil, and sends
// requests: all connections at the same time, each from a goroutine of its own.
func drive(s row.Setup, c crowd, address string, cfg *tls.Config) row.Run {
	conns := make([]net.Conn, c.conns)
	for i := range conns {
		conn, err := dial(address, cfg)
		if err != nil {
			s.Fatal(err)
		}
		conns[i] = conn
		s.Cleanup(func() { _ = conn.Close() }) // which tells TLS's peer, if that is still there
	}
	requests := bytes.Repeat([]byte("spindle!"), c.size*c.depth/8)
	return func(n int) int {
		var wrong atomic.Int64
		var all sync.WaitGroup
		for i, conn := range conns {
			left := share(n, len(conns), i)
			if left == 0 {
				continue
			}
			all.Go(func() { wrong.Add(int64(exchange(conn, requests, c, left))) })
		}
		all.Wait()
		return int(wrong.Load())
	}
}

func dial(address string, cfg *tls.Config) (net.Conn, error) {
	c, err := net.Dial("tcp4", address)
	if err != nil || cfg == nil {
		return c, err
	}
	secure := tls.Client(c, cfg)
	if err := secure.Handshake(); err != nil {
		_ = c.Close()
		return nil, err
	}
	return secure, nil
}

// exchange sends so many requests and waits for the answers, as many at a time as the
// crowd says. It returns how many bytes are missing or, in the last answers, wrong.
func exchange(conn net.Conn, requests []byte, c crowd, left int) int {
	answers := make([]byte, len(requests))
	for left > 0 {
		size := min(left, c.depth) * c.size
		if _, err := conn.Write(requests[:size]); err != nil {
			return left * c.size
		}
		if _, err := io.ReadFull(conn, answers[:size]); err != nil {
			return left * c.size
		}
		left -= min(left, c.depth)
		if left == 0 {
			return differ(requests[:size], answers[:size])
		}
	}
	return 0
}

// differ counts the bytes that are not the same.
func differ(a, b []byte) int {
	n := 0
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}
