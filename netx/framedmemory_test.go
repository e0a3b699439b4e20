package netx_test

import (
	"bytes"
	"runtime"
	"testing"
	"time"

	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/timeout"
)

// quiet is a FrameProtocol that keeps nothing.
type quiet struct {
	frames
	count, bytes int
}

func (q *quiet) FrameReceived(frame []byte) {
	q.count++
	q.bytes += len(frame)
}

// onPair connects q, and returns the protocol that it is.
func (q *quiet) onPair(f netx.Framing) netx.Protocol {
	p := netx.Framed(f, q)
	netx.Pair(timeout.NewVirtualClock(time.Unix(0, 0)), p, &recorder{})
	return p
}

// TestFramedAllocs delivers frames that are whole in what was read.
func TestFramedAllocs(t *testing.T) {
	q := &quiet{}
	p := q.onPair(netx.Lines{})
	in := bytes.Repeat([]byte("a line\r\n"), 100)
	if got := testing.AllocsPerRun(100, func() { p.DataReceived(in) }); got != 0 {
		t.Errorf("%v allocations for 100 frames", got)
	}
	if q.count != 101*100 || q.bytes != 6*q.count {
		t.Errorf("%d frames came, of %d bytes", q.count, q.bytes)
	}
	if size, memory := netx.InputOf(q.conn); size != 0 || memory != 0 {
		t.Errorf("without a frame under way it holds %d bytes, %d of memory", size, memory)
	}
}

func TestSendFrameAllocs(t *testing.T) {
	q := &quiet{}
	q.onPair(netx.Netstrings{})
	sent := 0
	netx.Misbehave(q.conn.Conn, netx.Faults{Write: func(p []byte, _ func([]byte) (int, error)) (int, error) {
		sent += len(p)
		return len(p), nil
	}})
	frame := make([]byte, 1000)
	plain := testing.AllocsPerRun(100, func() { q.conn.Write(frame) }) // of the fault
	sent = 0
	got := testing.AllocsPerRun(100, func() {
		if err := q.conn.SendFrame(frame); err != nil {
			t.Error(err)
		}
	})
	if got != plain {
		t.Errorf("%v allocations for a frame, %v for a write", got, plain)
	}
	if sent != 101*1006 {
		t.Errorf("%d bytes went out", sent)
	}
}

// TestFramedByteByByte makes sure that what a long frame costs grows with its
// length alone, in whatever pieces it comes.
func TestFramedByteByByte(t *testing.T) {
	const size = 64 << 10
	q := &quiet{}
	p := q.onPair(netx.Lines{Limit: size})
	in := append(bytes.Repeat([]byte("x"), size), "\r\n"...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range in {
		p.DataReceived(in[i : i+1])
	}
	runtime.ReadMemStats(&after)
	if q.count != 1 || q.bytes != size {
		t.Fatalf("%d frames came, of %d bytes", q.count, q.bytes)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 10*size {
		t.Errorf("a frame of %d bytes took %d bytes of memory in all", size, got)
	}
}

// TestFramedMemory makes sure that what is kept is what was not delivered.
func TestFramedMemory(t *testing.T) {
	const limit = 1000
	q := &quiet{}
	p := q.onPair(netx.Prefixed{Bits: 16, Limit: limit})
	frame := append([]byte{3, 232}, make([]byte, limit)...)
	in := bytes.Repeat(frame, 200)
	for cut := 1; cut < len(frame); cut += 37 { // a frame is left incomplete each time
		p.DataReceived(in[:len(in)-cut])
		if size, memory := netx.InputOf(q.conn); size != len(frame)-cut || memory > 2*limit {
			t.Fatalf("%d bytes are kept in %d, of a frame that %d are missing of", size, memory, cut)
		}
		p.DataReceived(in[:cut])
		if size, memory := netx.InputOf(q.conn); size != 0 || memory != 0 {
			t.Fatalf("%d bytes are kept in %d", size, memory)
		}
	}
	q.conn.Pause()
	p.DataReceived(in) // the rest of one read
	if size, memory := netx.InputOf(q.conn); size != len(in) || memory > len(in)+len(in)/4 {
		t.Errorf("%d bytes of %d are kept in %d", size, len(in), memory)
	}
}

// TestFramedAnnounced makes sure that memory is not taken for what a peer only
// says that it will send.
func TestFramedAnnounced(t *testing.T) {
	q := &quiet{}
	p := q.onPair(netx.Prefixed{Bits: 32, Limit: 1 << 30})
	p.DataReceived([]byte{0x3f, 0, 0, 0, 'x'})
	if size, memory := netx.InputOf(q.conn); size != 5 || memory > 100 {
		t.Errorf("%d bytes are kept in %d", size, memory)
	}
}

func BenchmarkFramed(b *testing.B) {
	q := &quiet{}
	p := q.onPair(netx.Lines{})
	in := bytes.Repeat([]byte("a line of some length\r\n"), 1000)
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		p.DataReceived(in)
	}
}
