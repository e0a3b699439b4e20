// A TCP client: a stream, which is asked and answers with Deferreds.
//
//	go run ./examples/tutorial/16-client
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"net"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// waiter is the server of the step before.
type waiter struct{ conn *netx.Conn }

func (w *waiter) ConnectionMade(c *netx.Conn)     { w.conn = c }
func (w *waiter) DataReceived(p []byte)           { _, _ = w.conn.Write(bytes.ToUpper(p)) }
func (w *waiter) ConnectionLost(*failure.Failure) {}

func newWaiter(net.Addr) (netx.Protocol, error) { return &waiter{}, nil }

// order connects, says a line, and answers with the line that comes back.
func order(n netx.Network, address, line string) *deferred.Deferred[string] {
	stream := netx.DialStream(n, "tcp", address)
	return deferred.Then(stream, func(s *netx.Stream) (string, error) {
		answer := deferred.Then(s.Write([]byte(line+"\n")), func(int) (string, error) {
			return s.ReadLine().Chain()
		})
		return answer.Finally(func() { s.Close() }).Chain()
	})
}

func serve(r *reactor.Reactor) *deferred.Deferred[string] {
	n := netx.New(r)
	port, err := n.Listen("tcp", "127.0.0.1:0", netx.FactoryFunc(newWaiter))
	if err != nil {
		return deferred.Fail[string](err)
	}
	return order(n, port.Addr().String(), "two coffees, please")
}

func main() {
	answer, err := reactor.React(context.Background(), reactor.Default(), serve)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the waiter repeats:", answer)
}
