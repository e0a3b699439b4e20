package netx

// packetState says where a PacketConn is in its life.
//
//	from             what happens                              to
//	---------------  ----------------------------------------  -------------
//	packetOpen       Close, with datagrams that wait           packetClosing
//	packetOpen       Close, without                            packetEnding
//	packetClosing    the last one was sent, or the deadline    packetEnding
//	                 of Close has run out
//	packetOpen,      Abort, an error of the socket, a panic    packetEnding
//	packetClosing    in ConnectionMade, the loop has stopped
//	packetEnding     ConnectionLost is called                  packetEnded
type packetState uint8

const (
	packetOpen    packetState = iota // datagrams come and go
	packetClosing                    // those that wait are still sent
	packetEnding                     // the socket is closed, and ConnectionLost is due
	packetEnded                      // ConnectionLost was called
)

// alive reports whether the socket is still there.
func (s packetState) alive() bool { return s < packetEnding }

// String returns the name of the state in words.
func (s packetState) String() string {
	return [...]string{"open", "closing", "ending", "ended"}[s]
}
