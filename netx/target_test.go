package netx_test

import (
	"errors"
	"net"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// FuzzTarget holds the parser of addresses against that of package net.
func FuzzTarget(f *testing.F) {
	for _, network := range []string{"tcp", "tcp4", "tcp6", "udp", ""} {
		for _, address := range []string{
			"127.0.0.1:80", "[::1]:80", ":80", ":", "", "[fe80::1%eth0]:1", "[fe80::1%2]:65535", "a:65536", "a:-1",
			"a:+1", "::1:80", "[::1:80", "[]:80", "1.2.3:4", "server.example:80", "\x00:0", "a:00080", "[::ffff:1.2.3.4]:5",
		} {
			f.Add(network, address)
		}
	}
	f.Fuzz(func(t *testing.T, network, address string) {
		host, port, literal, err := netx.ParseTarget(network, address)
		if err != nil {
			if !errors.Is(err, netx.ErrBadAddress) {
				t.Errorf("%q, %q: %v is no ErrBadAddress", network, address, err)
			}
			return
		}
		if !literal {
			return
		}
		want, err := net.ResolveTCPAddr(network, address)
		if err != nil {
			t.Fatalf("%q, %q: package net says %v", network, address, err)
		}
		if int(port) != want.Port || !want.IP.Equal(net.ParseIP(host)) && want.Zone == "" {
			t.Errorf("%q, %q: host %q, port %d; package net says %v", network, address, host, port, want)
		}
	})
}
