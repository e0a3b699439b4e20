//go:build unix

package netx_test

import (
	"context"
	"fmt"
	"net"

	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// A socket of package net for datagrams goes over to the loop, and its own is closed.
func ExampleNet_AdoptPacketConn() {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	adopted, err := netx.New(r).AdoptPacketConn(c, nil)
	_ = c.Close() // the PacketConn has a descriptor of its own
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = adopted.WriteTo([]byte("to myself"), adopted.LocalAddr())
	adopted.Receive().Tap(func(p netx.Packet) {
		fmt.Println(string(p.Data))
		_ = r.Stop()
	})
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: to myself
}
