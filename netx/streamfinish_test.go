//go:build unix

package netx_test

import (
	"errors"
	"net"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

// TestStreamIsToldOfShutdown has three Streams when their listener is shut down: one
// that waits for that and closes, one that asks later, and one that ends by itself.
func TestStreamIsToldOfShutdown(t *testing.T) {
	w := newTCPWorld(t)
	l, number := listenStream(t, w)
	var streams []*netx.Stream
	w.do(func() {
		for range 3 {
			l.Accept().Tap(func(s *netx.Stream) { streams = append(streams, s) })
		}
	})
	strangers(t, number, 3)
	w.until("the streams", func() bool { return len(streams) == 3 })
	var idle, idleToo, cancelled, ended *outcome[struct{}]
	var report *netx.ShutdownReport
	w.do(func() {
		idle = watch(streams[0].Finishing())
		d := streams[0].Finishing()
		cancelled = watch(d)
		d.Cancel()
		idleToo = watch(streams[0].Finishing())
		ended = watch(streams[2].Finishing())
		streams[2].Abort()
	})
	w.until("the end of the third", func() bool { return ended.fired })
	w.do(func() {
		if idle.fired || idleToo.fired || ended.err != nil || !errors.Is(cancelled.err, deferred.ErrCancelled) {
			t.Errorf("before: %v, %v, %v, %v", idle, idleToo, ended, cancelled)
		}
		l.Shutdown(time.Hour).Tap(func(r netx.ShutdownReport) { report = &r })
		if idle.fired {
			t.Error("it was told from inside Shutdown")
		}
	})
	w.until("the first to be told", func() bool { return idle.fired && idleToo.fired })
	w.do(func() {
		if o := watch(streams[1].Finishing()); !o.fired || o.err != nil || idle.err != nil || report != nil {
			t.Errorf("after: %v, %v, %v", o, idle, report)
		}
		streams[0].Close()
		streams[1].Close()
	})
	w.until("the end", func() bool { return report != nil })
	if *report != (netx.ShutdownReport{Finished: 2}) {
		t.Errorf("the report is %v", report)
	}
	w.do(func() {
		if o := watch(streams[1].Finishing()); !o.fired || o.err != nil {
			t.Errorf("after the end: %v", o)
		}
	})
}

// frameFinisher is a FrameProtocol that is a Finisher.
type frameFinisher struct{ frames }

func (f *frameFinisher) Finish() { f.note("finish"); f.conn.Close() }

// TestFinisherBelowAnother has a Finisher below Framed and one in a Pipe.
func TestFinisherBelowAnother(t *testing.T) {
	w := newTCPWorld(t)
	framed, piped, plain := &frameFinisher{}, &finisher{}, &frames{}
	piped.finish = func() { piped.conn.Abort() }
	protocols := []netx.Protocol{netx.Framed(netx.Lines{}, framed), piped, netx.Framed(netx.Lines{}, plain)}
	port, number := listen(t, w, factoryOf(func() netx.Protocol {
		p := protocols[0]
		protocols = protocols[1:]
		return p
	}))
	clients := strangers(t, number, 3)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	beyond := &recorder{}
	w.do(func() { w.net.Dial("tcp", l.Addr().String(), factory(beyond)).Catch(w.unexpected) })
	w.until("the connections", func() bool { return plain.conn != nil && beyond.conn != nil })
	var report *netx.ShutdownReport
	var pipe *outcome[netx.Piped]
	w.do(func() {
		pipe = watch(netx.Pipe(piped.conn, beyond.conn))
		port.Shutdown(time.Hour).Tap(func(r netx.ShutdownReport) { report = &r })
	})
	w.until("the end of the pipe", func() bool { return pipe.fired })
	w.until("the end of the frames", func() bool { return framed.reason != nil })
	expect(t, w, &piped.recorder, "made, finish, lost: aborted")
	if got := framed.story(); got != "finish, done" {
		t.Error(got)
	}
	w.do(func() { plain.conn.Close() })
	w.until("the report", func() bool { return report != nil })
	if *report != (netx.ShutdownReport{Finished: 3}) {
		t.Errorf("the report is %v", report)
	}
	for _, c := range clients {
		c.Close()
	}
}

// TestStreamOptions sets what a Conn can be set to.
func TestStreamOptions(t *testing.T) {
	w := newTCPWorld(t)
	a, b := w.streams()
	w.do(func() {
		if err := errors.Join(a.SetNoDelay(false), a.SetKeepAlive(false), a.SetLinger(-1)); err != nil {
			t.Error(err)
		}
		if err := a.SetLinger(1); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("a positive linger: %v", err)
		}
	})
	read := await(w, "the read that waits", func() *deferred.Deferred[[]byte] {
		d := a.Read()
		a.SetIdleTimeout(time.Millisecond)
		return d
	})
	if !errors.Is(read.err, deferred.ErrTimeout) || !errors.Is(read.err, netx.ErrConnectionAborted) {
		t.Errorf("it failed with %v", read.err)
	}
	w.do(func() {
		if err := a.SetNoDelay(true); !errors.Is(err, net.ErrClosed) {
			t.Errorf("after the end: %v", err)
		}
		b.Abort()
	})
}
