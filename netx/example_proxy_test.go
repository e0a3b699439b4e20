//go:build unix

package netx_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// A server behind a proxy learns who its client is.
func ExampleWithProxyProtocol() {
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	port, err := n.Listen("tcp", "127.0.0.1:0", netx.FactoryFunc(func(client net.Addr) (netx.Protocol, error) {
		fmt.Println("a connection from", client)
		return &shouter{}, nil
	}), netx.WithProxyProtocol(netx.ProxiesIn(netip.MustParsePrefix("127.0.0.0/8"))))
	if err != nil {
		fmt.Println(err)
		return
	}

	// The proxy sends the header first, and then what its client sends.
	header := netx.ProxyHeader{
		Source:      net.TCPAddrFromAddrPort(netip.MustParseAddrPort("203.0.113.9:51000")),
		Destination: net.TCPAddrFromAddrPort(netip.MustParseAddrPort("198.51.100.1:443")),
	}
	first, err := header.AppendTo(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	netx.DialStream(n, "tcp", port.Addr().String()).Tap(func(s *netx.Stream) {
		s.Write(append(first, "hello"...))
		s.Read().Tap(func(answer []byte) {
			fmt.Printf("%s\n", answer)
			_ = r.Stop()
		})
	}).Catch(func(f *failure.Failure) { fmt.Println(f) })
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// a connection from 203.0.113.9:51000
	// HELLO
}
