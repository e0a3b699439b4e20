package failure

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// plumbing is the prefix of our own functions. Frames at the top of a trace that
// only passed the error on are left out.
const plumbing = "github.com/spindle-go/spindle/"

// Traceback returns the text of the error and the place it was born, one frame
// a line, innermost first. In debug mode its story comes next, what happened to
// it since, oldest first, see Hops. What the error wraps follows in order: each Failure
// with its own text and place, each panic with its stack.
//
// It resolves the program counters, so it costs some microseconds. Any
// goroutine may call it.
func (f *Failure) Traceback() string {
	var b strings.Builder
	f.describe(&b)
	// A list of errors still to look into, not recursion: the depth of a chain
	// of %w is the user's.
	for work := []error{f.err}; len(work) > 0; {
		err := work[len(work)-1]
		work = work[:len(work)-1]
		switch e := err.(type) { //nolint:errorlint // the tree is walked here by hand
		case *Failure:
			b.WriteString("\nwhich wraps: ")
			e.describe(&b)
		case *PanicError:
			if len(e.Stack) > 0 {
				b.WriteString("\n")
				b.WriteString(strings.TrimRight(string(e.Stack), "\n"))
			}
		}
		work = append(work, unwrap(err)...)
	}
	return b.String()
}

// describe writes f's own text and place.
func (f *Failure) describe(b *strings.Builder) {
	b.WriteString(f.Error())
	for _, frame := range f.frames() {
		fmt.Fprintf(b, "\n    at %s (%s:%d)", frame.Function, frame.File, frame.Line)
	}
	f.tell(b)
}

// tell writes f's story, if it has one.
func (f *Failure) tell(b *strings.Builder) {
	hops := f.Hops()
	if len(hops) == 0 {
		return
	}
	b.WriteString("\n  its story:")
	for _, h := range hops {
		if h.Skipped > 0 {
			fmt.Fprintf(b, "\n    ... %d more ...", h.Skipped)
		}
		b.WriteString("\n    ")
		b.WriteString(h.String())
	}
}

// frames resolves the program counters and drops our own frames from the top,
// unless nothing else would be left.
func (f *Failure) frames() []runtime.Frame {
	pcs := f.pcs()
	if len(pcs) == 0 {
		return nil
	}
	var all []runtime.Frame
	frames := runtime.CallersFrames(pcs)
	for {
		frame, more := frames.Next()
		all = append(all, frame)
		if !more {
			break
		}
	}
	for i, frame := range all {
		if !ours(frame.Function) {
			return all[i:]
		}
	}
	return all
}

// pcs lists the program counters as runtime.CallersFrames expects them.
func (f *Failure) pcs() []uintptr {
	switch {
	case f.callers != nil:
		pcs := f.callers[:]
		if end := slices.Index(pcs, 0); end >= 0 {
			pcs = pcs[:end]
		}
		return pcs
	case f.pc != 0:
		return []uintptr{f.pc + 1} // it expects return addresses
	}
	return nil
}

// ours reports whether a function belongs to the library itself: not to its
// tests, its examples or the programs that use it.
func ours(function string) bool {
	rest, found := strings.CutPrefix(function, plumbing)
	if !found {
		return false
	}
	pkg, _, _ := strings.Cut(rest, ".")
	return !strings.HasPrefix(pkg, "examples/") && !strings.HasPrefix(pkg, "benchmarks") &&
		!strings.HasSuffix(pkg, "_test")
}

// unwrap lists what err wraps, last first, so that a stack visits them in order.
func unwrap(err error) []error {
	switch e := err.(type) { //nolint:errorlint // the tree is walked here by hand
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return []error{inner}
		}
	case interface{ Unwrap() []error }:
		inner := e.Unwrap()
		last := make([]error, 0, len(inner))
		for i := len(inner) - 1; i >= 0; i-- {
			if inner[i] != nil {
				last = append(last, inner[i])
			}
		}
		return last
	}
	return nil
}
