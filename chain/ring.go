package chain

// minRing is the smallest number of slots that a ring has, once it has any.
const minRing = 8

// ring is a queue of values without a limit. It doubles its room when that is
// full and halves it when a quarter is in use, so that a push and a pop cost
// the same small time on average, and memory goes back after a rush.
type ring[T any] struct {
	slots []T
	head  int // where the oldest is
	n     int
}

// push appends v.
func (r *ring[T]) push(v T) {
	if r.n == len(r.slots) {
		r.resize(max(minRing, 2*r.n))
	}
	r.slots[(r.head+r.n)%len(r.slots)] = v
	r.n++
}

// pop takes out the oldest value. There must be one.
func (r *ring[T]) pop() T {
	v := r.slots[r.head]
	r.slots[r.head] = *new(T)
	r.head = (r.head + 1) % len(r.slots)
	r.n--
	if len(r.slots) > minRing && r.n <= len(r.slots)/4 {
		r.resize(len(r.slots) / 2)
	}
	return v
}

// resize moves the values to a room of that many slots.
func (r *ring[T]) resize(slots int) {
	moved := make([]T, slots)
	n := copy(moved, r.slots[r.head:min(r.head+r.n, len(r.slots))])
	copy(moved[n:], r.slots[:r.n-n])
	r.slots, r.head = moved, 0
}
