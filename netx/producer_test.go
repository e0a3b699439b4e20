package netx_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/timeout"
)

// source is a push producer that does nothing when it is told to wait.
type source struct{ *recorder }

func (s source) PauseProducing()  { s.note("pause") }
func (s source) ResumeProducing() { s.note("resume") }
func (s source) StopProducing()   { s.note("stop") }

// TestTheDeadlineIsNotTheProducers closes a connection whose producer takes an
// hour: the deadline of Close is for a peer that does not read.
func TestTheDeadlineIsNotTheProducers(t *testing.T) {
	w := newPairWorld(t)
	a, b := &recorder{}, &recorder{}
	w.connect(a, b, netx.WithPairBuffer(100), netx.WithCloseTimeout(10*time.Second))
	if err := a.conn.RegisterProducer(source{a}); err != nil {
		t.Fatal(err)
	}
	a.conn.Close()
	for range 60 {
		w.clock.Advance(time.Minute)
		a.conn.WriteString("x")
	}
	b.conn.Pause()
	a.conn.Write(make([]byte, 1000))
	for range 5 { // it takes something every nine seconds
		w.clock.Advance(9 * time.Second)
		b.onData = func([]byte) { b.conn.Pause() }
		b.conn.Resume()
	}
	expect(t, w, a, "made")
	w.clock.Advance(9 * time.Second)
	expect(t, w, a, "made")
	w.clock.Advance(time.Second)
	expect(t, w, a, "made, stop, lost: aborted")
	if n := len(w.clock.Calls()); n != 0 {
		t.Errorf("%d delayed calls are left", n)
	}
}

// sink is a protocol that forgets everything.
type sink struct{}

func (sink) ConnectionMade(*netx.Conn)       {}
func (sink) DataReceived([]byte)             {}
func (sink) ConnectionLost(*failure.Failure) {}

// TestAProducerCostsNothingLater finds no allocation in what a producer writes
// when the peer takes it at once.
func TestAProducerCostsNothingLater(t *testing.T) {
	w := newPairWorld(t)
	a, b := &recorder{}, sink{}
	w.connect(a, b)
	if err := a.conn.RegisterProducer(source{a}); err != nil {
		t.Fatal(err)
	}
	without := testing.AllocsPerRun(100, func() { a.conn.WriteString("x"); w.settle() })
	a.conn.UnregisterProducer()
	w.settle()
	if with := testing.AllocsPerRun(100, func() { a.conn.WriteString("x"); w.settle() }); without > with {
		t.Errorf("a write takes %v allocations with a producer, %v without", without, with)
	}
	a.conn.Abort()
	w.settle()
}

// countdown is a protocol that is its own pull producer.
type countdown struct {
	conn *netx.Conn
	left int
}

func (c *countdown) ConnectionMade(conn *netx.Conn) {
	c.conn = conn
	_ = conn.RegisterProducer(c) // a new connection has no other
	_ = conn.Close()             // waits until the last number is out
}

func (c *countdown) ResumeProducing() {
	fmt.Fprintf(c.conn, "%d ", c.left)
	if c.left--; c.left == 0 {
		c.conn.UnregisterProducer()
	}
}

func (c *countdown) StopProducing()                  {}
func (c *countdown) DataReceived([]byte)             {}
func (c *countdown) ConnectionLost(*failure.Failure) {}

// A producer is asked for output as fast as the peer takes it.
func ExampleConn_RegisterProducer() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	reader := &recorder{}
	netx.Pair(clock, &countdown{left: 5}, reader)
	clock.Advance(0)
	fmt.Println(reader.data.String())
	// Output: 5 4 3 2 1
}
