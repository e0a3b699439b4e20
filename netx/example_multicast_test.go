//go:build unix

package netx_test

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// listener joins the group that names of the local network are asked for in.
type listener struct{}

func (listener) ConnectionMade(c *netx.PacketConn) {
	if err := c.JoinGroup(netip.MustParseAddr("224.0.0.251"), ""); err != nil {
		fmt.Println(err)
		c.Abort()
	}
}
func (listener) PacketReceived(p netx.Packet)    { fmt.Println(len(p.Data), "bytes from", p.From) }
func (listener) ConnectionLost(*failure.Failure) {}

// Several programs of a machine listen to one multicast group.
func ExamplePacketConn_JoinGroup() {
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := netx.New(r).ListenPacket("udp4", ":5353", listener{}, netx.WithListenMultiple()); err != nil {
		fmt.Println(err)
		return
	}
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
}
