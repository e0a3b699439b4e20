package nettest

import (
	"context"
	"net"
	"testing"

	"golang.org/x/net/nettest"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/reactor"
	"github.com/spindle-go/spindle/threads"
)

// startNet runs a network until the end of the test.
func startNet(t *testing.T) *netx.Net {
	t.Helper()
	r, err := reactor.New(reactor.WithSignals())
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	running := make(chan struct{})
	r.CallWhenRunning(func() { close(running) })
	go func() { ended <- r.Run(context.Background()) }()
	<-running
	t.Cleanup(func() {
		if err := r.Stop(); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return netx.New(r)
}

// listen listens on the loop's goroutine.
func listen(n *netx.Net, network, address string) (net.Listener, error) {
	return threads.BlockingCallFromThread(context.Background(), n, func() *deferred.Deferred[net.Listener] {
		return deferred.Maybe(func() (net.Listener, error) {
			l, err := netx.ListenStream(n, network, address)
			if err != nil {
				return nil, err
			}
			return l.NetListener(), nil
		})
	})
}

// pipe joins two bridges, or a bridge and a connection of package net.
func pipe(n *netx.Net, dial func(l net.Listener) (net.Conn, error)) nettest.MakePipe {
	return func() (c1, c2 net.Conn, stop func(), err error) {
		l, err := listen(n, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, nil, nil, err
		}
		defer l.Close()
		if c1, err = dial(l); err != nil {
			return nil, nil, nil, err
		}
		if c2, err = l.Accept(); err != nil {
			c1.Close()
			return nil, nil, nil, err
		}
		return c1, c2, func() {
			c1.Close()
			c2.Close()
		}, nil
	}
}

func TestTCP(t *testing.T) {
	n := startNet(t)
	nettest.TestConn(t, pipe(n, func(l net.Listener) (net.Conn, error) {
		return netx.DialNetConn(t.Context(), n, "tcp", l.Addr().String())
	}))
}

// TestTCPWithPackageNet has a connection of package net at the other end.
func TestTCPWithPackageNet(t *testing.T) {
	n := startNet(t)
	nettest.TestConn(t, pipe(n, func(l net.Listener) (net.Conn, error) {
		return net.Dial("tcp", l.Addr().String())
	}))
}
