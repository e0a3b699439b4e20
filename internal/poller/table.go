package poller

// slot is one place of the table.
type slot struct {
	fd         int32 // negative while the place is free
	generation uint32
	want       Readiness
	always     bool // the kernel does not wait for this one, see alwaysReady
}

// table holds the registrations of a Poller, whatever its kind.
//
// A place is used again with the next generation, so that a token of its
// earlier owner is recognised (python-trio met every order of close and
// registration in its epoll loop; this is the rule that came of it). The table
// does not shrink: the generations must be kept, at 12 bytes each.
type table struct {
	slots []slot
	free  []uint32       // places that can be used again, the last freed first
	byFD  map[int]uint32 // descriptor to place
}

// len returns the number of registrations.
func (tb *table) len() int { return len(tb.byFD) }

// next returns the token that the next insert must be given.
func (tb *table) next() Token {
	if n := len(tb.free); n > 0 {
		i := tb.free[n-1]
		return tokenOf(i, tb.slots[i].generation)
	}
	return tokenOf(uint32(len(tb.slots)), 1)
}

// insert fills the place of t, which next gave.
func (tb *table) insert(t Token, fd int, want Readiness, always bool) {
	s := slot{fd: int32(fd), generation: t.Generation(), want: want, always: always}
	if n := len(tb.free); n > 0 {
		tb.free = tb.free[:n-1]
		tb.slots[t.Index()] = s
	} else {
		tb.slots = append(tb.slots, s)
	}
	if tb.byFD == nil {
		tb.byFD = make(map[int]uint32)
	}
	tb.byFD[fd] = uint32(t.Index())
}

// find returns the place of t, or nil when t names nothing. It is valid until
// the next insert.
func (tb *table) find(t Token) *slot {
	if t.Index() >= len(tb.slots) {
		return nil
	}
	s := &tb.slots[t.Index()]
	if s.fd < 0 || s.generation != t.Generation() {
		return nil
	}
	return s
}

// findFD returns the token of the registration of fd.
func (tb *table) findFD(fd int) (Token, bool) {
	i, ok := tb.byFD[fd]
	if !ok {
		return 0, false
	}
	return tb.token(int(i)), true
}

// token returns the token of an index that is in use.
func (tb *table) token(index int) Token {
	return tokenOf(uint32(index), tb.slots[index].generation)
}

// remove frees the place of t, which must be current.
func (tb *table) remove(t Token) {
	s := tb.find(t)
	delete(tb.byFD, int(s.fd))
	generation := s.generation + 1
	if generation == 0 {
		generation = 1 // 0 would make the zero Token name something
	}
	*s = slot{fd: -1, generation: generation}
	tb.free = append(tb.free, uint32(t.Index()))
}
