// Code that reads from top to bottom and waits for Deferreds on the way.
//
//	go run ./examples/tutorial/17-coroutine
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"net"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// waiter is the server of the steps before.
type waiter struct{ conn *netx.Conn }

func (w *waiter) ConnectionMade(c *netx.Conn)     { w.conn = c }
func (w *waiter) DataReceived(p []byte)           { _, _ = w.conn.Write(bytes.ToUpper(p)) }
func (w *waiter) ConnectionLost(*failure.Failure) {}

func newWaiter(net.Addr) (netx.Protocol, error) { return &waiter{}, nil }

// order connects, says one line after the other, and waits for each answer.
func order(n netx.Network, address string, lines ...string) *deferred.Deferred[int] {
	return chain.Async(func(co *chain.Co) (int, error) {
		s, err := chain.Await(co, netx.DialStream(n, "tcp", address))
		if err != nil {
			return 0, err
		}
		defer s.Close()
		for _, line := range lines {
			if _, err := chain.Await(co, s.Write([]byte(line+"\n"))); err != nil {
				return 0, err
			}
			answer, err := chain.Await(co, s.ReadLine())
			if err != nil {
				return 0, err
			}
			fmt.Println("the waiter repeats:", answer)
		}
		return len(lines), nil
	})
}

func serve(r *reactor.Reactor) *deferred.Deferred[int] {
	n := netx.New(r)
	port, err := n.Listen("tcp", "127.0.0.1:0", netx.FactoryFunc(newWaiter))
	if err != nil {
		return deferred.Fail[int](err)
	}
	return order(n, port.Addr().String(), "two coffees, please", "and a cake", "the bill, please")
}

func main() {
	lines, err := reactor.React(context.Background(), reactor.Default(), serve)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("lines said:", lines)
}
