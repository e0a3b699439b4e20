// Package failure holds Failure: an error together with the place where it
// was born.
//
// A chain of callbacks has no call stack that tells a reader how an error came
// to be: by the time somebody prints it, the function that failed returned long
// ago. A Failure therefore carries program counters, which cost little to take
// and are turned into names and lines only when somebody prints them.
//
// Rules:
//
//   - A Failure is an error. errors.Is and errors.As see through it, and
//     wrapping it with %w loses nothing: the trace of the inner Failure is
//     printed below that of the outer one.
//   - A Failure does not change after it was made. Any goroutine may read it.
//   - In debug mode package deferred notes on its way through Deferreds what
//     happened to it. Each hop makes a copy with a longer story, which is printed
//     with the trace; errors.Is takes all of them for the same.
//   - A panic becomes a Failure around a [PanicError], which keeps the value
//     and the stack of the panic.
//
// In an errback, Trap answers "is it one of mine, or shall I pass it on":
//
//	d.AddErrback(func(f *failure.Failure) (string, error) {
//		if err := f.Trap(io.EOF); err != nil {
//			return "", err // not ours: pass it on
//		}
//		return "end of input", nil
//	})
package failure
