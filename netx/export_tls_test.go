package netx

// What handshakes are allowed.
const (
	MaxInline   = maxInline
	MaxBlocking = maxBlocking
)

// Inline returns how many steps of handshakes were made on the loop in this turn.
func Inline(n *Net) int { return n.env.works().inline }

// Workers returns how many steps of handshakes are made off the loop.
func Workers(n *Net) int { return n.env.works().work.running + n.env.works().block.running }

// HeldRaw returns how many bytes of records wait in c, and of input.
func HeldRaw(c *Conn) (out, in int) {
	s, _ := c.layer()
	return len(s.raw), len(s.early) + len(s.pipe.in)
}
