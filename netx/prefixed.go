package netx

import (
	"encoding/binary"
	"fmt"
)

// Prefixed is the Framing of binary protocols: the length of each frame stands
// before it, as a number without sign that counts the frame alone. A frame too
// long for that cannot be sent: that is an ErrMessageTooLong.
type Prefixed struct {
	// Bits is the size of the number: 8, 16 or 32. Anything else panics when it
	// is used.
	Bits int
	// LittleEndian says that the number begins with its lowest byte. The default
	// is the highest one, which is the order of the network and of Twisted.
	LittleEndian bool
	// Limit is the most bytes that a frame may have which comes. The default is
	// 99999, as in Twisted.
	Limit int
}

// Cut implements Framing.
func (f Prefixed) Cut(in []byte, _ int) (frame []byte, n int, err error) {
	head, limit := f.size(), limitOf(f.Limit, 99999)
	if len(in) < head {
		return nil, 0, nil
	}
	size := f.length(in)
	if size > uint64(limit) {
		return nil, 0, fmt.Errorf("%w: a frame of %d bytes, which is more than %d", ErrMessageTooLong, size, limit)
	}
	if uint64(len(in)-head) < size {
		return nil, 0, nil
	}
	end := head + int(size) // the limit is an int, and so size is one
	return in[head:end], end, nil
}

// length reads the number before a frame.
func (f Prefixed) length(in []byte) uint64 {
	switch f.Bits {
	case 8:
		return uint64(in[0])
	case 16:
		return uint64(f.order().Uint16(in))
	}
	return uint64(f.order().Uint32(in))
}

// Append implements Framing.
func (f Prefixed) Append(dst, frame []byte) ([]byte, error) {
	if uint64(len(frame)) >= 1<<(8*f.size()) {
		return dst, fmt.Errorf("%w: a frame of %d bytes, for a length of %d bits", ErrMessageTooLong, len(frame), f.Bits)
	}
	switch f.Bits {
	case 8:
		dst = append(dst, byte(len(frame)))
	case 16:
		dst = f.order().AppendUint16(dst, uint16(len(frame)))
	default:
		dst = f.order().AppendUint32(dst, uint32(len(frame)))
	}
	return append(dst, frame...), nil
}

// size returns how many bytes the number has.
func (f Prefixed) size() int {
	switch f.Bits {
	case 8, 16, 32:
		return f.Bits / 8
	}
	panic(fmt.Sprintf("netx: Prefixed with %d bits: must be 8, 16 or 32", f.Bits))
}

// byteOrder reads and writes numbers.
type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

func (f Prefixed) order() byteOrder {
	if f.LittleEndian {
		return binary.LittleEndian
	}
	return binary.BigEndian
}
