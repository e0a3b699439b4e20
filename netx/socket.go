package netx

import "net"

// socket is what a Conn works on: a stream of bytes to a peer that never blocks.
// An operating system's socket and an end of a Pair are two.
//
// Its owner watches it and calls the Conn: readable or writable only when that is
// wanted, would not block, and over again for as long as it lasts; hungUp when
// neither is wanted and it learns that the peer has gone; lost when it is taken
// away, which may come too late. It never calls from inside one of the methods
// below. After close it calls nothing else any more.
//
// These are more methods than an interface should have, but they are what one
// thing can do, and there is nobody who needs fewer.
type socket interface { //nolint:interfacebloat // see above
	// read reads what is there into p, which is not empty. It gives at least one
	// byte, or an error: errWouldBlock, errNoRoom, io.EOF when the peer's FIN has
	// come, or what has become of the connection.
	read(p []byte) (int, error)

	// write takes as much of p as it can, and keeps no hold of it. It takes at
	// least one byte, or gives an error: errWouldBlock; errNoRoom, when the system
	// is out of memory and may call writable all the same; or what has become of
	// the connection. What errNoRoom leads to is in Conn.blocked.
	write(p []byte) (int, error)

	// writev is write for several pieces, maxPieces at most, not all of which
	// are empty.
	writev(pieces [][]byte) (int, error)

	// closeWrite sends the FIN after all that was taken. With errWouldBlock it is
	// called again: its owner calls progress when there is room.
	closeWrite() error

	// close gives the socket back. What was taken is still delivered; with abort
	// it is not, and the peer is told so by a RST.
	close(abort bool)

	// want says which of readable and writable are called from now on.
	want(read, write bool) error

	// localAddr and remoteAddr answer after close, too.
	localAddr() net.Addr
	remoteAddr() net.Addr
}

// tuner is a socket that has the options of TCP.
type tuner interface {
	setNoDelay(on bool) error
	setKeepAlive(on bool) error
}
