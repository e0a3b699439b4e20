//go:build unix

package netx

import "golang.org/x/sys/unix"

// reserve is a descriptor that is kept for the time when there are no others. A
// connection that cannot be accepted for want of one stays in the kernel's queue
// and makes the port ready for ever, and its peer waits for an answer that does
// not come. With the reserve given up, it can be accepted and closed: the peer
// knows, and the loop rests. It is Twisted's way.
//
// A Net has one, for all its ports, from the first Listen on.
type reserve int

// noReserve is a reserve that is not there.
const noReserve reserve = -1

// take opens the reserve unless it is there, and reports whether it is.
func (r *reserve) take() bool {
	if *r != noReserve {
		return true
	}
	fd, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	*r = reserve(fd)
	return true
}

// release closes the reserve.
func (r *reserve) release() {
	if *r != noReserve {
		closeFD(int(*r))
		*r = noReserve
	}
}
