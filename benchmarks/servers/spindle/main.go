// Spindle is an echo server of package netx, to be measured by benchmarks/load.
//
//	go run ./benchmarks/servers/spindle [-tls]
//
// It binds 127.0.0.1 on a port of the system's choice, prints "listening ADDRESS",
// and echoes until its standard input ends. With -tls it speaks TLS, with a
// certificate made at the start.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/spindle-go/spindle/benchmarks/internal/selfsigned"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

func main() {
	withTLS := flag.Bool("tls", false, "speak TLS")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*withTLS); err != nil {
		fmt.Fprintln(os.Stderr, "spindle:", err)
		os.Exit(1)
	}
}

// echo is the protocol of a connection. What is written while the peer does not
// take it is kept; Drained is not needed, since the peers of a benchmark have a
// bounded number of requests in flight. TCP_NODELAY is the default.
type echo struct{ conn *netx.Conn }

// ConnectionMade keeps the connection.
func (e *echo) ConnectionMade(c *netx.Conn) { e.conn = c }

// DataReceived sends it back.
func (e *echo) DataReceived(p []byte) { _, _ = e.conn.Write(p) } // ConnectionLost tells of an error

// ConnectionLost has nothing to give back.
func (e *echo) ConnectionLost(*failure.Failure) {}

// run serves until the standard input ends.
func run(withTLS bool) error {
	opts := []netx.Option{netx.WithBacklog(4096)}
	if withTLS {
		cfg, err := selfsigned.Config()
		if err != nil {
			return err
		}
		opts = append(opts, netx.WithTLS(cfg))
	}
	r, err := reactor.New()
	if err != nil {
		return err
	}
	factory := netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) { return &echo{}, nil })
	port, err := netx.New(r).Listen("tcp", "127.0.0.1:0", factory, opts...)
	if err != nil {
		return err
	}
	fmt.Println("listening", port.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // an error is an end, too
		_ = r.CallFromThread(func() { _ = r.Stop() })
	}()
	return r.Run(context.Background())
}
