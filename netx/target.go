package netx

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
)

// target is a network and an address as text, taken apart.
type target struct {
	network string     // tcp, tcp4 or tcp6; or udp, udp4 or udp6
	host    string     // as given, may be empty
	addr    netip.Addr // valid if the host is an IP address
	port    uint16
}

// parseTarget takes a network and an address apart, and says what is wrong with
// them if that can be said without asking anybody.
func parseTarget(network, address string) (target, error) {
	return parseTargetOf("tcp", network, address)
}

// parseTargetOf is parseTarget for a kind of network: tcp or udp.
func parseTargetOf(kind, network, address string) (target, error) {
	switch network {
	case kind, kind + "4", kind + "6":
	default:
		return target{}, &tagged{ErrBadAddress, fmt.Errorf("%w; there are %s",
			net.UnknownNetworkError(network), map[string]string{
				"tcp": "tcp, tcp4, tcp6 and unix, and for datagrams ListenPacket and DialPacket",
				"udp": "udp, udp4, udp6 and unixgram, and for streams Listen and Dial",
			}[kind])}
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return target{}, &tagged{ErrBadAddress, err}
	}
	t := target{network: network, host: host}
	if t.port, err = parsePort(port); err != nil {
		return target{}, err
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		t.addr = addr.Unmap()
		if !t.suits(t.addr) {
			return target{}, fmt.Errorf("%w: %s is not an address for %s", ErrBadAddress, host, network)
		}
	}
	return t, nil
}

// parsePort reads a port. None is 0.
func parsePort(text string) (uint16, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return 0, fmt.Errorf("%w: port %q is not a number from 0 to 65535", ErrBadAddress, text)
	}
	return uint16(n), nil
}

// family returns "4" or "6" if the network has addresses of one family.
func (t target) family() string { return t.network[len("tcp"):] }

// suits reports whether the network has addresses like a.
func (t target) suits(a netip.Addr) bool {
	switch t.family() {
	case "4":
		return a.Is4()
	case "6":
		return a.Is6()
	}
	return true
}

// listenable says what keeps the target from being listened at.
func (t target) listenable() error {
	if t.host == "" || t.host == "localhost" || t.addr.IsValid() {
		return nil
	}
	return fmt.Errorf("%w: %q is not an IP address, and to look up a name would block", ErrBadAddress, t.host)
}

// dialable says what keeps the target from being dialled.
func (t target) dialable() error {
	if t.port == 0 {
		return fmt.Errorf("%w: a port from 1 to 65535 is needed", ErrBadAddress)
	}
	return nil
}

// wildcard reports whether all addresses of the machine are meant.
func (t target) wildcard() bool {
	return t.host == "" || t.addr.IsValid() && t.addr.IsUnspecified()
}

// loopback is what localhost, or no host at all, stands for.
func (t target) loopback() netip.Addr {
	if t.family() == "6" {
		return netip.IPv6Loopback()
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// literal returns the address to connect to, if that is known without a lookup.
func (t target) literal() (netip.Addr, bool) {
	switch {
	case t.addr.IsValid():
		return t.addr, true
	case t.host == "":
		return t.loopback(), true
	}
	return netip.Addr{}, false
}

// ipNetwork is what a Resolver is to look for.
func (t target) ipNetwork() string { return "ip" + t.family() }
