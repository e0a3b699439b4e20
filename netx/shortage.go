package netx

import "time"

// How long a connection leaves a kernel alone that is out of memory, though it calls
// the socket ready: at first, and at most. Each time in a row takes twice as long as
// the one before. The first is about what a network card needs to send what it has,
// and the last little beside the patience of a peer.
const (
	firstShortage   = noRoomTime
	longestShortage = 250 * time.Millisecond
)

// blocked is for what the socket answers to a read, or to a write with forOutput: of
// errNoRoom it makes errWouldBlock, and has the socket not watched in that direction
// until it is worth another try. Without that the loop would turn all the time, since
// the kernel says that there is room. Every other error it gives back, and nil.
//
// The waiting is the governor's, so that a connection which never needs it has no
// place for it.
func (c *Conn) blocked(direction watching, err error) error {
	if err != errNoRoom { //nolint:errorlint // a socket answers it as it is
		return err
	}
	g := c.govern()
	v := &g.in
	if direction == forOutput {
		v = &g.out
	}
	v.shortage = min(max(2*v.shortage, firstShortage), longestShortage)
	return g.hold(v, v.shortage)
}
