package netx_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/timeout"
)

// greeter answers each line with a greeting, and ends with one that says bye.
type greeter struct{ conn *netx.FrameConn }

func (g *greeter) ConnectionMade(c *netx.FrameConn) { g.conn = c }

func (g *greeter) FrameReceived(line []byte) {
	_ = g.conn.SendString("hello, " + string(line)) // an error is the end, which we are told of
	if string(line) == "bye" {
		g.conn.Close()
	}
}

func (g *greeter) ConnectionLost(reason *failure.Failure) {
	fmt.Println("clean:", errors.Is(reason, netx.ErrConnectionDone))
}

// A server of lines, and a client that sends them in pieces.
func ExampleFramed() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	client := &collector{}
	netx.Pair(clock, netx.Framed(netx.Lines{Delimiter: "\n"}, &greeter{}), client)
	for _, piece := range []string{"goph", "er\nby", "e\nand what comes after is dropped\n"} {
		client.conn.WriteString(piece)
		clock.Advance(0)
	}
	fmt.Print(client.text.String())
	// Output:
	// clean: true
	// hello, gopher
	// hello, bye
}

// collector is a client that collects what comes.
type collector struct {
	conn *netx.Conn
	text strings.Builder
}

func (c *collector) ConnectionMade(conn *netx.Conn)  { c.conn = conn }
func (c *collector) DataReceived(p []byte)           { c.text.Write(p) }
func (c *collector) ConnectionLost(*failure.Failure) {}

// uploader takes lines that say how many bytes follow.
type uploader struct {
	greeter
	left int
}

func (u *uploader) FrameReceived(line []byte) {
	if _, err := fmt.Sscanf(string(line), "PUT %d", &u.left); err != nil || u.left <= 0 {
		fmt.Printf("line %q\n", line)
		return
	}
	u.conn.Raw()
}

func (u *uploader) RawReceived(p []byte) {
	n := min(u.left, len(p))
	fmt.Printf("%d bytes\n", n)
	if u.left -= n; u.left == 0 {
		u.conn.Frames(p[n:])
	}
}

// Lines, and in between bytes that are none.
func ExampleFrameConn_Raw() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	client := &collector{}
	netx.Pair(clock, netx.Framed(netx.Lines{}, &uploader{}), client)
	client.conn.WriteString("PUT 10\r\n01234")
	clock.Advance(0)
	client.conn.WriteString("56789DONE\r\n")
	client.conn.Close()
	clock.Advance(0)
	// Output:
	// 5 bytes
	// 5 bytes
	// line "DONE"
	// clean: true
}

// A request and its answer, as frames with their length before them.
func ExampleStream_ReadFrame() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	client, server := netx.StreamPair(clock)
	format := netx.Prefixed{Bits: 32, Limit: 1 << 20}

	deferred.Then(server.ReadFrame(format), func(request []byte) (int, error) {
		return server.WriteFrame(format, append([]byte("re: "), request...)).Chain()
	})

	client.WriteFrame(format, []byte("a question"))
	client.ReadFrame(format).Tap(func(answer []byte) { fmt.Printf("%s\n", answer) })
	clock.Advance(0)
	// Output: re: a question
}

// A framing of one's own: each frame is two bytes.
func ExampleFraming() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	client, server := netx.StreamPair(clock)
	client.Write([]byte("abcd"))
	for range 2 {
		server.ReadFrame(pairs{}).Tap(func(frame []byte) { fmt.Printf("%s\n", frame) })
	}
	clock.Advance(0)
	// Output:
	// ab
	// cd
}

type pairs struct{}

func (pairs) Cut(in []byte, _ int) (frame []byte, n int, err error) {
	if len(in) < 2 {
		return nil, 0, nil
	}
	return in[:2], 2, nil
}

func (pairs) Append(dst, frame []byte) ([]byte, error) {
	if len(frame) != 2 {
		return dst, fmt.Errorf("%w: %d bytes, not 2", netx.ErrBadFrame, len(frame))
	}
	return append(dst, frame...), nil
}
