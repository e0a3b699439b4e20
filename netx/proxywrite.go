package netx

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// AppendTo appends the header to dst, as it is sent before all else on a
// connection, and returns the whole. It fails with an ErrBadProxyHeader, and dst
// as it was, when h cannot be said in its version: addresses of two kinds, or of
// one that the version does not have, TLVs without addresses, or more than 65535
// bytes. Zones of IPv6 addresses are left out. It changes nothing in h. Any
// goroutine may call it.
func (h *ProxyHeader) AppendTo(dst []byte) ([]byte, error) {
	out, err := dst, error(nil)
	switch h.Version {
	case 1:
		out, err = h.appendLine(dst)
	case 0, 2:
		out, err = h.appendBinary(dst)
	default:
		err = fmt.Errorf("there is no version %d", h.Version)
	}
	if err != nil {
		return dst, fmt.Errorf("%w: %w", ErrBadProxyHeader, err)
	}
	return out, nil
}

// appendLine is AppendTo for version 1.
func (h *ProxyHeader) appendLine(dst []byte) ([]byte, error) {
	if h.Local || h.Checksum || len(h.TLVs) > 0 {
		return nil, fmt.Errorf("version 1 has addresses only")
	}
	if h.Source == nil && h.Destination == nil {
		return append(dst, "PROXY UNKNOWN\r\n"...), nil
	}
	family, transport, from, to, err := h.ipAddrs()
	if err != nil {
		return nil, err
	}
	if transport != transportStream {
		return nil, fmt.Errorf("version 1 has no %s addresses", h.Source.Network())
	}
	name, text := "TCP4", from.Addr().String()+" "+to.Addr().String()
	if family == familyIP6 {
		name, text = "TCP6", as6(from)+" "+as6(to)
	}
	return fmt.Appendf(dst, "PROXY %s %s %d %d\r\n", name, text, from.Port(), to.Port()), nil
}

// as6 is the text of an address among ones of IPv6.
func as6(a netip.AddrPort) string { return netip.AddrFrom16(a.Addr().As16()).String() }

// ipAddrs returns the addresses, if these are of IP.
func (h *ProxyHeader) ipAddrs() (family, transport byte, from, to netip.AddrPort, err error) {
	transport, from = addrPort(h.Source)
	other, to := addrPort(h.Destination)
	if transport != other || !from.IsValid() || !to.IsValid() {
		return 0, 0, from, to, fmt.Errorf("no pair of addresses: %v and %v", h.Source, h.Destination)
	}
	if from.Addr().Is4() && to.Addr().Is4() {
		return familyIP4, transport, from, to, nil
	}
	return familyIP6, transport, from, to, nil
}

// addrPort takes an address apart.
func addrPort(a net.Addr) (transport byte, at netip.AddrPort) {
	switch a := a.(type) {
	case *net.TCPAddr:
		transport, at = transportStream, a.AddrPort()
	case *net.UDPAddr:
		transport, at = transportDatagram, a.AddrPort()
	}
	return transport, netip.AddrPortFrom(at.Addr().Unmap().WithZone(""), at.Port())
}

// appendBinary is AppendTo for version 2.
func (h *ProxyHeader) appendBinary(dst []byte) ([]byte, error) {
	start := len(dst)
	dst = append(dst, proxySignature...)
	if h.Local || h.Source == nil && h.Destination == nil {
		return h.appendNothing(dst)
	}
	kind, block, err := h.appendAddrs(nil)
	if err != nil {
		return nil, err
	}
	for _, t := range h.TLVs {
		if t.Type == proxyCRC32c || t.Type == proxyNoop {
			return nil, fmt.Errorf("a TLV of the type %#02x is not for programs", t.Type)
		}
		if block, err = appendTLV(block, t); err != nil {
			return nil, err
		}
	}
	if h.Checksum {
		block = append(block, proxyCRC32c, 0, 4, 0, 0, 0, 0)
	}
	if len(block) >= 1<<16 {
		return nil, fmt.Errorf("%d bytes of addresses and TLVs", len(block))
	}
	dst = append(dst, proxyVersion2|commandProxy, kind)
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(block)))
	dst = append(dst, block...)
	if h.Checksum {
		header := dst[start:]
		at := len(header) - 4
		binary.BigEndian.PutUint32(header[at:], proxySum(header, at))
	}
	return dst, nil
}

// appendNothing goes on for a header without addresses.
func (h *ProxyHeader) appendNothing(dst []byte) ([]byte, error) {
	if h.Source != nil || h.Destination != nil || h.Checksum || len(h.TLVs) > 0 {
		return nil, fmt.Errorf("a header without addresses, or with Local, says nothing else")
	}
	command := byte(commandProxy)
	if h.Local {
		command = commandLocal
	}
	return append(dst, proxyVersion2|command, familyNone|transportNone, 0, 0), nil
}

// appendAddrs appends both addresses, and says of what kind they are.
func (h *ProxyHeader) appendAddrs(block []byte) (kind byte, _ []byte, err error) {
	from, ok := h.Source.(*net.UnixAddr)
	to, also := h.Destination.(*net.UnixAddr)
	if ok && also && from != nil && to != nil {
		return appendUnixAddrs(block, from, to)
	}
	family, transport, source, destination, err := h.ipAddrs()
	if err != nil {
		return 0, nil, err
	}
	for _, a := range []netip.AddrPort{source, destination} {
		if family == familyIP4 {
			block = append(block, a.Addr().AsSlice()...)
		} else {
			ip := a.Addr().As16()
			block = append(block, ip[:]...)
		}
	}
	block = binary.BigEndian.AppendUint16(block, source.Port())
	return family | transport, binary.BigEndian.AppendUint16(block, destination.Port()), nil
}

// appendUnixAddrs is appendAddrs for Unix addresses.
func appendUnixAddrs(block []byte, from, to *net.UnixAddr) (kind byte, _ []byte, err error) {
	transport := byte(transportStream)
	if from.Net == "unixgram" {
		transport = transportDatagram
	}
	for _, a := range []*net.UnixAddr{from, to} {
		name := a.Name
		if strings.HasPrefix(name, "@") {
			name = "\x00" + name[1:]
		} else if strings.Contains(name, "\x00") {
			return 0, nil, fmt.Errorf("a path with a zero byte: %q", name)
		}
		if a.Net != from.Net || len(name) > unixPathSize {
			return 0, nil, fmt.Errorf("no pair of addresses: %v and %v", from, to)
		}
		block = append(block, name...)
		block = append(block, make([]byte, unixPathSize-len(name))...)
	}
	return familyUnix | transport, block, nil
}

// appendTLV appends one TLV.
func appendTLV(block []byte, t ProxyTLV) ([]byte, error) {
	if len(t.Value) >= 1<<16 {
		return nil, fmt.Errorf("a TLV of %d bytes", len(t.Value))
	}
	block = append(block, t.Type)
	block = binary.BigEndian.AppendUint16(block, uint16(len(t.Value)))
	return append(block, t.Value...), nil
}
