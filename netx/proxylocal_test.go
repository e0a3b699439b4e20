//go:build unix

package netx_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/netx"
)

// anybody has everybody send a header.
func anybody(net.Addr) netx.ProxyUse { return netx.ProxyRequired }

// whoisLocal listens at a Unix socket.
func whoisLocal(t *testing.T, w *localWorld, f netx.Factory, opts ...netx.Option) (port *netx.Port) {
	t.Helper()
	w.do(func() {
		var err error
		if port, err = w.net.Listen("unix", w.at, f, opts...); err != nil {
			t.Error(err)
		}
	})
	return port
}

// whoisFactory makes a whois for each connection.
func whoisFactory() netx.Factory {
	return netx.FactoryFunc(func(addr net.Addr) (netx.Protocol, error) { return &whois{built: addr}, nil })
}

// TestProxyProtocolOnUnix has headers come over a Unix socket.
func TestProxyProtocolOnUnix(t *testing.T) {
	const v1 = "PROXY TCP4 1.2.3.4 5.6.7.8 1000 2000\r\n"
	const v1said = "1.2.3.4:1000 1.2.3.4:1000->5.6.7.8:2000 v1 tcp 1.2.3.4:1000->5.6.7.8:2000\n"
	const v2 = v4 + "\x00\x13" + ip4 + "\x02\x00\x04host"
	const v2said = "127.0.0.1:4660 127.0.0.1:4660->10.0.0.2:80 v2 tcp 127.0.0.1:4660->10.0.0.2:80 0x2:\"host\"\n"
	for _, c := range []struct {
		name   string
		pieces []string
		want   string // SERVER stands for the path
	}{
		{"v1", []string{v1 + "data"}, v1said + "data"},
		{"v1, byte by byte", append(strings.Split(v1, ""), "data"), v1said + "data"},
		{"v1 unknown", []string{"PROXY UNKNOWN\r\ndata"}, " ->SERVER v1\ndata"},
		{"v2", []string{v2 + "data"}, v2said + "data"},
		{"v2, byte by byte", append(strings.Split(v2, ""), "data"), v2said + "data"},
		{"v2 local", []string{local + "\x11\x00\x0c" + ip4 + "data"}, " ->SERVER v2 local\ndata"},
		{"v2 of Unix", []string{signature + "\x21\x31\x00\xd8" + unixPath("/run/a") + unixPath("/run/b") + "data"},
			"/run/a /run/a->/run/b v2 unix /run/a->/run/b\ndata"},
		{"much behind it", []string{v1 + strings.Repeat("much", 50_000)}, v1said + strings.Repeat("much", 50_000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newLocalWorld(t)
			port := whoisLocal(t, w, whoisFactory(), netx.WithProxyProtocol(anybody))
			conn := dialUnix(t, w.at)
			sent := make(chan error, 1)
			go func() {
				_, err := io.WriteString(conn, c.pieces[0])
				sent <- err
			}()
			for _, piece := range c.pieces[1:] {
				if err := receive(t, sent, "the writer"); err != nil {
					t.Fatal(err)
				}
				w.settle() // so that it comes by itself
				_, err := io.WriteString(conn, piece)
				sent <- err
			}
			want := strings.ReplaceAll(c.want, "SERVER", w.at)
			got := make([]byte, len(want))
			if n, err := io.ReadFull(conn, got); err != nil || string(got) != want {
				t.Errorf("got  %.300q, %v\nwant %.300q", got[:n], err, want)
			}
			w.do(func() {
				if got := port.Stats(); got.Accepted != 1 || got.Rejected != 0 {
					t.Errorf("the port has done %+v", got)
				}
			})
		})
	}
}

// TestProxyProtocolOnUnixBad has what is no header, none in time, and peers that use
// refuses or takes as they are.
func TestProxyProtocolOnUnixBad(t *testing.T) {
	for _, c := range []struct {
		name, sent string
		want       error
		opts       []netx.Option
	}{
		{"nothing", "", nil, nil},
		{"another protocol", "GET / HTTP/1.1\r\n", netx.ErrBadProxyHeader, nil},
		{"a part", "PROXY TCP4 1", io.ErrUnexpectedEOF, nil},
		{"refused", "", nil, []netx.Option{netx.WithProxyProtocol(func(net.Addr) netx.ProxyUse { return netx.ProxyRefused })}},
		{"no address that is in a prefix", "", nil, []netx.Option{netx.WithProxyProtocol(netx.ProxiesIn(netip.MustParsePrefix("0.0.0.0/0")))}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newLocalWorld(t)
			reported := reports(w.tcpWorld)
			port := whoisLocal(t, w, whoisFactory(), append([]netx.Option{netx.WithProxyProtocol(anybody)}, c.opts...)...)
			conn := dialUnix(t, w.at)
			io.WriteString(conn, c.sent)
			conn.CloseWrite()
			ends(t, conn)
			rejected(t, w.tcpWorld, port, reported, c.want)
			if len(*reported) > 0 && strings.Contains((*reported)[0].Error(), "from") {
				t.Errorf("a peer without a name is named: %v", *reported)
			}
		})
	}
	t.Run("too late", func(t *testing.T) {
		w := newLocalWorld(t)
		reported := reports(w.tcpWorld)
		port := whoisLocal(t, w, whoisFactory(), netx.WithProxyProtocol(anybody), netx.WithProxyTimeout(20*time.Millisecond))
		ends(t, dialUnix(t, w.at))
		rejected(t, w.tcpWorld, port, reported, netx.ErrBadProxyHeader)
	})
	t.Run("direct", func(t *testing.T) {
		w := newLocalWorld(t)
		var asked net.Addr
		whoisLocal(t, w, whoisFactory(), netx.WithProxyProtocol(func(peer net.Addr) netx.ProxyUse {
			asked = peer
			return netx.ProxyDirect
		}))
		conn := dialUnix(t, w.at)
		conn.CloseWrite()
		if got, err := io.ReadAll(conn); err != nil || string(got) != " ->"+w.at+" no header\n" {
			t.Errorf("got %q, %v", got, err)
		}
		w.do(func() {
			if asked == nil || asked.Network() != "unix" || asked.String() != "" {
				t.Errorf("asked of %v", asked)
			}
		})
	})
}

// TestProxyProtocolOnUnixTLS has TLS behind the header.
func TestProxyProtocolOnUnixTLS(t *testing.T) {
	w := newLocalWorld(t)
	whoisLocal(t, w, whoisFactory(), netx.WithProxyProtocol(anybody), netx.WithTLS(both()))
	conn := dialUnix(t, w.at)
	io.WriteString(conn, "PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n")
	const want = "[2001:db8::1]:1 [2001:db8::1]:1->[2001:db8::2]:2 v1"
	got := make([]byte, len(want))
	if n, err := io.ReadFull(tls.Client(conn, both()), got); err != nil || string(got) != want {
		t.Errorf("got %q, %v", got[:n], err)
	}
}

// TestProxyProtocolOnUnixLimit counts connections by the client in the header.
func TestProxyProtocolOnUnixLimit(t *testing.T) {
	w := newLocalWorld(t)
	port := whoisLocal(t, w, whoisFactory(), netx.WithProxyProtocol(anybody), netx.WithMaxConnectionsPerPeer(1))
	for _, source := range []string{"1.1.1.1", "2.2.2.2", "1.1.1.1"} {
		io.WriteString(dialUnix(t, w.at), "PROXY TCP4 "+source+" 5.6.7.8 1000 2000\r\n")
	}
	w.until("them", func() bool { return port.Stats() == netx.PortStats{Accepted: 2, Limited: 1, Open: 2} })
}

// TestProxyProtocolOnUnixFDs passes a descriptor with the first byte behind the header,
// and one with the header.
func TestProxyProtocolOnUnixFDs(t *testing.T) {
	sameDescriptors(t)
	w := newLocalWorld(t)
	b := &fdRecorder{}
	whoisLocal(t, w, factory(b), netx.WithProxyProtocol(anybody))
	f := numbered(t, 7)
	defer f.Close()
	rights := unix.UnixRights(int(f.Fd()))
	conn := dialUnix(t, w.at)
	_, _, err1 := conn.WriteMsgUnix([]byte("PROXY UNKNOWN\r\n"), rights, nil)
	_, _, err2 := conn.WriteMsgUnix([]byte("x"), rights, nil)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	w.until("the byte", func() bool { return b.data.Len() == 1 })
	if len(b.files) != 1 || numberIn(t, b.files[0]) != 7 {
		t.Errorf("%d files came", len(b.files))
	}
	b.closeFiles(t)
	conn.Close()
	w.until("the end", b.lost)
}

// TestProxyProtocolAdopted reads headers from what an adopted listener accepts.
func TestProxyProtocolAdopted(t *testing.T) {
	w := newLocalWorld(t)
	l, _, _ := localLoopback(t, w.at)
	w.do(func() {
		if _, err := w.net.AdoptListener(l, whoisFactory(), netx.WithProxyProtocol(anybody)); err != nil {
			t.Error(err)
		}
	})
	conn := dialUnix(t, w.at)
	io.WriteString(conn, "PROXY TCP4 1.2.3.4 5.6.7.8 1000 2000\r\n")
	conn.CloseWrite()
	if got, err := io.ReadAll(conn); err != nil || !strings.HasPrefix(string(got), "1.2.3.4:1000 ") {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestProxyProtocolStopWhileAsked stops the port while it asks what to do with a peer.
func TestProxyProtocolStopWhileAsked(t *testing.T) {
	for name, use := range map[string]netx.ProxyUse{"required": netx.ProxyRequired, "direct": netx.ProxyDirect} {
		t.Run(name, func(t *testing.T) {
			w := newLocalWorld(t)
			var port *netx.Port
			made := whoisLocal(t, w, whoisFactory(), netx.WithProxyTimeout(0), netx.WithProxyProtocol(func(net.Addr) netx.ProxyUse {
				port.StopListening()
				return use
			}))
			w.do(func() { port = made })
			ends(t, dialUnix(t, w.at))
			w.do(func() {
				if got := port.Stats(); got != (netx.PortStats{Rejected: 1}) {
					t.Errorf("the port has done %+v", got)
				}
			})
		})
	}
}
