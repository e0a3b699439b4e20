package netx_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/timeout"
)

// shouter answers in capitals.
type shouter struct{ conn *netx.Conn }

func (s *shouter) ConnectionMade(c *netx.Conn)     { s.conn = c }
func (s *shouter) DataReceived(p []byte)           { s.conn.WriteString(strings.ToUpper(string(p))) }
func (s *shouter) ConnectionLost(*failure.Failure) {}

// caller says one thing and prints the answer.
type caller struct {
	conn *netx.Conn
	end  func()
}

func (c *caller) ConnectionMade(conn *netx.Conn) {
	c.conn = conn
	conn.WriteString("hello")
}

func (c *caller) DataReceived(p []byte) {
	fmt.Printf("%s\n", p)
	c.conn.Close()
}

func (c *caller) ConnectionLost(reason *failure.Failure) {
	fmt.Println("clean:", errors.Is(reason, netx.ErrConnectionDone))
	c.end()
}

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

// Two protocols speak with each other in memory, on a virtual clock.
func ExamplePair() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	client := &caller{end: func() { fmt.Println("that was it") }}
	netx.Pair(clock, client, &shouter{})
	clock.Advance(0)
	// Output:
	// HELLO
	// clean: true
	// that was it
}

// A conversation with a Stream.
func ExampleStream() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	client, server := netx.StreamPair(clock)

	server.ReadLine().Tap(func(name string) {
		server.Write([]byte("hello, " + name + "\n"))
		server.Close()
	})

	client.Write([]byte("gopher\r\n"))
	client.ReadLine().Tap(func(line string) { fmt.Println(line) })
	client.Read().Catch(func(f *failure.Failure) { fmt.Println("end:", f.Check(io.EOF)) })
	clock.Advance(0)
	// Output:
	// hello, gopher
	// end: EOF
}

// An answer of many pieces, made no faster than the peer takes it.
func ExampleConn_Drained() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	slow := &counter{}
	source := &counter{}
	conn, _ := netx.Pair(clock, source, slow, netx.WithWriteMarks(1000, 4000))
	most := 0
	var send func(pieces int) *deferred.Deferred[struct{}]
	send = func(pieces int) *deferred.Deferred[struct{}] {
		if pieces == 0 {
			conn.Close()
			return deferred.Succeed(struct{}{})
		}
		conn.Write(make([]byte, 1000))
		most = max(most, conn.Buffered())
		return conn.Drained().AddCallback(func(struct{}) (struct{}, error) { return send(pieces - 1).Chain() })
	}
	send(1000)
	clock.Advance(0)
	fmt.Println(slow.bytes, "bytes; at most", most, "waited")
	// Output: 1000000 bytes; at most 4960 waited
}

// counter counts what comes.
type counter struct{ bytes int }

func (c *counter) ConnectionMade(*netx.Conn)       {}
func (c *counter) DataReceived(p []byte)           { c.bytes += len(p) }
func (c *counter) ConnectionLost(*failure.Failure) {}

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
