//go:build unix

package netx_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// A server and a client on one reactor.
func Example() {
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	port, err := n.Listen("tcp", "127.0.0.1:0", netx.FactoryFunc(
		func(net.Addr) (netx.Protocol, error) { return &shouter{}, nil }))
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

// Streams over TCP: a server that answers one line, and its client.
func ExampleDialStream() {
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	l, err := netx.ListenStream(n, "tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	l.Accept().Tap(func(s *netx.Stream) {
		s.ReadLine().Tap(func(line string) {
			s.Write([]byte(line + "?\n"))
			s.Close()
		})
	})
	deferred.Then(netx.DialStream(n, "tcp", l.Addr().String()), func(s *netx.Stream) (string, error) {
		s.Write([]byte("what\n"))
		return s.ReadLine().Finally(func() { s.Close() }).Chain()
	}).AddBoth(func(answer string, err error) (string, error) {
		fmt.Println(answer, err)
		return "", r.Stop()
	})
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: what? <nil>
}

// A Dial that is no longer wanted is cancelled, which closes its socket.
func ExampleNet_Dial() {
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	f := netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) { return &shouter{}, nil })
	port, err := n.Listen("tcp", "127.0.0.1:0", f)
	if err != nil {
		fmt.Println(err)
		return
	}
	d := n.Dial("tcp", port.Addr().String(), f, netx.WithConnectTimeout(time.Minute))
	d.Catch(func(f *failure.Failure) { fmt.Println("cancelled:", f.Check(deferred.ErrCancelled) != nil) })
	d.Cancel()

	n.Dial("tcp", "nowhere", f).Catch(func(f *failure.Failure) { fmt.Println(f) })
	if err := r.Close(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// cancelled: true
	// netx: dial tcp nowhere: address nowhere: missing port in address
}

// A taken port is an error that says so.
func ExampleNet_Listen() {
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	f := netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) { return &shouter{}, nil })
	port, err := n.Listen("tcp", "127.0.0.1:0", f)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = n.Listen("tcp", port.Addr().String(), f)
	fmt.Println(errors.Is(err, netx.ErrCannotListen))
	port.StopListening()
	if err := r.Close(); err != nil {
		fmt.Println(err)
	}
	// Output: true
}
