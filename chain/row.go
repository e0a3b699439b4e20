package chain

// row holds things in the order in which they came. Any of them can leave at
// any time, wherever it stands, at the same small cost and without a trace; that
// is why it is linked and not a slice.
type row[V any] struct {
	first, last *seat[V]
	n           int
}

// seat is a place in a row, with what has it. It is in one row at most.
type seat[V any] struct {
	v          V
	row        *row[V] // nil when it is in none
	prev, next *seat[V]
}

// push puts s, which is in no row, at the end.
func (r *row[V]) push(s *seat[V]) {
	s.row, s.prev = r, r.last
	if r.last == nil {
		r.first = s
	} else {
		r.last.next = s
	}
	r.last = s
	r.n++
}

// pop takes the first off the row, or returns nil.
func (r *row[V]) pop() *seat[V] {
	s := r.first
	if s != nil {
		s.leave()
	}
	return s
}

// leave takes s out of its row, if it is in one.
func (s *seat[V]) leave() {
	r := s.row
	if r == nil {
		return
	}
	if s.prev == nil {
		r.first = s.next
	} else {
		s.prev.next = s.next
	}
	if s.next == nil {
		r.last = s.prev
	} else {
		s.next.prev = s.prev
	}
	s.row, s.prev, s.next = nil, nil, nil
	r.n--
}
