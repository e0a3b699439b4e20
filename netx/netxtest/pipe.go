package netxtest

import (
	"bytes"
	"errors"
	"syscall"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// piped is a pipe between two connections, whose peers are left and right. The
// protocols of its own two are in the middle.
type piped struct {
	left, right     *HalfRecorder
	inLeft, inRight *Recorder
	ended           bool
	result          netx.Piped
	err             error
}

func newPiped(t testing.TB, w World, opts ...netx.Option) *piped {
	t.Helper()
	p := &piped{left: &HalfRecorder{}, right: &HalfRecorder{}, inLeft: &Recorder{}, inRight: &Recorder{}}
	w.Connect(p.left, p.inLeft, opts...)
	w.Connect(p.right, p.inRight, opts...)
	w.Do(func() {
		p.inLeft.Conn.Pause() // as one does until the other side is there
		netx.Pipe(p.inLeft.Conn, p.inRight.Conn).AddBoth(func(v netx.Piped, err error) (netx.Piped, error) {
			p.ended, p.result, p.err = true, v, err
			return v, nil
		})
	})
	return p
}

// end waits for the end of all four connections.
func (p *piped) end(t testing.TB, w World) {
	t.Helper()
	bothLost(t, w, &p.left.Recorder, p.inLeft)
	bothLost(t, w, &p.right.Recorder, p.inRight)
	w.Do(func() {
		if !p.ended {
			t.Error("the Deferred of Pipe has not fired")
		}
		if p.inLeft.Chunks+p.inRight.Chunks > 0 {
			t.Error("a protocol got input that was the pipe's")
		}
	})
}

func testPipe(t *testing.T, w World) {
	p := newPiped(t, w)
	there, back := noise(w.Much()), noise(w.Much()/2)
	p.right.OnReadClosed = func() {
		p.right.Note("all there")
		p.right.Conn.Write(back)
		p.right.Conn.CloseWrite()
	}
	w.Do(func() {
		p.left.Conn.Write(there)
		p.left.Conn.CloseWrite()
	})
	p.end(t, w)
	if !bytes.Equal(p.right.Data.Bytes(), there) || !bytes.Equal(p.left.Data.Bytes(), back) {
		t.Errorf("%d of %d bytes came through, and %d of %d back", p.right.Data.Len(), len(there), p.left.Data.Len(), len(back))
	}
	want := netx.Piped{AToB: uint64(len(there)), BToA: uint64(len(back))}
	if p.result != want || p.err != nil {
		t.Errorf("the pipe carried %+v, error %v", p.result, p.err)
	}
	expect(t, w, &p.left.Recorder, "made, write closed, read closed, lost: done")
	expect(t, w, &p.right.Recorder, "made, read closed, all there, write closed, lost: done")
	expect(t, w, p.inLeft, "made, lost: done")
	expect(t, w, p.inRight, "made, lost: done")
}

// testPipeHolds has a writer at full speed and a reader that does not read.
func testPipeHolds(t *testing.T, w World) {
	const high = 10_000
	p := newPiped(t, w, netx.WithWriteMarks(1000, high))
	fillThrough := func(from, middle *Recorder, to *HalfRecorder) {
		w.Do(func() { to.Conn.Pause() })
		fill(t, w, from)
		w.Do(func() {
			if n := middle.Conn.Buffered(); n > high+256<<10 {
				t.Errorf("%d bytes are held in the middle", n)
			}
			to.Conn.Resume()
			from.Conn.CloseWrite()
		})
	}
	fillThrough(&p.left.Recorder, p.inRight, p.right)
	fillThrough(&p.right.Recorder, p.inLeft, p.left)
	p.end(t, w)
	if p.err != nil || int(p.result.AToB) != p.right.Data.Len() || int(p.result.BToA) != p.left.Data.Len() ||
		p.left.Data.Len() < 1<<20 || p.right.Data.Len() < 1<<20 {
		t.Errorf("the pipe carried %+v, error %v; %d and %d bytes came", p.result, p.err, p.right.Data.Len(), p.left.Data.Len())
	}
}

func testPipeAbort(t *testing.T, w World) {
	p := newPiped(t, w)
	w.Do(func() { p.left.Conn.WriteString("hello") })
	w.Until("the bytes", func() bool { return p.right.Data.Len() == 5 })
	w.Do(func() { p.left.Conn.Abort() })
	p.end(t, w)
	expect(t, w, &p.right.Recorder, "made, lost: lost")
	expect(t, w, p.inLeft, "made, lost: lost")
	expect(t, w, p.inRight, "made, lost: aborted")
	var e *netx.PipeError
	if !errors.As(p.err, &e) || !errors.Is(p.err, netx.ErrConnectionLost) || e.AToB != 5 || e.BToA != 0 {
		t.Errorf("the pipe failed with %v", p.err)
	}
	if !errors.Is(p.err, syscall.ECONNRESET) {
		t.Errorf("%v does not say who began", p.err)
	}
}

func testPipeClose(t *testing.T, w World) {
	p := newPiped(t, w)
	w.Do(func() { p.left.Conn.Write(noise(w.Much())) })
	w.Until("the first bytes", func() bool { return p.right.Data.Len() > 0 })
	w.Do(func() { p.inLeft.Conn.Close() })
	w.Until("the end", func() bool { return p.right.Lost() || len(p.right.Events) == 2 })
	w.Do(func() {
		p.left.Conn.Close() // which has got a FIN, or a RST for what nobody read
		p.right.Conn.Close()
	})
	p.end(t, w)
	expect(t, w, p.inLeft, "made, lost: done")
	expect(t, w, p.inRight, "made, lost: done")
	if p.err != nil || int(p.result.AToB) != p.right.Data.Len() {
		t.Errorf("the pipe carried %+v, error %v; %d bytes came", p.result, p.err, p.right.Data.Len())
	}
}
