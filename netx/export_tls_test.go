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

// RecordSpans returns how many bytes of a stream a tls.Conn gets at a time, if it
// asks for as many as sizes say, over and over.
func RecordSpans(stream, sizes []byte) (spans []int) {
	p := tlsPipe{in: stream}
	for i := 0; len(p.in) > 0; i++ {
		n := 512
		if len(sizes) > 0 {
			n = 1 + int(sizes[i%len(sizes)])
		}
		got, _ := p.Read(make([]byte, n))
		spans = append(spans, got)
	}
	return spans
}
