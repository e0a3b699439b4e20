//go:build unix

package netx_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/threads"
	"github.com/spindle-go/spindle/timeout"
)

// A server stops: what is under way may finish, for a while.
func ExamplePort_Shutdown() {
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
	r.AddSystemEventTrigger(reactor.Before, reactor.Shutdown, func() *deferred.Deferred[struct{}] {
		return deferred.Then(port.Shutdown(5*time.Second), func(report netx.ShutdownReport) (struct{}, error) {
			fmt.Println("aborted:", report.Aborted)
			return struct{}{}, nil
		})
	})
	client := &caller{end: func() { _ = r.Stop() }}
	n.Dial("tcp", port.Addr().String(), netx.FactoryFunc(
		func(net.Addr) (netx.Protocol, error) { return client, nil }))
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// HELLO
	// clean: true
	// aborted: 0
}

// A server of net/http ends with its reactor, on a signal for one: the requests that
// are under way are answered first.
func ExampleStreamListener_NetListener_shutdown() {
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	l, err := netx.ListenStream(netx.New(r), "tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = r.Stop() // in the middle of a request
		fmt.Fprint(w, "answered")
	})}
	r.AddSystemEventTrigger(reactor.Before, reactor.Shutdown, func() *deferred.Deferred[struct{}] {
		return threads.DeferToThread(r, func(ctx context.Context) (struct{}, error) {
			return struct{}{}, server.Shutdown(ctx)
		}).AddTimeout(10*time.Second, r).Catch(func(f *failure.Failure) { fmt.Println(f) })
	})
	go server.Serve(l.NetListener())
	answer := make(chan string)
	go func() {
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Get("http://" + l.Addr().String())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		answer <- string(body)
	}()
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	fmt.Println(<-answer)
	// Output: answered
}

// An operator has mistyped an endpoint. That is no reason to try again for ever.
func ExampleServiceConfig_permanent() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	s := netx.NewService(clock, netx.ServiceConfig{
		Connect: func(f netx.Factory) *deferred.Deferred[netx.Protocol] {
			return netx.Connect(nil, "tcp:db.example:5432O", f) // with a network for the nil
		},
		Factory: netx.StreamFactory(),
		Policy: timeout.Policy{Permanent: func(err error) bool {
			return errors.Is(err, netx.ErrBadEndpoint)
		}},
	})
	s.WhenConnected(0).Catch(func(f *failure.Failure) {
		if bad, ok := errors.AsType[*netx.EndpointError](f); ok {
			fmt.Println(bad.Err)
			fmt.Println(bad.Caret())
		}
	})
	s.Start()
	fmt.Println("attempts:", s.Stats().Attempts)
	// Output:
	// port: "5432O" is not a number from 1 to 65535
	// tcp:db.example:5432O
	//                ^
	// attempts: 1
}
