package poller

// places is a set of free places of a table that gives the lowest first, so that
// those who come take the places in front, and the end gets free: a binary heap.
// Adding and taking cost O(log n).
type places []uint32

// add puts i into the set.
func (ps *places) add(i uint32) {
	*ps = append(*ps, i)
	h := *ps
	at := len(h) - 1
	for at > 0 && h[(at-1)/2] > i {
		h[at] = h[(at-1)/2]
		at = (at - 1) / 2
	}
	h[at] = i
}

// takeLowest takes the lowest out of the set, which must not be empty.
func (ps *places) takeLowest() {
	h := *ps
	last := h[len(h)-1]
	h = h[:len(h)-1]
	*ps = h
	if len(h) == 0 {
		return
	}
	at := 0
	for {
		child := 2*at + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && h[child+1] < h[child] {
			child++
		}
		if last <= h[child] {
			break
		}
		h[at] = h[child]
		at = child
	}
	h[at] = last
}
