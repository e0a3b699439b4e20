package netx

import (
	"bytes"

	"github.com/spindle-go/spindle/deferred"
)

// ReadFrame returns the next frame of a Framing, without what is around it. When
// what comes is no frame, or is longer than the Framing allows, it fails with an
// ErrBadFrame or an ErrMessageTooLong, and takes nothing, so that the next one
// fails as well: a peer that does not keep to the rules is best aborted. The end
// of the input is as with ReadFull, the rest as with Read. A nil f panics.
//
// Reads of all kinds can follow one another: a line, then so many bytes, then a
// netstring.
func (s *Stream) ReadFrame(f Framing) *deferred.Deferred[[]byte] {
	if f == nil {
		panic("netx: ReadFrame without a Framing")
	}
	return s.ask(&request{framing: f})
}

// WriteFrame sends a frame, with what the Framing puts around it, and fires with
// len(frame) when all of that has been handed to the kernel. It fails with what
// the Framing says of a frame that cannot be sent, an ErrMessageTooLong or an
// ErrBadFrame, and then nothing was sent; otherwise it is as Write. A nil f
// panics. The caller keeps frame.
func (s *Stream) WriteFrame(f Framing, frame []byte) *deferred.Deferred[int] {
	if f == nil {
		panic("netx: WriteFrame without a Framing")
	}
	s.conn.own()
	p, err := s.conn.cfg.env.wrap(f, frame)
	if err != nil {
		return deferred.Fail[int](err)
	}
	return s.write(p, len(frame))
}

// matchFrame is match for a Framing.
func (r *request) matchFrame(in []byte) (n int, err error) {
	if len(in) == 0 {
		return 0, nil
	}
	r.frame, n, err = cut(r.framing, in, r.scanned)
	if n == 0 {
		r.scanned = len(in)
	}
	return n, err
}

// takeFrame removes the first n bytes of the input, of which frame is a part, and
// returns that.
func (s *Stream) takeFrame(frame []byte, n int) []byte {
	if n == len(s.in) {
		s.in = nil
		return frame[:len(frame):len(frame)]
	}
	s.in = s.in[n:]
	if len(frame) == 0 {
		return []byte{}
	}
	return bytes.Clone(frame)
}
