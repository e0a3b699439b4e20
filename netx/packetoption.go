package netx

import "runtime"

// packetConfig is what the Options for datagrams set.
type packetConfig struct {
	limit    int  // of a datagram; 0 is what the read buffer holds
	multiple bool // others may have the address too
	from     string
}

// WithMaxPacket sets how many bytes of a datagram are read. What is longer is cut,
// and its Packet says so. The default is 256 KiB, which is more than UDP has; a
// Unix socket whose sender has a larger buffer can have more. Listen, Dial and
// [Pair] ignore it.
func WithMaxPacket(n int) Option {
	positive("WithMaxPacket", n)
	return func(c *config) { c.packet.limit = n }
}

// WithListenMultiple lets other sockets have the address of a ListenPacket too, if
// they also ask for it: SO_REUSEADDR and SO_REUSEPORT. Each gets a copy of a
// multicast or broadcast datagram; another one goes to one of them. It is what a
// program needs that shares the port of a multicast group, and it is Twisted's
// listenMultiple. The default is that the address belongs to one socket. All but
// UDP ignore it.
func WithListenMultiple() Option {
	return func(c *config) { c.packet.multiple = true }
}

// WithLocalName sets the path, or "@name", that DialPacket gives to its own end of
// a "unixgram" socket, so that the peer can answer. The file is made, replaced and
// removed as that of ListenPacket. The default is a name that the kernel chooses
// on Linux, and none elsewhere. All else ignores it.
func WithLocalName(name string) Option {
	if name == "" {
		panic("netx: WithLocalName of no name")
	}
	return func(c *config) { c.packet.from = name }
}

// ownLocalName returns what DialPacket is to call its own end of a Unix socket.
func (c *config) ownLocalName() string {
	if c.packet.from == "" && runtime.GOOS == "linux" {
		return chosenByKernel
	}
	return c.packet.from
}
