//go:build unix

package netx_test

import (
	"fmt"
	"testing"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// pinger sends a message again as soon as all of it has come back.
type pinger struct {
	conn    *netx.Conn
	message []byte
	came    int
	again   func() bool
}

func (p *pinger) ConnectionMade(c *netx.Conn)     { p.conn = c }
func (p *pinger) ConnectionLost(*failure.Failure) {}

func (p *pinger) DataReceived(b []byte) {
	if p.came += len(b); p.came >= len(p.message) {
		p.came = 0
		if p.again() {
			p.conn.Write(p.message)
		}
	}
}

// BenchmarkEcho has clients on one reactor and the echo on another. An operation
// is one message there and back.
func BenchmarkEcho(b *testing.B) {
	for _, bm := range []struct{ conns, size int }{{1, 64}, {100, 64}, {1000, 64}, {100, 16 << 10}} {
		b.Run(fmt.Sprintf("%dx%d", bm.conns, bm.size), func(b *testing.B) {
			server, client := newTCPWorld(b), newTCPWorld(b)
			_, number := listen(b, server, factoryOf(func() netx.Protocol { return &echo{} }))
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
			message := make([]byte, bm.size)
			var ps []*pinger
			client.do(func() {
				for range bm.conns {
					p := &pinger{message: message, again: again}
					ps = append(ps, p)
					client.net.Dial("tcp", "127.0.0.1:"+number, factory(p)).Catch(client.unexpected)
				}
			})
			client.until("all connections", func() bool {
				for _, p := range ps {
					if p.conn == nil {
						return false
					}
				}
				return true
			})
			b.ReportAllocs()
			b.SetBytes(int64(bm.size))
			b.ResetTimer()
			client.do(func() {
				for _, p := range ps {
					p.conn.Write(message)
				}
			})
			<-done
		})
	}
}
