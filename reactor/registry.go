package reactor

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/internal/poller"
)

// descriptors is what the reactor knows of the descriptors it watches: one
// registration with the poller for each number, with a reader, a writer or both.
// While one is there the poller is open.
type descriptors struct {
	r     *Reactor
	slots []slot // by the index of the registration's token; none at the end is free
	count int

	acting Descriptor // whose DoRead or DoWrite runs, until it is given up
}

// slot is one registration; its token is 0 while it is free.
type slot struct {
	token  poller.Token
	fd     int
	reader Descriptor // a ReadDescriptor, or nil
	writer Descriptor // a WriteDescriptor, or nil
}

// side returns the place of the reader or the writer.
func (s *slot) side(which poller.Readiness) *Descriptor {
	if which == poller.Readable {
		return &s.reader
	}
	return &s.writer
}

// holds reports whether d is the reader or the writer.
func (s *slot) holds(d Descriptor) bool { return s.reader == d || s.writer == d }

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

// keepSlots is up to how many slots their slice is never made smaller.
const keepSlots = 1024

// find returns the slot of a number, or nil. It is valid until something is added
// or removed.
func (ds *descriptors) find(fd int) *slot {
	if ds.count == 0 {
		return nil
	}
	token, ok := ds.r.poll.Load().Find(fd)
	if !ok {
		return nil
	}
	return &ds.slots[token.Index()]
}

// search returns the slot that holds d, or nil. It looks at all of them.
func (ds *descriptors) search(d Descriptor) *slot {
	for i := range ds.slots {
		if s := &ds.slots[i]; s.token != 0 && s.holds(d) {
			return s
		}
	}
	return nil
}

// add makes d the reader or the writer of its number.
func (ds *descriptors) add(d Descriptor, which poller.Readiness) error {
	fd := d.FD()
	if fd < 0 {
		return badNumber(d, fd)
	}
	if ds.r.stage.refuses() {
		return ErrStopped
	}
	p, err := ds.r.openPoller()
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
	if errors.Is(err, syscall.EBADF) {
		return fmt.Errorf("%w: %T: %w", ErrBadDescriptor, d, err)
	}
	if err != nil {
		return fmt.Errorf("reactor: watching %T: %w", d, err)
	}
	i := token.Index()
	for len(ds.slots) <= i {
		ds.slots = append(ds.slots, slot{})
	}
	s := &ds.slots[i]
	*s = slot{token: token, fd: fd}
	*s.side(which) = d
	ds.count++
	return nil
}

// extend adds the other side to a registration. If the kernel has forgotten the
// number, it was closed without a word, and perhaps given out anew: a stranger
// there makes way for d, but d itself is wrong about its own number.
func (ds *descriptors) extend(p *poller.Poller, s *slot, d Descriptor, which poller.Readiness) error {
	err := p.Modify(s.token, s.wants()|which)
	if err == nil {
		*s.side(which) = d
		return nil
	}
	fd := s.fd
	err = fmt.Errorf("%w: %d: %w", ErrBadDescriptor, fd, err)
	if s.holds(d) {
		return err
	}
	ds.giveUp(s, failure.New(err))
	return ds.register(p, d, fd, which)
}

// remove takes d away as the reader or the writer.
func (ds *descriptors) remove(d Descriptor, which poller.Readiness) {
	var s *slot
	if fd := d.FD(); fd >= 0 {
		s = ds.find(fd)
	} else {
		s = ds.search(d) // it was closed first: the slow way round
	}
	if s == nil || *s.side(which) != d {
		return
	}
	*s.side(which) = nil
	if s.wants() == 0 {
		ds.forget(s)
		return
	}
	if err := ds.r.poll.Load().Modify(s.token, s.wants()); err != nil {
		ds.giveUp(s, failure.New(fmt.Errorf("%w: %d: %w", ErrBadDescriptor, s.fd, err)))
	}
}

// forget ends a registration.
func (ds *descriptors) forget(s *slot) {
	fd, token := s.fd, s.token
	*s = slot{}
	ds.count--
	ds.trim()
	if err := ds.r.poll.Load().Remove(token); err != nil {
		ds.r.log().Error("reactor: removing a descriptor", "descriptor", fd, "error", err)
	}
}

// trim gives back the free slots at the end, and memory when three quarters of it
// are free, as the poller's table does.
func (ds *descriptors) trim() {
	end := len(ds.slots)
	for end > 0 && ds.slots[end-1].token == 0 {
		end--
	}
	ds.slots = ds.slots[:end]
	if size := cap(ds.slots); size > keepSlots && end <= size/4 {
		ds.slots = append(make([]slot, 0, max(2*end, keepSlots)), ds.slots...)
	}
}

// giveUp removes a registration and tells its owners, one of them once. The
// second is told even if the first ends the goroutine.
func (ds *descriptors) giveUp(s *slot, reason *failure.Failure) {
	reader, writer := s.reader, s.writer
	ds.forget(s)
	if writer != nil && writer != reader {
		defer ds.tell(writer, reason)
	}
	if reader != nil {
		ds.tell(reader, reason)
	}
}

// tell calls ConnectionLost.
func (ds *descriptors) tell(d Descriptor, reason *failure.Failure) {
	if ds.acting == d {
		ds.acting = nil
	}
	_ = ds.r.invoke(job{what: connectionLost, d: d, reason: reason})
}

// disconnectAll gives up everything, with ErrStopped. What a ConnectionLost wants
// to add is refused from here on, so this comes to an end.
func (ds *descriptors) disconnectAll() {
	ds.r.stage = draining
	reason := failure.At(ErrStopped, 0)
	for i := 0; i < len(ds.slots); i++ { // which get fewer
		if ds.slots[i].token != 0 {
			ds.giveUp(&ds.slots[i], reason)
		}
	}
}

// removeAll forgets everything and returns what was there.
func (ds *descriptors) removeAll() (all []Descriptor) {
	for i := 0; i < len(ds.slots); i++ { // which get fewer
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
		ds.forget(s)
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
