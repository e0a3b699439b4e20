//go:build unix

package netx_test

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// loopback is where the peers of these tests come from.
var loopback = netx.ProxiesIn(netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8"))

// whois is a protocol that says who its peer is, and then what that says.
type whois struct {
	recorder
	built net.Addr
}

func (p *whois) ConnectionMade(c *netx.Conn) {
	p.recorder.ConnectionMade(c)
	h := "no header"
	if c.ProxyHeader() != nil {
		h = describe(c.ProxyHeader())
	}
	c.WriteString(p.built.String() + " " + c.RemoteAddr().String() + "->" + c.LocalAddr().String() + " " + h + "\n")
}

func (p *whois) DataReceived(b []byte) { p.conn.Write(b) }

// whoisPort listens.
func whoisPort(t *testing.T, w *tcpWorld, opts ...netx.Option) (port *netx.Port, number string) {
	return listen(t, w, netx.FactoryFunc(func(addr net.Addr) (netx.Protocol, error) {
		return &whois{built: addr}, nil
	}), opts...)
}

// say sends pieces, and returns what comes back until the other end is closed.
func say(t *testing.T, w *tcpWorld, number string, pieces ...string) (answer, client string) {
	t.Helper()
	c := strangers(t, number, 1)[0].(*net.TCPConn)
	c.SetDeadline(time.Now().Add(patience))
	for i, piece := range pieces {
		if i > 0 {
			w.settle() // so that it comes by itself
		}
		if _, err := io.WriteString(c, piece); err != nil {
			t.Fatal(err)
		}
	}
	c.CloseWrite()
	all, err := io.ReadAll(c)
	if err != nil {
		t.Errorf("%q, and then %v", all, err)
	}
	return string(all), c.LocalAddr().String()
}

func TestProxyProtocol(t *testing.T) {
	const v1 = "PROXY TCP4 1.2.3.4 5.6.7.8 1000 2000\r\n"
	const v1said = "1.2.3.4:1000 1.2.3.4:1000->5.6.7.8:2000 v1 tcp 1.2.3.4:1000->5.6.7.8:2000\n"
	const v2 = v4 + "\x00\x13" + ip4 + "\x02\x00\x04host"
	const v2said = "127.0.0.1:4660 127.0.0.1:4660->10.0.0.2:80 v2 tcp 127.0.0.1:4660->10.0.0.2:80 0x2:\"host\"\n"
	for _, c := range []struct {
		name   string
		pieces []string
		want   string // CLIENT and SERVER stand for the addresses of the connection
	}{
		{"v1", []string{v1}, v1said},
		{"v1, and data in the same piece", []string{v1 + "data\r\n"}, v1said + "data\r\n"},
		{"v1, byte by byte", append(strings.Split(v1, ""), "data"), v1said + "data"},
		{"v1, cut between its last two", []string{v1[:len(v1)-1], v1[len(v1)-1:] + "data"}, v1said + "data"},
		{"v1 unknown", []string{"PROXY UNKNOWN a b c\r\ndata"}, "CLIENT CLIENT->SERVER v1\ndata"},
		{"v2", []string{v2 + "data"}, v2said + "data"},
		{"v2, byte by byte", append(strings.Split(v2, ""), "data"), v2said + "data"},
		{"v2, cut behind its length", []string{v2[:16], v2[16:] + "data"}, v2said + "data"},
		{"v2 local", []string{local + "\x11\x00\x0c" + ip4 + "data"}, "CLIENT CLIENT->SERVER v2 local\ndata"},
		{"v2 of Unix", []string{signature + "\x21\x31\x00\xd8" + unixPath("/run/a") + unixPath("/run/b") + "data"},
			"/run/a /run/a->/run/b v2 unix /run/a->/run/b\ndata"},
		{"another header behind it", []string{v1 + v1}, v1said + v1},
		{"much behind it", []string{v1 + strings.Repeat("much", 50_000)}, v1said + strings.Repeat("much", 50_000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTCPWorld(t)
			port, number := whoisPort(t, w, netx.WithProxyProtocol(loopback))
			got, client := say(t, w, number, c.pieces...)
			want := strings.NewReplacer("CLIENT", client, "SERVER", port.Addr().String()).Replace(c.want)
			if got != want {
				t.Errorf("got  %.300q\nwant %.300q", got, want)
			}
			w.do(func() {
				if got := port.Stats(); got != (netx.PortStats{Accepted: 1}) {
					t.Errorf("the port has done %+v", got)
				}
			})
		})
	}
}

func TestProxyProtocolUse(t *testing.T) {
	const v1 = "PROXY TCP4 1.2.3.4 5.6.7.8 1000 2000\r\n"
	boom := errors.New("boom")
	for _, c := range []struct {
		name     string
		use      func(net.Addr) netx.ProxyUse
		want     string
		reported error
	}{
		{"direct", func(net.Addr) netx.ProxyUse { return netx.ProxyDirect }, "CLIENT CLIENT->SERVER no header\n" + v1, nil},
		{"refused", func(net.Addr) netx.ProxyUse { return netx.ProxyRefused }, "", nil},
		{"from elsewhere", netx.ProxiesIn(netip.MustParsePrefix("10.0.0.0/8")), "", nil},
		{"a panic", func(net.Addr) netx.ProxyUse { panic(boom) }, "", boom},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTCPWorld(t)
			reported := reports(w)
			port, number := whoisPort(t, w, netx.WithProxyProtocol(c.use))
			if c.want != "" {
				got, client := say(t, w, number, v1)
				if want := strings.NewReplacer("CLIENT", client, "SERVER", port.Addr().String()).Replace(c.want); got != want {
					t.Errorf("got  %q\nwant %q", got, want)
				}
				return
			}
			ends(t, strangers(t, number, 1)[0])
			rejected(t, w, port, reported, c.reported)
		})
	}
}

// reports collects the failures that nobody handles.
func reports(w *tcpWorld) *[]*failure.Failure {
	var reported []*failure.Failure
	w.do(func() {
		deferred.SetUnhandledHandler(func(u deferred.Unhandled) { reported = append(reported, u.Failure) })
	})
	return &reported
}

// rejected waits for a port to have rejected one connection, and compares what was
// reported of it: nothing if want is nil.
func rejected(t *testing.T, w *tcpWorld, port *netx.Port, reported *[]*failure.Failure, want error) {
	t.Helper()
	w.until("the rejection", func() bool { return port.Stats() == netx.PortStats{Rejected: 1} })
	w.do(func() {
		deferred.FlushUnhandled()
		switch {
		case want == nil && len(*reported) > 0:
			t.Errorf("reported: %v", *reported)
		case want != nil && (len(*reported) != 1 || !errors.Is((*reported)[0], want)):
			t.Errorf("reported: %v, not %v", *reported, want)
		}
	})
}

func TestProxyProtocolBad(t *testing.T) {
	for _, c := range []struct {
		name, sent string
		want       error
		also       error
		opts       []netx.Option
	}{
		{"nothing", "", nil, nil, nil},
		{"another protocol", "GET / HTTP/1.1\r\n", netx.ErrBadProxyHeader, nil, nil},
		{"a part", "PROXY TCP4 1", netx.ErrBadProxyHeader, io.ErrUnexpectedEOF, nil},
		{"a bad line", "PROXY TCP4 1.1.1.1 1.1.1.1 1 a\r\n", netx.ErrBadProxyHeader, nil, nil},
		{"too much", v4 + "\x10\x00", netx.ErrBadProxyHeader, netx.ErrMessageTooLong, nil},
		{"too much for the option", v4 + "\x00\x80", netx.ErrBadProxyHeader, netx.ErrMessageTooLong, []netx.Option{netx.WithProxyLimit(143)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTCPWorld(t)
			reported := reports(w)
			port, number := whoisPort(t, w, append(c.opts, netx.WithProxyProtocol(loopback))...)
			conn := strangers(t, number, 1)[0].(*net.TCPConn)
			io.WriteString(conn, c.sent)
			conn.CloseWrite()
			conn.SetDeadline(time.Now().Add(patience))
			ends(t, conn)
			rejected(t, w, port, reported, c.want)
			if c.also != nil && !errors.Is((*reported)[0], c.also) {
				t.Errorf("reported: %v, not %v", *reported, c.also)
			}
		})
	}
}

// TestProxyProtocolTimeout has a peer that sends no header, and one whose header
// is never complete.
func TestProxyProtocolTimeout(t *testing.T) {
	for _, sent := range []string{"", "PROXY "} {
		w := newTCPWorld(t)
		reported := reports(w)
		port, number := whoisPort(t, w, netx.WithProxyProtocol(loopback), netx.WithProxyTimeout(20*time.Millisecond))
		c := strangers(t, number, 1)[0]
		io.WriteString(c, sent)
		c.SetDeadline(time.Now().Add(patience))
		ends(t, c)
		rejected(t, w, port, reported, netx.ErrBadProxyHeader)
		if !errors.Is((*reported)[0], deferred.ErrTimeout) {
			t.Errorf("reported: %v", *reported)
		}
	}
}

// TestProxyProtocolStop ends the port, and then the reactor, while a header is
// awaited.
func TestProxyProtocolStop(t *testing.T) {
	for _, name := range []string{"port", "reactor"} {
		t.Run(name, func(t *testing.T) {
			w := newTCPWorld(t)
			port, number := whoisPort(t, w, netx.WithProxyProtocol(loopback), netx.WithProxyTimeout(0))
			c := strangers(t, number, 1)[0]
			io.WriteString(c, "PROXY TCP4")
			w.settle()
			if name == "port" {
				w.do(func() { port.StopListening() })
			} else if err := w.r.Stop(); err != nil {
				t.Error(err)
			}
			c.SetDeadline(time.Now().Add(patience))
			ends(t, c)
		})
	}
}

// TestProxyProtocolStream accepts a stream, and reads what is behind the header.
func TestProxyProtocolStream(t *testing.T) {
	w := newTCPWorld(t)
	var s *netx.Stream
	var l *netx.StreamListener
	w.do(func() {
		var err error
		if l, err = netx.ListenStream(w.net, "tcp", w.at, netx.WithProxyProtocol(loopback)); err != nil {
			t.Error(err)
			return
		}
		l.Accept().Tap(func(accepted *netx.Stream) { s = accepted })
	})
	c := connectTo(t, l.Addr().String())
	header := netx.ProxyHeader{Source: tcp("1.2.3.4:5"), Destination: tcp("6.7.8.9:10"), Checksum: true}
	p, err := header.AppendTo(nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Write(append(p, "line\n"...))
	w.until("the stream", func() bool { return s != nil })
	if o := await(w, "the line", func() *deferred.Deferred[string] { return s.ReadLine() }); o.v != "line" {
		t.Errorf("got %q, %v", o.v, o.err)
	}
	w.do(func() {
		if got := describe(s.ProxyHeader()); got != "v2 tcp 1.2.3.4:5->6.7.8.9:10 checked" || s.RemoteAddr().String() != "1.2.3.4:5" {
			t.Errorf("got %s of %v", got, s.RemoteAddr())
		}
		s.Abort()
		l.Close()
	})
	w.settle()
	w.do(func() {
		if s.LocalAddr().String() != "6.7.8.9:10" {
			t.Errorf("after the end it is %v", s.LocalAddr())
		}
	})
}

func TestProxyProtocolPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"nobody to ask":      func() { netx.WithProxyProtocol(nil) },
		"no prefix":          func() { netx.ProxiesIn() },
		"negative timeout":   func() { netx.WithProxyTimeout(-1) },
		"a limit of nothing": func() { netx.WithProxyLimit(0) },
	} {
		t.Run(name, func(t *testing.T) { wantPanic(t, f) })
	}
	if got := loopback(&net.UnixAddr{Name: "/a"}); got != netx.ProxyRefused {
		t.Errorf("a Unix address is %v", got)
	}
}
