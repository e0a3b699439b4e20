//go:build unix

package netx_test

import (
	"context"
	"fmt"
	"net"

	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// A listener of package net goes over to the loop, and its own is closed.
func ExampleNet_AdoptListener() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	port, err := n.AdoptListener(l, netx.FactoryFunc(
		func(net.Addr) (netx.Protocol, error) { return &shouter{}, nil }))
	_ = l.Close() // the Port has a descriptor of its own
	if err != nil {
		fmt.Println(err)
		return
	}
	client := &caller{end: func() { _ = r.Stop() }}
	n.Dial("tcp", port.Addr().String(), netx.FactoryFunc(
		func(net.Addr) (netx.Protocol, error) { return client, nil }))
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// HELLO
	// clean: true
}

// What goes over all connections of a server is counted in one place.
func ExampleWithTraffic() {
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	var traffic netx.Traffic
	port, err := n.Listen("tcp", "127.0.0.1:0", netx.FactoryFunc(
		func(net.Addr) (netx.Protocol, error) { return &shouter{}, nil }), netx.WithTraffic(&traffic))
	if err != nil {
		fmt.Println(err)
		return
	}
	client := &caller{end: func() { _ = r.Stop() }}
	n.Dial("tcp", port.Addr().String(), netx.FactoryFunc(
		func(net.Addr) (netx.Protocol, error) { return client, nil }))
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	fmt.Println(traffic.Connections, "connection, bytes read and written:", traffic.Read, traffic.Written)
	// Output:
	// HELLO
	// clean: true
	// 1 connection, bytes read and written: 5 5
}
