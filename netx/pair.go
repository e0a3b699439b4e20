package netx

import (
	"net"

	"github.com/spindle-go/spindle/deferred"
)

// Pair returns two connections that are joined in memory: what is written to one
// is delivered to the protocol of the other. It is for tests of protocols. On a
// timeout.VirtualClock all that happens is the same in each run.
//
// It calls both ConnectionMade, a's first, before it returns. All else happens in
// turns of the clock that come later, as on a network: what was written arrives
// in the next one. Each direction holds a bounded number of bytes
// ([WithPairBuffer]), so a protocol that does not read makes its peer wait.
//
// A FIN comes after all input, and Abort resets the peer, as with TCP; after the
// end of one side, the other one's next write fails. There are no lost packets,
// no delays and no order but one.
//
// A nil clock or protocol panics. Pair and both connections belong to the
// goroutine of the clock.
func Pair(clock deferred.Clock, a, b Protocol, opts ...Option) (*Conn, *Conn) {
	if clock == nil || a == nil || b == nil {
		panic("netx: Pair needs a clock and two protocols")
	}
	e := &env{clock: clock, later: func(f func()) { clock.AfterFunc(0, f) }, now: nowOf(clock)}
	cfg := newConfig(e, opts)
	m := &memory{env: e, limit: cfg.pairBuffer}
	left, right := &memorySocket{memory: m, addr: "a"}, &memorySocket{memory: m, addr: "b"}
	left.peer, right.peer = right, left
	left.conn.begin(left, a, cfg)
	right.conn.begin(right, b, cfg)
	return &left.conn, &right.conn
}

// memory is what the two ends of a Pair share.
type memory struct {
	env   *env
	limit int    // bytes that a direction holds
	buf   []byte // for reading, made at first use
}

// buffer returns the shared read buffer.
func (m *memory) buffer() []byte {
	if m.buf == nil {
		m.buf = make([]byte, m.limit)
	}
	return m.buf
}

// memoryAddr is the address of an end of a Pair.
type memoryAddr string

func (memoryAddr) Network() string  { return "pair" }
func (a memoryAddr) String() string { return "pair:" + string(a) }

var _ net.Addr = memoryAddr("")
