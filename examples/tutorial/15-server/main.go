// A TCP server: a protocol, which is called with what a connection brings.
//
//	go run ./examples/tutorial/15-server
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/threads"
)

// waiter is the protocol: there is one for each connection.
type waiter struct {
	conn *netx.Conn
	left *deferred.Deferred[string] // fires when the guest has left
}

// ConnectionMade is called first.
func (w *waiter) ConnectionMade(c *netx.Conn) { w.conn = c }

// DataReceived is called with what has come: any piece of what the guest wrote.
func (w *waiter) DataReceived(p []byte) {
	_, _ = w.conn.Write(bytes.ToUpper(p)) // after an error comes ConnectionLost, too
}

// ConnectionLost is called last, with the reason.
func (w *waiter) ConnectionLost(reason *failure.Failure) {
	fmt.Println("the guest has left, and nothing went wrong:", errors.Is(reason, netx.ErrConnectionDone))
	_ = w.left.Callback("goodbye")
}

// guest is an ordinary Go program that blocks. It knows nothing of Spindle.
func guest(address string) error {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer c.Close()
	const order = "two coffees, please"
	fmt.Fprint(c, order)
	answer := make([]byte, len(order))
	_, err = io.ReadFull(c, answer)
	fmt.Printf("the waiter repeats: %s\n", answer)
	return err
}

func serve(r *reactor.Reactor) *deferred.Deferred[string] {
	left := deferred.New[string]()
	factory := netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) {
		return &waiter{left: left}, nil // called for each connection; here there is one
	})
	port, err := netx.New(r).Listen("tcp", "127.0.0.1:0", factory) // port 0: any that is free
	if err != nil {
		return deferred.Fail[string](err)
	}
	visit := threads.DeferToThread(r, func(context.Context) (string, error) {
		return "", guest(port.Addr().String())
	})
	return visit.AddCallback(func(string) (string, error) { return left.Chain() })
}

func main() {
	word, err := reactor.React(context.Background(), reactor.Default(), serve)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(word)
}
