//go:build unix

package netx_test

import (
	"slices"
	"testing"
	"time"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// TestShutdownOrder makes sure that what a Port does to all of its connections is
// done in the order they came, also while some of them end.
func TestShutdownOrder(t *testing.T) {
	for name, broken := range map[string]func(i int) bool{
		"nobody ends meanwhile": func(int) bool { return false },
		"some end meanwhile":    func(i int) bool { return i%3 > 0 },
		"all end meanwhile":     func(int) bool { return true }, // and the list of them is made anew
	} {
		t.Run(name, func(t *testing.T) {
			w := newTCPWorld(t)
			var port *netx.Port
			var made, finished, lost, want []int
			w.do(func() {
				var err error
				port, err = w.net.Listen("tcp", w.at, factoryOf(func() netx.Protocol {
					i := len(made)
					made = append(made, i)
					f := &finisher{finish: func() {
						finished = append(finished, i)
						if broken(i) {
							panic("boom")
						}
					}}
					if !broken(i) {
						want = append(want, i)
						f.onLost = func(*failure.Failure) { lost = append(lost, i) }
					}
					return f
				}))
				if err != nil {
					t.Error(err)
					return
				}
				for range someBurst {
					w.net.Dial("tcp", port.Addr().String(), factory(&recorder{})).Catch(w.unexpected)
				}
			})
			w.until("the connections", func() bool { return len(made) == someBurst })
			over := false
			w.do(func() { port.Shutdown(time.Millisecond).Tap(func(netx.ShutdownReport) { over = true }) })
			w.until("the end", func() bool { return over })
			if !slices.Equal(finished, made) {
				t.Errorf("told to finish were %v", finished)
			}
			if !slices.Equal(lost, want) {
				t.Errorf("closed were %v, not %v", lost, want)
			}
		})
	}
}
