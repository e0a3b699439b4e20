//go:build unix

package netx_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/timeout"
)

// shout answers each datagram in capitals.
type shout struct{ conn *netx.PacketConn }

func (s *shout) ConnectionMade(c *netx.PacketConn) { s.conn = c }
func (s *shout) PacketReceived(p netx.Packet) {
	_, _ = s.conn.WriteTo([]byte(strings.ToUpper(string(p.Data))), p.From)
}
func (s *shout) ConnectionLost(*failure.Failure) {}

// A server for datagrams, and a client that asks it in a coroutine.
func ExampleNet_ListenPacket() {
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	server, err := n.ListenPacket("udp", "127.0.0.1:0", &shout{})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := reactor.React(context.Background(), r, func(*reactor.Reactor) *deferred.Deferred[string] {
		return chain.Async(func(co *chain.Co) (string, error) {
			c, err := chain.Await(co, n.DialPacket("udp", server.LocalAddr().String(), nil))
			if err != nil {
				return "", err
			}
			// A datagram may be lost: so there is a time to wait, and a reason to ask again.
			for range 3 {
				if _, err := c.Write([]byte("hello")); err != nil {
					return "", err
				}
				p, err := chain.Await(co, c.Receive().AddTimeout(5*time.Second, n))
				if err == nil {
					return string(p.Data), nil
				}
			}
			return "", deferred.ErrTimeout
		})
	})
	fmt.Println(answer, err)
	// Output: HELLO <nil>
}

// Nobody is at the other end, and the kernel says so.
func ExampleNet_DialPacket() {
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	gone, err := n.ListenPacket("udp", "127.0.0.1:0", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	gone.Close()
	n.DialPacket("udp", gone.LocalAddr().String(), nil).Tap(func(c *netx.PacketConn) {
		if _, err := c.Write([]byte("hello")); err != nil {
			fmt.Println(err)
		}
		c.Receive().Catch(func(f *failure.Failure) {
			fmt.Println(f.Check(netx.ErrConnectionRefused))
			_ = r.Stop()
		})
	})
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: netx: connection refused
}

// A protocol for datagrams in a test, without a network.
func ExamplePacketPair() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	client, _ := netx.PacketPair(clock, nil, &shout{})
	client.Receive().Tap(func(p netx.Packet) { fmt.Printf("%s from %v\n", p.Data, p.From) })
	_, _ = client.Write([]byte("hello"))
	clock.Advance(0)
	// Output: HELLO from 192.0.2.2:1
}
