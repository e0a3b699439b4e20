package netx_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/spindle-go/spindle/netx"
)

// meagre is a kernel that has no memory for so many calls, and writes down when they
// were made.
type meagre struct {
	w     *pairWorld
	left  int // calls that fail
	tries []time.Duration
}

func (m *meagre) call(p []byte, next func([]byte) (int, error)) (int, error) {
	if m.left == 0 {
		return next(p)
	}
	m.left--
	m.tries = append(m.tries, m.w.clock.Now().Sub(time.Unix(0, 0)))
	return 0, netx.ErrNoRoom
}

// waits returns the times between the calls in milliseconds.
func (m *meagre) waits() (ms []int64) {
	for i := 1; i < len(m.tries); i++ {
		ms = append(ms, (m.tries[i] - m.tries[i-1]).Milliseconds())
	}
	return ms
}

// growing is what the waits are.
var growing = []int64{2, 4, 8, 16, 32, 64, 128, 250, 250, 250}

// TestAKernelOutOfMemory has the kernel call a socket ready that it has no memory for:
// it is asked again after a while, which grows, and not in each turn of the loop; and
// nothing is lost.
func TestAKernelOutOfMemory(t *testing.T) {
	output := func(m *meagre) netx.Faults { return netx.Faults{Write: m.call} }
	input := func(m *meagre) netx.Faults { return netx.Faults{Read: m.call} }
	for name, tt := range map[string]struct {
		faults func(m *meagre) netx.Faults
		write  func(c *netx.Conn, p []byte)
	}{
		"for a write":  {output, func(c *netx.Conn, p []byte) { c.Write(p) }},
		"for a writev": {output, func(c *netx.Conn, p []byte) { c.Writev([][]byte{p[:10], p[10:]}) }},
		"for a read":   {input, func(c *netx.Conn, p []byte) { c.Write(p) }},
	} {
		for layer, secure := range map[string]func(w *pairWorld, a, b *recorder){
			"clear": func(*pairWorld, *recorder, *recorder) {},
			"TLS": func(w *pairWorld, a, b *recorder) {
				a.conn.StartTLS(both())
				b.conn.StartTLS(both())
				w.settle()
			},
		} {
			t.Run(name+"/"+layer, func(t *testing.T) {
				w := newPairWorld(t)
				a, b := &recorder{}, &recorder{}
				w.connect(a, b)
				secure(w, a, b)
				m := &meagre{w: w, left: len(growing) + 1}
				faulty := a
				if name == "for a read" {
					faulty = b
				}
				netx.Misbehave(faulty.conn, tt.faults(m))
				p := noise(3000)
				tt.write(a.conn, p)
				w.clock.Advance(time.Hour)
				if !bytes.Equal(b.data.Bytes(), p) {
					t.Errorf("%d bytes of %d arrived", b.data.Len(), len(p))
				}
				if got := m.waits(); !slices.Equal(got, growing) {
					t.Errorf("it was asked after %v ms, not after %v", got, growing)
				}
				m.left, m.tries = 2, nil // the next time it begins anew
				tt.write(a.conn, p)
				w.clock.Advance(time.Hour)
				if got := m.waits(); !slices.Equal(got, growing[:1]) || b.data.Len() != 2*len(p) {
					t.Errorf("the second time after %v ms, and %d bytes arrived", got, b.data.Len())
				}
				if n := len(w.clock.Calls()); n != 0 {
					t.Errorf("%d delayed calls are left", n)
				}
				if got := faulty.conn.Traffic(); got != (netx.Traffic{}) {
					t.Errorf("traffic is counted that nobody asked for: %+v", got)
				}
				a.conn.Abort()
				w.settle()
			})
		}
	}
}

// TestAnEndWhileTheKernelIsOutOfMemory ends a connection that waits for the kernel, in
// each way.
func TestAnEndWhileTheKernelIsOutOfMemory(t *testing.T) {
	for name, tt := range map[string]struct {
		end  func(a, b *recorder)
		want string
	}{
		"Abort":           {func(a, b *recorder) { a.conn.Abort() }, "aborted"},
		"Close":           {func(a, b *recorder) { a.conn.Close() }, "aborted"}, // when its time is up
		"the peer aborts": {func(a, b *recorder) { b.conn.Abort() }, "lost"},
		"idle":            {func(a, b *recorder) { a.conn.SetIdleTimeout(time.Second) }, "aborted"},
		"while paused":    {func(a, b *recorder) { a.conn.Pause(); b.conn.Abort() }, "lost"},
		"unwatchable": {func(a, b *recorder) {
			netx.MisbehaveBelow(a.conn, netx.Faults{Want: func(bool, bool) error { return errUnwatchable }})
		}, "lost"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newPairWorld(t)
			a, b := &recorder{}, &recorder{}
			w.connect(a, b, netx.WithCloseTimeout(time.Minute))
			m := &meagre{w: w, left: -1}
			netx.Misbehave(a.conn, netx.Faults{Write: m.call})
			a.conn.WriteString("x")
			w.clock.Advance(time.Second)
			if len(m.tries) > len(growing)+5 || a.conn.Buffered() != 1 {
				t.Errorf("it was asked %d times, and %d bytes are buffered", len(m.tries), a.conn.Buffered())
			}
			tt.end(a, b)
			w.clock.Advance(time.Hour)
			expect(t, w, a, "made, lost: "+tt.want)
			if n := len(w.clock.Calls()); n != 0 {
				t.Errorf("%d delayed calls are left", n)
			}
			b.conn.Abort()
			w.settle()
		})
	}
}

// TestALoopDoesNotSpinWithoutMemory is TestAKernelOutOfMemory with sockets of the
// system, which poll as writable all the time.
func TestALoopDoesNotSpinWithoutMemory(t *testing.T) {
	for name, newWorld := range map[string]func(t testing.TB) *tcpWorld{
		"tcp":  func(t testing.TB) *tcpWorld { return newTCPWorld(t) },
		"unix": func(t testing.TB) *tcpWorld { return newLocalWorld(t).tcpWorld },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a, b := &recorder{}, &recorder{}
			w.connect(a, b)
			calls := 0
			var before uint64
			w.do(func() {
				netx.Misbehave(a.conn, netx.Faults{Write: func(p []byte, next func([]byte) (int, error)) (int, error) {
					if calls++; calls <= 6 {
						return 0, netx.ErrNoRoom
					}
					return next(p)
				}})
				before = w.r.Stats().Turns
				a.conn.WriteString("x")
			})
			arrived := make(chan uint64, 1)
			w.do(func() { b.onData = func([]byte) { arrived <- w.r.Stats().Turns } })
			if turns := receive(t, arrived, "the byte") - before; calls != 7 || turns > 50 {
				t.Errorf("%d calls in %d turns of the loop", calls, turns)
			}
			w.do(func() {
				if n := len(w.r.DelayedCalls()); n != 0 {
					t.Errorf("%d delayed calls are left", n)
				}
				a.conn.Abort()
			})
			bothLost(t, w, a, b)
		})
	}
}

// TestAShortageThatCannotBeWaitedFor has the socket below TLS fail to be watched when
// the kernel has no memory for the first time: the connection ends, and no delayed call
// of its waiting outlives it.
func TestAShortageThatCannotBeWaitedFor(t *testing.T) {
	for name, act := range map[string]func(a, b *recorder){
		"a write": func(a, _ *recorder) { a.conn.WriteString("x") },
		"a read":  func(_, b *recorder) { b.conn.WriteString("x") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newPairWorld(t)
			a, b := &recorder{}, &recorder{}
			w.connect(a, b)
			a.conn.StartTLS(both())
			b.conn.StartTLS(both())
			w.settle()
			m := &meagre{w: w, left: -1}
			short := false
			starved := func(p []byte, next func([]byte) (int, error)) (int, error) {
				short = true
				return m.call(p, next)
			}
			netx.Misbehave(a.conn, netx.Faults{Read: starved, Write: starved, Want: func(bool, bool) error {
				if short {
					return errUnwatchable
				}
				return nil
			}})
			act(a, b)
			w.settle()
			expect(t, w, a, "made, lost: lost")
			if n := len(w.clock.Calls()); n != 0 {
				t.Errorf("%d delayed calls are left", n)
			}
			w.clock.Advance(time.Hour)
			b.conn.Abort()
			w.settle()
		})
	}
}
