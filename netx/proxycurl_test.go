//go:build unix

package netx_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// TestProxyProtocolCurl has curl send the header.
func TestProxyProtocolCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		fmt.Fprintf(os.Stderr, "\n*** %s is SKIPPED: there is no curl. ***\n\n", t.Name())
		t.Skip("no curl")
	}
	w := newTCPWorld(t)
	var addr net.Addr
	port, _ := listen(t, w, netx.FactoryFunc(func(from net.Addr) (netx.Protocol, error) {
		addr = from
		p := &frames{}
		p.onFrame = func(line []byte) {
			if len(line) > 0 {
				return
			}
			body := describe(p.conn.ProxyHeader())
			p.conn.WriteString(fmt.Sprintf("HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
			p.conn.Close()
		}
		return netx.Framed(netx.Lines{}, p), nil
	}), netx.WithProxyProtocol(loopback))
	got, err := exec.CommandContext(patiently(t), curl, "-q", "-sS", "--noproxy", "*", "--haproxy-protocol", "http://"+port.Addr().String()+"/").CombinedOutput()
	if err != nil {
		t.Fatalf("curl: %v, %s", err, got)
	}
	w.do(func() {
		if want := fmt.Sprintf("v1 tcp %v->%v", addr, port.Addr()); string(got) != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}
