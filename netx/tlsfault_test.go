package netx_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// Whatever call of the socket below fails, in the handshake, with data or at the
// end: both sides are told of one end, those who wait for the handshake too, and
// nothing is left.
func TestTLSFaultAtEveryPlace(t *testing.T) {
	for _, side := range []string{"client", "server"} {
		for place, ended := 0, false; !ended; place++ {
			t.Run(fmt.Sprintf("%s, call %d", side, place), func(t *testing.T) {
				w := newPairWorld(t)
				a, b := &halfRecorder{}, &halfRecorder{}
				ca, cb := netx.Pair(w.clock, a, b, netx.WithPairBuffer(700))
				at, calls := place, 0
				hit := func() bool { calls++; return calls-1 == at }
				call := func(name string) func([]byte, func([]byte) (int, error)) (int, error) {
					return func(p []byte, next func([]byte) (int, error)) (int, error) {
						if hit() {
							return 0, os.NewSyscallError(name, syscall.ECONNRESET)
						}
						return next(p)
					}
				}
				me := ca
				if side == "server" {
					me = cb
				}
				netx.Misbehave(me, netx.Faults{Read: call("read"), Write: call("write"), Want: func(bool, bool) error {
					if hit() {
						return errUnwatchable
					}
					return nil
				}})
				sa, sb := watch(ca.StartTLS(both())), watch(cb.StartTLS(both()))
				ca.Write(noise(3000))
				cb.Write(noise(3000))
				cb.Pause()
				w.settle()
				cb.Resume()
				w.settle()
				ca.CloseWrite()
				w.settle()
				cb.CloseWrite()
				w.settle()
				ended = calls <= at // there was no such call
				ca.Abort()
				cb.Abort()
				w.settle()
				for name, r := range map[string]*halfRecorder{"a": a, "b": b} {
					if !isEnd(r.events[len(r.events)-1]) || strings.Count(r.story(), "lost: ") != 1 {
						t.Errorf("%s: %s", name, r.story())
					}
				}
				if !sa.fired || !sb.fired {
					t.Errorf("the handshakes: %v, %v", sa, sb)
				}
				if calls := w.clock.Calls(); len(calls) != 0 {
					t.Errorf("%d delayed calls are left", len(calls))
				}
			})
		}
	}
}
