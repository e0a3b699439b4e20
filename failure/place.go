package failure

import (
	"fmt"
	"runtime"
	"strings"
)

// Place is a line of source and the function that it is in. The zero value is
// a place that is not known.
type Place struct {
	Function string // with its package, as runtime.Frame has it
	File     string
	Line     int
}

// IsZero reports whether the place is not known.
func (p Place) IsZero() bool { return p == Place{} }

// String returns the function with the file and the line, as a trace has them,
// as far as they are known.
func (p Place) String() string {
	switch {
	case p.IsZero():
		return "a place that is not known"
	case p.File == "":
		return p.Function
	case p.Function == "":
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s (%s:%d)", p.Function, p.File, p.Line)
}

// Caller returns the place of the innermost caller that is not a library of this
// module: the line of the user's that asked for something. What a reactor does
// by itself, without a user's function in between, has the place of the library
// function that does it.
//
// It unwinds the stack and resolves what it finds, so it costs a microsecond or
// more. Any goroutine may call it.
func Caller() Place {
	var pcs [16]uintptr
	var own Place // the innermost library function that knows what it wants
	for skip := 2; ; skip += len(pcs) {
		n := runtime.Callers(skip, pcs[:])
		if n == 0 {
			return own
		}
		for frames := runtime.CallersFrames(pcs[:n]); ; {
			frame, more := frames.Next()
			switch {
			case frame.Function == "" || strings.HasPrefix(frame.Function, "runtime."):
			case !ours(frame.Function):
				return placeOf(frame)
			case own.IsZero() && !carries(frame.Function):
				own = placeOf(frame)
			case frame.Function == dispatcher:
				return own
			}
			if !more {
				break
			}
		}
		if n < len(pcs) {
			return own
		}
	}
}

// dispatcher is the function below which a reactor calls what waits for it.
// Whoever called that has not asked for what is done there.
const dispatcher = plumbing + "reactor.(*Reactor).Run"

// carries reports whether a function of ours only carries out what another
// asked for.
func carries(function string) bool {
	rest := strings.TrimPrefix(function, plumbing)
	pkg, _, _ := strings.Cut(rest, ".")
	return pkg == "failure" || pkg == "deferred" || pkg == "chain" || pkg == "timeout"
}

// placeOf is the place of a frame.
func placeOf(f runtime.Frame) Place {
	return Place{Function: f.Function, File: f.File, Line: f.Line}
}
