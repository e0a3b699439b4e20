package row

import "time"

// Row is a piece of work, and who does it.
type Row struct {
	// Name stands in the benchmark's name; a size is its last part: "n=1000".
	Name string
	// Size is how much one operation does, or has beside it. Test leaves out a row
	// with a Size above 10 000, which would take it long.
	Size int
	// Want is the result that each operation must have.
	Want int
	// InTurns is for rows of nothing but computing. Their operations are made in turns
	// of some 50 µs, after each of which the goroutine gives way, as that of a loop does
	// now and then. Where there is one processor, a goroutine that never does leaves Go's
	// collector no moment of its own: marking then goes on for up to a third of the time,
	// and meanwhile every write of a pointer costs more.
	InTurns bool
	// Contenders run in this order.
	Contenders []Contender
}

// Contender is one way to do the work of a row.
type Contender struct {
	// Name says which way: "spindle", "goroutine".
	Name string
	// Start makes what the operations need and is not timed. It is called once in a
	// benchmark, on any goroutine. What must end it gives to s.Cleanup.
	Start func(s Setup) Run
	// AtOnce is for one that never gives way, even in a row in turns.
	AtOnce bool
}

// Setup is what a Start may use of the test or benchmark. Fatal is for the Start
// itself, Errorf for what it gave to Cleanup as well, and neither is for a Run.
type Setup interface {
	Cleanup(f func())
	Fatal(args ...any)
	Errorf(format string, args ...any)

	// Took says that of the Run that is under way only d counts, since the rest of
	// it prepares the operations. Each Run of the contender says so once. In a row
	// in turns that fails the benchmark.
	Took(d time.Duration)
}

// Run makes n operations and returns the result of the last one, or of all of them
// where they have but one. The loop is inside, so that no call through a variable is
// added to an operation of a few nanoseconds. It is called several times, always
// with n > 0, and not always on the same goroutine.
type Run func(n int) int

// Fixed is a Contender that needs nothing to be made.
func Fixed(name string, run Run) Contender {
	return Contender{Name: name, Start: func(Setup) Run { return run }}
}
