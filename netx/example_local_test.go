//go:build unix

package netx_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// A server at a path that only this user may connect to, and its client.
func ExampleWithUnixMode() {
	dir, err := os.MkdirTemp("", "netx")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	_, err = n.Listen("unix", filepath.Join(dir, "shout"), netx.FactoryFunc(
		func(net.Addr) (netx.Protocol, error) { return &shouter{}, nil }), netx.WithUnixMode(0o600))
	if err != nil {
		fmt.Println(err)
		return
	}
	client := &caller{end: func() { _ = r.Stop() }}
	n.Dial("unix", filepath.Join(dir, "shout"), netx.FactoryFunc(
		func(net.Addr) (netx.Protocol, error) { return client, nil }))
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	left, err := os.ReadDir(dir)
	fmt.Println(left, err)
	// Output:
	// HELLO
	// clean: true
	// [] <nil>
}

// Datagrams between two paths: a log, and a program that is told that its line was
// written.
func ExampleWithLocalName() {
	dir, err := os.MkdirTemp("", "netx")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	if _, err := n.ListenPacket("unixgram", filepath.Join(dir, "log"), &shout{}); err != nil {
		fmt.Println(err)
		return
	}
	n.DialPacket("unixgram", filepath.Join(dir, "log"), nil, netx.WithLocalName(filepath.Join(dir, "me"))).
		Tap(func(c *netx.PacketConn) {
			_, _ = c.Write([]byte("it rains"))
			c.Receive().Tap(func(p netx.Packet) {
				fmt.Printf("%s, from %s\n", p.Data, filepath.Base(p.From.Name))
				_ = r.Stop()
			})
		})
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	left, err := os.ReadDir(dir)
	fmt.Println(left, err)
	// Output:
	// IT RAINS, from log
	// [] <nil>
}
