package netx_test

import (
	"crypto/tls"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

// TestStartTLSInjectionAtTheClient has somebody between put an answer in clear behind
// the one that allows TLS. A client that took it later for one that came by TLS would
// believe it.
func TestStartTLSInjectionAtTheClient(t *testing.T) {
	const answer, forged = "STARTTLS\r\n", "welcome, mallory\r\n"
	type client struct {
		protocol netx.Protocol
		started  func() *outcome[tls.ConnectionState]
		got      func() string // after the answer
	}
	for name, newClient := range map[string]func() client{
		"bytes": func() client {
			r := &recorder{}
			var o *outcome[tls.ConnectionState]
			r.onData = func([]byte) {
				if o == nil && strings.Contains(r.data.String(), answer) {
					_, rest, _ := strings.Cut(r.data.String(), answer)
					r.data.Reset()
					o = watch(r.conn.StartTLS(both(), []byte(rest)))
				}
			}
			return client{r, func() *outcome[tls.ConnectionState] { return o }, func() string { return r.data.String() }}
		},
		"frames": func() client {
			s := &lineServer{start: func(c *netx.FrameConn) *deferred.Deferred[tls.ConnectionState] { return c.StartTLSClient(both()) }}
			return client{netx.Framed(netx.Lines{}, s), func() *outcome[tls.ConnectionState] { return s.started },
				func() string { return strings.TrimPrefix(strings.Join(s.lines, "\n"), "STARTTLS") }}
		},
	} {
		for how, pieces := range map[string][]string{
			"in the same piece": {answer + forged},
			"in another piece":  {answer, forged},
			"with the hello":    {answer + forged, "TLS"},
		} {
			t.Run(name+", "+how, func(t *testing.T) {
				w := newPairWorld(t)
				c, server := newClient(), &recorder{}
				_, cs := netx.Pair(w.clock, c.protocol, server)
				for _, p := range pieces {
					if p == "TLS" {
						cs.StartTLS(both()).Catch(ignore)
					} else {
						cs.WriteString(p)
					}
					w.settle()
				}
				w.until("the end", server.lost)
				if o := c.started(); o == nil || !as[tls.RecordHeaderError](o.err) || c.got() != "" {
					t.Errorf("%+v, and then %q", o, c.got())
				}
			})
		}
	}
}
