//go:build linux || darwin

package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"

	"github.com/spindle-go/spindle/benchmarks/internal/selfsigned"
)

// readSize is the buffer that each goroutine has, as servers of package net have
// one: net/http takes 4 KiB too.
const readSize = 4 << 10

// goroutineServer is the server with a goroutine for each connection.
type goroutineServer struct {
	l      net.Listener
	guests guests
	work   sync.WaitGroup // all its goroutines
}

// measureGoroutines measures the server of package net.
func measureGoroutines(ctx context.Context, o options, out, errOut io.Writer) (cost, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return cost{}, err
	}
	defer l.Close()
	if o.tls {
		cfg, err := selfsigned.Config()
		if err != nil {
			return cost{}, err
		}
		l = tls.NewListener(l, cfg)
	}
	s := &goroutineServer{l: l}
	s.work.Go(s.accept)
	c, err := drive(ctx, s, o, out, errOut)
	_ = l.Close() // no more of it is wanted
	s.work.Wait() // the clients have ended
	return c, err
}

// accept has each connection served until the listener is closed.
func (s *goroutineServer) accept() {
	for {
		c, err := s.l.Accept()
		if err != nil {
			return
		}
		s.work.Go(func() { s.serve(c) })
	}
}

func (s *goroutineServer) address() string { return s.l.Addr().String() }

// tell writes how many goroutines there are.
func (s *goroutineServer) tell(_ context.Context, out io.Writer) error {
	fmt.Fprintf(out, "%d goroutines\n", runtime.NumGoroutine())
	return nil
}

func (s *goroutineServer) met(ctx context.Context, n int) error { return s.guests.all(ctx, n) }

// lost waits for the goroutines. The last of them may have a few instructions to
// go.
func (s *goroutineServer) lost(ctx context.Context) error { return s.guests.none(ctx) }

// serve answers one connection until it ends.
func (s *goroutineServer) serve(c net.Conn) {
	s.guests.come()
	defer s.guests.leave() // when it is closed
	defer c.Close()
	buf := make([]byte, readSize)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}
