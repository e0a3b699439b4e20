//go:build linux || darwin

package main

import (
	"context"
	"fmt"
	"io"
	"net"

	"github.com/spindle-go/spindle/benchmarks/internal/selfsigned"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/threads"
)

// loopServer is the server of netx.
type loopServer struct {
	r      *reactor.Reactor
	at     string
	guests guests
	before int // descriptors that are watched without any connection
}

// echo is the protocol, one for each connection.
type echo struct {
	conn   *netx.Conn
	guests *guests
}

func (e *echo) ConnectionMade(c *netx.Conn)     { e.conn = c; e.guests.come() }
func (e *echo) DataReceived(p []byte)           { _, _ = e.conn.Write(p) } // ConnectionLost tells of an error
func (e *echo) ConnectionLost(*failure.Failure) { e.guests.leave() }

// measureLoop measures the server of netx. The end of ctx ends the children first,
// who would otherwise complain that the server has gone, and then the loop.
func measureLoop(ctx context.Context, o options, out, errOut io.Writer) (cost, error) {
	r, err := reactor.New(reactor.WithSignals()) // those are for ctx
	if err != nil {
		return cost{}, err
	}
	opts := []netx.Option{netx.WithBacklog(4096)}
	if o.tls {
		cfg, err := selfsigned.Config()
		if err != nil {
			return cost{}, err
		}
		opts = append(opts, netx.WithTLS(cfg))
	}
	return reactor.React(context.WithoutCancel(ctx), r, func(r *reactor.Reactor) *deferred.Deferred[cost] {
		s := &loopServer{r: r}
		port, err := netx.New(r).Listen("tcp", "127.0.0.1:0", netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) {
			return &echo{guests: &s.guests}, nil
		}), opts...)
		if err != nil {
			return deferred.Fail[cost](err)
		}
		s.at, s.before = port.Addr().String(), r.Stats().Descriptors
		// The children are driven by blocking code, in the pool.
		return threads.DeferToThread(r, func(context.Context) (cost, error) {
			return drive(ctx, s, o, out, errOut)
		})
	})
}

func (s *loopServer) address() string { return s.at }

// watched returns how many descriptors the reactor looks after.
func (s *loopServer) watched(ctx context.Context) (int, error) {
	return threads.BlockingCallFromThread(ctx, s.r, func() *deferred.Deferred[int] {
		return deferred.Succeed(s.r.Stats().Descriptors)
	})
}

// tell writes how many descriptors are watched.
func (s *loopServer) tell(ctx context.Context, out io.Writer) error {
	n, err := s.watched(ctx)
	if err == nil {
		fmt.Fprintf(out, "%d descriptors are watched\n", n)
	}
	return err
}

func (s *loopServer) met(ctx context.Context, n int) error { return s.guests.all(ctx, n) }

// lost waits for the last ConnectionLost, and for the end of the
// turn that it is in.
func (s *loopServer) lost(ctx context.Context) error {
	if err := s.guests.none(ctx); err != nil {
		return err
	}
	n, err := s.watched(ctx)
	if err == nil && n > s.before {
		err = fmt.Errorf("%d descriptors of connections that have ended are watched", n-s.before)
	}
	return err
}
