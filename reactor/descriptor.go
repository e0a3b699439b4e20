package reactor

import (
	"errors"
	"fmt"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/internal/poller"
)

// Descriptor is something with a file descriptor that the reactor watches. It
// must be comparable, as a pointer is: the reactor tells descriptors apart
// with ==.
type Descriptor interface {
	// FD returns the descriptor's number, or a negative one when it is gone.
	FD() int
	// ConnectionLost is called when the reactor has given the descriptor up,
	// once, and after it was removed: with what DoRead or DoWrite failed with,
	// with ErrBadDescriptor, or with ErrStopped.
	ConnectionLost(reason *failure.Failure)
}

// ReadDescriptor is a Descriptor that wants to know when it can be read.
type ReadDescriptor interface {
	Descriptor
	// DoRead is called in each turn in which a read would not block, or has an
	// error to tell. It must not block. An error gives the descriptor up.
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
// The error names what the kernel says of the number; a select reactor answers
// one for numbers it cannot watch, and ErrStopped comes from the During phase of
// shutdown on. A regular file counts as always ready. Loop goroutine only, or
// before Run.
func (r *Reactor) AddReader(d ReadDescriptor) error {
	r.own()
	return r.descriptors.add(d, poller.Readable)
}

// AddWriter is AddReader for writing.
func (r *Reactor) AddWriter(d WriteDescriptor) error {
	r.own()
	return r.descriptors.add(d, poller.Writable)
}

// RemoveReader ends AddReader. On a descriptor that is not there it does nothing.
// Loop goroutine only.
func (r *Reactor) RemoveReader(d ReadDescriptor) {
	r.own()
	r.descriptors.remove(d, poller.Readable)
}

// RemoveWriter ends AddWriter. On a descriptor that is not there it does nothing.
// Loop goroutine only.
func (r *Reactor) RemoveWriter(d WriteDescriptor) {
	r.own()
	r.descriptors.remove(d, poller.Writable)
}

// RemoveAll removes all readers and writers, without telling them, and returns
// them, each once. The reactor's own waker stays. Loop goroutine only.
func (r *Reactor) RemoveAll() []Descriptor {
	r.own()
	return r.descriptors.removeAll()
}

// Readers returns all readers, in no order that means anything. Loop goroutine
// only.
func (r *Reactor) Readers() []ReadDescriptor {
	r.own()
	return members[ReadDescriptor](&r.descriptors, poller.Readable)
}

// Writers returns all writers. Loop goroutine only.
func (r *Reactor) Writers() []WriteDescriptor {
	r.own()
	return members[WriteDescriptor](&r.descriptors, poller.Writable)
}

// descriptors is what the reactor knows of the descriptors it watches: one
// registration with the poller for each number, with a reader, a writer or both.
type descriptors struct {
	r     *Reactor
	slots []slot  // by the index of the registration's token
	byFD  []int32 // by number: index into slots plus one, or 0
	count int

	closed bool // the reactor has given up all descriptors and takes no more
}

// slot is one registration.
type slot struct {
	token  poller.Token
	fd     int
	reader Descriptor // a ReadDescriptor, or nil
	writer Descriptor // a WriteDescriptor, or nil
}

func (ds *descriptors) init(r *Reactor) { ds.r = r }

// side returns the place of the reader or the writer.
func (s *slot) side(which poller.Readiness) *Descriptor {
	if which == poller.Readable {
		return &s.reader
	}
	return &s.writer
}

// wants returns what the poller is to look for.
func (s *slot) wants() (w poller.Readiness) {
	if s.reader != nil {
		w |= poller.Readable
	}
	if s.writer != nil {
		w |= poller.Writable
	}
	return w
}

// find returns the slot of a number, or nil.
func (ds *descriptors) find(fd int) *slot {
	if fd < 0 || fd >= len(ds.byFD) || ds.byFD[fd] == 0 {
		return nil
	}
	return &ds.slots[ds.byFD[fd]-1]
}

// add makes d the reader or the writer of its number.
func (ds *descriptors) add(d Descriptor, which poller.Readiness) error {
	if d == nil {
		panic("reactor: adding a nil descriptor")
	}
	fd := d.FD()
	if fd < 0 {
		return fmt.Errorf("%w: %T has number %d", ErrBadDescriptor, d, fd)
	}
	if ds.closed {
		return ErrStopped
	}
	p, err := ds.r.poller()
	if err != nil {
		return err
	}
	s := ds.find(fd)
	if s == nil {
		return ds.register(p, d, fd, which)
	}
	switch old := *s.side(which); old {
	case d:
		return nil
	case nil:
		return ds.extend(p, s, d, which)
	default:
		// Whoever it was closed the number without a word, or was never meant
		// to share it. Either way the registration is not his any more.
		ds.giveUp(s, failure.New(fmt.Errorf("%w: %d", ErrDescriptorReplaced, fd)))
		return ds.register(p, d, fd, which)
	}
}

// register tells the poller of a new number.
func (ds *descriptors) register(p *poller.Poller, d Descriptor, fd int, which poller.Readiness) error {
	token, err := p.Add(fd, which)
	if err != nil {
		return fmt.Errorf("reactor: watching %T: %w", d, err)
	}
	i := token.Index()
	for len(ds.slots) <= i {
		ds.slots = append(ds.slots, slot{})
	}
	for len(ds.byFD) <= fd {
		ds.byFD = append(ds.byFD, 0)
	}
	s := &ds.slots[i]
	*s = slot{token: token, fd: fd}
	*s.side(which) = d
	ds.byFD[fd] = int32(i) + 1
	ds.count++
	return nil
}

// extend adds the other side to a registration. If the kernel has forgotten the
// number, because it was closed and given out anew, the old registration makes
// way.
func (ds *descriptors) extend(p *poller.Poller, s *slot, d Descriptor, which poller.Readiness) error {
	err := p.Modify(s.token, s.wants()|which)
	if err == nil {
		*s.side(which) = d
		return nil
	}
	fd := s.fd
	ds.giveUp(s, failure.New(fmt.Errorf("%w: %d: %w", ErrBadDescriptor, fd, err)))
	return ds.register(p, d, fd, which)
}

// remove takes d away as the reader or the writer.
func (ds *descriptors) remove(d Descriptor, which poller.Readiness) {
	s := ds.find(d.FD())
	if s == nil || *s.side(which) != d {
		s = ds.search(d, which)
	}
	if s == nil {
		return
	}
	*s.side(which) = nil
	p := ds.r.poll.Load()
	if s.wants() == 0 {
		ds.forget(p, s)
		return
	}
	if err := p.Modify(s.token, s.wants()); err != nil {
		ds.giveUp(s, failure.New(fmt.Errorf("%w: %d: %w", ErrBadDescriptor, s.fd, err)))
	}
}

// search finds a descriptor whose number has changed, as it does when it was
// closed first: the slow way round for those who hold to the wrong order.
func (ds *descriptors) search(d Descriptor, which poller.Readiness) *slot {
	for i := range ds.slots {
		if s := &ds.slots[i]; s.token != 0 && *s.side(which) == d {
			return s
		}
	}
	return nil
}

// forget ends a registration.
func (ds *descriptors) forget(p *poller.Poller, s *slot) {
	if err := p.Remove(s.token); err != nil && !errors.Is(err, poller.ErrClosed) {
		ds.r.log().Error("reactor: removing a descriptor", "descriptor", s.fd, "error", err)
	}
	ds.byFD[s.fd] = 0
	*s = slot{}
	ds.count--
}

// giveUp removes a registration and tells its owners, one of them once.
func (ds *descriptors) giveUp(s *slot, reason *failure.Failure) {
	reader, writer := s.reader, s.writer
	ds.forget(ds.r.poll.Load(), s)
	if reader != nil {
		ds.r.invoke(job{what: connectionLost, d: reader, reason: reason})
	}
	if writer != nil && writer != reader {
		ds.r.invoke(job{what: connectionLost, d: writer, reason: reason})
	}
}

// disconnectAll gives up everything, with ErrStopped. What a ConnectionLost wants
// to add is refused from here on, so this comes to an end.
func (ds *descriptors) disconnectAll() {
	ds.closed = true
	reason := failure.At(ErrStopped, 0)
	for i := range ds.slots {
		if ds.slots[i].token != 0 {
			ds.giveUp(&ds.slots[i], reason)
		}
	}
}

// removeAll forgets everything and returns what was there.
func (ds *descriptors) removeAll() (all []Descriptor) {
	p := ds.r.poll.Load()
	for i := range ds.slots {
		s := &ds.slots[i]
		if s.token == 0 {
			continue
		}
		if s.reader != nil {
			all = append(all, s.reader)
		}
		if s.writer != nil && s.writer != s.reader {
			all = append(all, s.writer)
		}
		ds.forget(p, s)
	}
	return all
}

// members lists the readers or the writers.
func members[D Descriptor](ds *descriptors, which poller.Readiness) (all []D) {
	for i := range ds.slots {
		if d := *ds.slots[i].side(which); d != nil {
			all = append(all, d.(D))
		}
	}
	return all
}
