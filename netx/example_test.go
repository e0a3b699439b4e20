package netx_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
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
