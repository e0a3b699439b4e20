package load_test

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spindle-go/spindle/benchmarks/internal/selfsigned"
)

// server is an echo server with faults, one goroutine for each connection.
type server struct {
	// Fixed before start.
	stallAt   int64         // the number of the read at which all connections stop
	stallFor  time.Duration // and for how long
	closeFrom int64         // connections from this number on, counted from 1, are closed at their first read
	wrong     bool          // it changes a byte of each answer
	tls       bool

	addr     string
	accepted atomic.Int64
	read     atomic.Int64
	bytes    atomic.Int64

	mu      sync.RWMutex // who stalls holds it
	working sync.WaitGroup
}

// start runs s until the test ends.
func (s *server) start(t testing.TB) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	if s.tls {
		cfg, err := selfsigned.Config()
		if err != nil {
			t.Fatal(err)
		}
		l = tls.NewListener(l, cfg)
	}
	s.working.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return // closed at the end
			}
			number := s.accepted.Add(1)
			s.working.Go(func() { s.serve(conn, number) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		s.working.Wait() // the clients have closed their connections
	})
	return s
}

func (s *server) serve(conn net.Conn, number int64) {
	defer conn.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		s.bytes.Add(int64(n))
		if s.read.Add(1) == s.stallAt {
			s.stall()
		}
		if s.closeFrom > 0 && number >= s.closeFrom {
			return
		}
		if s.wrong {
			buf[n-1]++
		}
		s.mu.RLock()
		_, err = conn.Write(buf[:n])
		s.mu.RUnlock()
		if err != nil {
			return
		}
	}
}

// stall stops all connections for a while.
func (s *server) stall() {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), s.stallFor)
	defer cancel()
	<-ctx.Done()
}
