package netx

import (
	"errors"
	"math"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spindle-go/spindle/deferred"
)

// tcpEndpoint returns the kind of endpoint for a network: tcp, tcp4 or tcp6.
func tcpEndpoint(network string) EndpointKind {
	return EndpointKind{
		Positional: []string{"host", "port"},
		Named:      []string{"timeout", "local", "backlog"},
		Connect: func(n Network, e *Endpoint, f Factory, opts ...Option) *deferred.Deferred[Protocol] {
			address, more, err := tcpTarget(e, network, 1)
			if err != nil {
				return deferred.Fail[Protocol](err)
			}
			return n.Dial(network, address, f, append(opts[:len(opts):len(opts)], more...)...)
		},
		Serve: func(n Network, e *Endpoint, f Factory, opts ...Option) (*Port, error) {
			if !e.Has("port") && looksLikeHost(e.Value("host")) {
				return nil, e.errorAt(len(e.text), "the argument port is missing, and %q is a host", e.Value("host"))
			}
			e.rename("host", "port")
			address, more, err := tcpTarget(e, network, 0)
			if err != nil {
				return nil, err
			}
			return n.Listen(network, address, f, append(opts[:len(opts):len(opts)], more...)...)
		},
	}
}

// looksLikeHost reports whether text is an address, or begins as names do and numbers
// do not, so that it is not a port with something wrong about it.
func looksLikeHost(text string) bool {
	if _, err := netip.ParseAddr(text); err == nil {
		return true
	}
	first, _ := utf8.DecodeRuneInString(text)
	return unicode.IsLetter(first)
}

// tcpTarget returns the address and the options of an endpoint that is a host and
// a port from lowest on.
func tcpTarget(e *Endpoint, network string, lowest int) (address string, opts []Option, err error) {
	host := e.Value("host")
	if !e.Has("port") {
		return "", nil, e.Bad("port", nil)
	}
	port, err := e.Int("port", 0, lowest, math.MaxUint16)
	if err != nil {
		return "", nil, err
	}
	if _, err := netip.ParseAddr(host); err != nil && strings.Contains(host, ":") {
		return "", nil, e.Bad("host", err)
	}
	address = net.JoinHostPort(host, strconv.Itoa(port))
	if _, err := parseTarget(network, address); err != nil {
		return "", nil, e.Bad("host", err)
	}
	opts, err = socketOptions(e)
	return address, opts, err
}

// socketOptions returns the options in an endpoint that any kind may have.
func socketOptions(e *Endpoint) ([]Option, error) {
	var opts []Option
	if e.Has("timeout") {
		d, err := e.Duration("timeout", 0)
		if err != nil {
			return nil, err
		}
		opts = append(opts, WithConnectTimeout(d))
	}
	if e.Has("local") {
		addr, err := netip.ParseAddr(e.Value("local"))
		if err != nil {
			return nil, e.Bad("local", errors.New("it is not an IP address"))
		}
		opts = append(opts, WithLocalAddr(netip.AddrPortFrom(addr, 0)))
	}
	if e.Has("backlog") {
		n, err := e.Int("backlog", 0, 1, math.MaxInt32)
		if err != nil {
			return nil, err
		}
		opts = append(opts, WithBacklog(n))
	}
	return opts, nil
}
