//go:build linux || darwin

// Idle measures what an idle connection costs: it holds many TCP connections to
// an echo server of netx on loopback, has each one answered, and prints the
// memory of the server's process for each.
//
// Run it with:
//
//	go run ./benchmarks/idle [-n 10000] [-max 1024]
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
	limit := flag.Int("max", 1024, "bytes per idle connection that are too many")
	child := flag.String("child", "", "used by the program itself: the server's address")
	from := flag.String("from", "", "used by the program itself: the address to connect from")
	flag.Parse()
	var err error
	switch {
	case flag.NArg() > 0 || *n < 1:
		flag.Usage()
		os.Exit(2)
	case *child != "":
		err = hold(*child, *from, *n)
	default:
		err = measure(*n, *limit)
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

// measure runs the server and the children, and prints the figures.
func measure(n, limit int) error {
	if err := raiseLimit(n); err != nil {
		return err
	}
	r, err := reactor.New()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	per, err := reactor.React(ctx, r, func(r *reactor.Reactor) *deferred.Deferred[int] {
		port, err := netx.New(r).Listen("tcp", "127.0.0.1:0", netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) {
			return &echo{}, nil
		}), netx.WithBacklog(4096))
		if err != nil {
			return deferred.Fail[int](err)
		}
		// The children are driven by blocking code, in the pool.
		return threads.DeferToThread(r, func(ctx context.Context) (int, error) {
			return drive(ctx, r, port.Addr().String(), n)
		})
	})
	if err != nil {
		return err
	}
	if per > limit {
		return fmt.Errorf("an idle connection costs %d bytes, more than %d", per, limit)
	}
	return nil
}

// drive starts the children, takes the figures when all are connected, and has
// each connection answered. It returns the bytes per connection.
func drive(ctx context.Context, r *reactor.Reactor, address string, n int) (int, error) {
	before := usage()
	crowd, err := newCrowd(ctx, address, n)
	if err != nil {
		return 0, err
	}
	defer crowd.end()
	if err := crowd.expect("connected"); err != nil {
		return 0, err
	}
	stats, err := threads.BlockingCallFromThread(ctx, r, func() *deferred.Deferred[reactor.Stats] {
		return deferred.Succeed(r.Stats())
	})
	if err != nil {
		return 0, err
	}
	fmt.Printf("%d descriptors are watched\n", stats.Descriptors)
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
