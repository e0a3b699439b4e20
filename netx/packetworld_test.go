package netx_test

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
)

// packetWorld is where sockets for datagrams live in a test of their behaviour.
type packetWorld interface {
	world
	// packets joins two: each is the other one's peer. A nil protocol is for
	// Receive.
	packets(a, b netx.PacketProtocol, opts ...netx.Option) (ca, cb *netx.PacketConn)
}

// packetPairWorld is the world of PacketPair.
type packetPairWorld struct{ *pairWorld }

func (w packetPairWorld) packets(a, b netx.PacketProtocol, opts ...netx.Option) (ca, cb *netx.PacketConn) {
	return netx.PacketPair(w.clock, a, b, opts...)
}

// packetRecorder is a PacketProtocol that writes down what happens to it, and does
// what a test hangs into it.
type packetRecorder struct {
	conn    *netx.PacketConn
	events  []string
	packets []string
	froms   []netx.PacketAddr
	errs    []error
	cut     int
	reason  *failure.Failure

	onMade   func(c *netx.PacketConn)
	onPacket func(p netx.Packet)
	onError  func(err error)
	onLost   func(reason *failure.Failure)
}

func (r *packetRecorder) story() string { return strings.Join(r.events, ", ") }
func (r *packetRecorder) lost() bool    { return r.reason != nil }

// got returns a condition: that so many datagrams have come.
func (r *packetRecorder) got(n int) func() bool { return func() bool { return len(r.packets) >= n } }

func (r *packetRecorder) ConnectionMade(c *netx.PacketConn) {
	r.conn = c
	r.events = append(r.events, "made")
	if r.onMade != nil {
		r.onMade(c)
	}
}

func (r *packetRecorder) PacketReceived(p netx.Packet) {
	if r.lost() {
		r.events = append(r.events, "a datagram after the end")
	}
	r.packets = append(r.packets, string(p.Data))
	r.froms = append(r.froms, p.From)
	if p.Truncated {
		r.cut++
	}
	if r.onPacket != nil {
		r.onPacket(p)
	}
}

func (r *packetRecorder) ErrorReceived(err error) {
	r.errs = append(r.errs, err)
	if r.onError != nil {
		r.onError(err)
	}
}

func (r *packetRecorder) ConnectionLost(reason *failure.Failure) {
	r.events = append(r.events, "lost: "+kindOf(reason))
	r.reason = reason
	if r.onLost != nil {
		r.onLost(reason)
	}
}

// sendAll sends datagrams from the loop.
func sendAll(t testing.TB, w world, c *netx.PacketConn, packets ...string) {
	t.Helper()
	w.do(func() {
		for _, p := range packets {
			if n, err := c.Write([]byte(p)); n != len(p) || err != nil {
				t.Errorf("Write of %d bytes answered %d, %v", len(p), n, err)
			}
		}
	})
}

// closeAll closes sockets and waits for their end.
func closeAll(t testing.TB, w world, cs ...*netx.PacketConn) {
	t.Helper()
	closed := 0
	w.do(func() {
		for _, c := range cs {
			c.Close().Tap(func(struct{}) { closed++ })
		}
	})
	w.until("the end of the sockets", func() bool { return closed == len(cs) })
}

// errBadDescriptor says that there is no socket any more.
var errBadDescriptor = os.NewSyscallError("recvfrom", syscall.EBADF)
