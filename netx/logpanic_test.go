//go:build unix

package netx_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// brokenHandler is a handler of slog that panics in one of its methods.
type brokenHandler struct{ in string }

func (h brokenHandler) panics(in string) {
	if h.in == in {
		panic(in)
	}
}

func (h brokenHandler) Enabled(context.Context, slog.Level) bool {
	h.panics("Enabled")
	return true
}

func (h brokenHandler) Handle(_ context.Context, r slog.Record) error {
	h.panics("Handle")
	h.panics(r.Message)
	return nil
}

func (h brokenHandler) WithAttrs([]slog.Attr) slog.Handler {
	h.panics("WithAttrs")
	return h
}

func (h brokenHandler) WithGroup(string) slog.Handler { return h }

// TestLogHandlerPanics has the handler of WithLog panic wherever it is called: the port
// goes on accepting, the connections get their data and their clean end, and each panic
// is reported.
func TestLogHandlerPanics(t *testing.T) {
	for _, in := range []string{
		"Enabled", "Handle", "WithAttrs",
		"connection made", "read", "written", "FIN", "the peer's FIN", "connection ended",
	} {
		t.Run(in, func(t *testing.T) {
			w := newTCPWorld(t)
			panics := 0
			w.do(func() {
				deferred.SetUnhandledHandler(func(u deferred.Unhandled) {
					if p, ok := errors.AsType[*failure.PanicError](u.Failure); ok && p.Value == in {
						panics++
					}
				})
			})
			log := netx.WithLog(slog.New(brokenHandler{in}))
			s := newServer(t, w, log)
			clients := s.clients(t, 3) // one after another, or all in one turn
			w.do(func() {
				for _, c := range clients {
					c.conn.WriteString("hello")
				}
			})
			for _, r := range s.made {
				w.until("the bytes", func() bool { return r.data.String() == "hello" })
			}
			w.do(func() {
				for i, r := range s.made {
					r.conn.WriteString("bye")
					r.conn.CloseWrite()
					clients[i].conn.CloseWrite()
				}
			})
			for _, r := range append(clients, s.made...) {
				w.until("the end", r.lost)
				if !errors.Is(r.reason, netx.ErrConnectionDone) {
					t.Errorf("it ended with %v", r.reason)
				}
			}
			w.until("the panics", func() bool { return panics >= 3 })
			last := s.clients(t, 1)[0]
			w.do(func() {
				last.conn.Abort()
				if !netx.Accepting(s.port) {
					t.Error("the port accepts nothing more")
				}
			})
			w.until("the last one's end", func() bool { return s.port.Stats().Open == 0 })
		})
	}
}
