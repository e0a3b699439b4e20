package netx

import (
	"bytes"
	"fmt"
	"net"
)

// ProxyHeader is what a proxy says of a connection that it passes on, in the
// PROXY protocol of HAProxy: above all, who the client is. A Port with
// [WithProxyProtocol] reads one before each connection, and
// [Conn.ProxyHeader] gives it; [ParseProxyHeader] and AppendTo are for proxies of
// one's own.
//
// The zero value says that the proxy knows no addresses. A header that came does
// not change any more.
type ProxyHeader struct {
	// Version is 1 for the header that is a line of text, and 2 for the binary
	// one. In one to be sent, 0 is 2.
	Version int

	// Local says that the proxy speaks for itself, as when it looks whether the
	// server is well. The addresses are those of the connection then. Version 2
	// only.
	Local bool

	// Source and Destination are the client, and where it connected to: two
	// *net.TCPAddr, and with version 2 also two *net.UDPAddr or *net.UnixAddr.
	// Both are nil when the proxy does not know them or when Local is set.
	Source, Destination net.Addr

	// TLVs is what else the proxy says, in its order, known and unknown types
	// alike; but for the checksum and the padding. Version 2 with addresses only.
	TLVs []ProxyTLV

	// Checksum says that the header had a CRC32c, which was right, or that it is
	// to get one. Version 2 with addresses only.
	Checksum bool
}

// ProxyTLV is one of the further things that a ProxyHeader says.
type ProxyTLV struct {
	Type  byte
	Value []byte // at most 65535 bytes, and much less in practice
}

// The types of TLVs that the protocol gives a meaning to. Those from 0xE0 to 0xEF
// are free for any use.
const (
	ProxyALPN      byte = 0x01 // the protocol that was negotiated, as in TLS
	ProxyAuthority byte = 0x02 // the name that the client asked for, as in SNI
	ProxyUniqueID  byte = 0x05 // identifies the connection, at most 128 bytes
	ProxyTLS       byte = 0x20 // what there is to say of TLS between client and proxy
	ProxyNamespace byte = 0x30 // the name of a network namespace

	proxyCRC32c byte = 0x03
	proxyNoop   byte = 0x04
)

// TLV returns the value of the first TLV of a type, and whether there is one. It
// belongs to h.
func (h *ProxyHeader) TLV(kind byte) (value []byte, ok bool) {
	for _, t := range h.TLVs {
		if t.Type == kind {
			return t.Value, true
		}
	}
	return nil, false
}

const (
	proxyLine      = "PROXY "
	proxySignature = "\r\n\r\n\x00\r\nQUIT\n"

	longestProxyLine = 107 // with its end
	proxyFixed       = 16  // the part of version 2 that is always there
	longestProxy     = proxyFixed + 1<<16 - 1
)

// What stands in version 2 for commands, families and transports.
const (
	proxyVersion2 = 0x20
	commandLocal  = 0x0
	commandProxy  = 0x1

	familyNone = 0x00
	familyIP4  = 0x10
	familyIP6  = 0x20
	familyUnix = 0x30

	transportNone     = 0x0
	transportStream   = 0x1
	transportDatagram = 0x2

	unixPathSize = 108
)

// proxySize returns how many bytes the header at the beginning of in has in all,
// or 0 if that is not known yet. What cannot become a header is an
// ErrBadProxyHeader, as soon as that is clear.
func proxySize(in []byte) (int, error) {
	switch {
	case startsLike(in, proxyLine):
		return proxyLineSize(in)
	case !startsLike(in, proxySignature):
		return 0, fmt.Errorf("%w: it begins with %q", ErrBadProxyHeader, in[:min(len(in), proxyFixed)])
	case len(in) < proxyFixed:
		return 0, nil
	}
	return proxyFixed + int(in[14])<<8 + int(in[15]), nil
}

// proxyLineSize is proxySize for version 1.
func proxyLineSize(in []byte) (int, error) {
	line := in[:min(len(in), longestProxyLine)]
	if i := bytes.Index(line, []byte("\r\n")); i >= 0 {
		return i + 2, nil
	}
	if len(line) == longestProxyLine {
		return 0, fmt.Errorf("%w: a line of more than %d bytes", ErrBadProxyHeader, longestProxyLine)
	}
	return 0, nil
}

// startsLike reports whether in begins with start, as far as it goes.
func startsLike(in []byte, start string) bool {
	n := min(len(in), len(start))
	return string(in[:n]) == start[:n]
}
