//go:build !unix

package poller

// best is Best: there is no kind to choose.
const best = Best

// open answers ErrUnsupported for every kind.
func open(Kind, *table, int) (backend, error) { return nil, ErrUnsupported }

// errBadDescriptor stands in for EBADF, which not every platform has.
var errBadDescriptor = ErrUnsupported

// pipe stands in for the waker's pipe, and is never opened.
type pipe struct{}

func openPipe() (pipe, error)       { return pipe{}, ErrUnsupported }
func (*pipe) owns(int) bool         { return false }
func (*pipe) reader() int           { return -1 }
func (*pipe) signal() (bool, error) { return false, ErrUnsupported }
func (*pipe) drain() error          { return ErrUnsupported }
func (*pipe) close() error          { return nil }
