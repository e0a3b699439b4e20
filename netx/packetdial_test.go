//go:build unix

package netx_test

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// TestRefusalIsTold sends to a port that nobody has.
func TestRefusalIsTold(t *testing.T) {
	w := newUDPWorld(t)
	nobody := w.free()
	a := &packetRecorder{}
	ca, err := w.dial("udp", nobody.String(), a)
	if err != nil {
		t.Fatal(err)
	}
	sendAll(t, w, ca, "anybody there?")
	w.until("the refusal", func() bool { return len(a.errs) > 0 })
	w.do(func() {
		if !errors.Is(a.errs[0], netx.ErrConnectionRefused) || !errors.Is(a.errs[0], syscall.ECONNREFUSED) ||
			!strings.Contains(a.errs[0].Error(), nobody.String()) || ca.Closed() {
			t.Errorf("got %v", a.errs)
		}
	})
	// Two writes in one turn: the second one finds the refusal of the first, and is
	// sent all the same.
	w.do(func() { a.errs = nil })
	sendAll(t, w, ca, "hello?", "hello?")
	w.until("the refusals", func() bool { return len(a.errs) == 2 })
	// Somebody is there now, and the socket has gone on.
	b := &packetRecorder{}
	cb := w.listen("udp", nobody.String(), b)
	sendAll(t, w, ca, "there you are")
	expectPackets(t, w, b, "there you are")
	closeAll(t, w, ca, cb)
}

func TestRefusalFailsReceive(t *testing.T) {
	w := newUDPWorld(t)
	ca, err := w.dial("udp", w.free().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var asked, found error
	// One that waits, and one that comes after the refusal was found by a write.
	w.do(func() { ca.Receive().Catch(func(f *failure.Failure) { asked = f }) })
	sendAll(t, w, ca, "hello?")
	w.until("the refusal", func() bool { return asked != nil })
	sendAll(t, w, ca, "hello?", "hello?", "hello?")
	w.settle()
	w.do(func() { ca.Receive().Catch(func(f *failure.Failure) { found = f }) })
	w.until("the refusal", func() bool { return found != nil })
	if !errors.Is(asked, netx.ErrConnectionRefused) || !errors.Is(found, netx.ErrConnectionRefused) {
		t.Errorf("got %v and %v", asked, found)
	}
	closeAll(t, w, ca)
}

func TestDialPacketFails(t *testing.T) {
	w := newUDPWorld(t)
	trouble := errors.New("some trouble")
	boom := errors.New("boom")
	for name, tt := range map[string]struct {
		address string
		p       netx.PacketProtocol
		opts    []netx.Option
		is      error
	}{
		"no port":    {"127.0.0.1:0", nil, nil, netx.ErrBadAddress},
		"nonsense":   {"127.0.0.1", nil, nil, netx.ErrBadAddress},
		"the lookup": {"server.example:9", nil, []netx.Option{netx.WithResolver(&fakeResolver{err: trouble})}, trouble},
		"no address": {"server.example:9", nil, []netx.Option{netx.WithResolver(&fakeResolver{})}, netx.ErrBadAddress},
		"no route": {
			"server.example:9", nil, []netx.Option{
				netx.WithResolver(&fakeResolver{addrs: addrs("127.0.0.1", "127.0.0.2")}),
				netx.WithLocalAddr(netip.MustParseAddrPort("192.0.2.1:0")),
			}, syscall.EADDRNOTAVAIL,
		},
		"no time": {
			"server.example:9", nil, []netx.Option{
				netx.WithResolver(&fakeResolver{hang: true}), netx.WithConnectTimeout(10 * time.Millisecond),
			}, deferred.ErrTimeout,
		},
		"a panic": {"127.0.0.1:9", &packetRecorder{onMade: func(*netx.PacketConn) { panic(boom) }}, nil, boom},
	} {
		c, err := w.dial("udp", tt.address, tt.p, tt.opts...)
		if c != nil || !errors.Is(err, tt.is) {
			t.Errorf("%s: %v, %v", name, c, err)
		}
		if name != "a panic" && !strings.Contains(err.Error(), tt.address) {
			t.Errorf("%s: the address is not in %v", name, err)
		}
	}
}

// TestDialPacketName takes the first address that there is a way to.
func TestDialPacketName(t *testing.T) {
	w := newUDPWorld(t)
	b := &packetRecorder{}
	cb := w.listen("udp4", "127.0.0.1:0", b)
	_, port, _ := net.SplitHostPort(cb.LocalAddr().String())
	names := &fakeResolver{addrs: addrs("::1", "127.0.0.1")}
	ca, err := w.dial("udp", "server.example:"+port, nil, netx.WithResolver(names),
		netx.WithLocalAddr(netip.MustParseAddrPort("127.0.0.1:0"))) // from which there is no way to ::1
	if err != nil {
		t.Fatal(err)
	}
	sendAll(t, w, ca, "x")
	expectPackets(t, w, b, "x")
	closeAll(t, w, ca, cb)
}

func TestDialPacketCancel(t *testing.T) {
	w := newUDPWorld(t)
	var got []error
	fails := func(f *failure.Failure) { got = append(got, f) }
	p := &packetRecorder{}
	inside := &packetRecorder{}
	var d *deferred.Deferred[*netx.PacketConn]
	w.do(func() {
		for _, address := range []string{"server.example:9", "127.0.0.1:9"} {
			d := w.net.DialPacket("udp", address, p, netx.WithResolver(&fakeResolver{hang: true}))
			d.Catch(fails)
			d.Cancel()
		}
		inside.onMade = func(*netx.PacketConn) { d.Cancel() }
		d = w.net.DialPacket("udp", "127.0.0.1:9", inside)
		d.Catch(fails)
	})
	w.until("the end", inside.lost)
	w.settle()
	w.do(func() {
		if len(got) != 3 || len(p.events) != 0 || inside.story() != "made, lost: aborted" {
			t.Errorf("got %v; %s; %s", got, p.story(), inside.story())
		}
		for _, err := range got {
			if !errors.Is(err, deferred.ErrCancelled) {
				t.Errorf("got %v", err)
			}
		}
	})
}
