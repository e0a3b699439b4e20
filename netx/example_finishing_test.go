//go:build unix

package netx_test

import (
	"context"
	"fmt"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// parrot is a server's side of a Stream.
type parrot struct {
	stream *netx.Stream
	idle   bool // it waits for the next line
	last   bool // it was asked to finish
}

// serve waits for the next line, or closes, if it was asked to.
func (p *parrot) serve() {
	if p.last {
		p.stream.Close()
		return
	}
	p.idle = true
	p.stream.ReadLine().Tap(p.answer).Catch(p.lost)
}

func (p *parrot) answer(line string) {
	p.idle = false
	p.stream.Write([]byte("you said " + line + "\r\n")).Tap(func(int) { p.serve() }).Catch(p.lost)
}

// lost gets the failure of what waited when the connection ended.
func (p *parrot) lost(*failure.Failure) {}

// finish closes a Stream between two lines at once.
func (p *parrot) finish(struct{}) {
	fmt.Println("asked to finish, idle:", p.idle)
	if p.last = true; p.idle {
		p.stream.Close()
	}
}

// A server is shut down: a Stream that waits for the next request closes at once, and
// one that is at an answer when that has gone out.
func ExampleStream_Finishing() {
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
		p := &parrot{stream: s}
		s.Finishing().Tap(p.finish)
		p.serve()
	})
	r.AddSystemEventTrigger(reactor.Before, reactor.Shutdown, func() *deferred.Deferred[struct{}] {
		return deferred.Then(l.Shutdown(time.Hour), func(report netx.ShutdownReport) (struct{}, error) {
			fmt.Println(report)
			return struct{}{}, nil
		})
	})
	netx.DialStream(n, "tcp", l.Addr().String()).Tap(func(s *netx.Stream) {
		s.Write([]byte("hello\r\n"))
		s.ReadLine().Tap(func(line string) {
			fmt.Println(line)
			_ = r.Stop()
		})
	})
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// you said hello
	// asked to finish, idle: true
	// 1 finished, 0 closed, 0 aborted
}
