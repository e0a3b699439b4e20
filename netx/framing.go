package netx

import "fmt"

// Framing says how a stream of bytes is cut into frames: messages with a
// beginning and an end. [Lines], [Netstrings] and [Prefixed] are three, and a
// program can have its own. [Framed] makes a Protocol of one;
// [Stream.ReadFrame] and [Stream.WriteFrame] take one.
//
// A Framing has no state, so that one may be used for any number of connections,
// on any goroutine.
type Framing interface {
	// Cut looks for one frame at the beginning of in, which is not empty. It
	// returns the frame and how many bytes of in it takes up with all that
	// belongs to it; 0 bytes mean that the end of it has not come yet, and an
	// error that none will come. What it answers depends on the bytes alone, and
	// not on how many of them there are already, except for the first 0.
	//
	// seen is how long in was when the answer was 0 the last time for this
	// frame. So a Cut that looks at what is new alone costs no more when a frame
	// comes in small pieces. It keeps no hold of in, and does not write to it;
	// the frame may be a part of it. To bound the memory, it fails when a frame
	// is longer than the program wants it, with an error that is
	// ErrMessageTooLong, as soon as that can be known. Any other nonsense is an
	// ErrBadFrame.
	Cut(in []byte, seen int) (frame []byte, n int, err error)

	// Append appends to dst what is sent for a frame, and returns the whole. It
	// fails, with dst as it was, if the frame cannot be sent like that. It keeps
	// no hold of either.
	Append(dst, frame []byte) ([]byte, error)
}

// cut calls f.Cut, and makes sure that its answer can be true.
func cut(f Framing, in []byte, seen int) (frame []byte, n int, err error) {
	frame, n, err = f.Cut(in, seen)
	switch {
	case err != nil:
		return nil, 0, err
	case n < 0 || n > len(in):
		panic(fmt.Sprintf("netx: Cut of %T took %d bytes out of %d", f, n, len(in)))
	}
	return frame, n, nil
}

// wrap returns what is sent for a frame, in memory of the loop's that is valid
// until the next call.
func (e *env) wrap(f Framing, frame []byte) ([]byte, error) {
	p, err := f.Append(e.frame[:0], frame)
	if err == nil && cap(p) <= largestScratch {
		e.frame = p[:0]
	}
	return p, err
}

// largestScratch is how much memory is kept for the next frame to be sent.
const largestScratch = 64 << 10

// limitOf returns the limit that a Framing goes by.
func limitOf(limit, byDefault int) int {
	if limit < 0 {
		panic(fmt.Sprintf("netx: a Framing with the limit %d: must not be negative", limit))
	}
	if limit == 0 {
		return byDefault
	}
	return limit
}
