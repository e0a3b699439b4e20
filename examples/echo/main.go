// Echo is a server and a client, in the two styles that netx has: the server is
// a protocol, which is called with what arrives; the client uses a stream, whose
// operations return Deferreds.
//
// Run it with:
//
//	go run ./examples/echo                          both, over loopback
//	go run ./examples/echo server 127.0.0.1:7007    the server alone, until Ctrl-C
//	go run ./examples/echo client 127.0.0.1:7007    the client alone
//
// You see what the client says and what comes back.
package main

import (
	"context"
	"fmt"
	"net"
	"os"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// echo is the protocol of the server, one for each connection.
type echo struct{ conn *netx.Conn }

// ConnectionMade is called first, with what to write to.
func (e *echo) ConnectionMade(c *netx.Conn) { e.conn = c }

// DataReceived is called with whatever has arrived. What the peer does not read
// at once is buffered; a server for strangers would stop reading then, see
// Drained.
func (e *echo) DataReceived(p []byte) {
	_, _ = e.conn.Write(p) // an error is the end of the connection, which we are told of
}

// ConnectionLost is called last, once.
func (e *echo) ConnectionLost(*failure.Failure) {}

// serve listens and answers until the reactor stops.
func serve(n *netx.Net, address string) (*netx.Port, error) {
	return n.Listen("tcp", address, netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) {
		return &echo{}, nil
	}))
}

// talk sends the lines one after the other, each when the answer to the one
// before is there.
func talk(n netx.Network, address string, lines []string) *deferred.Deferred[int] {
	return deferred.Then(netx.DialStream(n, "tcp", address), func(s *netx.Stream) (int, error) {
		done := deferred.Succeed(0)
		for _, line := range lines {
			done.AddCallback(func(count int) (int, error) { return ask(s, line, count).Chain() })
		}
		return done.Finally(func() { _ = s.Close() }).Chain()
	})
}

// ask sends a line, shows the answer, and answers with one more than count.
func ask(s *netx.Stream, line string, count int) *deferred.Deferred[int] {
	fmt.Println("->", line)
	s.Write([]byte(line + "\r\n")).Catch(func(*failure.Failure) {}) // the read fails too, and tells
	return deferred.Then(s.ReadLine(), func(answer string) (int, error) {
		fmt.Println("<-", answer)
		return count + 1, nil
	})
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "echo:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	r, err := reactor.New()
	if err != nil {
		return err
	}
	n := netx.New(r)
	lines := []string{"hello", "is there anybody out there?", "bye"}
	switch {
	case len(args) == 2 && args[0] == "server":
		port, err := serve(n, args[1])
		if err != nil {
			return err
		}
		fmt.Println("listening on", port.Addr())
		return r.Run(context.Background())
	case len(args) == 2 && args[0] == "client":
		_, err = reactor.React(context.Background(), r, func(*reactor.Reactor) *deferred.Deferred[int] {
			return talk(n, args[1], lines)
		})
		return err
	case len(args) > 0:
		return fmt.Errorf("usage: echo [server|client host:port], not %q", args)
	}
	count, err := reactor.React(context.Background(), r, func(*reactor.Reactor) *deferred.Deferred[int] {
		port, err := serve(n, "127.0.0.1:0")
		if err != nil {
			return deferred.Fail[int](err)
		}
		return talk(n, port.Addr().String(), lines)
	})
	fmt.Println(count, "answers")
	return err
}
