package netx_test

import (
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func states() map[string]func(w *pairWorld, a, b *halfRecorder) {
	full := func(a *halfRecorder) { a.conn.Write(make([]byte, 150_000)) }
	return map[string]func(w *pairWorld, a, b *halfRecorder){
		"open":                func(*pairWorld, *halfRecorder, *halfRecorder) {},
		"open, buffered":      func(_ *pairWorld, a, b *halfRecorder) { b.conn.Pause(); full(a) },
		"input closed":        func(w *pairWorld, a, b *halfRecorder) { b.conn.CloseWrite(); w.settle() },
		"output closed":       func(w *pairWorld, a, b *halfRecorder) { a.conn.CloseWrite(); w.settle() },
		"closing the output":  func(w *pairWorld, a, b *halfRecorder) { b.conn.Pause(); full(a); a.conn.CloseWrite(); w.settle() },
		"closing, to be told": func(w *pairWorld, a, b *halfRecorder) { a.conn.Close() },
		"closing":             func(w *pairWorld, a, b *halfRecorder) { b.conn.Pause(); full(a); a.conn.Close(); w.settle() },
		"last flush": func(w *pairWorld, a, b *halfRecorder) {
			b.conn.Pause()
			full(a)
			b.conn.CloseWrite()
			w.settle()
			a.conn.CloseWrite()
			w.settle()
		},
		"leaving": func(w *pairWorld, a, b *halfRecorder) {
			b.conn.Pause()
			full(a)
			a.conn.CloseWrite()
			a.conn.Close()
			w.settle()
		},
		"paused": func(w *pairWorld, a, b *halfRecorder) { a.conn.Pause(); w.settle() },
	}
}

func TestEveryStateAndEvent(t *testing.T) {
	events := map[string]func(w *pairWorld, a, b *halfRecorder){
		"the peer closes":      func(_ *pairWorld, a, b *halfRecorder) { b.conn.Resume(); b.conn.Close() },
		"the peer half closes": func(_ *pairWorld, a, b *halfRecorder) { b.conn.Resume(); b.conn.CloseWrite() },
		"the peer resets":      func(_ *pairWorld, a, b *halfRecorder) { b.conn.Abort() },
		"close":                func(_ *pairWorld, a, b *halfRecorder) { a.conn.Close() },
		"half close":           func(_ *pairWorld, a, b *halfRecorder) { a.conn.CloseWrite() },
		"abort":                func(_ *pairWorld, a, b *halfRecorder) { a.conn.Abort() },
		"an hour goes by":      func(w *pairWorld, a, b *halfRecorder) { w.clock.Advance(time.Hour) },
		"read fails":           func(_ *pairWorld, a, b *halfRecorder) { misread(a, syscall.ECONNRESET); b.conn.WriteString("x") },
		"write fails": func(_ *pairWorld, a, b *halfRecorder) {
			miswrite(a, syscall.EPIPE)
			a.conn.WriteString("x")
			b.conn.Resume()
		},
		"the FIN fails":  func(_ *pairWorld, a, b *halfRecorder) { unshuttable(a); a.conn.CloseWrite(); b.conn.Resume() },
		"watching fails": func(_ *pairWorld, a, b *halfRecorder) { unwatchable(a); a.conn.Pause(); a.conn.Resume() },
		"the protocol panics": func(_ *pairWorld, a, b *halfRecorder) {
			a.onData = func([]byte) { panic("boom") }
			b.conn.WriteString("x")
		},
		"everything at a time": func(_ *pairWorld, a, b *halfRecorder) {
			b.conn.Abort()
			a.conn.CloseWrite()
			a.conn.Close()
			a.conn.Abort()
		},
		"close, write, abort":   func(_ *pairWorld, a, b *halfRecorder) { a.conn.Close(); a.conn.WriteString("x"); a.conn.Abort() },
		"nothing, and an end":   func(_ *pairWorld, a, b *halfRecorder) {},
		"pause, resume, abort":  func(_ *pairWorld, a, b *halfRecorder) { a.conn.Pause(); a.conn.Resume(); b.conn.Abort() },
		"the peer closes twice": func(w *pairWorld, a, b *halfRecorder) { b.conn.CloseWrite(); w.settle(); b.conn.Abort() },
	}
	for state, enter := range states() {
		for event, do := range events {
			t.Run(state+"/"+event, func(t *testing.T) {
				w := newPairWorld(t)
				a, b := &halfRecorder{}, &halfRecorder{}
				w.connect(a, b)
				enter(w, a, b)
				drained := errors.New("has not fired")
				a.conn.Drained().AddBoth(func(v struct{}, err error) (struct{}, error) {
					drained = err
					return v, nil
				})
				before := len(a.events)
				do(w, a, b)
				if slices.ContainsFunc(a.events[before:], isEnd) && event != "an hour goes by" && event != "the peer closes twice" {
					t.Errorf("the end was told from inside: %s", a.story())
				}
				w.settle()
				if a.conn.Abort(); !b.lost() {
					b.conn.Abort()
				}
				w.settle()
				for name, r := range map[string]*halfRecorder{"a": a, "b": b} {
					if n := slices.IndexFunc(r.events, isEnd); n != len(r.events)-1 {
						t.Errorf("%s: %s", name, r.story())
					}
				}
				if drained != nil && drained.Error() == "has not fired" {
					t.Error("Drained has not fired at the end")
				}
				if calls := w.clock.Calls(); len(calls) != 0 {
					t.Errorf("%d delayed calls are left", len(calls))
				}
			})
		}
	}
}

func TestActingInside(t *testing.T) {
	for name, act := range map[string]func(r *halfRecorder){
		"close":       func(r *halfRecorder) { r.conn.Close() },
		"abort":       func(r *halfRecorder) { r.conn.Abort() },
		"half close":  func(r *halfRecorder) { r.conn.CloseWrite() },
		"write":       func(r *halfRecorder) { r.conn.WriteString("x") },
		"write much":  func(r *halfRecorder) { r.conn.Write(make([]byte, 200_000)) },
		"pause":       func(r *halfRecorder) { r.conn.Pause() },
		"pause, read": func(r *halfRecorder) { r.conn.Pause(); r.conn.Resume() },
		"panic":       func(r *halfRecorder) { panic("boom") },
		"unwatchable": func(r *halfRecorder) { unwatchable(r); r.conn.Pause() },
	} {
		for _, where := range []string{"read closed", "write closed"} {
			for _, first := range []string{"a", "b"} {
				t.Run(name+" in "+where+", first "+first, func(t *testing.T) {
					w := newPairWorld(t)
					a, b := &halfRecorder{}, &halfRecorder{}
					if where == "read closed" {
						a.onReadClosed = func() { act(a) }
					} else {
						a.onWriteClosed = func() { act(a) }
					}
					w.connect(a, b)
					one, two := a, b
					if first == "b" {
						one, two = b, a
					}
					one.conn.CloseWrite()
					w.settle()
					two.conn.CloseWrite()
					w.settle()
					a.conn.Abort() // what has not ended by itself
					b.conn.Abort()
					w.settle()
					for _, r := range []*halfRecorder{a, b} {
						if n := slices.IndexFunc(r.events, isEnd); n != len(r.events)-1 {
							t.Errorf("a: %s, b: %s", a.story(), b.story())
						}
					}
					if calls := w.clock.Calls(); len(calls) != 0 {
						t.Errorf("%d delayed calls are left", len(calls))
					}
				})
			}
		}
	}
}

func isEnd(event string) bool { return strings.HasPrefix(event, "lost:") }
