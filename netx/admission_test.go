//go:build unix

package netx_test

import (
	"net"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

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
