package netx_test

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/timeout"
)

// login is a Prepare that a test ends, and how often it was cancelled.
type login struct {
	ds        []*deferred.Deferred[struct{}]
	cancelled int
}

func (l *login) prepare(netx.Protocol) *deferred.Deferred[struct{}] {
	d := deferred.New(func(*deferred.Deferred[struct{}]) { l.cancelled++ })
	l.ds = append(l.ds, d)
	return d
}

func TestServicePrepares(t *testing.T) {
	in := &login{}
	l := newServiceLab(t, netx.ServiceConfig{Prepare: in.prepare})
	waiter := watch(l.s.WhenConnected(0))
	l.s.Start()
	l.clock.Advance(time.Hour)
	if waiter.fired || l.s.Connected() != nil {
		t.Error("a connection that is not prepared was given away")
	}
	in.ds[0].Callback(struct{}{})
	if waiter.v != netx.Protocol(l.last()) || l.s.Connected() != waiter.v {
		t.Errorf("the waiter got %+v", waiter)
	}
	l.want("0", 0)
	l.s.Stop()
	l.clock.Advance(0)
}

func TestServicePrepareFails(t *testing.T) {
	no := errors.New("no")
	in := &login{}
	l := newServiceLab(t, netx.ServiceConfig{Prepare: in.prepare})
	waiter := watch(l.s.WhenConnected(1))
	l.s.Start()
	in.ds[0].Errback(no)
	if waiter.fired {
		t.Error("the attempt is over before its connection is")
	}
	l.clock.Advance(0)
	if !errors.Is(waiter.err, no) || l.servers[0].story() != "made, lost: done" {
		t.Errorf("%+v, %s", waiter, l.servers[0].story())
	}
	if st := l.s.Stats(); st.Failures != 1 || st.Connections != 0 {
		t.Errorf("%+v", st)
	}
	l.want("0", 1)
	l.clock.Advance(time.Second)
	in.ds[1].Callback(struct{}{})
	if l.s.Connected() == nil {
		t.Error("it did not connect the second time")
	}
	l.s.Stop()
	l.clock.Advance(0)
}

func TestServicePrepareAnswers(t *testing.T) {
	prepared := []func() *deferred.Deferred[struct{}]{
		func() *deferred.Deferred[struct{}] { return deferred.Fail[struct{}](errRefused) },
		func() *deferred.Deferred[struct{}] { return nil },
	}
	l := newServiceLab(t, netx.ServiceConfig{Prepare: func(netx.Protocol) *deferred.Deferred[struct{}] {
		f := prepared[0]
		prepared = prepared[1:]
		return f()
	}})
	l.s.Start()
	l.clock.Advance(time.Second)
	if l.s.Connected() == nil {
		t.Error("a Prepare that answers nil is not done")
	}
	l.want("0 1000", 0)
	l.s.Stop()
	l.clock.Advance(0)
}

func TestServicePreparePanics(t *testing.T) {
	l := newServiceLab(t, netx.ServiceConfig{Prepare: func(netx.Protocol) *deferred.Deferred[struct{}] { panic("boom") }})
	waiter := watch(l.s.WhenConnected(0))
	l.s.Start()
	l.clock.Advance(time.Hour)
	if p := (*failure.PanicError)(nil); !errors.As(waiter.err, &p) || !errors.Is(waiter.err, timeout.ErrPermanent) || !l.last().lost() {
		t.Errorf("%+v, %s", waiter, l.last().story())
	}
	l.want("0", 0)
}

func TestServiceLosesWhilePreparing(t *testing.T) {
	in := &login{}
	l := newServiceLab(t, netx.ServiceConfig{Prepare: in.prepare})
	waiter := watch(l.s.WhenConnected(1))
	l.s.Start()
	l.servers[0].conn.Abort()
	l.clock.Advance(0)
	if in.cancelled != 1 || !errors.Is(waiter.err, netx.ErrConnectionLost) || errors.Is(waiter.err, deferred.ErrCancelled) {
		t.Errorf("%d cancelled, %+v", in.cancelled, waiter)
	}
	l.want("0", 1)
	l.s.Stop()
	l.clock.Advance(time.Hour)
	l.want("0", 0)
}

func TestServiceStopsWhilePreparing(t *testing.T) {
	in := &login{}
	l := newServiceLab(t, netx.ServiceConfig{Prepare: in.prepare})
	l.s.Start()
	stopped := watch(l.s.Stop())
	if in.cancelled != 1 || stopped.fired {
		t.Errorf("%d cancelled, %+v", in.cancelled, stopped)
	}
	l.clock.Advance(0)
	if !stopped.fired || !l.last().lost() || !l.servers[0].lost() {
		t.Errorf("%+v, %s", stopped, l.last().story())
	}
	l.want("0", 0)
}

// TestServiceStopsWithAStubbornPrepare has one that succeeds although it was
// cancelled.
func TestServiceStopsWithAStubbornPrepare(t *testing.T) {
	in := &login{}
	l := newServiceLab(t, netx.ServiceConfig{Prepare: func(p netx.Protocol) *deferred.Deferred[struct{}] {
		d := in.prepare(p)
		return d.PassCancelTo(ignored{})
	}})
	l.s.Start()
	stopped := watch(l.s.Stop())
	waiter := watch(l.s.WhenConnected(0))
	l.clock.Advance(time.Minute)
	if stopped.fired {
		t.Error("it has stopped before the attempt has")
	}
	in.ds[0].Callback(struct{}{})
	l.clock.Advance(0)
	if !stopped.fired || !errors.Is(waiter.err, netx.ErrServiceStopped) || !l.last().lost() || l.s.Stats().Connections != 0 {
		t.Errorf("%+v, %+v, %s", stopped, waiter, l.last().story())
	}
}

type ignored struct{}

func (ignored) Cancel() {}

// TestServiceStopsWhileRejecting has a connection that is being closed since its
// Prepare has failed, and whose peer does not read.
func TestServiceStopsWhileRejecting(t *testing.T) {
	l := newServiceLab(t, netx.ServiceConfig{Prepare: func(p netx.Protocol) *deferred.Deferred[struct{}] {
		p.(*recorder).conn.Write(make([]byte, 1<<20))
		return deferred.Fail[struct{}](errRefused)
	}})
	l.s.Start()
	l.servers[0].conn.Pause()
	l.clock.Advance(time.Second)
	if l.last().lost() {
		t.Fatal("the connection is closed although its output is not out")
	}
	stopped := watch(l.s.Stop())
	l.clock.Advance(0)
	if !stopped.fired || kindOf(l.last().reason) != "aborted" {
		t.Errorf("%+v, %s", stopped, l.last().story())
	}
	l.want("0", 0)
}

func TestServiceProtocolPanics(t *testing.T) {
	var asked []error
	l := newServiceLab(t, netx.ServiceConfig{Policy: timeout.Policy{Permanent: func(err error) bool {
		asked = append(asked, err)
		return false
	}}})
	l.made = func(r *recorder) { r.onData = func([]byte) { panic("boom") } }
	l.s.Start()
	l.servers[0].conn.WriteString("x")
	l.clock.Advance(time.Minute)
	if len(l.begun) != 2 || l.s.Connected() == nil { // it is not the Service's
		t.Errorf("attempts at %s", l.attempts())
	}
	if err := l.s.Stats().LastError; err == nil || !strings.Contains(err.Error(), "boom") {
		t.Errorf("the last error is %v", err)
	}
	if len(asked) != 1 || !strings.Contains(asked[0].Error(), "boom") {
		t.Errorf("the policy was asked about %v", asked)
	}
	l.s.Stop()
	l.clock.Advance(0)
}

func TestServiceConnectWithoutTheFactory(t *testing.T) {
	l := newServiceLab(t, netx.ServiceConfig{Policy: timeout.Policy{Attempts: 1}}, "other")
	waiter := watch(l.s.WhenConnected(0))
	l.s.Start()
	if waiter.err == nil || !strings.Contains(waiter.err.Error(), "factory") {
		t.Errorf("%+v", waiter)
	}
}

// TestServiceForwards has protocols whose optional methods must not vanish.
func TestServiceForwards(t *testing.T) {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	half, plain := &halfRecorder{}, &recorder{}
	for _, p := range []netx.Protocol{half, plain} {
		peer := &recorder{}
		s := netx.NewService(clock, netx.ServiceConfig{
			Factory: factory(p),
			Connect: func(f netx.Factory) *deferred.Deferred[netx.Protocol] {
				made, _ := f.BuildProtocol(nil)
				netx.Pair(clock, made, peer)
				return deferred.Succeed(made)
			},
		})
		s.Start()
		peer.conn.CloseWrite()
		clock.Advance(0)
		if p == netx.Protocol(half) && half.story() != "made, read closed" {
			t.Errorf("a HalfCloser got %s", half.story())
		}
		if p == netx.Protocol(plain) && plain.story() != "made, lost: done" {
			t.Errorf("another one got %s", plain.story())
		}
		s.Stop()
		clock.Advance(0)
	}
	if half.story() != "made, read closed, lost: done" {
		t.Errorf("a HalfCloser got %s", half.story())
	}
}

// TestServiceOfStreams has writes that wait, which a Stream is told of besides its
// protocol.
func TestServiceOfStreams(t *testing.T) {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	peer := &recorder{}
	s := netx.NewService(clock, netx.ServiceConfig{
		Factory: netx.StreamFactory(),
		Connect: func(f netx.Factory) *deferred.Deferred[netx.Protocol] {
			made, _ := f.BuildProtocol(nil)
			netx.Pair(clock, made, peer)
			return deferred.Succeed(made)
		},
	})
	s.Start()
	stream := netx.StreamOf(s.Connected())
	peer.conn.Pause()
	written := watch(stream.Write(make([]byte, 1<<20)))
	clock.Advance(0)
	if written.fired {
		t.Error("a megabyte has gone out to a peer that does not read")
	}
	peer.conn.Resume()
	clock.Advance(0)
	if written.v != 1<<20 || peer.data.Len() != 1<<20 {
		t.Errorf("%+v, %d bytes came", written, peer.data.Len())
	}
	line := watch(stream.ReadLine())
	peer.conn.WriteString("hello\n")
	clock.Advance(0)
	if line.v != "hello" {
		t.Errorf("%+v", line)
	}
	s.Stop()
	clock.Advance(0)
	if netx.StreamOf(&recorder{}) != nil || netx.StreamOf(nil) != nil {
		t.Error("another protocol is a Stream")
	}
}

func TestServiceFactoryFails(t *testing.T) {
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	s := netx.NewService(clock, netx.ServiceConfig{
		Factory: netx.FactoryFunc(func(net.Addr) (netx.Protocol, error) { return nil, nil }),
		Connect: func(f netx.Factory) *deferred.Deferred[netx.Protocol] {
			return deferred.Maybe(func() (netx.Protocol, error) { return f.BuildProtocol(nil) })
		},
	})
	waiter := watch(s.WhenConnected(1))
	s.Start()
	if !errors.Is(waiter.err, netx.ErrNoProtocol) {
		t.Errorf("%+v", waiter)
	}
	s.Stop()
	if n := len(clock.Calls()); n != 0 {
		t.Errorf("%d calls are left", n)
	}
}

func TestNewServiceOfNothing(t *testing.T) {
	defer func() {
		if v, _ := recover().(string); !strings.Contains(v, "NewService needs") {
			t.Errorf("it panicked with %v", v)
		}
	}()
	netx.NewService(nil, netx.ServiceConfig{})
}
