package failure

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime"
)

// depth is how many frames New keeps: enough to see who asked, little enough
// to stay cheap.
const depth = 12

// Failure is an error and the place where it was born. It implements error,
// Unwrap, fmt.Formatter and slog.LogValuer.
//
// Make one with [New], [At] or [Recovered]; the zero value is not useful.
// A Failure is immutable, so any goroutine may use it.
type Failure struct {
	err error

	// Where it was born: as runtime.Callers gives it, with zeros behind the
	// last; or in one function; or nobody knows.
	callers *[depth]uintptr
	pc      uintptr

	story *story // what happened to it since, in debug mode; otherwise nil
}

// placed lets New take a Failure and its frames in one allocation.
type placed struct {
	Failure
	frames [depth]uintptr
}

// New returns a Failure around err that remembers its caller's place. An err
// that is a *Failure comes back as it is, since it has a place already; one
// that only wraps a *Failure gets a place of its own beside the inner one.
// A nil err panics: it would be a failure without a reason.
//
// Any goroutine may call it. It costs one allocation and an unwind of at most
// a dozen frames, a few hundred nanoseconds.
func New(err error) *Failure {
	if f := existing(err, "New"); f != nil {
		return f
	}
	p := &placed{Failure: Failure{err: err}}
	runtime.Callers(2, p.frames[:])
	p.callers = &p.frames
	return &p.Failure
}

// At returns a Failure around err that was born in the function whose program
// counter is given: the entry of a callback that returned err, for example,
// which is a better place to name than the loop that called it. A pc of 0 means
// that no place is known. Like New it returns a *Failure as it is and panics on
// nil.
//
// Any goroutine may call it. It costs one small allocation.
func At(err error, pc uintptr) *Failure {
	if f := existing(err, "At"); f != nil {
		return f
	}
	return &Failure{err: err, pc: pc}
}

// existing refuses a nil error and finds one that has a place already.
func existing(err error, name string) *Failure {
	if err == nil {
		panic("failure: " + name + " of a nil error")
	}
	f, ok := err.(*Failure) //nolint:errorlint // only err itself comes back as it is, not what it wraps
	if ok && f == nil {
		panic("failure: " + name + " of a nil *Failure")
	}
	return f
}

// Error returns the text of the error inside, without the place.
func (f *Failure) Error() string { return f.err.Error() }

// Unwrap returns the error inside, so that errors.Is and errors.As find it.
func (f *Failure) Unwrap() error { return f.err }

// Check returns the first of targets that errors.Is finds in f, or nil when
// there is none. It answers with the target, not with what matched, as
// Twisted's Failure.check does.
func (f *Failure) Check(targets ...error) error {
	for _, target := range targets {
		if errors.Is(f, target) {
			return target
		}
	}
	return nil
}

// Trap returns nil when errors.Is finds one of targets in f, and f itself
// otherwise, so that an errback can pass on what it does not know:
//
//	if err := f.Trap(io.EOF); err != nil {
//		return zero, err
//	}
func (f *Failure) Trap(targets ...error) error {
	if f.Check(targets...) != nil {
		return nil
	}
	return f
}

// Format implements fmt.Formatter: %v and %s give the text of the error, %q
// the same in quotes, %+v the text with the trace, as Traceback does.
func (f *Failure) Format(s fmt.State, verb rune) {
	switch {
	case verb == 'v' && s.Flag('+'):
		_, _ = fmt.Fprint(s, f.Traceback()) // a fmt.State keeps its errors to itself
	case verb == 'v' || verb == 's' || verb == 'q':
		_, _ = fmt.Fprintf(s, fmt.FormatString(plain{s}, verb), f.Error())
	default:
		_, _ = fmt.Fprintf(s, "%%!%c(*failure.Failure=%s)", verb, f.Error())
	}
}

// plain is a fmt.State without the flags that mean something else for a string.
type plain struct{ fmt.State }

// Flag reports width flags only.
func (p plain) Flag(c int) bool { return c == '-' && p.State.Flag(c) }

// LogValue implements slog.LogValuer: a group of the error's text and, when
// there is one, the trace.
//
// It costs what Traceback costs. Any goroutine may call it.
func (f *Failure) LogValue() slog.Value {
	text, trace := f.Error(), f.Traceback()
	if trace == text {
		return slog.GroupValue(slog.String("error", text))
	}
	return slog.GroupValue(slog.String("error", text), slog.String("trace", trace))
}
