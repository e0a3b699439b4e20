package netx_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/spindle-go/spindle/netx"
)

// injector makes the call of a given number, of all that two connections make to
// their sockets, go wrong.
type injector struct {
	at    int // the number of the call, from 1 on
	calls int
	short bool  // the call does no more than it has to
	err   error // what it answers, if it is not short
	hit   bool  // it has happened
}

// due counts a call and reports whether it is the one.
func (i *injector) due() bool {
	i.calls++
	i.hit = i.hit || i.calls == i.at
	return i.calls == i.at
}

func (i *injector) transfer(p []byte, next func([]byte) (int, error)) (int, error) {
	switch {
	case !i.due():
		return next(p)
	case i.short:
		return next(p[:1])
	}
	return 0, i.err
}

// faults are those of one connection.
func (i *injector) faults(errno error) netx.Faults {
	f := netx.Faults{Read: i.transfer, Write: i.transfer}
	if errno != nil { // a FIN and a watch cannot block or be short
		fail := func() error {
			if i.due() {
				return i.err
			}
			return nil
		}
		f.Shut = fail
		f.Want = func(bool, bool) error { return fail() }
	}
	return f
}

// exchange is a conversation with a bit of everything: a pull producer that writes
// and then closes its direction, an answer with back-pressure, half closes.
type exchange struct {
	a, b    halfRecorder
	content []byte
	left    []byte
	drained int // Deferreds of Drained that have fired
	asked   int
}

func newExchange() *exchange {
	e := &exchange{content: noise(3000)}
	e.left = e.content
	e.b.onData = func(p []byte) {
		e.b.conn.Write(p)
		e.wait(e.b.conn)
	}
	e.b.onReadClosed = func() { e.b.conn.CloseWrite() }
	return e
}

// wait waits for room, and counts.
func (e *exchange) wait(c *netx.Conn) {
	e.asked++
	c.Drained().AddBoth(func(v struct{}, _ error) (struct{}, error) {
		e.drained++
		return v, nil
	})
}

func (e *exchange) begin() {
	if err := e.a.conn.RegisterProducer(e); err == nil {
		e.a.conn.CloseWrite() // waits for it
	}
}

func (e *exchange) ResumeProducing() {
	n := min(700, len(e.left))
	e.a.conn.Writev([][]byte{e.left[:n/2], e.left[n/2 : n]})
	e.wait(e.a.conn)
	if e.left = e.left[n:]; len(e.left) == 0 {
		e.a.conn.UnregisterProducer()
	}
}

func (e *exchange) StopProducing() { e.a.note("stop") }

// check holds what happened against the rules.
func (e *exchange) check(whole bool) (err error) {
	for name, r := range map[string]*halfRecorder{"a": &e.a, "b": &e.b} {
		if n := slices.IndexFunc(r.events, isEnd); n < 0 || n != len(r.events)-1 {
			err = errors.Join(err, fmt.Errorf("%s: %s", name, r.story()))
		}
		if !bytes.HasPrefix(e.content, r.data.Bytes()) {
			err = errors.Join(err, fmt.Errorf("%s got what was not sent, or got it twice", name))
		}
		if whole && (kindOf(r.reason) != "done" || r.data.Len() != len(e.content) || len(r.events) != 4) {
			err = errors.Join(err, fmt.Errorf("%s got %d bytes: %s: %v", name, r.data.Len(), r.story(), r.reason))
		}
	}
	if e.drained != e.asked {
		err = errors.Join(err, fmt.Errorf("of %d Deferreds %d have fired", e.asked, e.drained))
	}
	return err
}

// injections are the faults. Those without an errno change nothing in the end.
func injections() map[string]*injector {
	errno := func(call string, e syscall.Errno) *injector { return &injector{err: os.NewSyscallError(call, e)} }
	return map[string]*injector{
		"would block": {err: netx.ErrWouldBlock},
		"ENOBUFS":     {err: netx.ErrNoRoom},
		"a short one": {short: true},
		"ECONNRESET":  errno("read", syscall.ECONNRESET),
		"EPIPE":       errno("write", syscall.EPIPE),
		"ETIMEDOUT":   errno("read", syscall.ETIMEDOUT),
	}
}

// TestAFaultAtEveryCall has each call to a socket go wrong, one in each run.
func TestAFaultAtEveryCall(t *testing.T) {
	for name, kind := range injections() {
		t.Run(name, func(t *testing.T) {
			errno := kind.err
			if errno == netx.ErrWouldBlock || errno == netx.ErrNoRoom {
				errno = nil
			}
			for at := 1; ; at++ {
				w := newPairWorld(t)
				in, e := *kind, newExchange()
				in.at = at
				w.connect(&e.a, &e.b, netx.WithPairBuffer(900), netx.WithWriteMarks(100, 300), netx.WithCloseTimeout(time.Second))
				netx.Misbehave(e.a.conn, in.faults(errno))
				netx.Misbehave(e.b.conn, in.faults(errno))
				e.begin()
				w.clock.Advance(time.Hour)
				if err := e.check(errno == nil || !in.hit); err != nil {
					t.Errorf("at call %d: %v", at, err)
				}
				if n := len(w.clock.Calls()); n != 0 {
					t.Errorf("at call %d: %d delayed calls are left", at, n)
				}
				if !in.hit {
					if at < 20 {
						t.Errorf("there are only %d calls", at)
					}
					return
				}
			}
		})
	}
}

// TestAFaultAtEveryCallOnTCP is the same with sockets of the system.
func TestAFaultAtEveryCallOnTCP(t *testing.T) {
	w := newTCPWorld(t)
	before := -1
	for name, kind := range injections() {
		t.Run(name, func(t *testing.T) {
			errno := kind.err
			if errno == netx.ErrWouldBlock || errno == netx.ErrNoRoom {
				errno = nil
			}
			for at := 1; at < 40; at++ {
				in, e := *kind, newExchange()
				in.at = at
				w.connect(&e.a, &e.b, netx.WithWriteMarks(100, 300))
				w.do(func() {
					netx.Misbehave(e.a.conn, in.faults(errno))
					netx.Misbehave(e.b.conn, in.faults(errno))
					e.begin()
				})
				w.until("the end of both sides", func() bool { return e.a.lost() && e.b.lost() })
				w.settle()
				if err := e.check(errno == nil || !in.hit); err != nil {
					t.Errorf("at call %d: %v", at, err)
				}
				w.do(func() {
					if n := descriptors(); before < 0 {
						before = n
					} else if n > before {
						t.Errorf("at call %d: %d descriptors, %d before", at, n, before)
					}
				})
			}
		})
	}
}

// TestAPeerThatClosesInEveryState is TestEveryStateAndEvent with sockets of the
// system, where a reset may come at any time.
func TestAPeerThatClosesInEveryState(t *testing.T) {
	w := newTCPWorld(t)
	full := func(a *halfRecorder) { a.conn.Write(make([]byte, 16<<20)) }
	states := map[string]func(a, b *halfRecorder){
		"open":               func(a, b *halfRecorder) {},
		"paused":             func(a, b *halfRecorder) { a.conn.Pause() },
		"with unread input":  func(a, b *halfRecorder) { a.conn.Pause(); b.conn.WriteString("x") },
		"with output":        func(a, b *halfRecorder) { b.conn.Pause(); full(a) },
		"paused with output": func(a, b *halfRecorder) { a.conn.Pause(); b.conn.Pause(); full(a) },
		"input closed":       func(a, b *halfRecorder) { b.conn.CloseWrite() },
		"output closed":      func(a, b *halfRecorder) { a.conn.CloseWrite() },
		"closing the output": func(a, b *halfRecorder) { b.conn.Pause(); full(a); a.conn.CloseWrite() },
		"last flush": func(a, b *halfRecorder) {
			b.conn.Pause()
			full(a)
			b.conn.CloseWrite()
			a.conn.CloseWrite()
		},
		"closing":         func(a, b *halfRecorder) { b.conn.Pause(); full(a); a.conn.Close() },
		"with a producer": func(a, b *halfRecorder) { a.conn.RegisterProducer(source{&a.recorder}); a.conn.Close() },
	}
	events := map[string]func(b *halfRecorder){
		"closes":                 func(b *halfRecorder) { b.conn.Close() },
		"aborts":                 func(b *halfRecorder) { b.conn.Abort() },
		"half closes":            func(b *halfRecorder) { b.conn.CloseWrite() },
		"reads on, and closes":   func(b *halfRecorder) { b.conn.Resume(); b.conn.Close() },
		"writes, and aborts":     func(b *halfRecorder) { b.conn.WriteString("x"); b.conn.Abort() },
		"half closes and aborts": func(b *halfRecorder) { b.conn.CloseWrite(); b.conn.Abort() },
	}
	for state, enter := range states {
		for event, do := range events {
			t.Run(state+"/"+event, func(t *testing.T) {
				a, b := &halfRecorder{}, &halfRecorder{}
				w.connect(a, b, netx.WithIdleTimeout(time.Minute))
				fired := false
				w.do(func() {
					enter(a, b)
					a.conn.Drained().AddBoth(func(v struct{}, _ error) (struct{}, error) { fired = true; return v, nil })
				})
				w.settle()
				w.do(func() { do(b) })
				w.settle()
				w.do(func() { a.conn.Abort(); b.conn.Abort() }) // what has not ended by itself
				bothLost(t, w, &a.recorder, &b.recorder)
				for name, r := range map[string]*halfRecorder{"a": a, "b": b} {
					if n := slices.IndexFunc(r.events, isEnd); n != len(r.events)-1 {
						t.Errorf("%s: %s", name, r.story())
					}
				}
				if !fired {
					t.Error("Drained has not fired")
				}
				w.do(func() {
					if n := len(w.r.DelayedCalls()); n != 0 {
						t.Errorf("%d delayed calls are left", n)
					}
				})
			})
		}
	}
}
