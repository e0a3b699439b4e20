package deferred

import "sync"

// strays are the strands that wait and belong to no loop yet: those begun on a
// goroutine that is going to be a loop later, as before a reactor's Run. The loop
// takes them over when it begins.
//
// It is package state for the same reason as the tracker: a strand is begun by any
// code, which has no value that it could be reached from.
var strays strayList //nolint:gochecknoglobals // the reason is above

// strayList holds strands by the goroutine that began them.
type strayList struct {
	mu     sync.Mutex // strands are begun on any goroutine; it protects the links of those listed here, too
	newest map[uintptr]*strand
}

// add lists s.
func (l *strayList) add(s *strand) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.newest == nil {
		l.newest = make(map[uintptr]*strand)
	}
	s.link(l.newest[s.beganOn])
	l.newest[s.beganOn] = s
}

// remove takes s off the list. The map goes with the last one, since maps do not
// shrink.
func (l *strayList) remove(s *strand) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.newest[s.beganOn] == s {
		l.newest[s.beganOn] = s.older
	}
	s.unlink()
	if l.newest[s.beganOn] == nil {
		delete(l.newest, s.beganOn)
	}
	if len(l.newest) == 0 {
		l.newest = nil
	}
}

// adopt gives t those that its goroutine has begun.
func (l *strayList) adopt(t *Turns, goroutine uintptr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t.newest = l.newest[goroutine]
	delete(l.newest, goroutine)
	for s := t.newest; s != nil; s = s.older {
		s.loop = t
	}
}
