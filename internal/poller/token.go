package poller

// Token names one registration for as long as it lasts. The number of a
// descriptor does not: it is given out again as soon as it is closed, while
// events of its earlier owner may still lie in the batch at hand.
//
// The zero Token names nothing, and no registration ever gets it.
type Token uint64

// Event says what a registration is ready for.
type Event struct {
	Token Token
	Ready Readiness
}

// tokenOf puts a token together.
func tokenOf(index, generation uint32) Token {
	return Token(generation)<<32 | Token(index)
}

// Index returns the place of the registration in the table. Places are small,
// dense and used again, so that a caller can keep what belongs to a
// registration in a slice. Any goroutine may call it.
func (t Token) Index() int { return int(uint32(t)) }

// Generation returns which use of its place the registration is. It is never 0
// in a token that Add gave. After 2³² registrations on one place it begins
// again, or after 2³¹ if the table has shrunk meanwhile. Any goroutine may call it.
func (t Token) Generation() uint32 { return uint32(t >> 32) }
