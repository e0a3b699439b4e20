package netx_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/timeout"
)

// A story tells what comes of pieces of input, with the end after them.
type story func(f netx.Framing, pieces []string) []string

// stories are the ways to read frames. All tell the same of the same bytes.
var stories = map[string]story{"protocol": framedStory, "paused protocol": pausedStory, "stream": streamStory}

// framedStory has a FrameProtocol read them.
func framedStory(f netx.Framing, pieces []string) []string {
	p := &failing{}
	feed(newClock(), netx.Framed(f, p), pieces)
	return readStory(p.events)
}

// pausedStory has one read them that pauses with each frame, the input most often
// in its middle, and goes on when one, two or three other things have happened.
func pausedStory(f netx.Framing, pieces []string) []string {
	p, clock := &failing{}, newClock()
	p.onFrame = func([]byte) {
		p.conn.Pause()
		n := len(p.events)
		wait := func(f func()) { clock.AfterFunc(0, f) }
		resume := func() {
			if len(p.events) != n {
				p.note("an event while paused")
			}
			p.conn.Resume()
		}
		for range n % 3 {
			then := resume
			resume = func() { wait(then) }
		}
		wait(resume)
	}
	feed(clock, netx.Framed(f, p), pieces)
	return readStory(p.events)
}

func newClock() *timeout.VirtualClock { return timeout.NewVirtualClock(time.Unix(0, 0)) }

// readStory makes of what a FrameProtocol has noted what a reader would have.
func readStory(events []string) []string {
	switch last := len(events) - 1; {
	case last > 0 && strings.HasPrefix(events[last-1], "failed:"):
		return append(events[:last-1], strings.TrimPrefix(events[last-1], "failed: "))
	case events[last] == "lost truncated":
		return append(events[:last], "truncated")
	case events[last] == "done by the peer":
		return append(events[:last], "end")
	}
	return events
}

// feed writes pieces to p, each in a turn of its own, and then the end.
func feed(clock *timeout.VirtualClock, p netx.Protocol, pieces []string) {
	_, source := netx.Pair(clock, p, &recorder{})
	for _, piece := range pieces {
		if source.Closed() {
			break
		}
		source.WriteString(piece)
		clock.Advance(0)
	}
	source.CloseWrite()
	clock.Advance(0)
	source.Abort()
	clock.Advance(0)
}

// streamStory has a Stream read them.
func streamStory(f netx.Framing, pieces []string) (events []string) {
	clock := newClock()
	a, b := netx.StreamPair(clock)
	var read func()
	read = func() {
		b.ReadFrame(f).Tap(func(frame []byte) {
			events = append(events, quoted(frame))
			read()
		}).Catch(func(fail *failure.Failure) { events = append(events, readEnd(fail)) })
	}
	read()
	for _, piece := range pieces {
		a.Write([]byte(piece)).Catch(func(*failure.Failure) {})
		clock.Advance(0)
	}
	_ = a.CloseWrite()
	clock.Advance(0)
	a.Abort()
	b.Abort()
	clock.Advance(0)
	return events
}

// readEnd names what ended the reading.
func readEnd(err error) string {
	for name, cause := range map[string]error{
		"too long": netx.ErrMessageTooLong, "bad": netx.ErrBadFrame, "truncated": io.ErrUnexpectedEOF, "end": io.EOF,
	} {
		if errors.Is(err, cause) {
			return name
		}
	}
	return err.Error()
}

// TestFramesCutAnywhere cuts samples in all ways into two and three pieces, and
// in single bytes, and reads them in all ways.
func TestFramesCutAnywhere(t *testing.T) {
	for _, c := range framings {
		for name, tell := range stories {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				want := framedStory(c.framing, []string{c.sample})
				if len(want) < 2 {
					t.Fatalf("the sample makes only %q", want)
				}
				check := func(pieces ...string) {
					if got := tell(c.framing, pieces); !slices.Equal(got, want) {
						t.Fatalf("%.200q in pieces of %v:\ngot  %.500q\nwant %.500q", c.sample, lengths(pieces), got, want)
					}
				}
				check(strings.Split(c.sample, "")...)
				step := 1 + len(c.sample)/60
				for i := 0; i <= len(c.sample); i++ {
					check(c.sample[:i], c.sample[i:])
					for j := i; j < len(c.sample) && i%step == 0; j += step {
						check(c.sample[:i], c.sample[i:j], c.sample[j:])
					}
				}
			})
		}
	}
}

// TestFramesWanted holds the samples to what a reader of the table would expect,
// since the other tests compare runs with one another.
func TestFramesWanted(t *testing.T) {
	for name, want := range map[string]string{
		"lines":                       `"one", "", "\rtwo\n\r", "six456", too long`,
		"lines with a long delimiter": `"x", "aaa", "", "aaaaa", too long`,
		"lines, and a rest":           `"one", "two", truncated`,
		"netstrings":                  `"", "a,c", "hello, world", "x", too long`,
		"netstrings with a bad end":   `"a", bad`,
		"32 bits, lowest first":       `"ab", "123456789", too long`,
		"16 bits, lowest first":       `"", "a", "bc", truncated`,
	} {
		for _, c := range framings {
			if c.name != name {
				continue
			}
			if got := strings.Join(framedStory(c.framing, []string{c.sample}), ", "); got != want {
				t.Errorf("%s: got %s, want %s", name, got, want)
			}
		}
	}
}

func lengths(pieces []string) (n []int) {
	for _, p := range pieces {
		n = append(n, len(p))
	}
	return n
}

func quoted(p []byte) string {
	f := &frames{}
	f.note("%q", p)
	return f.events[0]
}

// cutAt cuts text into pieces of random lengths.
func cutAt(text string, seed uint64) (pieces []string) {
	r := rand.New(rand.NewPCG(seed, 0))
	for len(text) > 0 {
		n := min(len(text), 1+r.IntN(1+r.IntN(20)))
		pieces, text = append(pieces, text[:n]), text[n:]
	}
	return pieces
}

// conversation is a protocol of lines in which one that says "body n" is followed
// by n raw bytes.
type conversation struct {
	frames
	left int
	body []byte
}

func newConversation() *conversation {
	c := &conversation{}
	c.onFrame = func(line []byte) {
		n := 0
		if _, err := fmt.Sscanf(string(line), "body %d", &n); err == nil {
			c.left = n
			c.conn.Raw()
		}
	}
	c.onRaw = func(p []byte) {
		n := min(c.left, len(p))
		c.body = append(c.body, p[:n]...)
		if c.left -= n; c.left == 0 {
			c.note("body %q", c.body)
			c.body = nil
			c.conn.Frames(p[n:])
		}
	}
	return c
}

// TestRawCutAnywhere switches to raw bytes and back.
func TestRawCutAnywhere(t *testing.T) {
	const sample = "hello\r\nbody 5\r\n\r\nabcbye\r\nbody 1\r\n\rbody 2\r\nxyend\r\nrest"
	tell := func(pieces ...string) []string {
		c := newConversation()
		feed(newClock(), netx.Framed(netx.Lines{Limit: 10}, c), pieces)
		return c.events
	}
	want := tell(sample)
	const wanted = `"hello", "body 5", body "\r\nabc", "bye", "body 1", body "\r", "body 2", body "xy", "end", lost truncated`
	if got := strings.Join(want, ", "); got != wanted {
		t.Fatalf("got %s, want %s", got, wanted)
	}
	for i := 0; i <= len(sample); i++ {
		for j := i; j <= len(sample); j++ {
			if got := tell(sample[:i], sample[i:j], sample[j:]); !slices.Equal(got, want) {
				t.Fatalf("cut at %d and %d: got %q, want %q", i, j, got, want)
			}
		}
	}
	if got := tell(strings.Split(sample, "")...); !slices.Equal(got, want) {
		t.Errorf("in bytes: got %q, want %q", got, want)
	}
}
