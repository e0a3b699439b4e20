//go:build unix

package netx_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
)

// server is a Port, and the recorders of the connections that it accepted.
type server struct {
	w      *tcpWorld
	port   *netx.Port
	number string
	made   []*recorder
}

func newServer(t *testing.T, w *tcpWorld, opts ...netx.Option) *server {
	t.Helper()
	s := &server{w: w}
	w.do(func() {
		var err error
		s.port, err = w.net.Listen("tcp", "127.0.0.1:0", factoryOf(func() netx.Protocol {
			r := &recorder{}
			s.made = append(s.made, r)
			return r
		}), opts...)
		if err != nil {
			t.Error(err)
			return
		}
		_, s.number, _ = net.SplitHostPort(s.port.Addr().String())
	})
	return s
}

// clients dials n times, and waits until all are accepted.
func (s *server) clients(t *testing.T, n int) (rs []*recorder) {
	t.Helper()
	before := len(s.made)
	s.w.do(func() {
		for range n {
			r := &recorder{}
			rs = append(rs, r)
			s.w.net.Dial("tcp", "127.0.0.1:"+s.number, factory(r)).Catch(s.w.unexpected)
		}
	})
	s.w.until("the connections", func() bool {
		return len(s.made) == before+n && !slices.ContainsFunc(rs, func(r *recorder) bool { return r.conn == nil })
	})
	return rs
}

func TestShutdown(t *testing.T) {
	for name, tt := range map[string]struct {
		grace time.Duration
		opts  []netx.Option
		act   func(s *server, clients []*recorder)
		want  netx.ShutdownReport
	}{
		"all finish": {grace: time.Hour,
			act: func(s *server, clients []*recorder) {
				clients[0].conn.Close()
				clients[1].conn.Abort()
				s.made[2].conn.Close()
			},
			want: netx.ShutdownReport{Finished: 3}},
		"all are closed": {grace: time.Millisecond, want: netx.ShutdownReport{Closed: 3}},
		"no grace":       {want: netx.ShutdownReport{Closed: 3}},
		"one takes no input": {grace: time.Millisecond, opts: []netx.Option{netx.WithCloseTimeout(20 * time.Millisecond)},
			act: func(s *server, clients []*recorder) {
				for _, c := range clients {
					c.conn.Pause()
				}
				s.made[0].conn.Write(make([]byte, 32<<20))
			},
			want: netx.ShutdownReport{Closed: 2, Aborted: 1}},
		"a producer goes on, and there is no timeout": {grace: 10 * time.Millisecond, opts: []netx.Option{netx.WithCloseTimeout(0)},
			act:  func(s *server, clients []*recorder) { s.made[1].conn.RegisterProducer(source{s.made[1]}) },
			want: netx.ShutdownReport{Closed: 2, Aborted: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTCPWorld(t)
			s := newServer(t, w, tt.opts...)
			clients := s.clients(t, 3)
			var reports []netx.ShutdownReport
			note := func(r netx.ShutdownReport) { reports = append(reports, r) }
			w.do(func() {
				s.port.Shutdown(tt.grace).Tap(note)
				if tt.act != nil {
					tt.act(s, clients)
				}
				s.port.Shutdown(0).Tap(note) // changes nothing
				if len(reports) > 0 {
					t.Error("it fired from inside Shutdown")
				}
			})
			w.until("the end", func() bool { return len(reports) == 2 })
			w.do(func() {
				if reports[0] != tt.want || reports[1] != tt.want {
					t.Errorf("%v and %v, not %v", reports[0], reports[1], tt.want)
				}
				for _, r := range s.made {
					if !r.lost() {
						t.Errorf("it fired before the end of one: %s", r.story())
					}
				}
				s.port.Shutdown(time.Hour).Tap(note)
				for _, c := range clients {
					c.conn.Abort()
				}
			})
			w.until("the third", func() bool { return len(reports) == 3 })
			w.settle()
			w.do(func() {
				if n := len(w.r.DelayedCalls()); n != 0 {
					t.Errorf("%d delayed calls are left", n)
				}
				if open := s.port.Stats().Open; open != 0 {
					t.Errorf("%d are open", open)
				}
			})
			if c, err := net.Dial("tcp", "127.0.0.1:"+s.number); err == nil {
				c.Close()
				t.Error("it still listens")
			}
		})
	}
}

func TestShutdownOfNothing(t *testing.T) {
	w := newTCPWorld(t)
	s := newServer(t, w)
	var got *netx.ShutdownReport
	w.do(func() { s.port.Shutdown(time.Hour).Tap(func(r netx.ShutdownReport) { got = &r }) })
	w.until("the end", func() bool { return got != nil })
	if got.String() != "0 finished, 0 closed, 0 aborted" {
		t.Errorf("got %v", got)
	}
	w.do(func() {
		defer func() {
			if recover() == nil {
				t.Error("a negative grace is one")
			}
		}()
		s.port.Shutdown(-1)
	})
}

func TestShutdownCancel(t *testing.T) {
	w := newTCPWorld(t)
	s := newServer(t, w)
	clients := s.clients(t, 2)
	var failed error
	w.do(func() {
		d := s.port.Shutdown(time.Hour)
		d.Catch(func(f *failure.Failure) { failed = f })
		d.Cancel()
	})
	w.until("the end", func() bool { return clients[0].lost() && clients[1].lost() })
	w.settle()
	if !errors.Is(failed, deferred.ErrCancelled) || kindOf(s.made[0].reason) != "aborted" {
		t.Errorf("it failed with %v, a connection with %v", failed, s.made[0].reason)
	}
	w.do(func() {
		if n := len(w.r.DelayedCalls()); n != 0 {
			t.Errorf("%d delayed calls are left", n)
		}
	})
}

func TestShutdownWhenTheReactorStops(t *testing.T) {
	r, err := reactor.New(reactor.WithSignals())
	if err != nil {
		t.Fatal(err)
	}
	w := &tcpWorld{t: t, r: r, net: netx.New(r), at: "127.0.0.1:0"}
	var report *netx.ShutdownReport
	r.CallWhenRunning(func() {
		port, err := w.net.Listen("tcp", w.at, factoryOf(func() netx.Protocol { return &recorder{} }))
		if err != nil {
			t.Error(err)
			return
		}
		w.net.Dial("tcp", port.Addr().String(), factory(&recorder{})).Tap(func(netx.Protocol) {
			waitFor(r, func() bool { return port.Stats().Open == 1 }).Tap(func(struct{}) {
				port.Shutdown(time.Hour).Tap(func(got netx.ShutdownReport) { report = &got })
				r.Stop()
			})
		})
	})
	if err := r.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if report == nil || *report != (netx.ShutdownReport{Finished: 1}) {
		t.Errorf("the report is %v", report)
	}
	if n := len(r.DelayedCalls()); n != 0 {
		t.Errorf("%d delayed calls are left", n)
	}
}

func TestStreamListenerShutdown(t *testing.T) {
	w := newTCPWorld(t)
	var l *netx.StreamListener
	var report *netx.ShutdownReport
	a := &recorder{}
	w.do(func() {
		var err error
		if l, err = netx.ListenStream(w.net, "tcp", w.at); err != nil {
			t.Error(err)
			return
		}
		w.net.Dial("tcp", l.Addr().String(), factory(a)).Catch(w.unexpected)
	})
	w.until("the connection", func() bool { return l.Stats().Open == 1 })
	w.do(func() { l.Shutdown(time.Hour).Tap(func(got netx.ShutdownReport) { report = &got }) })
	w.until("the end", func() bool { return report != nil && a.lost() })
	if *report != (netx.ShutdownReport{Aborted: 1}) {
		t.Errorf("the report is %v", report)
	}
}

// finisher is a recorder that closes its connection when it is asked to finish,
// unless it is busy.
type finisher struct {
	recorder
	finish func()
}

func (f *finisher) Finish() {
	f.note("finish")
	if f.finish != nil {
		f.finish()
	}
}

func TestFinisher(t *testing.T) {
	w := newTCPWorld(t)
	idle, busy, broken := &finisher{}, &finisher{}, &finisher{finish: func() { panic("boom") }}
	idle.finish = func() { idle.conn.Close() }
	protocols := []netx.Protocol{idle, busy, broken}
	var port *netx.Port
	w.do(func() {
		next := 0
		var err error
		port, err = w.net.Listen("tcp", w.at, factoryOf(func() netx.Protocol { next++; return protocols[next-1] }))
		if err != nil {
			t.Error(err)
			return
		}
		for range 3 {
			w.net.Dial("tcp", port.Addr().String(), factory(&recorder{})).Catch(w.unexpected)
		}
	})
	w.until("the connections", func() bool { return port.Stats().Open == 3 })
	var report *netx.ShutdownReport
	w.do(func() {
		port.Shutdown(time.Hour).Tap(func(r netx.ShutdownReport) { report = &r })
		port.Shutdown(time.Hour)
		if len(idle.events) != 1 {
			t.Error("it was told from inside Shutdown")
		}
	})
	w.until("the end of two", func() bool { return idle.lost() && broken.lost() })
	w.settle()
	expect(t, w, &idle.recorder, "made, finish, lost: done")
	expect(t, w, &broken.recorder, "made, finish, lost: panic: boom")
	expect(t, w, &busy.recorder, "made, finish")
	w.do(func() { busy.conn.Close() })
	w.until("the end", func() bool { return report != nil })
	if *report != (netx.ShutdownReport{Finished: 3}) {
		t.Errorf("the report is %v", report)
	}
}
