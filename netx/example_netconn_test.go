//go:build unix

package netx_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// A server and a client of net/http, whose connections are on a reactor.
func ExampleStreamListener_NetListener() {
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
	listener := l.NetListener()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "hello")
	})}
	client := &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return netx.DialNetConn(ctx, n, network, address)
		},
	}}
	go server.Serve(listener)
	go func() { // which may block, as the loop may not
		defer r.Stop()
		resp, err := client.Get("http://" + l.Addr().String())
		if err != nil {
			fmt.Println(err)
			return
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		fmt.Printf("%s %v\n", body, err)
	}()
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: hello <nil>
}

// A Stream of one's own, handed to code that blocks.
func ExampleStream_NetConn() {
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
		s.ReadLine().Tap(func(name string) { // on the loop
			c := s.NetConn()
			go func() { // and from now on elsewhere
				defer c.Close()
				fmt.Fprintf(c, "hello, %s\n", name)
			}()
		})
	})
	netx.DialStream(n, "tcp", l.Addr().String()).Tap(func(s *netx.Stream) {
		s.Write([]byte("gopher\n"))
		s.ReadLine().Tap(func(line string) { fmt.Println(line) }).Finally(func() { r.Stop() })
	})
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: hello, gopher
}
