package netx

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// ParseProxyHeader reads the header at the beginning of in, of version 1 or 2,
// and returns it with the number of its bytes. As long as it is not complete, the
// answer is nil and 0; it has at most 65551 bytes. What is not a header is an
// ErrBadProxyHeader, as soon as that can be known. Any goroutine may call it. It
// keeps no hold of in.
//
// It follows HAProxy's document of the protocol to the letter: a leading zero, a
// second space, a checksum that is wrong or a TLV that is cut off is an error,
// and so is a command, a family or a transport that the document does not name.
// Where that has a receiver ignore what it does not know (the rest of an UNKNOWN
// line, all that is behind LOCAL, the family too, or behind an unspecified family),
// this does.
func ParseProxyHeader(in []byte) (h *ProxyHeader, n int, err error) {
	if len(in) == 0 {
		return nil, 0, nil
	}
	n, err = proxySize(in)
	switch {
	case err != nil:
		return nil, 0, err
	case n == 0 || len(in) < n:
		return nil, 0, nil
	case in[0] == proxyLine[0]:
		h, err = parseProxyLine(string(in[:n-2]))
	default:
		h, err = parseProxyBinary(in[:n])
	}
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrBadProxyHeader, err)
	}
	return h, n, nil
}

// parseProxyLine reads version 1.
func parseProxyLine(line string) (*ProxyHeader, error) {
	fields := strings.Split(line, " ")
	family := fields[1] // proxySize has seen the space
	if family == "UNKNOWN" {
		return &ProxyHeader{Version: 1}, nil
	}
	if family != "TCP4" && family != "TCP6" {
		return nil, fmt.Errorf("%q is no family", family)
	}
	if len(fields) != 6 {
		return nil, fmt.Errorf("%q has not six fields", line)
	}
	source, err := parseProxyAddr(family, fields[2], fields[4])
	if err != nil {
		return nil, err
	}
	destination, err := parseProxyAddr(family, fields[3], fields[5])
	if err != nil {
		return nil, err
	}
	return &ProxyHeader{Version: 1, Source: source, Destination: destination}, nil
}

// parseProxyAddr reads an address of version 1.
func parseProxyAddr(family, host, port string) (*net.TCPAddr, error) {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return nil, err
	}
	if addr.Zone() != "" || addr.Is4() != (family == "TCP4") {
		return nil, fmt.Errorf("%q is no address for %s", host, family)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, err
	}
	if port[0] == '0' && len(port) > 1 {
		return nil, fmt.Errorf("port %q begins with a zero", port)
	}
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(addr.Unmap(), uint16(n))), nil
}

// parseProxyBinary reads version 2, which in is.
func parseProxyBinary(in []byte) (*ProxyHeader, error) {
	command, kind := in[12], in[13]
	if command != proxyVersion2|commandLocal && command != proxyVersion2|commandProxy {
		return nil, fmt.Errorf("%#02x is no version 2 with a command", command)
	}
	h := &ProxyHeader{Version: 2, Local: command == proxyVersion2|commandLocal}
	if h.Local {
		return h, nil
	}
	family, transport := kind&0xf0, kind&0x0f
	if family > familyUnix || transport > transportDatagram {
		return nil, fmt.Errorf("%#02x is no family with a transport", kind)
	}
	if family == familyNone || transport == transportNone {
		return h, nil
	}
	block := in[proxyFixed:]
	size := proxyAddrsSize(family)
	if len(block) < size {
		return nil, fmt.Errorf("%d bytes are too few for the addresses", len(block))
	}
	h.Source, h.Destination = parseProxyAddrs(family, transport, block[:size])
	return h, h.parseTLVs(in, proxyFixed+size)
}

// proxyAddrsSize returns how many bytes the addresses of a family take.
func proxyAddrsSize(family byte) int {
	switch family {
	case familyIP4:
		return 2*4 + 2*2
	case familyIP6:
		return 2*16 + 2*2
	}
	return 2 * unixPathSize
}

// parseProxyAddrs reads both addresses.
func parseProxyAddrs(family, transport byte, block []byte) (source, destination net.Addr) {
	half := len(block) / 2
	if family == familyUnix {
		return parseUnixPath(transport, block[:half]), parseUnixPath(transport, block[half:])
	}
	size := half - 2
	ports := block[2*size:]
	return ipAddr(transport, block[:size], ports), ipAddr(transport, block[size:2*size], ports[2:])
}

// ipAddr makes an address of its parts.
func ipAddr(transport byte, ip, port []byte) net.Addr {
	addr, _ := netip.AddrFromSlice(ip) // it has 4 or 16 bytes
	at := netip.AddrPortFrom(addr.Unmap(), binary.BigEndian.Uint16(port))
	if transport == transportDatagram {
		return net.UDPAddrFromAddrPort(at)
	}
	return net.TCPAddrFromAddrPort(at)
}

// parseUnixPath makes an address of a path, or of an abstract name, which begins
// with a zero byte, and with "@" in package net.
func parseUnixPath(transport byte, path []byte) net.Addr {
	a := &net.UnixAddr{Net: "unix"}
	if transport == transportDatagram {
		a.Net = "unixgram"
	}
	if path[0] == 0 {
		if name := bytes.TrimRight(path[1:], "\x00"); len(name) > 0 {
			a.Name = "@" + string(name)
		}
		return a
	}
	name, _, _ := bytes.Cut(path, []byte{0})
	a.Name = string(name)
	return a
}

// parseTLVs reads what comes after the addresses of in, which is all of a header.
func (h *ProxyHeader) parseTLVs(in []byte, at int) error {
	for rest := in[at:]; len(rest) > 0; {
		if len(rest) < 3 {
			return fmt.Errorf("%d bytes are too few for a TLV", len(rest))
		}
		kind, size := rest[0], int(binary.BigEndian.Uint16(rest[1:]))
		if rest = rest[3:]; len(rest) < size {
			return fmt.Errorf("a TLV of %d bytes, and there are %d", size, len(rest))
		}
		value := rest[:size]
		rest = rest[size:]
		switch kind {
		case proxyNoop:
		case proxyCRC32c:
			if err := h.check(in, len(in)-len(rest)-size, size); err != nil {
				return err
			}
		default:
			h.TLVs = append(h.TLVs, ProxyTLV{Type: kind, Value: bytes.Clone(value)})
		}
	}
	return nil
}

// check compares the checksum at a place in a header with the one it should be.
func (h *ProxyHeader) check(in []byte, at, size int) error {
	if size != 4 || h.Checksum {
		return fmt.Errorf("a checksum of %d bytes, or a second one", size)
	}
	h.Checksum = true
	if got, want := binary.BigEndian.Uint32(in[at:]), proxySum(in, at); got != want {
		return fmt.Errorf("the checksum is %08x and should be %08x", got, want)
	}
	return nil
}

// proxySum is the CRC32c of a header, with zeros where its checksum stands.
func proxySum(in []byte, at int) uint32 {
	table := crc32.MakeTable(crc32.Castagnoli)
	sum := crc32.Update(0, table, in[:at])
	sum = crc32.Update(sum, table, []byte{0, 0, 0, 0})
	return crc32.Update(sum, table, in[at+4:])
}
