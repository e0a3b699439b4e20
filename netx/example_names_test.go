//go:build unix

package netx_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"

	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// hosts is a Resolver with a table.
type hosts map[string][]netip.Addr

func (h hosts) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if addrs, ok := h[host]; ok {
		return addrs, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// A table of hosts in the place of DNS. Of several addresses the first that
// answers is taken.
func ExampleWithResolver() {
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	port, err := n.Listen("tcp4", "127.0.0.1:0", netx.FactoryFunc(
		func(net.Addr) (netx.Protocol, error) { return &shouter{}, nil }))
	if err != nil {
		fmt.Println(err)
		return
	}
	table := hosts{"shouter.test": {netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("127.0.0.1")}}
	_, number, _ := net.SplitHostPort(port.Addr().String())
	netx.DialStream(n, "tcp", "shouter.test:"+number, netx.WithResolver(table)).AddBoth(
		func(s *netx.Stream, err error) (*netx.Stream, error) {
			if err == nil {
				fmt.Println("connected to", s.RemoteAddr().(*net.TCPAddr).IP)
			}
			return s, r.Stop()
		})
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: connected to 127.0.0.1
}

// Where to listen, and where to connect to, as text that an operator may write.
func ExampleConnect() {
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	server := netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) { return &shouter{}, nil })
	client := netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) {
		return &caller{end: func() { _ = r.Stop() }}, nil
	})
	port, err := netx.Serve(n, "tcp:host=127.0.0.1:port=0", server)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, number, _ := net.SplitHostPort(port.Addr().String())
	netx.Connect(n, "tcp:127.0.0.1:"+number+":timeout=5s", client)
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// HELLO
	// clean: true
}

// One argument alone is the port.
func ExampleServe() {
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	port, err := netx.Serve(netx.New(r), "tcp4:0", netx.FactoryFunc(
		func(net.Addr) (netx.Protocol, error) { return &shouter{}, nil }))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(port.Addr().(*net.TCPAddr).IP)
	if err := r.Close(); err != nil {
		fmt.Println(err)
	}
	// Output: 0.0.0.0
}

// With systemd's socket activation the process has its socket already; without, it
// opens one.
func ExampleNet_Activation() {
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	f := netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) { return &shouter{}, nil })
	endpoint := "systemd:web"
	if a, err := n.Activation(); err != nil {
		fmt.Println(err)
	} else if len(a.Names()) == 0 {
		endpoint = "tcp:127.0.0.1:0"
	}
	if _, err := netx.Serve(n, endpoint, f); err != nil {
		fmt.Println(err)
	}
	fmt.Println("serving at", endpoint)
	if err := r.Close(); err != nil {
		fmt.Println(err)
	}
	// Output: serving at tcp:127.0.0.1:0
}
