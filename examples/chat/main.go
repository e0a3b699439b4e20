// Chat is a room of lines for many: a server whose state needs no lock, with a
// limit for a line, a limit for those who do not read, and an end that cuts nobody
// off.
//
//	go run ./examples/chat                        a room and 100 visitors, over loopback
//	go run ./examples/chat serve 127.0.0.1:7008   the room alone, until Ctrl-C
//
// Without arguments you see what happens in the room, and how it closes. With
// serve, connect with telnet or nc, say a name, and then what you like; /quit
// leaves.
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// guests is how many visitors come besides ann.
const guests = 99

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "chat:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	r, err := reactor.New()
	if err != nil {
		return err
	}
	n := netx.New(r)
	switch {
	case len(args) == 2 && args[0] == "serve":
		return serve(r, n, args[1])
	case len(args) > 0:
		return fmt.Errorf("usage: chat [serve host:port], not %q", args)
	}
	_, err = reactor.React(context.Background(), r, func(*reactor.Reactor) *deferred.Deferred[struct{}] {
		return chain.Async(func(co *chain.Co) (struct{}, error) { return struct{}{}, evening(co, n) })
	})
	return err
}

// serve keeps a room open until the reactor is stopped, and closes it then: the
// reactor waits for that.
func serve(r *reactor.Reactor, n *netx.Net, address string) error {
	room, err := openRoom(n, address)
	if err != nil {
		return err
	}
	fmt.Println("listening on", room.port.Addr())
	r.AddSystemEventTrigger(reactor.Before, reactor.Shutdown, func() *deferred.Deferred[struct{}] {
		return deferred.Then(room.close(), func(int) (struct{}, error) { return struct{}{}, nil })
	})
	return r.Run(context.Background())
}

// evening is what happens in a room.
func evening(co *chain.Co, n *netx.Net) error {
	room, err := openRoom(n, "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := room.port.Addr().String()
	ann, err := enter(co, n, address, "ann")
	if err != nil {
		return err
	}
	all, err := chain.Await(co, crowd(n, address, guests))
	if err != nil {
		return err
	}
	all = append(all, ann)
	fmt.Println("in the room:", len(room.members))

	if err := ann.says(co, "hello, all of you"); err != nil {
		return err
	}
	heard, err := chain.Await(co, count(all, func(co *chain.Co, v *visitor) bool {
		_, err := v.hears(co, "ann: hello, all of you")
		return err == nil
	}))
	if err != nil {
		return err
	}
	fmt.Println("ann was heard by:", heard)

	if err := bore(co, n, address); err != nil {
		return err
	}

	closed := room.close()
	left, err := chain.Await(co, count(all, func(co *chain.Co, v *visitor) bool {
		_, err := v.hears(co, "* the room closes")
		return err == nil && v.leaves(co)
	}))
	if err != nil {
		return err
	}
	fmt.Println("were told that the room closes, and left:", left)
	clean, err := chain.Await(co, closed)
	fmt.Printf("the room is empty; connections that ended cleanly: %d\n", clean)
	return err
}

// bore has somebody come who says too much.
func bore(co *chain.Co, n *netx.Net, address string) error {
	bore, err := enter(co, n, address, "bore")
	if err != nil {
		return err
	}
	// Not WriteFrame: what is wrong here is to be sent.
	if _, err := chain.Await(co, bore.stream.Write([]byte(strings.Repeat("bla ", 51)))); err != nil {
		return err
	}
	answer, err := bore.hears(co, "* a line")
	fmt.Println("bore was told:", strings.TrimPrefix(answer, "* "))
	bore.stream.Abort()
	return err
}
