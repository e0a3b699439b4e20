package netx_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/timeout"
)

var errRefused = errors.New("refused")

// serviceLab is a Service whose connections are in memory, on a virtual clock.
type serviceLab struct {
	t       *testing.T
	clock   *timeout.VirtualClock
	s       *netx.Service
	script  []string // what becomes of each attempt: "ok", "refuse", "hang", "panic", "nil"; then "ok"
	begun   []string // when attempts began, in milliseconds
	given   int      // attempts that were given up
	clients []*recorder
	servers []*recorder
	made    func(r *recorder)
}

// newServiceLab waits 1, 2, 4 s and so on, up to 8, between attempts.
func newServiceLab(t *testing.T, cfg netx.ServiceConfig, script ...string) *serviceLab {
	deferredtest.CheckUnhandled(t)
	l := &serviceLab{t: t, clock: timeout.NewVirtualClock(time.Unix(0, 0)), script: script}
	cfg.Connect = l.connect
	cfg.Factory = factoryOf(func() netx.Protocol {
		r := &recorder{}
		if l.made != nil {
			l.made(r)
		}
		l.clients = append(l.clients, r)
		return r
	})
	if cfg.Policy.Jitter == nil {
		cfg.Policy.Jitter = func() float64 { return 1 }
	}
	if cfg.Policy.Cap == 0 {
		cfg.Policy.Cap = 8 * time.Second
	}
	l.s = netx.NewService(l.clock, cfg)
	return l
}

func (l *serviceLab) connect(f netx.Factory) *deferred.Deferred[netx.Protocol] {
	l.begun = append(l.begun, fmt.Sprint(l.clock.Now().Sub(time.Unix(0, 0)).Milliseconds()))
	what := "ok"
	if len(l.script) > 0 {
		what, l.script = l.script[0], l.script[1:]
	}
	switch what {
	case "refuse":
		return deferred.Fail[netx.Protocol](errRefused)
	case "hang":
		return deferred.New(func(*deferred.Deferred[netx.Protocol]) { l.given++ })
	case "panic":
		panic("boom")
	case "nil":
		return nil
	case "other":
		return deferred.Succeed[netx.Protocol](&recorder{})
	}
	return deferred.Maybe(func() (netx.Protocol, error) {
		p, err := f.BuildProtocol(nil)
		if err != nil {
			return nil, err
		}
		server := &recorder{}
		l.servers = append(l.servers, server)
		netx.Pair(l.clock, p, server, netx.WithCloseTimeout(5*time.Second))
		return l.clients[len(l.clients)-1], nil // as Dial would give the protocol inside
	})
}

func (l *serviceLab) attempts() string { return strings.Join(l.begun, " ") }

// want checks when attempts have begun, and that the clock has so many calls left.
func (l *serviceLab) want(attempts string, calls int) {
	l.t.Helper()
	if got := l.attempts(); got != attempts {
		l.t.Errorf("attempts at %s, not at %s", got, attempts)
	}
	if n := len(l.clock.Calls()); n != calls {
		l.t.Errorf("%d delayed calls, not %d", n, calls)
	}
}

func (l *serviceLab) last() *recorder { return l.clients[len(l.clients)-1] }

func TestServiceConnects(t *testing.T) {
	l := newServiceLab(t, netx.ServiceConfig{})
	before := watch(l.s.WhenConnected(0))
	if before.fired || l.s.Connected() != nil {
		t.Error("it has connected before Start")
	}
	l.s.Start()
	l.s.Start() // which does nothing
	if p := netx.Protocol(l.last()); before.v != p || l.s.Connected() != p {
		t.Errorf("connected to %v, %v", before.v, l.s.Connected())
	}
	if after := watch(l.s.WhenConnected(3)); !after.fired || after.v != before.v {
		t.Errorf("WhenConnected gave %+v", after)
	}
	l.want("0", 0)
	stopped := watch(l.s.Stop())
	again := watch(l.s.Stop())
	if stopped.fired || again.fired {
		t.Error("Stop did not wait for the connection")
	}
	if w := watch(l.s.WhenConnected(0)); !errors.Is(w.err, netx.ErrServiceStopped) || !errors.Is(w.err, deferred.ErrCancelled) {
		t.Errorf("WhenConnected gave %+v", w)
	}
	l.clock.Advance(0)
	if !stopped.fired || !again.fired || l.last().story() != "made, lost: done" || l.s.Connected() != nil {
		t.Errorf("%v, %v, %s", stopped, again, l.last().story())
	}
	if d := watch(l.s.Stop()); !d.fired || d.err != nil {
		t.Errorf("a third Stop gave %+v", d)
	}
	if w := watch(l.s.WhenConnected(0)); !errors.Is(w.err, netx.ErrServiceStopped) {
		t.Errorf("WhenConnected gave %+v", w)
	}
	l.clock.Advance(time.Hour)
	l.want("0", 0)
}

func TestServiceRetries(t *testing.T) {
	l := newServiceLab(t, netx.ServiceConfig{}, "refuse", "refuse", "refuse", "refuse", "refuse", "ok", "refuse", "ok")
	l.s.Start()
	l.clock.Advance(time.Minute)
	l.want("0 1000 3000 7000 15000 23000", 0)
	// A success has the waits begin again, and a loss is the first failure.
	l.servers[0].conn.Close()
	l.clock.Advance(0)
	if l.s.Connected() != nil {
		t.Error("it is connected to one that is lost")
	}
	l.want("0 1000 3000 7000 15000 23000", 1)
	l.clock.Advance(time.Minute)
	l.want("0 1000 3000 7000 15000 23000 61000 63000", 0)
	st := l.s.Stats()
	if st.Attempts != 8 || st.Failures != 6 || st.Connections != 2 || !errors.Is(st.LastError, errRefused) {
		t.Errorf("%+v", st)
	}
	l.s.Stop()
	l.clock.Advance(0)
}

func TestServiceJitter(t *testing.T) {
	places := []float64{0.5, 0.25, 0}
	l := newServiceLab(t, netx.ServiceConfig{Policy: timeout.Policy{Jitter: func() float64 {
		p := places[0]
		places = append(places[1:], p)
		return p
	}}}, slices.Repeat([]string{"refuse"}, 3)...)
	l.s.Start()
	l.clock.Advance(time.Minute)
	l.want("0 500 1000 1000", 0)
}

func TestServiceFailAfter(t *testing.T) {
	l := newServiceLab(t, netx.ServiceConfig{}, "refuse", "refuse", "refuse", "hang")
	one, two, any := watch(l.s.WhenConnected(1)), watch(l.s.WhenConnected(2)), watch(l.s.WhenConnected(0))
	given := watch(func() *deferred.Deferred[netx.Protocol] {
		d := l.s.WhenConnected(2)
		d.Cancel()
		return d
	}())
	l.s.Start()
	late := watch(l.s.WhenConnected(2)) // one has failed already
	if !errors.Is(one.err, errRefused) || two.fired || any.fired || !errors.Is(given.err, deferred.ErrCancelled) {
		t.Errorf("after one: %+v, %+v, %+v, %+v", one, two, any, given)
	}
	l.clock.Advance(time.Second)
	if !errors.Is(two.err, errRefused) || late.fired {
		t.Errorf("after two: %+v, %+v", two, late)
	}
	l.clock.Advance(time.Minute)
	if !errors.Is(late.err, errRefused) || any.fired {
		t.Errorf("after three: %+v, %+v", late, any)
	}
	l.s.Stop()
	if !errors.Is(any.err, netx.ErrServiceStopped) {
		t.Errorf("after the end: %+v", any)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("WhenConnected(-1) did not panic")
			}
		}()
		l.s.WhenConnected(-1)
	}()
}

func TestServiceStops(t *testing.T) {
	for name, tt := range map[string]struct {
		script []string
		at     time.Duration
		given  int
	}{
		"before it was started": {nil, -1, 0},
		"while it connects":     {[]string{"hang"}, 0, 1},
		"while it waits":        {[]string{"refuse"}, 500 * time.Millisecond, 0},
		"at the second attempt": {[]string{"refuse", "hang"}, 2 * time.Second, 1},
	} {
		t.Run(name, func(t *testing.T) {
			l := newServiceLab(t, netx.ServiceConfig{}, tt.script...)
			waiter := watch(l.s.WhenConnected(0))
			if tt.at >= 0 {
				l.s.Start()
				l.clock.Advance(tt.at)
			}
			stopped := watch(l.s.Stop())
			if !stopped.fired || stopped.err != nil || !errors.Is(waiter.err, netx.ErrServiceStopped) || l.given != tt.given {
				t.Errorf("%+v, %+v, %d given up", stopped, waiter, l.given)
			}
			begun := len(l.begun)
			l.clock.Advance(time.Hour)
			if len(l.begun) != begun || len(l.clock.Calls()) != 0 {
				t.Errorf("it goes on: %s", l.attempts())
			}
			l.s.Start() // it can be started again
			l.clock.Advance(time.Minute)
			if l.s.Connected() == nil {
				t.Error("it did not connect after another Start")
			}
			l.s.Stop()
			l.clock.Advance(0)
		})
	}
}

func TestServiceRestarts(t *testing.T) {
	l := newServiceLab(t, netx.ServiceConfig{})
	l.s.Start()
	first := l.last()
	stopped := watch(l.s.Stop())
	l.s.Start()
	waiter := watch(l.s.WhenConnected(0))
	if len(l.begun) != 1 || waiter.fired {
		t.Error("it connects again before the old connection is gone")
	}
	l.clock.Advance(0)
	if !stopped.fired || !waiter.fired || waiter.v == netx.Protocol(first) || !first.lost() {
		t.Errorf("%+v, %+v, %s", stopped, waiter, first.story())
	}
	l.want("0 0", 0)
	l.s.Stop()
	l.s.Start()
	waiter = watch(l.s.WhenConnected(0))
	stopped = watch(l.s.Stop()) // after all
	if !errors.Is(waiter.err, netx.ErrServiceStopped) {
		t.Errorf("%+v", waiter)
	}
	l.clock.Advance(time.Minute)
	l.want("0 0", 0)
	if !stopped.fired {
		t.Error("Stop has not ended")
	}
}

func TestServiceGivesUp(t *testing.T) {
	for name, tt := range map[string]struct {
		policy timeout.Policy
		script []string
		want   error
		begun  string
	}{
		"attempts":  {timeout.Policy{Attempts: 3}, []string{"refuse", "refuse", "refuse"}, timeout.ErrNoAttemptsLeft, "0 1000 3000"},
		"permanent": {timeout.Policy{Permanent: func(err error) bool { return errors.Is(err, errRefused) }}, []string{"refuse"}, timeout.ErrPermanent, "0"},
		"deadline":  {timeout.Policy{Deadline: 10 * time.Second}, []string{"refuse", "hang"}, timeout.ErrDeadline, "0 1000"},
		"a panic":   {timeout.Policy{}, []string{"refuse", "panic"}, timeout.ErrPermanent, "0 1000"},
		"nil":       {timeout.Policy{}, []string{"refuse", "nil"}, timeout.ErrNoAnswer, "0 1000"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newServiceLab(t, netx.ServiceConfig{Policy: tt.policy}, tt.script...)
			waiter := watch(l.s.WhenConnected(0))
			l.s.Start()
			l.clock.Advance(time.Minute)
			if !errors.Is(waiter.err, tt.want) {
				t.Errorf("the waiter got %+v", waiter)
			}
			l.want(tt.begun, 0)
			if w := watch(l.s.WhenConnected(0)); !errors.Is(w.err, tt.want) {
				t.Errorf("WhenConnected gave %+v", w)
			}
			l.s.Start()
			if w := watch(l.s.WhenConnected(0)); !w.fired || w.err != nil {
				t.Errorf("after another Start: %+v", w)
			}
			l.s.Stop()
			l.clock.Advance(0)
		})
	}
}

func TestServiceGivesUpUnseen(t *testing.T) {
	l := newServiceLab(t, netx.ServiceConfig{Policy: timeout.Policy{Attempts: 1}}, "refuse")
	var reported []error
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) { reported = append(reported, u.Failure) })
	defer deferred.SetUnhandledHandler(nil)
	l.s.Start()
	deferred.FlushUnhandled()
	if len(reported) != 1 || !errors.Is(reported[0], errRefused) {
		t.Errorf("reported are %v", reported)
	}
	l = newServiceLab(t, netx.ServiceConfig{Policy: timeout.Policy{Attempts: 1}}, "refuse")
	if w := watch(l.s.WhenConnected(1)); !w.fired { // which is told of the last attempt
		l.s.Start()
	}
}
