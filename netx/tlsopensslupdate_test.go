//go:build unix

package netx_test

import (
	"io"
	"net"
	"strconv"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/netx"
)

// A server changes the keys in the middle, and with K wants new ones from us.
func TestOpensslServerUpdatesKeys(t *testing.T) {
	w := newTCPWorld(t)
	cert, key, _ := trusted().files(t, trusted().server)
	l, err := net.Listen("tcp", "127.0.0.1:0") // for a free port
	if err != nil {
		t.Fatal(err)
	}
	_, number, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	o := startOpenssl(t, "s_server", "-accept", "127.0.0.1:"+number, "-tls1_3", "-cert", cert, "-key", key, "-naccept", "1", "-msg")
	o.says("ACCEPT")
	a := &lineEcho{}
	d := await(w, "the Dial", func() *deferred.Deferred[netx.Protocol] {
		return w.net.Dial("tcp4", "localhost:"+number, factory(a), netx.WithTLS(both()))
	})
	if d.err != nil {
		t.Fatal(d.err)
	}
	o.says("CIPHER is")
	for i, key := range []string{"k", "K", "K", "k"} {
		io.WriteString(o.stdin, key+"\n")
		o.says(">>> TLS 1.3, Handshake [length 0005], KeyUpdate")
		line := "after update " + strconv.Itoa(i)
		io.WriteString(o.stdin, line+"\n")
		if key == "K" {
			o.says("<<< TLS 1.3, Handshake [length 0005], KeyUpdate")
		}
		o.says("echo " + line)
	}
	w.do(func() { a.conn.Close() })
	o.end()
	w.until("the end", a.lost)
	if kindOf(a.reason) != "done" {
		t.Error(a.reason)
	}
}
