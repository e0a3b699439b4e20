package poller

import "slices"

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
// registration in its epoll loop; this is the rule that came of it).
//
// A crowd that has gone leaves little behind: the places at the end are given
// back as soon as nobody has one further on, and a new place begins with a
// generation that none of them had. The lowest free place is used first, so
// where people come and go those who are there stand in front soon.
type table struct {
	slots []slot
	n     int      // places in use
	free  places   // and some that were given back: all of these are higher than any place
	byFD  []uint32 // by descriptor: its place plus one, or 0
	fresh uint32   // the newest generation among places that were given back, or 0
}

// keepSlots is up to how many entries the table's slices are never made smaller.
const keepSlots = 1024

// len returns the number of registrations.
func (tb *table) len() int { return tb.n }

// next returns the token that the next insert must be given.
func (tb *table) next() Token {
	if len(tb.free) > 0 {
		if i := tb.free[0]; int(i) < len(tb.slots) {
			return tokenOf(i, tb.slots[i].generation)
		}
		tb.free = tb.free[:0] // so none of them is named when the table grows again
	}
	return tokenOf(uint32(len(tb.slots)), max(tb.fresh, 1))
}

// insert fills the place of t, which next gave.
func (tb *table) insert(t Token, fd int, want Readiness, always bool) {
	s := slot{fd: int32(fd), generation: t.Generation(), want: want, always: always}
	if i := t.Index(); i < len(tb.slots) {
		tb.free.takeLowest()
		tb.slots[i] = s
	} else {
		tb.slots = append(tb.slots, s)
	}
	if missing := fd + 1 - len(tb.byFD); missing > 0 {
		tb.byFD = append(tb.byFD, make([]uint32, missing)...)
	}
	tb.byFD[fd] = uint32(t.Index()) + 1
	tb.n++
}

// find returns the place of t, or nil when t names nothing. It is valid until
// the next insert or remove.
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
	if fd < 0 || fd >= len(tb.byFD) || tb.byFD[fd] == 0 {
		return 0, false
	}
	return tb.token(int(tb.byFD[fd] - 1)), true
}

// token returns the token of an index that is in use.
func (tb *table) token(index int) Token {
	return tokenOf(uint32(index), tb.slots[index].generation)
}

// remove frees the place of t, which must be current.
func (tb *table) remove(t Token) {
	s := tb.find(t)
	tb.byFD[s.fd] = 0
	generation := s.generation + 1
	if generation == 0 {
		generation = 1 // 0 would make the zero Token name something
	}
	*s = slot{fd: -1, generation: generation}
	tb.free.add(uint32(t.Index()))
	tb.n--
	tb.trim()
}

// trim gives back the free places at the end, and memory when three quarters of
// it are free. Each place is given back once for each time that it was made, so
// this costs nothing beside that. What byFD takes for numbers that are high goes
// with the memory of the places, and stays where there were never many.
func (tb *table) trim() {
	end := len(tb.slots)
	for ; end > 0 && tb.slots[end-1].fd < 0; end-- {
		// Generations begin again some time, so newer is meant as for serial
		// numbers (RFC 1982).
		if g := tb.slots[end-1].generation; tb.fresh == 0 || int32(g-tb.fresh) > 0 {
			tb.fresh = g
		}
	}
	tb.slots = tb.slots[:end]
	if size := cap(tb.slots); size <= keepSlots || end > size/4 {
		return
	}
	tb.slots = append(make([]slot, 0, max(2*end, keepSlots)), tb.slots...)
	tb.free = slices.Clone(slices.DeleteFunc(tb.free, func(i uint32) bool { return int(i) >= end }))
	slices.Sort(tb.free) // which is a heap
	highest := len(tb.byFD)
	for highest > 0 && tb.byFD[highest-1] == 0 {
		highest--
	}
	tb.byFD = append([]uint32(nil), tb.byFD[:highest]...)
}
