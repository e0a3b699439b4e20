//go:build unix

package netx_test

import (
	"crypto/tls"
	"testing"
)

// TestTLSResumptionWithoutAName has a client that names nobody, as one of a Unix
// socket may that checks the certificate by itself. Its sessions are kept by the
// address, in TLS 1.3 as well, which sends them after the handshake.
func TestTLSResumptionWithoutAName(t *testing.T) {
	for place, newWorld := range map[string]func() world{
		"tcp":  func() world { return newTCPWorld(t) },
		"unix": func() world { return newLocalWorld(t) },
		"pair": func() world { return newPairWorld(t) },
	} {
		for version, cfg := range versions() {
			t.Run(place+", "+version, func(t *testing.T) {
				client := cfg.Clone()
				client.ServerName, client.InsecureSkipVerify = "", true
				cache := &tellingCache{ClientSessionCache: tls.NewLRUClientSessionCache(10)}
				client.ClientSessionCache = cache
				for i := range 3 {
					a, b := &recorder{}, &recorder{}
					w := newWorld()
					w.connect(a, b)
					var sa *outcome[tls.ConnectionState]
					w.do(func() {
						sa = watch(a.conn.StartTLS(client))
						b.conn.StartTLS(cfg).Catch(ignore)
						b.conn.WriteString("hello") // behind the session
					})
					w.until("the answer", func() bool { return sa.fired && a.data.String() == "hello" })
					if at := a.conn.RemoteAddr().String(); sa.err != nil || cache.last != at {
						t.Errorf("%v; kept for %q, and the peer is %q", sa.err, cache.last, at)
					}
					cache.alias = cache.last // the next peer has another address
					if sa.v.DidResume != (i > 0) {
						t.Errorf("connection %d: resumed %v", i, sa.v.DidResume)
					}
					w.do(func() { a.conn.Close() })
					bothLost(t, w, a, b)
				}
			})
		}
	}
}

// tellingCache knows the last name that something was kept for, and gives what was
// kept for the one before to whoever asks. It belongs to the loop and, during a
// handshake, to the worker, one at a time.
type tellingCache struct {
	tls.ClientSessionCache
	last, alias string
}

func (c *tellingCache) Get(string) (*tls.ClientSessionState, bool) {
	return c.ClientSessionCache.Get(c.alias)
}

func (c *tellingCache) Put(key string, s *tls.ClientSessionState) {
	c.last = key
	c.ClientSessionCache.Put(key, s)
}
