//go:build unix

package netx_test

import (
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// hour is a delay that no test waits for.
var hour = netx.WithAttemptDelay(time.Hour)

func TestHappyEyeballsGoOnAtOnce(t *testing.T) {
	w := newTCPWorld(t)
	a, b := &recorder{}, &recorder{}
	_, number := listen(t, w, factory(b))
	r := &fakeResolver{addrs: addrs("::1", "127.0.0.2", "127.0.0.3", "127.0.0.1")}
	p, err := dial(t, w, "tcp", "server.example:"+number, factory(a), netx.WithResolver(r), hour)
	if p != netx.Protocol(a) || err != nil {
		t.Fatalf("Dial gave %v, %v", p, err)
	}
	w.do(func() { a.conn.Close() })
	bothLost(t, w, a, b)
}

// fullAtOne returns the number of a port that is full at 127.0.0.1, and at which f
// listens at 127.0.0.2. There it may be somebody else's, and then it takes another.
func fullAtOne(t *testing.T, w *tcpWorld, f netx.Factory) string {
	t.Helper()
	for range 20 {
		_, full, _ := net.SplitHostPort(fullPort(t))
		var err error
		w.do(func() { _, err = w.net.Listen("tcp4", "127.0.0.2:"+full, f) })
		if err == nil {
			return full
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			t.Fatal(err)
		}
	}
	t.Fatal("each of 20 ports is in use at 127.0.0.2")
	return ""
}

func TestHappyEyeballsCloseTheLosers(t *testing.T) {
	w := newTCPWorld(t)
	a, b := &recorder{}, &recorder{}
	full := fullAtOne(t, w, factory(b))
	before := descriptors()
	watched := 0
	w.do(func() { watched = w.r.Stats().Descriptors })
	r := &fakeResolver{addrs: addrs("127.0.0.1", "127.0.0.1", "127.0.0.2")}
	p, err := dial(t, w, "tcp", "far.example:"+full, factory(a), netx.WithResolver(r), netx.WithAttemptDelay(10*time.Millisecond))
	if p != netx.Protocol(a) || err != nil {
		t.Fatalf("Dial gave %v, %v", p, err)
	}
	w.until("the other side", func() bool { return b.conn != nil })
	w.do(func() {
		if got := w.r.Stats().Descriptors; got != watched+2 {
			t.Errorf("%d descriptors are watched more than before, not the 2 of the connection", got-watched)
		}
		if got := descriptors(); got > before+2 {
			t.Errorf("%d descriptors before, %d with one connection", before, got)
		}
		if n := w.r.Stats().DelayedCalls; n != 0 {
			t.Errorf("%d delayed calls are left", n)
		}
		a.conn.Close()
	})
	bothLost(t, w, a, b)
}

func TestHappyEyeballsCancelled(t *testing.T) {
	w := newTCPWorld(t)
	_, full, _ := net.SplitHostPort(fullPort(t))
	before := 0
	w.do(func() { before = w.r.Stats().Descriptors })
	r := &fakeResolver{addrs: addrs("127.0.0.9", "127.0.0.1", "127.0.0.1", "127.0.0.1")}
	var d *deferred.Deferred[netx.Protocol]
	w.do(func() {
		d = w.net.Dial("tcp", "far.example:"+full, factory(&recorder{}), netx.WithResolver(r),
			netx.WithAttemptDelay(10*time.Millisecond))
	})
	w.until("two attempts", func() bool { return w.r.Stats().Descriptors >= before+3 }) // one is the anchor
	open := descriptors()
	cancelled(t, w, d, "far.example:"+full)
	w.do(func() {
		s := w.r.Stats()
		if s.Descriptors > before+1 || s.DelayedCalls != 0 {
			t.Errorf("%d descriptors, %d delayed calls are left", s.Descriptors-before, s.DelayedCalls)
		}
		if n := descriptors(); n > open-2 {
			t.Errorf("%d descriptors during the Dial, %d after", open, n)
		}
	})
}

func TestHappyEyeballsOutOfTime(t *testing.T) {
	w := newTCPWorld(t)
	_, full, _ := net.SplitHostPort(fullPort(t))
	r := &fakeResolver{addrs: addrs("127.0.0.9", "127.0.0.1", "127.0.0.1")}
	_, err := dial(t, w, "tcp", "far.example:"+full, factory(&recorder{}), netx.WithResolver(r),
		netx.WithAttemptDelay(10*time.Millisecond), netx.WithConnectTimeout(200*time.Millisecond))
	// What became of each is in it: one refused, and two did not answer.
	for _, want := range []error{netx.ErrConnectionRefused, syscall.ECONNREFUSED, deferred.ErrTimeout} {
		if !errors.Is(err, want) {
			t.Errorf("%v is no %v", err, want)
		}
	}
	if n := strings.Count(err.Error(), "timed out after 200ms"); n != 2 {
		t.Errorf("%d attempts have timed out: %v", n, err)
	}
	w.do(func() {
		if n := w.r.Stats().DelayedCalls; n != 0 {
			t.Errorf("%d delayed calls are left", n)
		}
	})
}

func TestAttemptDelayTooShort(t *testing.T) {
	defer func() {
		if v, ok := recover().(string); !ok || !strings.Contains(v, "at least 10ms") {
			t.Errorf("it panicked with %v", v)
		}
	}()
	netx.WithAttemptDelay(9 * time.Millisecond)
}

// TestFaultB11CancelDuringTheLookup: in Twisted a cancel during the lookup fails
// with a DNSLookupError, and when all addresses have failed only the last error is
// told.
func TestFaultB11CancelDuringTheLookup(t *testing.T) {
	w := newTCPWorld(t)
	r := &fakeResolver{hang: true}
	var d *deferred.Deferred[netx.Protocol]
	w.do(func() { d = w.net.Dial("tcp", "far.example:80", factory(&recorder{}), netx.WithResolver(r)) })
	w.until("the lookup", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.running == 1 })
	var got error
	w.do(func() {
		d.Catch(func(f *failure.Failure) { got = f })
		d.Cancel()
	})
	if dns := (*net.DNSError)(nil); !errors.Is(got, deferred.ErrCancelled) || errors.As(got, &dns) {
		t.Errorf("it failed with %v", got)
	}
	w.until("the end of the lookup", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.running == 0 })
}

func TestFaultB11AllErrorsAreTold(t *testing.T) {
	w := newTCPWorld(t)
	number := freePort(t, w)
	// 255.255.255.255 is no address that TCP connects to.
	r := &fakeResolver{addrs: addrs("127.0.0.1", "255.255.255.255", "127.0.0.2")}
	_, err := dial(t, w, "tcp", "server.example:"+number, factory(&recorder{}), netx.WithResolver(r), hour)
	if !errors.Is(err, syscall.ECONNREFUSED) || !errors.Is(err, syscall.ENETUNREACH) && !errors.Is(err, syscall.EACCES) {
		t.Errorf("it failed with %v", err)
	}
	for _, text := range []string{"127.0.0.1:" + number, "255.255.255.255:" + number, "127.0.0.2:" + number} {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%s is not in %v", text, err)
		}
	}
}

func TestLookupsGivenUpAreForgotten(t *testing.T) {
	w := newTCPWorld(t)
	r := &fakeResolver{released: make(chan struct{})}
	failed := 0
	w.do(func() {
		dial := func() *deferred.Deferred[netx.Protocol] {
			return w.net.Dial("tcp", "far.example:80", factory(&recorder{}), netx.WithResolver(r)).AddErrback(
				func(*failure.Failure) (netx.Protocol, error) { failed++; return nil, nil })
		}
		for range 64 {
			dial()
		}
		for range 10_000 {
			dial().Cancel()
			if n := netx.QueuedLookups(w.net); n > 1 {
				t.Errorf("%d lookups are kept that were given up", n)
				break
			}
		}
	})
	close(r.released)
	w.until("the rest", func() bool { return failed == 10_064 })
}
