package timeout

import (
	"fmt"
	"slices"
	"time"
)

// Queue is the ordered set of a clock's delayed calls. VirtualClock and the
// reactor each have one, so both order and check alike; a program that only
// makes delayed calls never meets it. NewQueue makes one; the zero value is of
// no use.
//
// A Queue runs nothing and watches no time. Its owner asks Next how long to
// wait and takes what is due with Pop. The calls run in the order of their
// deadlines, equal deadlines in the order they were made. A call that is
// cancelled or moved leaves no trace, so memory follows the number of pending
// calls. The slice behind it grows as append does and is halved when three
// quarters are free; spread over the calls that costs nothing, and the figures
// of the methods leave it out.
//
// It belongs to one goroutine, the one of the loop: no method may be called
// from another, and none blocks. There is no lock. Each method writes to a
// field instead, so that the race detector reports a use from elsewhere.
type Queue struct {
	// Fixed after NewQueue.
	start   time.Time
	elapsed func() time.Duration

	// Loop goroutine only.
	heap  heap
	seq   uint64 // of the next call to be made
	owner bool   // written by every method, read by none
}

// NewQueue makes an empty queue. Deadlines are counted from start, and elapsed
// answers the time since then; it must not run backwards. Add and Reset ask it
// once each. A nil elapsed panics. Any goroutine; the queue belongs to the one
// that uses it.
func NewQueue(start time.Time, elapsed func() time.Duration) *Queue {
	if elapsed == nil {
		panic("timeout: NewQueue needs a function that tells the time since start, got nil")
	}
	return &Queue{start: start, elapsed: elapsed}
}

// Add makes a delayed call of f, due at delay from now. A deadline too far away
// to be counted is the farthest there is (some 292 years). A negative delay and
// a nil f are programming errors and panic. It costs O(log n) among n pending
// calls and one allocation. Loop goroutine only.
func (q *Queue) Add(delay time.Duration, f func()) *DelayedCall {
	q.own()
	if delay < 0 {
		panic(fmt.Sprintf("timeout: a delayed call needs a delay of zero or more, got %v", delay))
	}
	if f == nil {
		panic(fmt.Sprintf("timeout: a delayed call needs a function, got nil (with a delay of %v)", delay))
	}
	c := &DelayedCall{queue: q, f: f, when: saturatingAdd(q.elapsed(), delay)}
	q.heap.push(entry{when: c.when, seq: q.seq, call: c})
	q.seq++
	return c
}

// Len is the number of pending calls. Loop goroutine only.
func (q *Queue) Len() int {
	q.own()
	return len(q.heap.entries)
}

// Next is the earliest deadline, as time since start; ok is false when no call
// is pending. It may lie in the past. It costs O(1). Loop goroutine only.
func (q *Queue) Next() (at time.Duration, ok bool) {
	q.own()
	if len(q.heap.entries) == 0 {
		return 0, false
	}
	return q.heap.entries[0].when, true
}

// Mark draws a line between the calls made so far and those still to be made:
// Pop under this mark takes only the former. A loop takes one mark for each
// turn, so that calls which make calls cannot keep the turn from ending. Marks
// grow: an older mark admits fewer calls, and math.MaxUint64 admits all. Moving
// a call does not make it newer. It costs O(1). Loop goroutine only.
func (q *Queue) Mark() uint64 {
	q.own()
	return q.seq
}

// Pop removes the earliest call that is due at now, a time since start, and was
// made before mark. It gives the call's function, for the caller to run, and
// its deadline; ok is false when there is no such call, and then the batch is
// over. The call counts as run from here on, so that inside f it is not active
// and Cancel answers ErrAlreadyRun; the queue and the DelayedCall keep no
// reference to f.
//
// A call made after the mark can stand in front of an older one that is due,
// when Delay moved it into the past. Left there it would hide the older one
// from this batch; and if each batch made another such call, for ever. So Pop
// moves newer calls that it meets behind everything that is due, as if their
// deadline were now, and goes on. So they stand in the next batch, among
// themselves in the order they were made; Time still tells the deadline that
// they were given.
//
// It costs O(log n) among n pending calls, for each call that is removed or
// moved back (once a batch at most), and does not allocate. Loop goroutine
// only.
func (q *Queue) Pop(now time.Duration, mark uint64) (f func(), at time.Duration, ok bool) {
	q.own()
	for len(q.heap.entries) > 0 {
		first := q.heap.entries[0]
		if first.when > now {
			break
		}
		if first.seq < mark {
			return first.call.leave(ran), first.call.when, true
		}
		if first.when == now {
			break // what is older and due would stand in front of it
		}
		q.heap.rekey(0, now)
	}
	return nil, 0, false
}

// Calls gives the pending calls in the order they will run, in a slice that
// belongs to the caller. It costs O(n log n) and is meant for tests and for
// people. Loop goroutine only.
func (q *Queue) Calls() []*DelayedCall {
	q.own()
	sorted := slices.Clone(q.heap.entries)
	slices.SortFunc(sorted, func(a, b entry) int {
		if a.before(&b) {
			return -1
		}
		return 1
	})
	calls := make([]*DelayedCall, len(sorted))
	for i, e := range sorted {
		calls[i] = e.call
	}
	return calls
}

// own is the write by which the race detector sees that two goroutines use the
// queue. Without the detector it is one store.
func (q *Queue) own() {
	q.owner = true
}
