package netx_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

func FuzzLines(f *testing.F) {
	f.Add("\r\n", 10, []byte("one\r\ntwo\r\n\r\nthree"), uint64(1))
	f.Fuzz(func(t *testing.T, delim string, limit int, in []byte, seed uint64) {
		if limit >= 0 && len(delim) < 10 {
			fuzzFraming(t, netx.Lines{Delimiter: delim, Limit: limit}, in, seed)
		}
	})
}

func FuzzNetstrings(f *testing.F) {
	f.Add(10, []byte("0:,3:abc,10:0123456789,"), uint64(1))
	f.Fuzz(func(t *testing.T, limit int, in []byte, seed uint64) {
		if limit >= 0 {
			fuzzFraming(t, netx.Netstrings{Limit: limit}, in, seed)
		}
	})
}

func FuzzPrefixed(f *testing.F) {
	f.Add(uint8(1), false, 10, []byte("\x00\x00\x00\x03abc"), uint64(1))
	f.Fuzz(func(t *testing.T, bits uint8, little bool, limit int, in []byte, seed uint64) {
		if limit >= 0 {
			fuzzFraming(t, netx.Prefixed{Bits: 8 << (bits % 3), LittleEndian: little, Limit: limit}, in, seed)
		}
	})
}

// fuzzFraming cuts in at once, and in pieces in all ways, and compares. What was
// cut is the beginning of in again when it is sent.
func fuzzFraming(t *testing.T, f netx.Framing, in []byte, seed uint64) {
	if len(in) > 1000 {
		return
	}
	want := framedStory(f, []string{string(in)})
	pieces := cutAt(string(in), seed)
	for name, tell := range stories {
		if got := tell(f, pieces); !slices.Equal(got, want) {
			t.Errorf("%s of %q:\ngot  %q\nwant %q", name, pieces, got, want)
		}
	}
	var again []byte
	for rest := in; len(rest) > 0; rest = in[len(again):] {
		frame, n, err := f.Cut(rest, 0)
		if n == 0 || err != nil {
			break
		}
		if again, err = f.Append(again, frame); err != nil {
			t.Fatalf("%q cannot be sent again: %v", frame, err)
		}
		if !bytes.HasPrefix(in, again) {
			t.Fatalf("%q was cut out of %q and is sent as %q", frame, rest, again)
		}
	}
	if last := want[len(want)-1]; !slices.Contains([]string{"end", "truncated", "bad", "too long"}, last) {
		t.Errorf("it ended with %s", last)
	}
}
