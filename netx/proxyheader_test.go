package netx_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// signature begins a header of version 2.
const signature = "\r\n\r\n\x00\r\nQUIT\n"

// tcp returns an address of TCP.
func tcp(at string) *net.TCPAddr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(at)) }

// describe puts a header in words.
func describe(h *netx.ProxyHeader) string {
	text := fmt.Sprintf("v%d", h.Version)
	if h.Local {
		text += " local"
	}
	if h.Source != nil || h.Destination != nil {
		text += fmt.Sprintf(" %s %v->%v", h.Source.Network(), h.Source, h.Destination)
	}
	for _, t := range h.TLVs {
		text += fmt.Sprintf(" %#x:%q", t.Type, t.Value)
	}
	if h.Checksum {
		text += " checked"
	}
	return text
}

const (
	ip4   = "\x7f\x00\x00\x01\x0a\x00\x00\x02\x12\x34\x00\x50"
	v4    = signature + "\x21\x11"
	local = signature + "\x20"
)

func unixPath(path string) string { return path + strings.Repeat("\x00", 108-len(path)) }

func TestParseProxyHeader(t *testing.T) {
	ip6 := netip.MustParseAddr("2001:db8::1").As16()
	ips6 := string(ip6[:]) + string(ip6[:]) + "\x12\x34\x00\x50"
	for _, c := range []struct {
		name, in, want string
	}{
		{"v1", "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n", "v1 tcp 192.168.0.1:56324->192.168.0.11:443"},
		{"v1 of IPv6", "PROXY TCP6 2001:db8::1 ::1 0 65535\r\n", "v1 tcp [2001:db8::1]:0->[::1]:65535"},
		{"v1 of IPv6 in capitals", "PROXY TCP6 2001:DB8::A ::1 1 2\r\n", "v1 tcp [2001:db8::a]:1->[::1]:2"},
		{"v1, longest", "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "v1 tcp 255.255.255.255:65535->255.255.255.255:65535"},
		{"v1 unknown", "PROXY UNKNOWN\r\n", "v1"},
		{"v1 unknown, with a rest", "PROXY UNKNOWN ffff::1  x 99999999\r\n", "v1"},
		{"v2", v4 + "\x00\x0c" + ip4, "v2 tcp 127.0.0.1:4660->10.0.0.2:80"},
		{"v2 of UDP", signature + "\x21\x12\x00\x0c" + ip4, "v2 udp 127.0.0.1:4660->10.0.0.2:80"},
		{"v2 of IPv6", signature + "\x21\x21\x00\x24" + ips6, "v2 tcp [2001:db8::1]:4660->[2001:db8::1]:80"},
		{"v2 of UDP over IPv6", signature + "\x21\x22\x00\x24" + ips6, "v2 udp [2001:db8::1]:4660->[2001:db8::1]:80"},
		{"v2 of Unix", signature + "\x21\x31\x00\xd8" + unixPath("/run/a") + unixPath(""), "v2 unix /run/a->"},
		{"v2 of Unix, full and abstract", signature + "\x21\x32\x00\xd8" + strings.Repeat("x", 108) + unixPath("\x00b"), "v2 unixgram " + strings.Repeat("x", 108) + "->@b"},
		{"v2 local", local + "\x00\x00\x00", "v2 local"},
		{"v2 local, with addresses", local + "\x11\x00\x0c" + ip4, "v2 local"},
		{"v2 local, of another family", local + "\xff\x00\x03\xff\xff\xff", "v2 local"},
		{"v2 local, with nonsense", local + "\x11\x00\x03\xff\xff\xff", "v2 local"},
		{"v2 of nothing", signature + "\x21\x00\x00\x00", "v2"},
		{"v2 of nothing, with something", signature + "\x21\x00\x00\x02xx", "v2"},
		{"v2 of IPv4 without a transport", signature + "\x21\x10\x00\x0c" + ip4, "v2"},
		{"v2 with TLVs", v4 + "\x00\x1a" + ip4 + "\x02\x00\x04host\x04\x00\x01\x00\xe5\x00\x00", `v2 tcp 127.0.0.1:4660->10.0.0.2:80 0x2:"host" 0xe5:""`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i := range c.in {
				if h, n, err := netx.ParseProxyHeader([]byte(c.in[:i])); h != nil || n != 0 || err != nil {
					t.Fatalf("of %d bytes it has made %v, %d, %v", i, h, n, err)
				}
			}
			in := []byte(c.in + "\r\nwhat comes after")
			h, n, err := netx.ParseProxyHeader(in)
			if err != nil || n != len(c.in) {
				t.Fatalf("got %d of %d bytes, error %v", n, len(c.in), err)
			}
			for i := range in {
				in[i] = 'x' // the caller keeps it
			}
			if got := describe(h); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestParseProxyHeaderBad(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"another protocol", "GET / HTTP/1.1\r\n", `it begins with "GET / HTTP/1.1\r\n"`},
		{"one byte", "X", `it begins with "X"`},
		{"v1 in small letters", "proxy TCP4", `it begins with "proxy TCP4"`},
		{"v1 too long", "PROXY UNKNOWN " + strings.Repeat("x", 92) + "\r\n", "a line of more than 107 bytes"},
		{"v1 with a line feed alone", "PROXY TCP4 1.1.1.1 1.1.1.1 1 1\nmore\r\n", "invalid syntax"},
		{"v1 without a family", "PROXY \r\n", `"" is no family`},
		{"v1 of another family", "PROXY UDP4 1.1.1.1 1.1.1.1 1 1\r\n", `"UDP4" is no family`},
		{"v1 with two spaces", "PROXY TCP4  1.1.1.1 1.1.1.1 1 1\r\n", "has not six fields"},
		{"v1 without a port", "PROXY TCP4 1.1.1.1 1.1.1.1 1\r\n", "has not six fields"},
		{"v1 with more", "PROXY TCP4 1.1.1.1 1.1.1.1 1 1 \r\n", "has not six fields"},
		{"v1 with the other family", "PROXY TCP4 ::1 1.1.1.1 1 1\r\n", `"::1" is no address for TCP4`},
		{"v1 with the other family behind", "PROXY TCP6 ::1 1.1.1.1 1 1\r\n", `"1.1.1.1" is no address for TCP6`},
		{"v1 with a zone", "PROXY TCP6 fe80::1%lo ::1 1 1\r\n", `"fe80::1%lo" is no address for TCP6`},
		{"v1 with a leading zero", "PROXY TCP4 1.1.1.01 1.1.1.1 1 1\r\n", "IPv4 field has octet with leading zero"},
		{"v1 with a name", "PROXY TCP4 localhost 1.1.1.1 1 1\r\n", "unable to parse IP"},
		{"v1 with a large port", "PROXY TCP4 1.1.1.1 1.1.1.1 65536 1\r\n", "value out of range"},
		{"v1 with a sign", "PROXY TCP4 1.1.1.1 1.1.1.1 +1 1\r\n", "invalid syntax"},
		{"v1 with a zero before the port", "PROXY TCP4 1.1.1.1 1.1.1.1 1 01\r\n", `port "01" begins with a zero`},
		{"v1 without a number", "PROXY TCP4 1.1.1.1 1.1.1.1 1 \r\n", "invalid syntax"},
		{"v2 of version 1", signature + "\x11\x11\x00\x0c" + ip4, "0x11 is no version 2 with a command"},
		{"v2 with another command", signature + "\x22\x11\x00\x0c" + ip4, "0x22 is no version 2 with a command"},
		{"v2 of another family", signature + "\x21\x41\x00\x0c" + ip4, "0x41 is no family with a transport"},
		{"v2 of another transport", signature + "\x21\x13\x00\x0c" + ip4, "0x13 is no family with a transport"},
		{"v2 too short", v4 + "\x00\x0b" + ip4[:11], "11 bytes are too few for the addresses"},
		{"v2 of Unix, too short", signature + "\x21\x31\x00\x0c" + ip4, "12 bytes are too few for the addresses"},
		{"v2 with half a TLV", v4 + "\x00\x0e" + ip4 + "\x01\x00", "2 bytes are too few for a TLV"},
		{"v2 with a TLV cut off", v4 + "\x00\x10" + ip4 + "\x01\x00\x02x", "a TLV of 2 bytes, and there are 1"},
		{"v2 with a wrong checksum", v4 + "\x00\x13" + ip4 + "\x03\x00\x04abcd", "the checksum is 61626364 and should be"},
		{"v2 with a short checksum", v4 + "\x00\x12" + ip4 + "\x03\x00\x03abc", "a checksum of 3 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, n, err := netx.ParseProxyHeader([]byte(c.in))
			if !errors.Is(err, netx.ErrBadProxyHeader) || !strings.Contains(err.Error(), c.want) || h != nil || n != 0 {
				t.Errorf("got %v, %d, %v", h, n, err)
			}
		})
	}
}

// TestProxyHeaderVector compares with headers put together by hand from HAProxy's
// document, so that reading and writing cannot be wrong in the same way.
func TestProxyHeaderVector(t *testing.T) {
	for _, c := range []struct {
		name   string
		header netx.ProxyHeader
		want   string
	}{
		{"v1", netx.ProxyHeader{Version: 1, Source: tcp("192.168.0.1:56324"), Destination: tcp("192.168.0.11:443")}, "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n"},
		{"v1 of IPv6", netx.ProxyHeader{Version: 1, Source: tcp("[2001:db8::1]:1"), Destination: tcp("[::1]:2")}, "PROXY TCP6 2001:db8::1 ::1 1 2\r\n"},
		{"v1 of both", netx.ProxyHeader{Version: 1, Source: tcp("1.2.3.4:1"), Destination: tcp("[::1]:2")}, "PROXY TCP6 ::ffff:1.2.3.4 ::1 1 2\r\n"},
		{"v1 unknown", netx.ProxyHeader{Version: 1}, "PROXY UNKNOWN\r\n"},
		{"v2", netx.ProxyHeader{Source: tcp("127.0.0.1:4660"), Destination: tcp("10.0.0.2:80")}, v4 + "\x00\x0c" + ip4},
		{"v2 with a zone", netx.ProxyHeader{Source: tcp("[fe80::1%lo]:1"), Destination: tcp("[::1]:2")},
			signature + "\x21\x21\x00\x24\xfe\x80" + strings.Repeat("\x00", 13) + "\x01" + strings.Repeat("\x00", 15) + "\x01\x00\x01\x00\x02"},
		{"v2 local", netx.ProxyHeader{Local: true}, local + "\x00\x00\x00"},
		{"v2 of nothing", netx.ProxyHeader{Version: 2}, signature + "\x21\x00\x00\x00"},
		{"v2 of Unix", netx.ProxyHeader{Source: &net.UnixAddr{Net: "unix", Name: "/a"}, Destination: &net.UnixAddr{Net: "unix", Name: "@b"}},
			signature + "\x21\x31\x00\xd8" + unixPath("/a") + unixPath("\x00b")},
		{"v2 with a TLV", netx.ProxyHeader{Source: tcp("127.0.0.1:4660"), Destination: tcp("10.0.0.2:80"), TLVs: []netx.ProxyTLV{{netx.ProxyAuthority, []byte("host")}}},
			v4 + "\x00\x13" + ip4 + "\x02\x00\x04host"},
		// The sum was made with Python, bit by bit, from the polynomial 0x82f63b78.
		{"v2 with a checksum", netx.ProxyHeader{Source: tcp("127.0.0.1:4660"), Destination: tcp("10.0.0.2:80"), Checksum: true},
			v4 + "\x00\x13" + ip4 + "\x03\x00\x04\x7d\x39\xb4\xf5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.header.AppendTo([]byte("before"))
			if err != nil || string(got) != "before"+c.want {
				t.Fatalf("got  %s, %v\nwant %s", hex.EncodeToString(got[6:]), err, hex.EncodeToString([]byte(c.want)))
			}
			if _, n, err := netx.ParseProxyHeader(got[6:]); n != len(c.want) || err != nil {
				t.Errorf("what was written reads as %d bytes, %v", n, err)
			}
		})
	}
}

func TestProxyHeaderNotSent(t *testing.T) {
	a, b := tcp("1.1.1.1:1"), tcp("2.2.2.2:2")
	unix := &net.UnixAddr{Net: "unix", Name: "/a"}
	udp := &net.UDPAddr{IP: a.IP, Port: 1}
	for name, h := range map[string]netx.ProxyHeader{
		"another version":         {Version: 3, Source: a, Destination: b},
		"v1 local":                {Version: 1, Local: true},
		"v1 with TLVs":            {Version: 1, Source: a, Destination: b, TLVs: []netx.ProxyTLV{{1, nil}}},
		"v1 of UDP":               {Version: 1, Source: udp, Destination: udp},
		"v1 of Unix":              {Version: 1, Source: unix, Destination: unix},
		"one address":             {Source: a},
		"two kinds":               {Source: a, Destination: udp},
		"an address of nothing":   {Source: a, Destination: (*net.TCPAddr)(nil)},
		"Unix and TCP":            {Source: unix, Destination: b},
		"a stream and a datagram": {Source: unix, Destination: &net.UnixAddr{Net: "unixgram"}},
		"a long path":             {Source: unix, Destination: &net.UnixAddr{Net: "unix", Name: strings.Repeat("x", 109)}},
		"a path with a zero":      {Source: unix, Destination: &net.UnixAddr{Net: "unix", Name: "a\x00b"}},
		"another kind":            {Source: &net.IPAddr{IP: a.IP}, Destination: &net.IPAddr{IP: a.IP}},
		"local with an address":   {Local: true, Source: a, Destination: b},
		"nothing but TLVs":        {TLVs: []netx.ProxyTLV{{1, nil}}},
		"nothing but a checksum":  {Checksum: true},
		"a checksum by hand":      {Source: a, Destination: b, TLVs: []netx.ProxyTLV{{3, []byte("abcd")}}},
		"a large TLV":             {Source: a, Destination: b, TLVs: []netx.ProxyTLV{{1, make([]byte, 1<<16)}}},
		"large TLVs":              {Source: a, Destination: b, TLVs: []netx.ProxyTLV{{1, make([]byte, 1<<15)}, {1, make([]byte, 1<<15)}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := h.AppendTo([]byte("before"))
			if !errors.Is(err, netx.ErrBadProxyHeader) || string(got) != "before" {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestProxyHeaderTLV(t *testing.T) {
	h := netx.ProxyHeader{TLVs: []netx.ProxyTLV{{1, []byte("a")}, {0xe0, []byte("b")}, {0xe0, []byte("c")}}}
	if v, ok := h.TLV(0xe0); !ok || string(v) != "b" {
		t.Errorf("got %q, %v", v, ok)
	}
	if v, ok := h.TLV(netx.ProxyUniqueID); ok || v != nil {
		t.Errorf("got %q, %v", v, ok)
	}
}

// FuzzProxyHeader reads anything. What can be read says the same when it is
// written and read again, and any part of it is not complete.
func FuzzProxyHeader(f *testing.F) {
	f.Add([]byte("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nmore"))
	f.Add([]byte("PROXY TCP6 ::1 ::ffff:5.6.7.8 1 2\r\n"))
	f.Add([]byte("PROXY UNKNOWN what\r\n"))
	f.Add([]byte(local + "\x00\x00\x00"))
	f.Add([]byte(v4 + "\x00\x17" + ip4 + "\x02\x00\x04host\x04\x00\x01\x00"))
	f.Add([]byte(signature + "\x21\x31\x00\xd8" + unixPath("/run/a") + unixPath("\x00b")))
	f.Fuzz(func(t *testing.T, in []byte) {
		h, n, err := netx.ParseProxyHeader(in)
		if err != nil || n == 0 {
			if h != nil || n != 0 || err != nil && !errors.Is(err, netx.ErrBadProxyHeader) {
				t.Fatalf("got %v, %d, %v", h, n, err)
			}
			return
		}
		if part, _, err := netx.ParseProxyHeader(in[:n-1]); part != nil || err != nil {
			t.Fatalf("a byte less is %v, %v", part, err)
		}
		again, err := h.AppendTo(nil)
		if err != nil {
			t.Fatalf("%s cannot be written: %v", describe(h), err)
		}
		h2, _, err := netx.ParseProxyHeader(again)
		if err != nil || describe(h2) != describe(h) || !reflect.DeepEqual(h, h2) {
			t.Errorf("%s was written as %q, which reads as %v, %v", describe(h), again, h2, err)
		}
		if third, err := h2.AppendTo(nil); err != nil || !bytes.Equal(third, again) {
			t.Errorf("%q was written the second time, %v", third, err)
		}
	})
}
