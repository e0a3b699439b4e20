package netx_test

import (
	"errors"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

// byteASecond has both sides send no more than that.
var byteASecond = netx.WithWriteRate(1, 1)

// TestAPeerThatSendsAByteASecond has all that it can hold up: what it sends arrives,
// it is not idle, and every deadline that is no idle timeout runs all the same.
func TestAPeerThatSendsAByteASecond(t *testing.T) {
	for name, test := range map[string]func(t *testing.T, w *pairWorld){
		"a line arrives":           testSlowLine,
		"it is not idle":           testSlowIsNotIdle,
		"a handshake has its time": testSlowHandshake,
		"a close has its time":     testSlowClose,
		"an abort":                 testSlowAbort,
	} {
		t.Run(name, func(t *testing.T) {
			w := newPairWorld(t)
			test(t, w)
			if n := len(w.clock.Calls()); n != 0 {
				t.Errorf("%d delayed calls are left", n)
			}
		})
	}
}

func testSlowLine(t *testing.T, w *pairWorld) {
	a, b := w.streams(byteASecond)
	a.Write([]byte("hello\n"))
	line := watch(b.ReadLine())
	w.clock.Advance(5*time.Second - 1)
	if line.fired {
		t.Error("the line was there too early")
	}
	w.clock.Advance(time.Second)
	if line.v != "hello" || line.err != nil {
		t.Errorf("the line is %+v", line)
	}
	a.Abort()
	w.settle()
}

func testSlowIsNotIdle(t *testing.T, w *pairWorld) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b, byteASecond, netx.WithIdleTimeout(1500*time.Millisecond))
	a.conn.WriteString("0123456789")
	w.clock.Advance(10 * time.Second)
	if b.data.String() != "0123456789" || b.lost() {
		t.Errorf("%q arrived; b: %s", b.data.String(), b.story())
	}
	w.clock.Advance(time.Second)
	if !a.lost() || !errors.Is(a.reason, deferred.ErrTimeout) {
		t.Errorf("a: %s, %v", a.story(), a.reason)
	}
}

func testSlowHandshake(t *testing.T, w *pairWorld) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b, byteASecond, netx.WithHandshakeTimeout(10*time.Second))
	server := watch(b.conn.StartTLS(both()))
	a.conn.WriteString("\x16\x03\x01\x02\x00 the beginning of a long greeting")
	w.clock.Advance(10*time.Second - 1)
	if server.fired {
		t.Errorf("the handshake ended early: %v", server.err)
	}
	w.clock.Advance(1)
	if !errors.Is(server.err, deferred.ErrTimeout) || !b.lost() {
		t.Errorf("the handshake: %v; b: %s", server.err, b.story())
	}
	w.settle()
	if !a.lost() {
		t.Errorf("a: %s", a.story())
	}
}

func testSlowClose(t *testing.T, w *pairWorld) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b, byteASecond, netx.WithCloseTimeout(5*time.Second))
	a.conn.Write(noise(100))
	a.conn.Close()
	w.clock.Advance(5*time.Second - 1)
	expect(t, w, a, "made")
	w.clock.Advance(1)
	expect(t, w, a, "made, lost: aborted")
	expect(t, w, b, "made, lost: lost")
	if n := b.data.Len(); n < 5 || n > 6 {
		t.Errorf("%d bytes arrived", n)
	}
}

func testSlowAbort(t *testing.T, w *pairWorld) {
	a, b := &recorder{}, &recorder{}
	w.connect(a, b, byteASecond)
	a.conn.Write(noise(100))
	drained := watch(a.conn.Drained())
	w.clock.Advance(time.Second)
	b.conn.Abort()
	w.settle()
	expect(t, w, a, "made, lost: lost")
	if !drained.fired {
		t.Error("Drained has not fired")
	}
}
