//go:build unix

package netx_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

type fakeResolver struct {
	addrs []netip.Addr
	err   error
	hang  bool // until the context ends
	do    func()

	mu       sync.Mutex // it is called on many goroutines
	running  int
	most     int
	asked    []string
	released chan struct{} // if set, lookups wait for it
}

func (r *fakeResolver) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	r.mu.Lock()
	r.running++
	r.most = max(r.most, r.running)
	r.asked = append(r.asked, network+" "+host)
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.running--
	}()
	if r.do != nil {
		r.do()
	}
	if r.released != nil {
		<-r.released
	}
	if r.hang {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return r.addrs, r.err
}

func addrs(texts ...string) (as []netip.Addr) {
	for _, text := range texts {
		as = append(as, netip.MustParseAddr(text))
	}
	return as
}

func TestDialName(t *testing.T) {
	w := newTCPWorld(t)
	b := &recorder{}
	_, number := listen(t, w, factory(b))
	refused := "127.0.0.2" // nobody listens at this one
	t.Run("the first that answers", func(t *testing.T) {
		a := &recorder{}
		r := &fakeResolver{addrs: addrs(refused, "::ffff:127.0.0.1", "127.0.0.3")}
		p, err := dial(t, w, "tcp4", "server.example:"+number, factory(a), netx.WithResolver(r))
		if p != netx.Protocol(a) || err != nil {
			t.Fatalf("Dial gave %v, %v", p, err)
		}
		w.do(func() {
			if got := a.conn.RemoteAddr().String(); got != "127.0.0.1:"+number {
				t.Errorf("it is connected to %s", got)
			}
			if n := w.r.Stats().DelayedCalls; n != 0 {
				t.Errorf("%d delayed calls are left", n)
			}
			a.conn.Close()
		})
		w.until("the end", a.lost)
		if len(r.asked) != 1 || r.asked[0] != "ip4 server.example" {
			t.Errorf("asked for %q", r.asked)
		}
	})
	for name, tt := range map[string]struct {
		r     *fakeResolver
		wants []error
		texts []string
	}{
		"no such name": {
			&fakeResolver{err: &net.DNSError{Err: "no such host", Name: "server.example", IsNotFound: true}},
			nil, []string{"no such host", "server.example"},
		},
		"none that answers": {
			&fakeResolver{addrs: addrs(refused, "127.0.0.3")},
			[]error{netx.ErrConnectionRefused, syscall.ECONNREFUSED}, []string{"127.0.0.2:", "127.0.0.3:", "refused"},
		},
		"no address": {&fakeResolver{}, []error{netx.ErrBadAddress}, []string{"no address"}},
		"of another family": {
			&fakeResolver{addrs: addrs("::1")}, []error{netx.ErrBadAddress}, []string{"no address for tcp4"},
		},
		"a panic": {
			&fakeResolver{do: func() { panic("boom") }}, nil, []string{"panic: boom"},
		},
		"an end of the goroutine": {
			&fakeResolver{do: func() { runtime.Goexit() }}, nil, []string{"Goexit"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			address := "server.example:" + number
			_, err := dial(t, w, "tcp4", address, factory(&recorder{}), netx.WithResolver(tt.r))
			if err == nil {
				t.Fatal("Dial did not fail")
			}
			for _, want := range tt.wants {
				if !errors.Is(err, want) {
					t.Errorf("%v is no %v", err, want)
				}
			}
			for _, text := range append(tt.texts, address) {
				if !strings.Contains(err.Error(), text) && name != "a panic" {
					t.Errorf("%q is not in %q", text, err)
				}
			}
		})
	}
	t.Run("that the system does not know", func(t *testing.T) {
		_, err := dial(t, w, "tcp", "name.invalid:80", factory(&recorder{}))
		var dns *net.DNSError
		if !errors.As(err, &dns) || dns.Name != "name.invalid" {
			t.Errorf("Dial failed with %v", err)
		}
	})
}

func TestLookupsAreBounded(t *testing.T) {
	w := newTCPWorld(t)
	r := &fakeResolver{err: errors.New("no"), released: make(chan struct{})}
	const n = 200
	failed, lost := 0, 0
	var ds []*deferred.Deferred[netx.Protocol]
	w.do(func() {
		for i := range n {
			d := w.net.Dial("tcp", strconv.Itoa(i)+".example:80", factory(&recorder{}), netx.WithResolver(r))
			d.Catch(func(f *failure.Failure) {
				if failed++; errors.Is(f, deferred.ErrCancelled) {
					lost++
				}
			})
			ds = append(ds, d)
		}
	})
	w.until("lookups", func() bool { r.mu.Lock(); defer r.mu.Unlock(); return r.running == 64 })
	w.settle()
	w.do(func() {
		for _, d := range ds[150:] { // these wait for their turn
			d.Cancel()
		}
	})
	close(r.released)
	w.until("all of them", func() bool { return failed == n })
	if r.most != 64 || lost != 50 || len(r.asked) != 150 {
		t.Errorf("%d at a time, %d cancelled, %d asked", r.most, lost, len(r.asked))
	}
}
