package netx_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/timeout"
)

// Where an endpoint string is wrong, and why.
func ExampleEndpointError() {
	_, err := netx.Serve(nil, "tcp:host=localhost:prot=8080", netx.FactoryFunc(nil))
	if bad, ok := errors.AsType[*netx.EndpointError](err); ok {
		fmt.Println(bad.Caret())
		fmt.Println(bad.Err)
	}
	// Output:
	// tcp:host=localhost:prot=8080
	//                    ^
	// tcp has no argument prot, it has host, port, timeout, local, backlog
}

// An endpoint string, taken apart and put together.
func ExampleParseEndpoint() {
	e, err := netx.ParseEndpoint(`tcp:host=\:\:1:port=80`)
	fmt.Println(e.Kind(), e.Value("host"), e.Value("port"), err)
	fmt.Println(e)
	// Output:
	// tcp ::1 80 <nil>
	// tcp:host=[::1]:port=80
}

// A kind of one's own: a shouter in memory, which needs no network.
func ExampleEndpoints() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	var es netx.Endpoints
	es.Register("shouter", netx.EndpointKind{
		Positional: []string{"name"},
		Connect: func(_ netx.Network, e *netx.Endpoint, f netx.Factory, opts ...netx.Option) *deferred.Deferred[netx.Protocol] {
			return deferred.Maybe(func() (netx.Protocol, error) {
				p, err := f.BuildProtocol(nil)
				if err == nil {
					fmt.Println("connecting to", e.Value("name"))
					netx.Pair(clock, p, &shouter{}, opts...)
				}
				return p, err
			})
		},
	})
	client := factory(&caller{end: func() { fmt.Println("that was it") }})
	es.Connect(nil, "shouter:Fred", client).Catch(func(f *failure.Failure) { fmt.Println(f) })
	clock.Advance(0)
	// Output:
	// connecting to Fred
	// HELLO
	// clean: true
	// that was it
}
