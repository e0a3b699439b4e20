package netx

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// datagramCall makes the system calls of a datagramSocket. They are raw, as those
// of a connection are, and work on addresses in the kernel's own form, which takes
// no memory for each datagram.
type datagramCall struct {
	addr unix.RawSockaddrAny
	size uint32 // of addr
}

// receive reads one datagram. The error is an errno. With MSG_TRUNC the kernel
// answers how long the datagram was, also if there was not room for all of it.
func (c *datagramCall) receive(fd int, p []byte) (n int, from PacketAddr, truncated bool, err error) {
	for {
		c.size = unix.SizeofSockaddrAny
		r, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd),
			uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), unix.MSG_TRUNC,
			uintptr(unsafe.Pointer(&c.addr)), uintptr(unsafe.Pointer(&c.size)))
		switch errno {
		case 0:
			return min(int(r), len(p)), c.decode(), int(r) > len(p), nil
		case unix.EINTR:
		default:
			return 0, PacketAddr{}, false, errno
		}
	}
}

// send sends one datagram, to the peer if to is the zero value. The error is an
// errno, or ErrBadAddress for a zone that is not there.
func (c *datagramCall) send(fd int, p []byte, to PacketAddr) error {
	var addr unsafe.Pointer
	c.size = 0
	if to.IsValid() {
		addr = unsafe.Pointer(&c.addr)
		if err := c.encode(to); err != nil {
			return err
		}
	}
	for {
		_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd),
			uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), unix.MSG_NOSIGNAL,
			uintptr(addr), uintptr(c.size))
		switch errno {
		case 0:
			return nil
		case unix.EINTR:
		default:
			return errno
		}
	}
}

// decode returns the address that is in c.
func (c *datagramCall) decode() PacketAddr {
	if c.size < uint32(unsafe.Sizeof(c.addr.Addr.Family)) {
		return PacketAddr{}
	}
	switch c.addr.Addr.Family {
	case unix.AF_INET:
		sa := (*unix.RawSockaddrInet4)(unsafe.Pointer(&c.addr))
		return PacketAddr{IP: netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), networkOrder(sa.Port))}
	case unix.AF_INET6:
		sa := (*unix.RawSockaddrInet6)(unsafe.Pointer(&c.addr))
		addr := netip.AddrFrom16(sa.Addr).Unmap()
		if sa.Scope_id != 0 {
			addr = addr.WithZone(strconv.FormatUint(uint64(sa.Scope_id), 10))
		}
		return PacketAddr{IP: netip.AddrPortFrom(addr, networkOrder(sa.Port))}
	case unix.AF_UNIX:
		return PacketAddr{Name: c.name()}
	}
	return PacketAddr{}
}

// name returns the name of a Unix socket that is in c. That of a file ends with a
// NUL, an abstract one where the address ends.
func (c *datagramCall) name() string {
	sa := (*unix.RawSockaddrUnix)(unsafe.Pointer(&c.addr))
	size := min(int(c.size)-int(unsafe.Sizeof(sa.Family)), len(sa.Path))
	if size <= 0 {
		return ""
	}
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(&sa.Path)), size)
	if bytes[0] == 0 {
		return "@" + string(bytes[1:])
	}
	for i, b := range bytes {
		if b == 0 {
			return string(bytes[:i])
		}
	}
	return string(bytes)
}

// encode puts an address into c.
func (c *datagramCall) encode(to PacketAddr) error {
	if !to.IP.IsValid() {
		c.encodeName(to.Name)
		return nil
	}
	addr := to.IP.Addr()
	if addr.Is4() {
		sa := (*unix.RawSockaddrInet4)(unsafe.Pointer(&c.addr))
		*sa = unix.RawSockaddrInet4{Family: unix.AF_INET, Port: networkOrder(to.IP.Port()), Addr: addr.As4()}
		c.size = unix.SizeofSockaddrInet4
		return nil
	}
	zone, err := zoneID(addr.Zone())
	if err != nil {
		return err
	}
	sa := (*unix.RawSockaddrInet6)(unsafe.Pointer(&c.addr))
	*sa = unix.RawSockaddrInet6{Family: unix.AF_INET6, Port: networkOrder(to.IP.Port()), Addr: addr.As16(), Scope_id: zone}
	c.size = unix.SizeofSockaddrInet6
	return nil
}

// encodeName puts the name of a Unix socket into c, which is not too long for it.
func (c *datagramCall) encodeName(name string) {
	sa := (*unix.RawSockaddrUnix)(unsafe.Pointer(&c.addr))
	*sa = unix.RawSockaddrUnix{Family: unix.AF_UNIX}
	path := unsafe.Slice((*byte)(unsafe.Pointer(&sa.Path)), len(sa.Path))
	c.size = uint32(unsafe.Sizeof(sa.Family)) + uint32(copy(path, name))
	if isAbstract(name) {
		path[0] = 0
	} else {
		c.size++ // the NUL that ends it
	}
}

// networkOrder swaps the bytes of a port if this machine has them the other way
// round than the network.
func networkOrder(port uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], port)
	return binary.NativeEndian.Uint16(b[:])
}
