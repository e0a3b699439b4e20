//go:build unix

package netx

// Budget returns how many connections p accepts in one turn.
func Budget(p *Port) int { return p.l.(*acceptor).budget }

// ListenerFD returns the descriptor of p.
func ListenerFD(p *Port) int { return p.l.(*acceptor).fd }

// Accepting reports whether p is watched by the reactor.
func Accepting(p *Port) bool { return p.l.(*acceptor).state == accepting }

// HasReserve reports whether n has its reserved descriptor.
func HasReserve(n *Net) bool { return n.reserve != noReserve }

// StealReserve closes the reserved descriptor of n.
func StealReserve(n *Net) { n.reserve.release() }
