package failure

import "slices"

// story is the way that a Failure has come: its last hop, and the story up to
// there. It does not change after it was made, so that failures may share the
// beginning of theirs.
type story struct {
	hop    Hop
	before *story   // nil for the first hop
	length int      // hops in this list
	origin *Failure // the failure as it was without a story
}

// A story keeps this many hops at most. Beyond that the middle is left out: of a
// failure that passes a million handlers the two ends are what one wants to see.
const (
	longest  = 64
	keepHead = 16
	keepTail = 16
)

// With returns a copy of f whose story is longer by h. It is how package deferred
// notes in debug mode where a failure passes; other code that hands failures on
// may do so, too. f stays as it is, and errors.Is takes the two for the same.
//
// A story of more than 64 hops loses some in the middle. Any goroutine may call
// it. It costs two allocations.
func (f *Failure) With(h Hop) *Failure {
	s := f.story
	if s == nil {
		return f.told(&story{hop: h, length: 1, origin: f})
	}
	if s.length == longest {
		s = s.shorten()
	}
	return f.told(s.and(h))
}

// Hops returns the story of f: what has happened to it so far, oldest first. It
// is nil unless debug mode was on. The slice is the caller's.
//
// Any goroutine may call it. It costs an allocation.
func (f *Failure) Hops() []Hop {
	if f.story == nil {
		return nil
	}
	return f.story.hops()
}

// Is reports whether target is this failure with another story. It is for
// errors.Is.
func (f *Failure) Is(target error) bool {
	t, ok := target.(*Failure) //nolint:errorlint // errors.Is has unwrapped it
	return ok && t != nil && f.origin() == t.origin()
}

// origin is f as it was without a story.
func (f *Failure) origin() *Failure {
	if f.story == nil {
		return f
	}
	return f.story.origin
}

// told is f with another story.
func (f *Failure) told(s *story) *Failure {
	told := *f
	told.story = s
	return &told
}

// and is the story that goes on with h.
func (s *story) and(h Hop) *story {
	return &story{hop: h, before: s, length: s.length + 1, origin: s.origin}
}

// hops lists the story, oldest first.
func (s *story) hops() []Hop {
	all := make([]Hop, s.length)
	for i := range slices.Backward(all) {
		all[i] = s.hop
		s = s.before
	}
	return all
}

// shorten is the story without its middle.
func (s *story) shorten() *story {
	all := s.hops()
	tail := all[len(all)-keepTail:]
	for _, h := range all[keepHead : len(all)-keepTail] {
		tail[0].Skipped += 1 + h.Skipped
	}
	short := s
	for short.length > keepHead {
		short = short.before
	}
	for _, h := range tail {
		short = short.and(h)
	}
	return short
}
