package netxtest

import (
	"bytes"
	"errors"
	"net"
	"testing"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// pull is a pull producer. Its calls are events of its recorder.
type pull struct {
	r      *Recorder
	resume func()
	stop   func()
}

func (p *pull) ResumeProducing() {
	p.r.Note("resume")
	if p.resume != nil {
		p.resume()
	}
}

func (p *pull) StopProducing() {
	p.r.Note("stop")
	if p.stop != nil {
		p.stop()
	}
}

// push is a push producer.
type push struct {
	pull
	pause func()
}

func (p *push) PauseProducing() {
	p.r.Note("pause")
	if p.pause != nil {
		p.pause()
	}
}

// deaf is a protocol that reads nothing until it is told to.
func deaf() *Recorder { return &Recorder{OnMade: func(c *netx.Conn) { c.Pause() }} }

func register(t testing.TB, r *Recorder, p netx.Producer) {
	t.Helper()
	if err := r.Conn.RegisterProducer(p); err != nil {
		t.Errorf("RegisterProducer answered %v", err)
	}
}

func testPushMarks(t *testing.T, w World) {
	a, b := &Recorder{}, deaf()
	w.Connect(a, b, netx.WithWriteMarks(1000, 4000))
	left, rounds := -1, 0
	p := &push{pull: pull{r: a}}
	p.pause = func() {
		if n := a.Conn.Buffered(); n <= 4000 {
			t.Errorf("paused with %d bytes", n)
		}
	}
	p.resume = func() {
		left = a.Conn.Buffered()
		rounds++
	}
	w.Do(func() { register(t, a, p) })
	flood := func() {
		for range 3 { // a producer that does not listen is told once all the same
			a.Conn.Write(make([]byte, w.Much()))
		}
	}
	w.Do(flood)
	w.Settle()
	expect(t, w, a, "made, pause")
	w.Do(b.Conn.Resume)
	w.Until("room", func() bool { return rounds == 1 })
	w.Do(func() {
		if left > 1000 {
			t.Errorf("resumed with %d bytes left", left)
		}
		b.Conn.Pause()
		flood()
		a.Conn.Abort()
	})
	bothLost(t, w, a, b)
	expect(t, w, a, "made, pause, resume, pause, stop, lost: aborted")
}

func testPushLate(t *testing.T, w World) {
	a, b := &Recorder{}, deaf()
	w.Connect(a, b)
	fill(t, w, a)
	w.Do(func() {
		register(t, a, &push{pull: pull{r: a}})
		if a.Story() != "made, pause" {
			t.Errorf("registered when the output was above the high mark: %s", a.Story())
		}
		a.Conn.UnregisterProducer()
		a.Conn.Abort()
	})
	bothLost(t, w, a, b)
	expect(t, w, a, "made, pause, lost: aborted")
}

// inPieces returns what a pull producer does to write content, and close then.
func inPieces(r *Recorder, content []byte, size int) func() {
	return func() {
		n := min(size, len(content))
		r.Conn.Write(content[:n])
		if content = content[n:]; len(content) == 0 {
			r.Conn.UnregisterProducer()
		}
	}
}

func testPull(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	w.Connect(a, b)
	content := noise(w.Much())
	p := &pull{r: a}
	next := inPieces(a, content, (w.Much()+9)/10)
	inside := false
	p.resume = func() {
		if inside || a.Conn.Buffered() > 16<<10 {
			t.Errorf("asked with %d bytes left, from inside: %v", a.Conn.Buffered(), inside)
		}
		next()
	}
	w.Do(func() {
		inside = true
		register(t, a, p)
		inside = false
	})
	w.Until("all of it", func() bool { return b.Data.Len() >= len(content) })
	w.Do(func() {
		if !bytes.Equal(b.Data.Bytes(), content) {
			t.Error("what arrived is not what was written")
		}
		a.Conn.Close()
	})
	bothLost(t, w, a, b)
	expect(t, w, a, "made"+times(", resume", 10)+", lost: done")
}

func times(s string, n int) string { return string(bytes.Repeat([]byte(s), n)) }

func testPullLater(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	w.Connect(a, b)
	w.Do(func() { register(t, a, &pull{r: a}) })
	w.Settle()
	expect(t, w, a, "made, resume") // and not again before it has written
	w.Do(func() { a.Conn.WriteString("x") })
	w.Settle()
	expect(t, w, a, "made, resume, resume")
	w.Do(func() { a.Conn.UnregisterProducer(); a.Conn.UnregisterProducer(); a.Conn.WriteString("y") })
	w.Settle()
	w.Do(func() { a.Conn.Close() })
	bothLost(t, w, a, b)
	expect(t, w, a, "made, resume, resume, lost: done")
	if b.Data.String() != "xy" {
		t.Errorf("got %q", b.Data.String())
	}
}

func testProducerRefused(t *testing.T, w World) {
	a, b := &Recorder{}, &Recorder{}
	other := &Recorder{}
	w.Connect(a, b)
	refused := func(kind error) {
		t.Helper()
		if err := a.Conn.RegisterProducer(&pull{r: other}); !errors.Is(err, kind) {
			t.Errorf("RegisterProducer answered %v", err)
		}
	}
	w.Do(func() {
		register(t, a, &push{pull: pull{r: a}})
		refused(netx.ErrProducerRegistered)
		a.Conn.UnregisterProducer()
		a.Conn.CloseWrite()
		refused(netx.ErrWriteClosed)
		a.Conn.Abort()
		refused(net.ErrClosed)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("nil is a producer")
				}
			}()
			a.Conn.RegisterProducer(nil)
		}()
	})
	bothLost(t, w, a, b)
	w.Do(func() { refused(netx.ErrConnectionAborted) })
	w.Settle()
	expect(t, w, other, "")
}

func testProducerPanics(t *testing.T, w World) {
	boom := errors.New("boom")
	for name, arm := range map[string]func(p *push){
		"ResumeProducing": func(p *push) {
			p.pause = func() {}
			p.resume = func() { panic(boom) }
		},
		"PauseProducing": func(p *push) { p.pause = func() { panic(boom) } },
	} {
		a, b := &Recorder{}, &Recorder{}
		w.Connect(a, b, netx.WithWriteMarks(100, 1000))
		w.Do(func() {
			p := &push{pull: pull{r: a}}
			arm(p)
			register(t, a, p)
			if _, err := a.Conn.Write(noise(w.Much())); (err != nil) != (name == "PauseProducing") {
				t.Errorf("%s: Write answered %v", name, err)
			}
			if a.Lost() {
				t.Errorf("%s: the end was told from inside Write", name)
			}
		})
		bothLost(t, w, a, b)
		var p *failure.PanicError
		if !errors.As(a.Reason, &p) || !errors.Is(a.Reason, boom) {
			t.Errorf("%s: the reason is %v", name, a.Reason)
		}
		if n := len(a.Events); a.Events[n-2] != "stop" {
			t.Errorf("%s: %s", name, a.Story())
		}
	}
}
