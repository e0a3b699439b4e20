//go:build unix

package netx_test

import (
	"context"
	"errors"
	"fmt"
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

func TestMaxConnections(t *testing.T) {
	w := newTCPWorld(t)
	s := newServer(t, w, netx.WithMaxConnections(2))
	clients := s.clients(t, 2)
	waiting := connectTo(t, "127.0.0.1:"+s.number) // in the kernel's queue
	w.settle()
	w.do(func() {
		if len(s.made) != 2 || netx.Accepting(s.port) {
			t.Errorf("%d were accepted", len(s.made))
		}
		clients[0].conn.Close()
	})
	w.until("the third", func() bool { return len(s.made) == 3 })
	w.do(func() {
		if st := s.port.Stats(); st.Open != 2 || st.Accepted != 3 || netx.Accepting(s.port) {
			t.Errorf("the port has done %+v", st)
		}
		clients[1].conn.Close()
		s.made[2].conn.Close()
	})
	waiting.Close()
	w.until("room", func() bool { return netx.Accepting(s.port) })
	s.clients(t, 1)
	w.do(func() { // stopped when it is full
		s.port.Shutdown(0)
	})
	w.until("the end", func() bool { return s.port.Stats().Open == 0 })
}

// TestMaxConnectionsAndAStreamListener has both reasons not to accept.
func TestMaxConnectionsAndAStreamListener(t *testing.T) {
	w := newTCPWorld(t)
	var l *netx.StreamListener
	w.do(func() {
		var err error
		if l, err = netx.ListenStream(w.net, "tcp", w.at, netx.WithMaxConnections(128)); err != nil {
			t.Error(err)
		}
	})
	_, number, _ := net.SplitHostPort(l.Addr().String())
	strangers(t, number, 130)
	w.until("128", func() bool { return l.Stats().Open == 128 })
	w.do(func() {
		for range 100 { // now the listener wants more, and there may be no more
			l.Accept()
		}
	})
	w.settle()
	w.do(func() {
		if n := l.Stats().Open; n != 128 {
			t.Errorf("%d are open", n)
		}
	})
	var taken []*netx.Stream
	w.do(func() {
		for range 3 {
			l.Accept().Tap(func(s *netx.Stream) { taken = append(taken, s) })
		}
		for _, s := range taken {
			s.Abort()
		}
	})
	w.until("the rest", func() bool { return l.Stats().Accepted == 130 })
	w.do(func() { l.Shutdown(0) })
	w.until("the end", func() bool { return l.Stats().Open == 0 })
}

func TestMaxConnectionsPerPeer(t *testing.T) {
	w := newTCPWorld(t)
	s := newServer(t, w, netx.WithMaxConnectionsPerPeer(2))
	clients := s.clients(t, 2)
	ends(t, connectTo(t, "127.0.0.1:"+s.number))
	other := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	if c, err := other.Dial("tcp", "127.0.0.1:"+s.number); err != nil {
		t.Logf("there is no other address: %v", err)
	} else {
		defer c.Close()
		w.until("another peer", func() bool { return len(s.made) == 3 })
	}
	w.do(func() {
		if st := s.port.Stats(); st.Limited != 1 || st.Rejected != 0 {
			t.Errorf("the port has done %+v", st)
		}
		clients[0].conn.Close()
		clients[1].conn.Close()
	})
	w.until("the end", func() bool { return s.made[0].lost() && s.made[1].lost() })
	s.clients(t, 2)
	w.do(func() { s.port.Shutdown(0) })
	w.until("the end", func() bool { return s.port.Stats().Open == 0 })
}

func TestPeers(t *testing.T) {
	addr := func(s string) net.Addr {
		a, err := net.ResolveTCPAddr("tcp", s)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for name, tt := range map[string]struct {
		a, b net.Addr
		same bool
	}{
		"two ports":         {addr("192.0.2.1:1"), addr("192.0.2.1:2"), true},
		"two addresses":     {addr("192.0.2.1:1"), addr("192.0.2.2:1"), false},
		"IPv4 in IPv6":      {addr("192.0.2.1:1"), addr("[::ffff:192.0.2.1]:1"), true},
		"one site":          {addr("[2001:db8::1]:1"), addr("[2001:db8::2:1]:1"), true},
		"two sites":         {addr("[2001:db8::1]:1"), addr("[2001:db8:0:1::1]:1"), false},
		"what is no TCP":    {&net.UnixAddr{Name: "x"}, addr("192.0.2.1:1"), false},
		"an address, again": {addr("[2001:db8::1%lo]:1"), addr("[2001:db8::1]:1"), true},
	} {
		if same := netx.PeerOf(tt.a) == netx.PeerOf(tt.b); same != tt.same {
			t.Errorf("%s: %v", name, same)
		}
	}
	if netx.PeerOf(&net.UnixAddr{}).IsValid() {
		t.Error("a Unix socket has a peer's address")
	}
}

// A server stops: what is under way may finish, for a while.
func ExamplePort_Shutdown() {
	r, err := reactor.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	n := netx.New(r)
	port, err := n.Listen("tcp", "127.0.0.1:0", netx.FactoryFunc(
		func(net.Addr) (netx.Protocol, error) { return &shouter{}, nil }))
	if err != nil {
		fmt.Println(err)
		return
	}
	r.AddSystemEventTrigger(reactor.Before, reactor.Shutdown, func() *deferred.Deferred[struct{}] {
		return deferred.Then(port.Shutdown(5*time.Second), func(report netx.ShutdownReport) (struct{}, error) {
			fmt.Println("aborted:", report.Aborted)
			return struct{}{}, nil
		})
	})
	client := &caller{end: func() { _ = r.Stop() }}
	n.Dial("tcp", port.Addr().String(), netx.FactoryFunc(
		func(net.Addr) (netx.Protocol, error) { return client, nil }))
	if err := r.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// HELLO
	// clean: true
	// aborted: 0
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

// TestMaxConnectionsBeforeTheHeader counts those that wait for a proxy's header.
func TestMaxConnectionsBeforeTheHeader(t *testing.T) {
	w := newTCPWorld(t)
	port, number := listen(t, w, factoryOf(func() netx.Protocol { return &echo{} }),
		netx.WithProxyProtocol(loopback), netx.WithMaxConnections(2))
	silent := strangers(t, number, 2)
	w.until("the limit", func() bool { return !netx.Accepting(port) })
	last := strangers(t, number, 1)[0]
	w.settle()
	w.do(func() {
		if netx.Accepting(port) {
			t.Error("more than two were accepted")
		}
	})
	silent[0].Close()
	last.Write([]byte("PROXY UNKNOWN\r\n"))
	if got := hello(t, last); got != "hello" {
		t.Errorf("got %q", got)
	}
	last.Close()
	silent[1].Close()
	w.until("room", func() bool { return netx.Accepting(port) && port.Stats().Open == 0 })
}
