package netx_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/timeout"
)

// A Service keeps a connection to a server that is down at first, and that closes
// the first connection. With a network, Connect would call netx.Connect.
func ExampleService() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	attempts := 0
	s := netx.NewService(clock, netx.ServiceConfig{
		Connect: func(f netx.Factory) *deferred.Deferred[netx.Protocol] {
			if attempts++; attempts < 3 {
				return deferred.Fail[netx.Protocol](errors.New("connection refused"))
			}
			return deferred.Maybe(func() (netx.Protocol, error) {
				p, err := f.BuildProtocol(nil)
				if err == nil {
					netx.Pair(clock, p, &shouter{})
				}
				return p, err
			})
		},
		Factory: factoryOf(func() netx.Protocol { return &caller{end: func() { fmt.Println("lost") }} }),
		Policy:  timeout.Policy{Base: time.Second, Jitter: func() float64 { return 1 }},
	})
	s.WhenConnected(0).Tap(func(netx.Protocol) {
		fmt.Println("connected after", clock.Now().Sub(time.Unix(0, 0)))
	})
	s.Start()
	clock.Advance(3 * time.Second)
	s.Stop()
	fmt.Println("attempts:", s.Stats().Attempts)
	// Output:
	// connected after 3s
	// HELLO
	// clean: true
	// lost
	// attempts: 3
}

// Two connections at most; who asks for a third one waits until one comes back.
// With a network, Connect would call Dial.
func ExampleConnectionPool() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	p := netx.NewConnectionPool(clock, netx.PoolConfig{
		Connect: func(address string, f netx.Factory) *deferred.Deferred[netx.Protocol] {
			fmt.Println("connecting to", address)
			return deferred.Maybe(func() (netx.Protocol, error) {
				client, err := f.BuildProtocol(nil)
				if err == nil {
					netx.Pair(clock, client, &shouter{})
				}
				return client, err
			})
		},
		Factory:  factoryOf(func() netx.Protocol { return &counter{} }),
		MaxTotal: 2,
	})
	for i := range 4 {
		p.Get("db.example:5432").Tap(func(lease *netx.Lease) {
			fmt.Println("query", i)
			clock.AfterFunc(time.Second, lease.Release)
		})
	}
	clock.Advance(2 * time.Second)
	fmt.Printf("%+v\n", p.Stats())
	p.Close()
	clock.Advance(0)
	fmt.Printf("%+v\n", p.Stats())
	// Output:
	// connecting to db.example:5432
	// query 0
	// connecting to db.example:5432
	// query 1
	// query 2
	// query 3
	// {Total:2 Lent:0 Idle:2 Waiting:0}
	// {Total:0 Lent:0 Idle:0 Waiting:0}
}
