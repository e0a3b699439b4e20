//go:build unix

package netx_test

import (
	"io/fs"
	"os"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

func TestEndpointsOverUnix(t *testing.T) {
	w := newTCPWorld(t)
	path := socketPath(t)
	endpoint := "unix:" + netx.QuoteEndpoint(path) + ":mode=0600"
	a, b := &recorder{}, &recorder{}
	var connected netx.Protocol
	w.do(func() {
		port, err := netx.Serve(w.net, endpoint, factory(b))
		if err != nil {
			t.Error(err)
			return
		}
		if port.Addr().Network() != "unix" || port.Addr().String() != path {
			t.Errorf("it listens at %v", port.Addr())
		}
		if info, err := os.Stat(path); err != nil || info.Mode() != fs.ModeSocket|0o600 {
			t.Errorf("the file is %v, %v", info, err)
		}
		netx.Connect(w.net, endpoint, factory(a)).Tap(func(p netx.Protocol) { connected = p }).Catch(w.unexpected)
	})
	w.until("the connection", func() bool { return connected != nil && b.conn != nil })
	w.do(func() {
		a.conn.Write([]byte("hello"))
		a.conn.Close()
	})
	bothLost(t, &localWorld{w}, a, b)
	if b.data.String() != "hello" {
		t.Errorf("got %q", b.data.String())
	}
}
