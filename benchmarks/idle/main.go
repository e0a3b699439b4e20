//go:build linux || darwin

// Idle measures what an idle connection costs: it holds many TCP connections to
// an echo server of netx on loopback, has each one answered, and prints the
// memory of the server's process for each.
//
// Run it with:
//
//	go run ./benchmarks/idle [-n 10000] [-max 1024] [-tls] [-goroutines]
//
// With -tls the connections speak TLS 1.3; then a limit of more than -max 1024 is
// needed, and 16384 is given by default. With -goroutines the server is not one
// of netx but of package net, with a goroutine for each connection and a buffer
// of 4 KiB in it, to compare with; there is no limit then.
//
// The clients live in child processes, so that their memory and their
// descriptors do not count, and use one loopback address for each ten thousand.
// The exit status is 1 if a connection was not answered, or costs more than
// -max bytes of heap and stacks.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/spindle-go/spindle/benchmarks/internal/selfsigned"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/threads"
)

// perChild is how many connections one child makes: few enough for the ports of
// one address and for the usual limit of descriptors.
const perChild = 10_000

func main() {
	n := flag.Int("n", perChild, "connections to hold")
	limit := flag.Int("max", 0, "bytes per idle connection that are too many (default 1024, with -tls 16384)")
	withTLS := flag.Bool("tls", false, "with TLS")
	goroutines := flag.Bool("goroutines", false, "a server of package net, to compare with")
	child := flag.String("child", "", "used by the program itself: the server's address")
	from := flag.String("from", "", "used by the program itself: the address to connect from")
	flag.Parse()
	var err error
	switch {
	case flag.NArg() > 0 || *n < 1:
		flag.Usage()
		os.Exit(2)
	case *child != "":
		err = hold(*child, *from, *n, *withTLS)
	default:
		err = measure(*n, limitOr(*limit, *withTLS), *withTLS, *goroutines)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "idle:", err)
		os.Exit(1)
	}
}

// echo is the server's protocol, one for each connection.
type echo struct{ conn *netx.Conn }

func (e *echo) ConnectionMade(c *netx.Conn)     { e.conn = c }
func (e *echo) DataReceived(p []byte)           { _, _ = e.conn.Write(p) } // ConnectionLost tells of an error
func (e *echo) ConnectionLost(*failure.Failure) {}

// limitOr is the limit that was given, or the one that suits.
func limitOr(limit int, withTLS bool) int {
	switch {
	case limit > 0:
		return limit
	case withTLS:
		return 16 << 10
	}
	return 1 << 10
}

// measure runs the server and the children, and prints the figures.
func measure(n, limit int, withTLS, goroutines bool) error {
	if err := raiseLimit(n); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if goroutines {
		_, err := measureGoroutines(ctx, n, withTLS)
		return err
	}
	per, err := measureLoop(ctx, n, withTLS)
	if err != nil {
		return err
	}
	if per > limit {
		return fmt.Errorf("an idle connection costs %d bytes, more than %d", per, limit)
	}
	return nil
}

// measureLoop measures the server of netx.
func measureLoop(ctx context.Context, n int, withTLS bool) (int, error) {
	r, err := reactor.New()
	if err != nil {
		return 0, err
	}
	opts := []netx.Option{netx.WithBacklog(4096)}
	if withTLS {
		cfg, err := selfsigned.Config()
		if err != nil {
			return 0, err
		}
		opts = append(opts, netx.WithTLS(cfg))
	}
	return reactor.React(ctx, r, func(r *reactor.Reactor) *deferred.Deferred[int] {
		port, err := netx.New(r).Listen("tcp", "127.0.0.1:0", netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) {
			return &echo{}, nil
		}), opts...)
		if err != nil {
			return deferred.Fail[int](err)
		}
		// The children are driven by blocking code, in the pool.
		return threads.DeferToThread(r, func(ctx context.Context) (int, error) {
			return drive(ctx, port.Addr().String(), n, withTLS, func() error { return watched(ctx, r) })
		})
	})
}

// watched prints how many descriptors the reactor looks after.
func watched(ctx context.Context, r *reactor.Reactor) error {
	stats, err := threads.BlockingCallFromThread(ctx, r, func() *deferred.Deferred[reactor.Stats] {
		return deferred.Succeed(r.Stats())
	})
	if err == nil {
		fmt.Printf("%d descriptors are watched\n", stats.Descriptors)
	}
	return err
}

// drive starts the children, takes the figures when all are connected, and has
// each connection answered. In between, tell says something about the server. It
// returns the bytes per connection.
func drive(ctx context.Context, address string, n int, withTLS bool, tell func() error) (int, error) {
	before := usage()
	crowd, err := newCrowd(ctx, address, n, withTLS)
	if err != nil {
		return 0, err
	}
	defer crowd.end()
	if err := crowd.expect("connected"); err != nil {
		return 0, err
	}
	if err := tell(); err != nil {
		return 0, err
	}
	idle := usage()
	idle.print("idle, never used", before, n)
	began := time.Now()
	if err := crowd.tell("go"); err != nil {
		return 0, err
	}
	if err := crowd.expect("answered"); err != nil {
		return 0, err
	}
	fmt.Printf("all %d answered within %v\n", n, time.Since(began).Round(time.Millisecond))
	used := usage()
	used.print("idle again, after one echo each", before, n)
	return max(idle.per(before, n), used.per(before, n)), nil
}
