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
