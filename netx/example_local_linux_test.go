package netx_test

import (
	"context"
	"fmt"
	"net"
	"os"

	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// A protocol that asks the kernel who its peer is.
func ExampleConn_PeerCredentials() {
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	port, err := n.Listen("unix", "@", netx.FactoryFunc(
		func(net.Addr) (netx.Protocol, error) { return &doorkeeper{}, nil }))
	if err != nil {
		fmt.Println(err)
		return
	}
	client := &caller{end: func() { _ = r.Stop() }}
	n.Dial("unix", port.Addr().String(), netx.FactoryFunc(
		func(net.Addr) (netx.Protocol, error) { return client, nil }))
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// HELLO
	// clean: true
}

// doorkeeper serves this user alone.
type doorkeeper struct{ shouter }

func (d *doorkeeper) ConnectionMade(c *netx.Conn) {
	if peer, err := c.PeerCredentials(); err != nil || peer.UID != os.Getuid() {
		c.Abort()
		return
	}
	d.shouter.ConnectionMade(c)
}
