package netx_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/netx/netxtest"
	"github.com/spindle-go/spindle/timeout"
)

// governedWorld has connections with everything that an Option can set for their
// traffic, none of which is reached.
type governedWorld struct {
	world
	traffic *netx.Traffic
}

func (w *governedWorld) connect(a, b netx.Protocol, opts ...netx.Option) {
	w.world.connect(a, b, append([]netx.Option{
		netx.WithIdleTimeout(time.Hour),
		netx.WithTraffic(w.traffic),
		netx.WithReadRate(1<<30, 1<<30), netx.WithWriteRate(1<<30, 1<<30),
		netx.WithTotalReadRate(1<<30, 1<<30), netx.WithTotalWriteRate(1<<30, 1<<30),
	}, opts...)...)
}

func TestConnGoverned(t *testing.T) {
	for name, newWorld := range map[string]func(testing.TB) world{
		"pair": func(t testing.TB) world { return newPairWorld(t) },
		"tcp":  func(t testing.TB) world { return newTCPWorld(t) },
	} {
		t.Run(name, func(t *testing.T) {
			var traffic netx.Traffic
			ConnSuite(t, func(t testing.TB) world { return &governedWorld{newWorld(t), &traffic} })
			if traffic.Open != 0 || traffic.Connections == 0 || traffic.Read == 0 || traffic.Read > traffic.Written {
				t.Errorf("counted: %+v", traffic)
			}
		})
	}
}

// TestConnAtALowRate has so little go at a time that every read and write is cut.
func TestConnAtALowRate(t *testing.T) {
	for _, name := range []string{
		"bytes in order", "pieces", "the caller keeps what was written", "much in both directions",
		"half close, answer, half close", "half close by the one that read to the end", "paused",
		"a FIN does not cut the answer off", "close waits for a pull producer", "a pipe", "abort", "panics",
		"a FIN behind input while paused", "a reset while paused", "the end is told once",
	} {
		t.Run(name, func(t *testing.T) {
			p := newPairWorld(t)
			connTest(t, &slowWorld{p}, name)
			if n := len(p.clock.Calls()); n != 0 {
				t.Errorf("%d delayed calls are left", n)
			}
		})
	}
}

type slowWorld struct{ *pairWorld }

func (w *slowWorld) much() int { return 10_000 }

// settle gives everything the time that it needs.
func (w *slowWorld) settle() { w.clock.Advance(20 * time.Second) }

func (w *slowWorld) connect(a, b netx.Protocol, opts ...netx.Option) {
	w.pairWorld.connect(a, b, append([]netx.Option{
		netx.WithReadRate(3000, 100), netx.WithWriteRate(2000, 70), netx.WithPairBuffer(500),
		netx.WithCloseTimeout(0),
	}, opts...)...)
}

func TestIdle(t *testing.T) {
	w := newPairWorld(t)
	a, b := &recorder{}, &recorder{}
	w.connect(a, b, netx.WithIdleTimeout(10*time.Second))
	for range 20 { // traffic in either direction is traffic for both
		w.clock.Advance(9 * time.Second)
		a.conn.WriteString("x")
		w.clock.Advance(9 * time.Second)
		b.conn.WriteString("y")
	}
	if n := len(w.clock.Calls()); n > 3 { // one for each connection, and the byte that is on its way
		t.Errorf("%d delayed calls", n)
	}
	w.clock.Advance(10*time.Second - 1)
	expect(t, w, a, "made")
	w.clock.Advance(1)
	expect(t, w, b, "made, lost: aborted")
	if !errors.Is(b.reason, deferred.ErrTimeout) || !errors.Is(b.reason, os.ErrDeadlineExceeded) {
		t.Errorf("the reason is %v", b.reason)
	}
	w.settle()
	if n := len(w.clock.Calls()); n != 0 || !a.lost() {
		t.Errorf("%d delayed calls are left; a: %s", n, a.story())
	}
	b.conn.SetIdleTimeout(time.Second) // too late
	if n := len(w.clock.Calls()); n != 0 {
		t.Errorf("%d delayed calls are made after the end", n)
	}
}

func TestSetIdleTimeout(t *testing.T) {
	w := newPairWorld(t)
	a, b := &recorder{}, &recorder{}
	w.connect(a, b)
	a.conn.SetIdleTimeout(0)
	b.conn.Pause()
	a.conn.Write(make([]byte, 100_000))
	a.conn.SetIdleTimeout(time.Second) // in the middle of output
	w.clock.Advance(999 * time.Millisecond)
	b.conn.Resume()
	w.settle()
	if b.data.Len() != 100_000 {
		t.Errorf("%d bytes arrived", b.data.Len())
	}
	w.clock.Advance(999 * time.Millisecond)
	a.conn.SetIdleTimeout(2 * time.Second) // from now on
	w.clock.Advance(2*time.Second - 1)
	expect(t, w, a, "made")
	a.conn.SetIdleTimeout(0)
	w.clock.Advance(time.Hour)
	expect(t, w, a, "made")
	a.conn.SetIdleTimeout(time.Minute)
	a.conn.Pause() // does not stop the time
	w.clock.Advance(time.Minute)
	expect(t, w, a, "made, lost: aborted")
	defer func() {
		if recover() == nil {
			t.Error("a negative time is one")
		}
	}()
	a.conn.SetIdleTimeout(-1)
}

// flow measures how much comes to r in each of n seconds.
func flow(w *pairWorld, r *recorder, n int) (perSecond []int) {
	for range n {
		before := r.data.Len()
		w.clock.Advance(time.Second)
		perSecond = append(perSecond, r.data.Len()-before)
	}
	return perSecond
}

func TestRates(t *testing.T) {
	for name, option := range map[string]netx.Option{
		"of reading":         netx.WithReadRate(10_000, 2000),
		"of writing":         netx.WithWriteRate(10_000, 2000),
		"of reading, in all": netx.WithTotalReadRate(10_000, 2000),
		"of writing, in all": netx.WithTotalWriteRate(10_000, 2000),
	} {
		t.Run(name, func(t *testing.T) {
			w := newPairWorld(t)
			a, b := &recorder{}, &recorder{}
			w.connect(a, b, option)
			w.clock.Advance(time.Hour) // it does not save up more than it holds
			content := noise(200_000)
			a.conn.Write(content)
			for i, n := range flow(w, b, 10) {
				if i == 0 && (n < 11_000 || n > 12_001) || i > 0 && (n < 9_400 || n > 10_600) {
					t.Errorf("%d bytes came in second %d", n, i)
				}
			}
			if calls := w.clock.Calls(); len(calls) > 3 {
				t.Errorf("%d delayed calls", len(calls))
			}
			w.clock.Advance(20 * time.Second)
			if !bytes.Equal(b.data.Bytes(), content) {
				t.Errorf("%d bytes came in all", b.data.Len())
			}
			a.conn.Write(content)
			a.conn.Abort()
			w.settle()
			w.clock.Advance(time.Minute)
			if n := len(w.clock.Calls()); n != 0 || !b.lost() {
				t.Errorf("%d delayed calls are left; b: %s", n, b.story())
			}
		})
	}
}

// TestTotalRate has three connections share a rate.
func TestTotalRate(t *testing.T) {
	w := newPairWorld(t)
	together := netx.WithTotalReadRate(30_000, 1000)
	var from, to []*recorder
	for range 3 {
		a, b := &recorder{}, &recorder{}
		w.connect(a, b, together)
		from, to = append(from, a), append(to, b)
		a.conn.Write(noise(300_000))
	}
	w.clock.Advance(10 * time.Second)
	total := 0
	for i, r := range to {
		total += r.data.Len()
		if r.data.Len() == 0 {
			t.Errorf("connection %d got nothing", i)
		}
	}
	if total < 290_000 || total > 302_000 {
		t.Errorf("%d bytes came in ten seconds", total)
	}
	for _, r := range from {
		r.conn.Abort()
	}
	w.clock.Advance(time.Minute)
}

func TestTraffic(t *testing.T) {
	w := newPairWorld(t)
	var traffic netx.Traffic
	a, b := &recorder{}, &recorder{}
	w.connect(a, b, netx.WithTraffic(&traffic))
	a.conn.WriteString("hello")
	a.conn.Writev([][]byte{[]byte(" "), []byte("world")})
	w.settle()
	b.conn.WriteString("yes")
	w.settle()
	if want := (netx.Traffic{Connections: 2, Open: 2, Read: 14, Written: 14}); traffic != want {
		t.Errorf("counted %+v, not %+v", traffic, want)
	}
	if want := (netx.Traffic{Connections: 1, Open: 1, Read: 3, Written: 11}); a.conn.Traffic() != want {
		t.Errorf("of a: %+v, not %+v", a.conn.Traffic(), want)
	}
	a.conn.Close()
	w.settle()
	if want := (netx.Traffic{Connections: 1, Read: 11, Written: 3}); b.conn.Traffic() != want {
		t.Errorf("of b, at the end: %+v, not %+v", b.conn.Traffic(), want)
	}
	if traffic.Open != 0 {
		t.Errorf("%d are open", traffic.Open)
	}
	c, d := &recorder{}, &recorder{}
	w.connect(c, d)
	if c.conn.Traffic() != (netx.Traffic{}) {
		t.Error("traffic is counted that nobody asked for")
	}
	c.conn.Abort()
	w.settle()
}

// TestFaultsBelowAGovernor has the socket below fail when it is watched again.
func TestFaultsBelowAGovernor(t *testing.T) {
	w := netxtest.NewPairWorld(t)
	a, b := &netxtest.Recorder{}, &netxtest.Recorder{}
	w.Connect(a, b, netx.WithReadRate(100, 10))
	b.Conn.WriteString(string(noise(1000)))
	w.Clock.Advance(time.Second)
	netx.MisbehaveBelow(a.Conn, netx.Faults{Want: func(bool, bool) error { return errUnwatchable }})
	w.Clock.Advance(time.Second)
	if !errors.Is(a.Reason, errUnwatchable) {
		t.Errorf("a: %s, %v", a.Story(), a.Reason)
	}
	if n := len(w.Clock.Calls()); n != 0 {
		t.Errorf("%d delayed calls are left", n)
	}
}

// A peer that says nothing for too long is given up.
func ExampleWithIdleTimeout() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	a, b := &recorder{}, &recorder{}
	netx.Pair(clock, a, b, netx.WithIdleTimeout(30*time.Second))
	clock.Advance(20 * time.Second)
	_, _ = a.conn.WriteString("still here")
	clock.Advance(20 * time.Second)
	fmt.Println("after 40 s:", a.story())
	clock.Advance(20 * time.Second)
	fmt.Println("after 60 s:", a.story(), errors.Is(a.reason, deferred.ErrTimeout))
	// Output:
	// after 40 s: made
	// after 60 s: made, lost: aborted true
}

// One Option is one bucket, whoever it is given to.
func ExampleWithTotalReadRate() {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	together := netx.WithTotalReadRate(1000, 100) // bytes per second, and at a time
	var got int
	for range 2 {
		sender, reader := &recorder{}, &recorder{onData: func(p []byte) { got += len(p) }}
		netx.Pair(clock, sender, reader, together)
		_, _ = sender.conn.Write(make([]byte, 50_000))
	}
	clock.Advance(10 * time.Second)
	fmt.Println("about ten thousand bytes:", 9_900 < got && got < 10_200)
	// Output: about ten thousand bytes: true
}
