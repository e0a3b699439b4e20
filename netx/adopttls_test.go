//go:build unix

package netx_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/netx"
)

// TestAdoptListenerTLS has what is adopted be the server's side.
func TestAdoptListenerTLS(t *testing.T) {
	sameDescriptors(t)
	w := newTCPWorld(t)
	l, _, _ := tcpLoopback(t)
	b := &echoHalf{}
	w.do(func() {
		if _, err := w.net.AdoptListener(l, factory(b), netx.WithTLS(both())); err != nil {
			t.Error(err)
		}
	})
	address := l.Addr().String()
	l.Close()
	c := connectTo(t, address)
	c.SetDeadline(time.Now().Add(patience))
	want := noise(100_000)
	if got, err := talk(tls.Client(c, both()), want); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes of %d came back, %v", len(got), len(want), err)
	}
	w.until("the end", b.lost)
	expect(t, w, &b.recorder, "made, read closed, write closed, lost: done")
}

// TestAdoptTLSRefused has nothing be sent in the clear that was to be secret.
func TestAdoptTLSRefused(t *testing.T) {
	w := newTCPWorld(t)
	l, near, _ := tcpLoopback(t)
	none := factoryOf(func() netx.Protocol {
		t.Error("a protocol was made")
		return &recorder{}
	})
	conn := func(_ netx.Protocol, err error) error { return err }
	port := func(_ *netx.Port, err error) error { return err }
	secret, bare := netx.WithTLS(both()), netx.WithTLS(&tls.Config{})
	w.do(func() {
		check := stillOpen(t, numberOf(t, near), numberOf(t, l.(*net.TCPListener)))
		for name, tt := range map[string]struct {
			err, want error
			texts     []string
		}{
			"a net.Conn":     {conn(w.net.AdoptConn(near, none, secret)), netx.ErrCannotAdopt, []string{near.RemoteAddr().String(), "StartTLSClient", "StartTLSServer"}},
			"a descriptor":   {conn(w.net.AdoptFD(numberOf(t, near), none, secret)), netx.ErrCannotAdopt, []string{near.RemoteAddr().String(), "StartTLSClient"}},
			"no certificate": {port(w.net.AdoptListener(l, none, bare)), netx.ErrCannotListen, []string{l.Addr().String(), "no certificate"}},
			"nor there":      {port(w.net.AdoptListenerFD(numberOf(t, l.(*net.TCPListener)), none, bare)), netx.ErrCannotListen, []string{"no certificate"}},
		} {
			if !errors.Is(tt.err, tt.want) {
				t.Errorf("%s: %v", name, tt.err)
				continue
			}
			for _, text := range tt.texts {
				if !strings.Contains(tt.err.Error(), text) {
					t.Errorf("%s: %v does not say %q", name, tt.err, text)
				}
			}
		}
		check()
	})
}

// TestAdoptThenStartTLS does what the refusal says, as either side.
func TestAdoptThenStartTLS(t *testing.T) {
	for name, tt := range map[string]struct {
		start func(c *netx.Conn)
		peer  func(c net.Conn, cfg *tls.Config) *tls.Conn
	}{
		"as server": {func(c *netx.Conn) { c.StartTLSServer(both()).Catch(ignore) }, tls.Client},
		"as client": {func(c *netx.Conn) { c.StartTLSClient(both()).Catch(ignore) }, tls.Server},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTCPWorld(t)
			_, near, far := tcpLoopback(t)
			b := &echoHalf{}
			b.onMade = tt.start
			w.do(func() {
				if _, err := w.net.AdoptConn(near, factory(b)); err != nil {
					t.Error(err)
				}
			})
			near.Close()
			far.SetDeadline(time.Now().Add(patience))
			want := noise(100_000)
			if got, err := talk(tt.peer(far, both()), want); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes of %d came back, %v", len(got), len(want), err)
			}
			w.until("the end", b.lost)
			expect(t, w, &b.recorder, "made, read closed, write closed, lost: done")
		})
	}
}
