package netx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spindle-go/spindle/deferred"
)

// errEOF is the end of the input by the peer's FIN.
var errEOF = io.EOF

// maxStreak is how many reads are served in one turn before the next one has to
// wait for another: a callback that reads again as long as there is something
// would otherwise go deeper with each line that the peer has sent.
const maxStreak = 100

// request is a read that was asked for. Of n, delim and framing one is set at
// most; a request with none takes what there is.
type request struct {
	d       *deferred.Deferred[[]byte]
	n       int    // so many bytes, if positive
	delim   []byte // up to and with these, if not empty
	limit   int    // for delim: at most so many bytes
	framing Framing
	frame   []byte // what match has found for framing
	scanned int    // bytes in which delim does not begin, or that framing has seen
}

// Read returns what has come and was not taken, at least one byte, as soon as
// there is something. The bytes belong to the caller. It fails with io.EOF when
// the peer has ended its output, and with the reason when the connection has
// ended otherwise. A cancel takes nothing. Loop goroutine only.
func (s *Stream) Read() *deferred.Deferred[[]byte] { return s.ask(&request{}) }

// ReadFull returns exactly n bytes. When the input ends before, it fails with
// io.ErrUnexpectedEOF, or io.EOF if not even one byte came, or the reason; what
// there is can still be taken by Read. It panics when n is negative; 0 bytes are
// there at once. The rest is as with Read.
func (s *Stream) ReadFull(n int) *deferred.Deferred[[]byte] {
	if n < 0 {
		panic(fmt.Sprintf("netx: ReadFull of %d bytes", n))
	}
	if n == 0 {
		return deferred.Succeed([]byte{})
	}
	return s.ask(&request{n: n})
}

// ReadUntil returns what comes up to delim, and delim. Without it in the first
// WithReadLimit bytes it fails with ErrMessageTooLong and takes nothing, so that
// the next one fails as well: a peer that does not keep to the rules is best
// aborted. The end of the input is as with ReadFull, the rest as with Read. It
// panics when delim is empty. The caller keeps delim.
func (s *Stream) ReadUntil(delim []byte) *deferred.Deferred[[]byte] {
	if len(delim) == 0 {
		panic("netx: ReadUntil of an empty delimiter")
	}
	return s.ask(&request{delim: bytes.Clone(delim), limit: s.conn.cfg.readLimit})
}

// ReadLine is ReadUntil of a line feed, and returns the line without it and
// without a carriage return before it.
func (s *Stream) ReadLine() *deferred.Deferred[string] {
	return deferred.Then(s.ReadUntil([]byte{'\n'}), func(line []byte) (string, error) {
		return strings.TrimSuffix(string(line[:len(line)-1]), "\r"), nil
	})
}

// ask serves r at once if it can, and otherwise puts it at the end of the queue.
func (s *Stream) ask(r *request) *deferred.Deferred[[]byte] {
	s.conn.own()
	if len(s.reads) == 0 && !s.serving && s.streak < maxStreak {
		if p, err, done := s.try(r); done {
			s.streak++
			s.press()
			if err != nil {
				return deferred.Fail[[]byte](err)
			}
			return deferred.Succeed(p)
		}
	}
	r.d = deferred.New(s.forget)
	s.reads = append(s.reads, r)
	s.press()
	if s.streak == maxStreak {
		s.conn.cfg.env.next(s) // it may be there already, so that nothing else would serve it
	}
	return r.d
}

// forget is the canceller of a read.
func (s *Stream) forget(d *deferred.Deferred[[]byte]) {
	s.conn.own()
	i := slices.IndexFunc(s.reads, func(r *request) bool { return r.d == d })
	if i < 0 {
		return // it is being served
	}
	s.reads = slices.Delete(s.reads, i, i+1)
	s.conn.cfg.env.next(s) // those behind it may have what they need
}

// turn goes on where a method of the program's could not.
func (s *Stream) turn() { s.serve() }

// ends says that no more comes. What the peer's FIN ended stays so.
func (s *Stream) ends(err error) {
	if s.end == nil {
		s.end = err
	}
	s.serve()
}

// serve serves the reads that can be. It is called from the loop. What callbacks
// ask for meanwhile is served by this one, and not by one inside it.
func (s *Stream) serve() {
	s.streak = 0
	s.serving = true
	defer func() { s.serving = false }() // a handler may end the goroutine
	for len(s.reads) > 0 {
		r := s.reads[0]
		p, err, done := s.try(r)
		if !done {
			break
		}
		s.reads[0] = nil
		s.reads = s.reads[1:]
		if err != nil {
			_ = r.d.Errback(err) // it is in the queue, so it has not fired
		} else {
			_ = r.d.Callback(p)
		}
	}
	s.press()
}

// try takes out of the input what r asks for, or says that it fails, or that it
// has to wait.
func (s *Stream) try(r *request) (p []byte, err error, done bool) {
	n, err := r.match(s.in)
	switch {
	case err != nil:
		return nil, err, true
	case n > 0 && r.framing != nil:
		return s.takeFrame(r.frame, n), nil, true
	case n > 0:
		return s.take(n), nil, true
	case s.end == nil:
		return nil, nil, false
	case len(s.in) > 0 && errors.Is(s.end, io.EOF):
		return nil, io.ErrUnexpectedEOF, true
	}
	return nil, s.end, true
}

// match returns how many bytes of in are what r asks for; 0 is none yet.
func (r *request) match(in []byte) (int, error) {
	switch {
	case r.n > 0 && len(in) < r.n:
		return 0, nil
	case r.n > 0:
		return r.n, nil
	case r.framing != nil:
		return r.matchFrame(in)
	case len(r.delim) == 0:
		return len(in), nil
	}
	reach := in[:min(len(in), r.limit)]
	from := max(0, r.scanned-len(r.delim)+1)
	if i := bytes.Index(reach[min(from, len(reach)):], r.delim); i >= 0 {
		return from + i + len(r.delim), nil
	}
	r.scanned = len(reach)
	if len(reach) == r.limit {
		return 0, fmt.Errorf("%w: no delimiter in %d bytes", ErrMessageTooLong, r.limit)
	}
	return 0, nil
}

// take removes the first n bytes of the input and returns them.
func (s *Stream) take(n int) []byte {
	if n == len(s.in) {
		p := s.in
		s.in = nil
		return p
	}
	p := bytes.Clone(s.in[:n])
	s.in = s.in[n:]
	return p
}

// press stops the input when more has come than is wanted, and lets it go on
// when there is room, which is at half of that, so that it does not change with
// every read. Somebody who waits always gets more.
func (s *Stream) press() {
	switch {
	case len(s.reads) > 0 || len(s.in) <= s.conn.cfg.readBuffer/2:
		s.conn.Resume()
	case len(s.in) >= s.conn.cfg.readBuffer:
		s.conn.Pause()
	}
}
