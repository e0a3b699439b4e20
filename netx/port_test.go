//go:build unix

package netx_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

func TestListenNonsense(t *testing.T) {
	w := newTCPWorld(t)
	w.do(func() {
		for address, text := range map[string]string{
			"":                  "missing port",
			"127.0.0.1":         "missing port",
			"127.0.0.1:x":       `"x"`,
			"127.0.0.1:65536":   `"65536"`,
			"server.example:80": "look up",
			"::1:80":            "too many colons",
		} {
			_, err := w.net.Listen("tcp", address, factory(&recorder{}))
			if !errors.Is(err, netx.ErrBadAddress) || !strings.Contains(err.Error(), text) {
				t.Errorf("%q: %v", address, err)
			}
		}
		if _, err := w.net.Listen("unixgram", "127.0.0.1:0", factory(&recorder{})); !errors.Is(err, netx.ErrBadAddress) {
			t.Errorf("got %v", err)
		}
	})
}

func TestListenTaken(t *testing.T) {
	w := newTCPWorld(t)
	port, number := listen(t, w, factory(&recorder{}))
	w.do(func() {
		before := descriptors()
		_, err := w.net.Listen("tcp", "127.0.0.1:"+number, factory(&recorder{}))
		if !errors.Is(err, netx.ErrCannotListen) || !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("got %v", err)
		}
		if want := "netx: listen tcp 127.0.0.1:" + number + ": bind: address already in use"; err.Error() != want {
			t.Errorf("the text is %q, not %q", err, want)
		}
		if _, err := w.net.Listen("tcp", "192.0.2.1:0", factory(&recorder{})); !errors.Is(err, netx.ErrCannotListen) ||
			!errors.Is(err, syscall.EADDRNOTAVAIL) {
			t.Errorf("at an address that is not ours: %v", err)
		}
		if after := descriptors(); after > before {
			t.Errorf("%d descriptors before, %d after", before, after)
		}
		port.StopListening()
		again, err := w.net.Listen("tcp", "127.0.0.1:"+number, factory(&recorder{}))
		if err != nil {
			t.Errorf("after StopListening: %v", err)
			return
		}
		again.StopListening()
	})
}

func TestStopListening(t *testing.T) {
	w := newTCPWorld(t)
	b := &recorder{}
	port, number := listen(t, w, factory(b))
	a := &recorder{}
	if _, err := dial(t, w, "tcp", "127.0.0.1:"+number, factory(a)); err != nil {
		t.Fatal(err)
	}
	w.until("the other side", func() bool { return b.conn != nil })
	stopped := 0
	count := func(struct{}) { stopped++ }
	w.do(func() {
		port.StopListening().Tap(count)
		port.StopListening().Tap(count)
		dropped := port.StopListening()
		dropped.Catch(func(*failure.Failure) {})
		dropped.Cancel()
		if stopped != 0 {
			t.Error("a Deferred fired in the turn of StopListening")
		}
	})
	w.until("both", func() bool { return stopped == 2 })
	w.do(func() { port.StopListening().Tap(count) })
	w.until("the third", func() bool { return stopped == 3 })
	if _, err := dial(t, w, "tcp", "127.0.0.1:"+number, factory(&recorder{})); !errors.Is(err, netx.ErrConnectionRefused) {
		t.Errorf("Dial gave %v", err)
	}
	w.do(func() {
		if got := port.Addr().String(); got != "127.0.0.1:"+number {
			t.Errorf("the address was %s", got)
		}
		a.conn.WriteString("lives on")
	})
	w.until("the data", func() bool { return b.data.String() == "lives on" })
	w.do(func() { b.conn.Close() }) // which the kernel remembers for a minute
	bothLost(t, w, a, b)
	w.do(func() {
		again, err := w.net.Listen("tcp", "127.0.0.1:"+number, factory(b))
		if err != nil {
			t.Error(err)
			return
		}
		again.StopListening()
	})
}

// strangers connects n clients of package net.
func strangers(t *testing.T, number string, n int) (cs []net.Conn) {
	t.Helper()
	for range n {
		cs = append(cs, connectTo(t, "127.0.0.1:"+number))
	}
	return cs
}

// ends checks that the peer closed a connection, whatever way.
func ends(t *testing.T, c net.Conn) {
	t.Helper()
	if n, err := c.Read(make([]byte, 1)); n != 0 || err == nil || errors.Is(err, net.ErrClosed) {
		t.Errorf("read %d, %v", n, err)
	}
}

func TestPortFactory(t *testing.T) {
	boom := errors.New("boom")
	refuse := errors.Join(netx.ErrNoProtocol, errors.New("too many"))
	for name, tt := range map[string]struct {
		f        func() (netx.Protocol, error)
		reported error
	}{
		"nothing":   {func() (netx.Protocol, error) { return nil, nil }, nil},
		"a refusal": {func() (netx.Protocol, error) { return nil, refuse }, nil},
		"an error":  {func() (netx.Protocol, error) { return nil, boom }, boom},
		"a panic":   {func() (netx.Protocol, error) { panic(boom) }, boom},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTCPWorld(t)
			var reported []*failure.Failure
			deferred.SetUnhandledHandler(func(u deferred.Unhandled) { reported = append(reported, u.Failure) })
			bad := true
			port, number := listen(t, w, netx.FactoryFunc(func(addr net.Addr) (netx.Protocol, error) {
				if addr.Network() != "tcp" {
					t.Errorf("the address is of %s", addr.Network())
				}
				if bad {
					return tt.f()
				}
				return &echo{}, nil
			}))
			ends(t, strangers(t, number, 1)[0])
			w.do(func() { bad = false })
			if got := hello(t, strangers(t, number, 1)[0]); got != "hello" {
				t.Errorf("got %q", got)
			}
			w.do(func() {
				deferred.FlushUnhandled()
				if (tt.reported != nil) != (len(reported) == 1) || tt.reported != nil && !errors.Is(reported[0], tt.reported) {
					t.Errorf("reported: %v", reported)
				}
				if got := port.Stats(); got != (netx.PortStats{Accepted: 1, Rejected: 1, Open: 1}) {
					t.Errorf("the port has done %+v", got)
				}
			})
		})
	}
}

func TestPortMadePanic(t *testing.T) {
	w := newTCPWorld(t)
	b := &recorder{onMade: func(*netx.Conn) { panic("boom") }}
	_, number := listen(t, w, factory(b))
	c, err := net.Dial("tcp", "127.0.0.1:"+number)
	if err == nil { // the RST may come as early as that
		ends(t, c)
		c.Close()
	}
	w.until("the end", b.lost)
	expect(t, w, b, "made, lost: panic: boom")
}

func TestStopListeningInTheFactory(t *testing.T) {
	w := newTCPWorld(t)
	var port *netx.Port
	calls := 0
	port, number := listen(t, w, factoryOf(func() netx.Protocol {
		calls++
		port.StopListening()
		return &echo{}
	}))
	hold := make(chan struct{})
	started := make(chan struct{})
	w.r.CallFromThread(func() { close(started); <-hold }) // so that all are there when the port looks
	<-started
	cs := strangers(t, number, 5)
	close(hold)
	for _, c := range cs {
		ends(t, c)
	}
	w.do(func() {
		if calls != 1 {
			t.Errorf("the factory was called %d times", calls)
		}
	})
}

func TestAcceptBudget(t *testing.T) {
	w := newTCPWorld(t)
	port, number := listen(t, w, factoryOf(func() netx.Protocol { return &echo{} }))
	// burst has n connections wait when the port looks, and returns what it will
	// accept at a time after it has taken them all.
	accepted := uint64(0)
	burst := func(n int) (budget int) {
		hold := make(chan struct{})
		started := make(chan struct{})
		w.r.CallFromThread(func() { close(started); <-hold })
		<-started
		strangers(t, number, n)
		close(hold)
		accepted += uint64(n)
		w.until("all of them", func() bool { return port.Stats().Accepted == accepted })
		w.do(func() { budget = netx.Budget(port) })
		return budget
	}
	for _, step := range []struct{ n, want int }{{3, 3}, {10, 7}, {1, 1}, {22, 1}} {
		// With 100 at first: 3 are fewer, so 3. 3 of 10 are all that it may,
		// so 23, and then 7. 1 of 22 is all, so 21, which is all, and so 41,
		// with none left: it looks again at the next one.
		got := burst(step.n)
		if step.n == 22 {
			step.want = 41
		}
		if got != step.want {
			t.Errorf("after a burst of %d it is %d, not %d", step.n, got, step.want)
		}
	}
}

// TestRest goes through what a port does while it does not accept.
func TestRest(t *testing.T) {
	w := newTCPWorld(t)
	port, number := listen(t, w, factoryOf(func() netx.Protocol { return &echo{} }))
	is := func(accepting bool, delayed int) {
		t.Helper()
		w.do(func() {
			if got := w.r.Stats().DelayedCalls; netx.Accepting(port) != accepting || got != delayed {
				t.Errorf("accepting %v with %d delayed calls", netx.Accepting(port), got)
			}
		})
	}
	w.do(func() { netx.TakeRest(port) })
	is(false, 1)
	c := strangers(t, number, 1)[0]
	w.until("the end of the rest", func() bool { return netx.Accepting(port) })
	if got := hello(t, c); got != "hello" {
		t.Errorf("got %q", got)
	}
	w.do(func() { netx.Accept(port, true) }) // it does
	is(true, 0)
	w.do(func() { netx.TakeRest(port); netx.Accept(port, false) })
	is(false, 0)
	w.do(func() { netx.Accept(port, false) })
	is(false, 0)
	w.do(func() { netx.Accept(port, true) })
	is(true, 0)
	w.do(func() { netx.TakeRest(port); netx.Accept(port, true) }) // not before it is over
	is(false, 1)
	w.do(func() { port.StopListening() })
	is(false, 0)
	w.do(func() { netx.Accept(port, true); netx.Accept(port, false) })
	is(false, 0)
}

func TestPortClosedBehindItsBack(t *testing.T) {
	w := newTCPWorld(t)
	port, number := listen(t, w, factoryOf(func() netx.Protocol { return &echo{} }))
	w.do(func() {
		// Another socket takes the number: one that does not listen.
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
		if err != nil {
			t.Fatal(err)
		}
		unix.Dup2(fd, netx.ListenerFD(port))
		unix.Close(fd)
	})
	w.settle()
	w.do(func() { port.StopListening() })
	if _, err := dial(t, w, "tcp", "127.0.0.1:"+number, factory(&recorder{})); !errors.Is(err, netx.ErrConnectionRefused) {
		t.Errorf("Dial gave %v", err)
	}
}

// TestStrangers speaks with package net, which is another implementation.
func TestStrangers(t *testing.T) {
	w := newTCPWorld(t)
	_, number := listen(t, w, factoryOf(func() netx.Protocol { return &echo{} }))
	c := strangers(t, number, 1)[0]
	want := noise(4 << 20)
	go func() {
		c.Write(want)
		c.(*net.TCPConn).CloseWrite()
	}()
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes came back, error %v", len(got), err)
	}
}
