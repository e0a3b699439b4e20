//go:build unix

package netx_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// BenchmarkTLSEcho is BenchmarkEcho with TLS: the server on a reactor, and beside
// it one with a goroutine for each connection, for the same clients.
func BenchmarkTLSEcho(b *testing.B) {
	for name, serve := range map[string]func(b *testing.B) (number string){
		"loop": func(b *testing.B) string {
			_, number := listen(b, newTCPWorld(b), factoryOf(func() netx.Protocol { return &echo{} }), netx.WithTLS(both()))
			return number
		},
		"goroutines": goroutineEcho,
	} {
		for _, bm := range []struct{ conns, size int }{{1, 64}, {100, 64}, {100, 16 << 10}} {
			b.Run(fmt.Sprintf("%s/%dx%d", name, bm.conns, bm.size), func(b *testing.B) {
				number := serve(b)
				client := newTCPWorld(b)
				left, idle := b.N, bm.conns
				done := make(chan struct{})
				again := func() bool {
					if left--; left >= 0 {
						return true
					}
					if idle--; idle == 0 {
						close(done)
					}
					return false
				}
				pingers := make([]*pinger, bm.conns)
				made := 0
				client.do(func() {
					for i := range pingers {
						pingers[i] = &pinger{message: make([]byte, bm.size), again: again}
						client.net.Dial("tcp4", "127.0.0.1:"+number, factory(pingers[i]), netx.WithTLS(both())).
							Tap(func(netx.Protocol) { made++ }).Catch(client.unexpected)
					}
				})
				client.until("the connections", func() bool { return made == bm.conns })
				b.SetBytes(int64(bm.size))
				b.ReportAllocs()
				b.ResetTimer()
				client.do(func() {
					for _, p := range pingers {
						p.conn.Write(p.message)
					}
				})
				<-done
			})
		}
	}
}

// goroutineEcho is the server that package net suggests.
func goroutineEcho(b *testing.B) string {
	l, err := tls.Listen("tcp4", "127.0.0.1:0", both())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = io.CopyBuffer(struct{ io.Writer }{c}, struct{ io.Reader }{c}, make([]byte, 32<<10))
			}()
		}
	}()
	_, number, _ := net.SplitHostPort(l.Addr().String())
	return number
}

// BenchmarkTLSHandshake is a whole connection with both of its sides on the
// machine: TCP, the handshake and the end.
func BenchmarkTLSHandshake(b *testing.B) {
	for version, cfg := range versions() {
		b.Run(version, func(b *testing.B) {
			w := newTCPWorld(b)
			_, number := listen(b, w, factoryOf(func() netx.Protocol { return &recorder{} }), netx.WithTLS(cfg))
			for b.Loop() {
				a := &recorder{}
				w.do(func() {
					a.onMade = func(c *netx.Conn) { c.Close() }
					w.net.Dial("tcp4", "127.0.0.1:"+number, factory(a), netx.WithTLS(cfg)).Catch(w.unexpected)
				})
				w.until("the end", a.lost)
			}
		})
	}
}
