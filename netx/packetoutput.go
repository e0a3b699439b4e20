package netx

import (
	"bytes"
	"slices"

	"github.com/spindle-go/spindle/deferred"
)

// packetOverhead is what a datagram that waits counts for beside its bytes, since
// it takes memory even if it has none.
const packetOverhead = 64

// packetOutput is the datagrams of a PacketConn that wait to be sent. Loop
// goroutine only.
type packetOutput struct {
	packets   []outPacket // the oldest first
	size      int         // bytes, and packetOverhead for each
	congested bool        // size went above the high mark, and has not come down to the low one
	retry     func() bool // takes back the next try, if the kernel will not tell when
	waiters   []*deferred.Deferred[struct{}]
}

// outPacket is a datagram that waits.
type outPacket struct {
	data []byte
	to   PacketAddr // the zero value is the peer
}

func (o *packetOutput) empty() bool { return len(o.packets) == 0 }

// waiting reports whether there is something for which the kernel will tell when
// it can be sent.
func (o *packetOutput) waiting() bool { return !o.empty() && o.retry == nil }

// add appends a copy of p.
func (o *packetOutput) add(p []byte, to PacketAddr) {
	o.packets = append(o.packets, outPacket{bytes.Clone(p), to})
	o.size += len(p) + packetOverhead
}

// first returns the oldest one.
func (o *packetOutput) first() outPacket { return o.packets[0] }

// drop removes the oldest one.
func (o *packetOutput) drop() {
	o.size -= len(o.packets[0].data) + packetOverhead
	o.packets[0] = outPacket{}
	if o.packets = o.packets[1:]; len(o.packets) == 0 {
		o.packets = nil
	}
}

// clear removes all.
func (o *packetOutput) clear() {
	o.packets, o.size, o.congested = nil, 0, false
	if o.retry != nil {
		o.retry()
		o.retry = nil
	}
}

// forget is the canceller of a waiter.
func (o *packetOutput) forget(d *deferred.Deferred[struct{}]) {
	if i := slices.Index(o.waiters, d); i >= 0 {
		o.waiters = slices.Delete(o.waiters, i, i+1)
	}
}

// fire fires the waiters that there are now.
func (o *packetOutput) fire(fire func(*deferred.Deferred[struct{}]) error) {
	waiters := o.waiters
	o.waiters = nil
	for _, d := range waiters {
		_ = fire(d) // ErrAlreadyCalled if one before it cancelled it
	}
}
