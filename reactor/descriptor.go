package reactor

import (
	"fmt"
	"reflect"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/internal/poller"
)

// Descriptor is something with a file descriptor that the reactor watches. It
// must be comparable, as a pointer is: the reactor tells descriptors apart
// with ==.
//
// The reactor calls its methods on the loop's goroutine. None may block. A panic
// in one of them is logged, with its stack.
type Descriptor interface {
	// FD returns the descriptor's number, or a negative one when it is gone.
	// While the reactor watches it, it must not become another number.
	FD() int
	// ConnectionLost is called when the reactor has given the descriptor up,
	// once, and after it was removed: with what DoRead or DoWrite failed with,
	// which may be their panic; with ErrBadDescriptor; with
	// ErrDescriptorReplaced; or with ErrStopped. It is not called for what the
	// program removes itself.
	ConnectionLost(reason *failure.Failure)
}

// ReadDescriptor is a Descriptor that wants to know when it can be read.
type ReadDescriptor interface {
	Descriptor
	// DoRead is called in each turn in which a read would not block, or has an
	// error to tell. It must not block. An error gives the descriptor up, even
	// if DoRead has removed it before.
	DoRead() error
}

// WriteDescriptor is a Descriptor that wants to know when it can be written.
type WriteDescriptor interface {
	Descriptor
	// DoWrite is DoRead for writing.
	DoWrite() error
}

// AddReader has d.DoRead called whenever d can be read, until RemoveReader. d
// must be non-blocking, and removed before its number is closed. Adding it again
// does nothing. If another reader with that number is there, it is given up with
// ErrDescriptorReplaced.
//
// A number may have a reader and a writer, which are one object or two. What
// gives one of them up gives up the other, once if it is one object: they stand
// and fall with the number. A regular file counts as always ready.
//
// Errors: ErrBadDescriptor for a number that is negative or not open;
// ErrTooManyDescriptors from a Select reactor; ErrStopped from the During phase
// of shutdown on, until Run has returned; and what else the kernel says. After an
// error d is not added. A nil d, or one that cannot be compared, panics. It costs
// a system call with Epoll. Loop goroutine only, or before Run. It is Twisted's
// addReader.
func (r *Reactor) AddReader(d ReadDescriptor) error {
	r.own()
	check(d, "AddReader")
	return r.descriptors.add(d, poller.Readable)
}

// AddWriter is AddReader for writing. Of a number that is ready for both, the
// reader runs first. Loop goroutine only, or before Run.
func (r *Reactor) AddWriter(d WriteDescriptor) error {
	r.own()
	check(d, "AddWriter")
	return r.descriptors.add(d, poller.Writable)
}

// RemoveReader ends AddReader: DoRead is not called any more, not even for what
// was found ready in this turn. On a descriptor that is not there it does
// nothing. It should come before the number is closed. After that it is right
// too, but if d is a writer as well, that has gone bad, and it tells it so; and
// when FD is negative it has to look through all descriptors. A nil d panics.
// Loop goroutine only, or before Run.
func (r *Reactor) RemoveReader(d ReadDescriptor) {
	r.own()
	check(d, "RemoveReader")
	r.descriptors.remove(d, poller.Readable)
}

// RemoveWriter ends AddWriter, as RemoveReader ends AddReader. Loop goroutine
// only, or before Run.
func (r *Reactor) RemoveWriter(d WriteDescriptor) {
	r.own()
	check(d, "RemoveWriter")
	r.descriptors.remove(d, poller.Writable)
}

// RemoveAll removes all readers and writers, without telling them, and returns
// them, each once. The reactor's own waker stays. Loop goroutine only, or before
// Run.
func (r *Reactor) RemoveAll() []Descriptor {
	r.own()
	return r.descriptors.removeAll()
}

// Readers returns all readers, in no order that means anything, in a slice that
// is the caller's. Loop goroutine only.
func (r *Reactor) Readers() []ReadDescriptor {
	r.own()
	return members[ReadDescriptor](&r.descriptors, poller.Readable)
}

// Writers returns all writers, as Readers does. Loop goroutine only.
func (r *Reactor) Writers() []WriteDescriptor {
	r.own()
	return members[WriteDescriptor](&r.descriptors, poller.Writable)
}

// check refuses what the reactor could not compare: later, that would panic on
// the loop itself.
func check(d Descriptor, method string) {
	switch {
	case d == nil:
		panic("reactor: " + method + " of a nil descriptor")
	case !reflect.ValueOf(d).Comparable():
		panic(fmt.Sprintf("reactor: %s of a %T: descriptors are told apart with ==, and this type has none", method, d))
	}
}

// badNumber is the error for a number that cannot be watched.
func badNumber(d Descriptor, fd int) error {
	return fmt.Errorf("%w: %T has number %d", ErrBadDescriptor, d, fd)
}
