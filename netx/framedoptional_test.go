//go:build unix

package netx_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/timeout"
)

// frameFinisher is a protocol of frames that closes its connection when it is asked
// to finish.
type frameFinisher struct{ frames }

func (f *frameFinisher) Finish() {
	f.note("finish")
	f.conn.Close()
}

// TestFramedFinisher has a protocol of frames told of the Shutdown, and one that
// does not want to know.
func TestFramedFinisher(t *testing.T) {
	w := newTCPWorld(t)
	idle, deaf := &frameFinisher{}, &frames{}
	protocols := []netx.FrameProtocol{idle, deaf}
	var port *netx.Port
	w.do(func() {
		next := 0
		var err error
		port, err = w.net.Listen("tcp", w.at, factoryOf(func() netx.Protocol {
			next++
			return netx.Framed(netx.Lines{}, protocols[next-1])
		}))
		if err != nil {
			t.Error(err)
			return
		}
		for range protocols {
			w.net.Dial("tcp", port.Addr().String(), factory(&recorder{})).Catch(w.unexpected)
		}
	})
	w.until("the connections", func() bool { return port.Stats().Open == 2 })
	var report *netx.ShutdownReport
	w.do(func() { port.Shutdown(time.Hour).Tap(func(r netx.ShutdownReport) { report = &r }) })
	w.until("the end of one", func() bool { return idle.reason != nil })
	w.settle()
	w.do(func() {
		if !strings.HasPrefix(idle.story(), "finish, ") || deaf.reason != nil {
			t.Errorf("one got %s, the other %s", idle.story(), deaf.story())
		}
		deaf.conn.Close()
	})
	w.until("the end", func() bool { return report != nil })
	if *report != (netx.ShutdownReport{Finished: 2}) {
		t.Errorf("the report is %v", report)
	}
}

// frameTaker is a protocol of frames that takes descriptors, and can stop at them.
type frameTaker struct {
	frames
	files []*os.File
	pause bool
}

func (f *frameTaker) FDsReceived(files []*os.File) {
	f.note("%d descriptors", len(files))
	f.files = append(f.files, files...)
	if f.pause {
		f.conn.Pause()
	}
}

// TestFDsBehind sends descriptors to protocols that stand behind one of the
// package's own.
func TestFDsBehind(t *testing.T) {
	for name, tt := range map[string]struct {
		pause  bool
		behind func(w *localWorld, p netx.Protocol) netx.Protocol
	}{
		"frames":             {behind: func(_ *localWorld, p netx.Protocol) netx.Protocol { return p }},
		"frames that paused": {pause: true, behind: func(_ *localWorld, p netx.Protocol) netx.Protocol { return p }},
		"a service":          {behind: served},
	} {
		t.Run(name, func(t *testing.T) {
			sameDescriptors(t)
			w := newLocalWorld(t)
			a, b := &recorder{}, &frameTaker{pause: tt.pause}
			w.connect(a, tt.behind(w, netx.Framed(netx.Lines{Delimiter: "\n"}, b)))
			f := numbered(t, 7)
			w.do(func() {
				if _, err := a.conn.WriteFDs([]byte("take this\n"), f); err != nil {
					t.Error(err)
				}
			})
			want := `1 descriptors, "take this"`
			if tt.pause {
				w.until("the descriptors", func() bool { return b.story() != "" })
				w.settle()
				w.do(func() {
					if got := b.story(); got != "1 descriptors" {
						t.Errorf("got %s", got)
					}
					b.conn.Resume()
				})
			}
			w.until("the frame", func() bool { return strings.HasSuffix(b.story(), `"take this"`) })
			w.do(func() {
				if b.story() != want || numberIn(t, b.files[0]) != 7 {
					t.Errorf("got %s", b.story())
				}
				for _, f := range b.files {
					f.Close()
				}
				a.conn.Abort()
			})
			w.until("the end", func() bool { return a.lost() && b.reason != nil })
			f.Close()
		})
	}
}

// served returns p as a Service makes it, which gives up when that connection has
// ended.
func served(w *localWorld, p netx.Protocol) (made netx.Protocol) {
	w.do(func() {
		s := netx.NewService(w.net, netx.ServiceConfig{
			Factory: factory(p),
			Policy:  timeout.Policy{Attempts: 1},
			Connect: func(f netx.Factory) *deferred.Deferred[netx.Protocol] {
				made, _ = f.BuildProtocol(nil)
				return deferred.New[netx.Protocol]()
			},
		})
		s.WhenConnected(0).Catch(func(*failure.Failure) {})
		s.Start()
	})
	return made
}
