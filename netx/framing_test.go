package netx_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/netx"
)

// framings are the ones that tests of all of them go through.
var framings = []struct {
	name    string
	framing netx.Framing
	sample  string // frames, and after them what is none
}{
	{"lines", netx.Lines{Limit: 6}, "one\r\n\r\n\rtwo\n\r\r\nsix456\r\nseven67\r\nmore\r\n"},
	{"lines with a line feed", netx.Lines{Delimiter: "\n", Limit: 4}, "a\nbb\r\n\n4444\n55555\n"},
	{"lines with a long delimiter", netx.Lines{Delimiter: "aab", Limit: 5}, "xaabaaaaabaabaaaaaaabaaaaaaaabaab"},
	{"lines, and a rest", netx.Lines{}, "one\r\ntwo\r\nthr"},
	{"netstrings", netx.Netstrings{Limit: 12}, "0:,3:a,c,12:hello, world,1:x,13:too long for it,"},
	{"netstrings with a bad length", netx.Netstrings{}, "1:a,2:bc,02:bc,"},
	{"netstrings with a bad end", netx.Netstrings{}, "1:a,2:bcd,1:a,"},
	{"netstrings, and a rest", netx.Netstrings{}, "1:a,2:bc,3:de"},
	{"8 bits", netx.Prefixed{Bits: 8, Limit: 5}, "\x00\x01a\x05hello\x06sixsix"},
	{"16 bits", netx.Prefixed{Bits: 16, Limit: 300}, "\x00\x00\x00\x01a\x01\x01" + strings.Repeat("x", 257) + "\x01\x2d" + strings.Repeat("y", 301)},
	{"16 bits, lowest first", netx.Prefixed{Bits: 16, LittleEndian: true}, "\x00\x00\x01\x00a\x02\x00bc\x03\x00de"},
	{"32 bits", netx.Prefixed{Bits: 32, Limit: 9}, "\x00\x00\x00\x00\x00\x00\x00\x02ab\x00\x00\x00\x0axxxxxxxxxx"},
	{"32 bits, lowest first", netx.Prefixed{Bits: 32, LittleEndian: true, Limit: 9}, "\x02\x00\x00\x00ab\x09\x00\x00\x00123456789\x00\x00\x00\xff"},
}

func TestFramingCut(t *testing.T) {
	long := strings.Repeat("x", 100_000)
	for _, c := range []struct {
		name    string
		framing netx.Framing
		in      string
		want    string // frame and length, or what is wrong
	}{
		{"line", netx.Lines{}, "ab\r\ncd", `"ab" 4`},
		{"empty line", netx.Lines{}, "\r\n", `"" 2`},
		{"line without an end", netx.Lines{}, "ab\r", "none yet"},
		{"line feed alone is no end", netx.Lines{}, "ab\ncd\r\n", `"ab\ncd" 7`},
		{"line of the limit", netx.Lines{Limit: 3}, "abc\r\n", `"abc" 5`},
		{"line above the limit", netx.Lines{Limit: 3}, "abcd\r\n", "netx: message too long: a line of more than 3 bytes"},
		{"line of the limit, not complete", netx.Lines{Limit: 3}, "abc\r", "none yet"},
		{"line above the limit, not complete", netx.Lines{Limit: 3}, "abcde", "netx: message too long: a line of more than 3 bytes"},
		{"line above the default", netx.Lines{}, long[:16386], "netx: message too long: a line of more than 16384 bytes"},
		{"line of the default", netx.Lines{}, long[:16384] + "\r\n", `"` + long[:16384] + `" 16386`},
		{"netstring", netx.Netstrings{}, "5:a:b,c,x", `"a:b,c" 8`},
		{"netstring of nothing", netx.Netstrings{}, "0:,", `"" 3`},
		{"netstring, length not complete", netx.Netstrings{}, "12", "none yet"},
		{"netstring, comma not there", netx.Netstrings{}, "1:a", "none yet"},
		{"netstring without a length", netx.Netstrings{}, ":a,", "netx: bad frame: a netstring with ':' in its length"},
		{"netstring with a leading zero", netx.Netstrings{}, "01", "netx: bad frame: a netstring with '1' in its length"},
		{"netstring with a sign", netx.Netstrings{}, "+1:a,", "netx: bad frame: a netstring with '+' in its length"},
		{"netstring with a space", netx.Netstrings{}, "1 :a,", "netx: bad frame: a netstring with ' ' in its length"},
		{"netstring without a comma", netx.Netstrings{}, "1:ab", "netx: bad frame: a netstring that ends with 'b', not with a comma"},
		{"netstring of the limit", netx.Netstrings{Limit: 10}, "10:0123456789,", `"0123456789" 14`},
		{"netstring above the limit before its colon", netx.Netstrings{Limit: 9}, "999", "netx: message too long: a netstring of more than 9 bytes"},
		{"netstring above a small limit", netx.Netstrings{Limit: 3}, "9", "netx: message too long: a netstring of more than 3 bytes"},
		{"netstring above the default", netx.Netstrings{}, "100000", "netx: message too long: a netstring of more than 99999 bytes"},
		{"netstring above all", netx.Netstrings{Limit: 1<<63 - 1}, "9223372036854775808", "netx: message too long: a netstring of more than 9223372036854775807 bytes"},
		{"8 bits", netx.Prefixed{Bits: 8}, "\x02abc", `"ab" 3`},
		{"16 bits", netx.Prefixed{Bits: 16}, "\x00\x02abc", `"ab" 4`},
		{"16 bits, lowest first", netx.Prefixed{Bits: 16, LittleEndian: true}, "\x02\x00abc", `"ab" 4`},
		{"32 bits", netx.Prefixed{Bits: 32}, "\x00\x00\x00\x02abc", `"ab" 6`},
		{"32 bits, lowest first", netx.Prefixed{Bits: 32, LittleEndian: true}, "\x02\x00\x00\x00abc", `"ab" 6`},
		{"32 bits, nothing", netx.Prefixed{Bits: 32}, "\x00\x00\x00\x00", `"" 4`},
		{"32 bits, not complete", netx.Prefixed{Bits: 32}, "\x00\x00\x00", "none yet"},
		{"32 bits, frame not complete", netx.Prefixed{Bits: 32}, "\x00\x00\x00\x02a", "none yet"},
		{"32 bits, the default", netx.Prefixed{Bits: 32}, "\x00\x01\x86\xa0", "netx: message too long: a frame of 100000 bytes, which is more than 99999"},
		{"32 bits, the most", netx.Prefixed{Bits: 32}, "\xff\xff\xff\xff", "netx: message too long: a frame of 4294967295 bytes, which is more than 99999"},
	} {
		t.Run(c.name, func(t *testing.T) {
			frame, n, err := c.framing.Cut([]byte(c.in), 0)
			got := fmt.Sprintf("%q %d", frame, n)
			switch {
			case err != nil:
				got = err.Error()
			case n == 0:
				got = "none yet"
			}
			if got != c.want {
				t.Errorf("got %.200s, want %.200s", got, c.want)
			}
		})
	}
}

// TestFramingAppend sends frames and cuts what is sent.
func TestFramingAppend(t *testing.T) {
	for _, c := range []struct {
		name    string
		framing netx.Framing
		frame   string
		want    error
	}{
		{"line", netx.Lines{}, "a\nb\rc\r", nil},
		{"line that ends twice", netx.Lines{}, "a\r\nb", netx.ErrBadFrame},
		{"line that ends before its end", netx.Lines{Delimiter: "aba"}, "xab", netx.ErrBadFrame},
		{"line that does not, although it looks so", netx.Lines{Delimiter: "aab"}, "xaa", nil},
		{"netstring", netx.Netstrings{}, "12:,", nil},
		{"8 bits, the most", netx.Prefixed{Bits: 8}, strings.Repeat("x", 255), nil},
		{"8 bits, too much", netx.Prefixed{Bits: 8}, strings.Repeat("x", 256), netx.ErrMessageTooLong},
		{"16 bits, the most", netx.Prefixed{Bits: 16}, strings.Repeat("x", 65535), nil},
		{"16 bits, too much", netx.Prefixed{Bits: 16}, strings.Repeat("x", 65536), netx.ErrMessageTooLong},
		{"32 bits", netx.Prefixed{Bits: 32}, strings.Repeat("x", 65536), nil},
		{"32 bits, lowest first", netx.Prefixed{Bits: 32, LittleEndian: true}, "abc", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := c.framing.Append([]byte("before"), []byte(c.frame))
			if !errors.Is(err, c.want) {
				t.Fatalf("got the error %v", err)
			}
			if err != nil {
				if string(p) != "before" {
					t.Errorf("with an error it appended %q", p)
				}
				return
			}
			frame, n, err := c.framing.Cut(p[len("before"):], 0)
			if string(frame) != c.frame || n != len(p)-len("before") || err != nil {
				t.Errorf("%q was sent as %q, which is cut into %q, %d, %v", c.frame, p, frame, n, err)
			}
		})
	}
}

// TestLinesByteByByte makes sure that a line that comes in pieces is not searched
// from its beginning each time: a Cut that does that misses the changed byte.
func TestLinesByteByByte(t *testing.T) {
	l := netx.Lines{}
	in := bytes.Repeat([]byte("x"), 1000)
	if _, n, err := l.Cut(in, 0); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	in[0], in[1] = '\r', '\n' // it must not look there again
	if _, n, err := l.Cut(in, 1000); n != 0 || err != nil {
		t.Errorf("it looked at what it had seen: %d, %v", n, err)
	}
}

func TestFramingPanics(t *testing.T) {
	p := netx.Framed(netx.Lines{}, &frames{})
	if p == nil {
		t.Fatal("no protocol")
	}
	for name, f := range map[string]func(){
		"12 bits":        func() { netx.Prefixed{Bits: 12}.Cut([]byte("x"), 0) },
		"no bits":        func() { netx.Prefixed{}.Append(nil, nil) },
		"negative limit": func() { netx.Lines{Limit: -1}.Cut([]byte("x"), 0) },
		"no framing":     func() { netx.Framed(nil, &frames{}) },
		"no protocol":    func() { netx.Framed(netx.Lines{}, nil) },
	} {
		t.Run(name, func(t *testing.T) { wantPanic(t, f) })
	}
}

// liar is a Framing that takes more than there is.
type liar struct{ netx.Framing }

func (liar) Cut(in []byte, _ int) (frame []byte, n int, err error) { return in, len(in) + 1, nil }

func TestFramingThatLies(t *testing.T) {
	p := &frames{}
	feed(newClock(), netx.Framed(liar{}, p), []string{"x"})
	if len(p.events) != 1 || !strings.Contains(p.reason.Error(), "netx: Cut of netx_test.liar took 2 bytes out of 1") {
		t.Errorf("got %s", p.story())
	}
}

func wantPanic(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if v := recover(); v == nil || !strings.HasPrefix(fmt.Sprint(v), "netx: ") {
			t.Errorf("it panicked with %v", v)
		}
	}()
	f()
}

func TestFramingAllocs(t *testing.T) {
	for _, c := range framings {
		frame, n, err := c.framing.Cut([]byte(c.sample), 0)
		if n == 0 || err != nil {
			t.Fatal(c.name, n, err)
		}
		in, dst := []byte(c.sample), make([]byte, 0, len(c.sample))
		if got := testing.AllocsPerRun(100, func() {
			c.framing.Cut(in, 0)
			c.framing.Append(dst, frame)
		}); got != 0 {
			t.Errorf("%s: %v allocations", c.name, got)
		}
	}
}
