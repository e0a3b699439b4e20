package netx_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// FuzzTLSRecords holds what is read of a stream at a time against its records: it
// never goes past the end of one, and nothing is left out.
func FuzzTLSRecords(f *testing.F) {
	f.Add([]byte{22, 3, 1, 0, 2, 1, 2, 23, 3, 3, 0, 0, 23, 3, 3, 0, 1, 7}, []byte{1, 3, 200})
	f.Add([]byte{22, 3, 1, 255, 255}, []byte{5})
	f.Fuzz(func(t *testing.T, stream, cuts []byte) {
		var borders []bool // whether a record ends before a byte
		for rest := stream; len(rest) > 0; {
			size := len(rest)
			if size >= 5 {
				size = min(size, 5+int(rest[3])<<8+int(rest[4]))
			}
			borders = append(borders, true)
			borders = append(borders, make([]bool, size-1)...)
			rest = rest[size:]
		}
		at := 0
		for _, n := range netx.RecordSpans(stream, cuts) {
			if n < 1 || at+n > len(stream) {
				t.Fatalf("%d bytes at %d of %d", n, at, len(stream))
			}
			for i := at + 1; i < at+n; i++ {
				if borders[i] {
					t.Fatalf("a read of %d bytes at %d goes past the record's end at %d", n, at, i)
				}
			}
			at += n
		}
		if at != len(stream) {
			t.Errorf("%d bytes of %d were read", at, len(stream))
		}
	})
}

// FuzzTLSPeer says anything to a server and to a client, during the handshake and
// after it: nothing panics, nothing is delivered, there is one end.
func FuzzTLSPeer(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), uint8(0))
	f.Add([]byte{22, 3, 1, 0, 5, 1, 0, 0, 1, 0}, uint8(1))
	f.Add([]byte{21, 3, 3, 0, 2, 1, 0}, uint8(2))
	f.Add([]byte{20, 3, 3, 0, 1, 1, 23, 3, 3, 0, 0}, uint8(3))
	f.Fuzz(func(t *testing.T, said []byte, how uint8) {
		w := newPairWorld(t)
		a, b := &recorder{}, &recorder{}
		r, ca, cb := newRelay(t, w, a, b)
		da, db := watch(ca.StartTLS(both())), watch(cb.StartTLS(both()))
		if how&2 != 0 { // after the handshake
			w.settle()
		}
		victim, end := b, r.server
		if how&1 != 0 {
			victim, end = a, r.client
		}
		r.toServer, r.toClient = func([]byte) {}, func([]byte) {}
		end.conn.Write(bytes.Clone(said))
		end.conn.CloseWrite()
		w.settle()
		if victim.data.Len() != 0 || !victim.lost() || strings.Count(victim.story(), "lost: ") != 1 {
			t.Errorf("%s, with %q", victim.story(), victim.data.String())
		}
		ca.Abort()
		cb.Abort()
		w.settle()
		if !da.fired || !db.fired || len(w.clock.Calls()) != 0 {
			t.Errorf("%v, %v, and %d delayed calls are left", da, db, len(w.clock.Calls()))
		}
	})
}
