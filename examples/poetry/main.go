// Poetry is a slow server of poems and a client that fetches from many at once.
// The client prints each poem as it completes: the slow ones hold up nobody.
//
// Run it with:
//
//	go run ./examples/poetry                        three servers and the client
//	go run ./examples/poetry host:port ...          the client, for poems from elsewhere
//	go run ./examples/poetry serve host:port pause  one server, with a pause between lines
//
// You see the poems in the order in which they are complete, not in the order
// asked for. Ctrl-C stops it cleanly: the connections are closed, and what was
// not complete is named.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "poetry:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	r, err := reactor.New()
	if err != nil {
		return err
	}
	n := netx.New(r)
	if len(args) > 0 && args[0] == "serve" {
		return serve(r, n, args[1:])
	}
	for _, address := range args {
		if _, _, err := net.SplitHostPort(address); err != nil {
			return fmt.Errorf("usage: poetry [host:port ...], not %q", args)
		}
	}
	_, err = reactor.React(context.Background(), r, func(*reactor.Reactor) *deferred.Deferred[[]chain.Result[string]] {
		addresses := args
		if len(args) == 0 {
			if addresses, err = startServers(n); err != nil {
				return deferred.Fail[[]chain.Result[string]](err)
			}
		}
		return fetchAll(n, addresses)
	})
	return err
}

// fetchAll fetches all poems at once and prints each when it is there. It never
// fails: a poem that does not come is reported in its place.
func fetchAll(n netx.Network, addresses []string) *deferred.Deferred[[]chain.Result[string]] {
	var poems []*deferred.Deferred[string]
	for i, address := range addresses {
		poems = append(poems, fetch(n, address).AddCallbacks(
			func(poem string) (string, error) {
				fmt.Printf("poem %d:\n%s\n", i+1, poem)
				return poem, nil
			},
			func(f *failure.Failure) (string, error) {
				if f.Check(deferred.ErrCancelled) != nil {
					fmt.Printf("poem %d: not complete\n", i+1)
				} else {
					fmt.Printf("poem %d: %v\n", i+1, f)
				}
				return "", f
			}))
	}
	return chain.DeferredList(poems, chain.ConsumeErrors)
}

// fetch reads one poem: all that comes until the server closes.
func fetch(n netx.Network, address string) *deferred.Deferred[string] {
	return deferred.Then(netx.DialStream(n, "tcp", address), func(s *netx.Stream) (string, error) {
		var poem strings.Builder
		return readOn(s, &poem).Finally(func() { _ = s.Close() }).Chain()
	})
}

// readOn reads line after line, until the end.
func readOn(s *netx.Stream, poem *strings.Builder) *deferred.Deferred[string] {
	return s.ReadLine().AddCallbacks(
		func(line string) (string, error) {
			poem.WriteString("    " + line + "\n")
			return readOn(s, poem).Chain()
		},
		func(f *failure.Failure) (string, error) {
			if err := f.Trap(io.EOF); err != nil {
				return "", err
			}
			return poem.String(), nil
		})
}

// serve runs one server until Ctrl-C.
func serve(r *reactor.Reactor, n *netx.Net, args []string) error {
	if len(args) != 2 {
		return errors.New("usage: poetry serve host:port pause, for example: poetry serve 127.0.0.1:7008 200ms")
	}
	pause, err := time.ParseDuration(args[1])
	if err != nil {
		return err
	}
	if pause < 0 {
		return fmt.Errorf("a pause cannot be negative: %v", pause)
	}
	port, err := listen(n, args[0], poems[0], pause)
	if err != nil {
		return err
	}
	fmt.Println("serving on", port.Addr())
	return r.Run(context.Background())
}
