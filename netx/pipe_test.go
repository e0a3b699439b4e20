package netx_test

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/timeout"
)

// twoPairs joins a to b and c to d. A pipe goes from b to c.
func twoPairs(t *testing.T, opts ...netx.Option) (w *pairWorld, a, b, c, d *halfRecorder) {
	w = newPairWorld(t)
	a, b, c, d = &halfRecorder{}, &halfRecorder{}, &halfRecorder{}, &halfRecorder{}
	w.connect(a, b, opts...)
	w.connect(c, d, opts...)
	return w, a, b, c, d
}

func TestPipeRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		arm  func(w *pairWorld, b, c *halfRecorder)
		want error
	}{
		"the first has ended":   {func(w *pairWorld, b, c *halfRecorder) { b.conn.Abort(); w.settle() }, netx.ErrConnectionAborted},
		"the second has ended":  {func(w *pairWorld, b, c *halfRecorder) { c.conn.Abort(); w.settle() }, netx.ErrConnectionAborted},
		"the second is ending":  {func(w *pairWorld, b, c *halfRecorder) { c.conn.Abort() }, netx.ErrConnectionAborted},
		"an output was closed":  {func(w *pairWorld, b, c *halfRecorder) { c.conn.CloseWrite() }, netx.ErrWriteClosed},
		"one has a producer":    {func(w *pairWorld, b, c *halfRecorder) { b.conn.RegisterProducer(source{&b.recorder}) }, netx.ErrProducerRegistered},
		"they are the same one": {func(w *pairWorld, b, c *halfRecorder) { c.conn.Abort(); c.conn = b.conn }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w, a, b, c, d := twoPairs(t)
			tt.arm(w, b, c)
			var failed error
			netx.Pipe(b.conn, c.conn).Catch(func(f *failure.Failure) { failed = f })
			w.settle()
			var e *netx.PipeError
			if !errors.As(failed, &e) || tt.want != nil && !errors.Is(failed, tt.want) || e.Piped != (netx.Piped{}) {
				t.Errorf("Pipe failed with %v", failed)
			}
			for _, r := range []*halfRecorder{a, b, c, d} {
				if !r.lost() {
					t.Errorf("one goes on: %s", r.story())
				}
			}
		})
	}
	defer func() {
		if recover() == nil {
			t.Error("nil is a connection")
		}
	}()
	netx.Pipe(nil, nil)
}

func TestPipeCancel(t *testing.T) {
	w, a, b, c, d := twoPairs(t)
	pipe := netx.Pipe(b.conn, c.conn)
	var failed error
	pipe.Catch(func(f *failure.Failure) { failed = f })
	pipe.Cancel()
	if !errors.Is(failed, deferred.ErrCancelled) {
		t.Errorf("it failed with %v", failed)
	}
	w.settle()
	expect(t, w, &b.recorder, "made, lost: aborted")
	expect(t, w, &c.recorder, "made, lost: aborted")
	expect(t, w, &a.recorder, "made, lost: lost")
	expect(t, w, &d.recorder, "made, lost: lost")
}

// TestPipeAfterTheFIN joins connections when the peer of one has ended its output
// already, to a protocol that knows half closed connections and to one that does
// not.
func TestPipeAfterTheFIN(t *testing.T) {
	for _, half := range []bool{true, false} {
		w := newPairWorld(t)
		a, b, c, d := &halfRecorder{}, &halfRecorder{}, &halfRecorder{}, &halfRecorder{}
		if w.connect(a, b); !half {
			a, b = &halfRecorder{}, &halfRecorder{}
			b.onMade = func(conn *netx.Conn) { conn.Pause() }
			w.connect(a, &b.recorder)
		}
		w.connect(c, d)
		d.onReadClosed = func() { d.conn.WriteString("answer"); d.conn.CloseWrite() }
		a.conn.CloseWrite()
		for len(b.events) < 2 && half || a.conn.String() == "" {
			w.clock.RunNext()
		}
		var result netx.Piped
		netx.Pipe(b.conn, c.conn).Tap(func(p netx.Piped) { result = p })
		w.settle()
		if a.data.String() != "answer" || result != (netx.Piped{BToA: 6}) {
			t.Errorf("half %v: %q came, the pipe carried %+v", half, a.data.String(), result)
		}
	}
}

// TestPipeInsideDataReceived hands over in the middle of the input.
func TestPipeInsideDataReceived(t *testing.T) {
	w, a, b, c, d := twoPairs(t)
	b.onData = func(p []byte) {
		c.conn.Write(p) // it has seen this
		netx.Pipe(b.conn, c.conn)
	}
	a.conn.WriteString("one ")
	w.settle()
	a.conn.WriteString("two")
	a.conn.Close()
	w.settle()
	d.conn.Close()
	w.settle()
	if b.chunks != 1 || d.data.String() != "one two" {
		t.Errorf("%q came; the protocol was called %d times", d.data.String(), b.chunks)
	}
}

// TestPipeAndAPanic has the protocol of one connection panic when it is told of
// the end.
func TestPipeAndAPanic(t *testing.T) {
	w, _, b, c, _ := twoPairs(t)
	var reported []*failure.Failure
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) { reported = append(reported, u.Failure) })
	c.onLost = func(*failure.Failure) { panic("boom") }
	fired := 0
	netx.Pipe(b.conn, c.conn).Tap(func(netx.Piped) { fired++ })
	b.conn.Close()
	w.settle()
	deferred.FlushUnhandled()
	if fired != 1 || len(reported) != 1 {
		t.Errorf("fired %d times, %d panics were reported", fired, len(reported))
	}
}

// A proxy in memory: what one peer says is what the other one hears.
func ExamplePipe() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	client, server := &recorder{}, &recorder{}
	_, fromClient := netx.Pair(clock, client, &recorder{})
	toServer, _ := netx.Pair(clock, &recorder{}, server)
	netx.Pipe(fromClient, toServer).Tap(func(p netx.Piped) {
		fmt.Println("bytes there and back:", p.AToB, p.BToA)
	})
	server.onData = func([]byte) { _, _ = server.conn.WriteString("world") }
	client.onData = func([]byte) { _ = client.conn.Close() }
	_, _ = io.WriteString(client.conn, "hello")
	clock.Advance(0)
	fmt.Println(server.data.String(), client.data.String())
	// Output:
	// bytes there and back: 5 5
	// hello world
}
