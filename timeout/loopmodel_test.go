package timeout_test

import "fmt"

// loopModel is a loop as one would write it without arithmetic: time passes in
// steps of one, and each step asks what happens at it. It writes down the same
// events as a loopPair does of the loop.
type loopModel struct {
	now    int
	goesOn bool // after a failure
	acts   []loopDeed
	calls  int
	starts int
	run    *modelRun
	next   *modelRun
	events []string
}

// modelRun is one run of the model.
type modelRun struct {
	id      int
	origin  int
	every   int
	pending int // instants of the grid since the last call
	last    int // when that was; -1: there was none
	asked   string
	phase   string // waiting, calling, flight
	inStart bool   // Start has not returned, so nobody has its Deferred
	since   int    // when it began to wait
	atOnce  bool   // waits for nothing but its turn
	until   int    // when the flight ends
	fails   bool   // at the end of the flight
}

// loopDeed is what one call of the function does, in this order.
type loopDeed struct {
	reset, stop, start, cancel bool
	every                      int  // of the start
	now                        bool // of the start
	ends                       deedEnd
	after                      int // how long the answer takes
}

type deedEnd int

const (
	deedDone deedEnd = iota
	deedPanics
	deedSleeps
	deedFailsLater
)

func (m *loopModel) say(format string, args ...any) {
	m.events = append(m.events, fmt.Sprintf("%d: ", m.now)+fmt.Sprintf(format, args...))
}

func (m *loopModel) running() bool {
	return m.next != nil || m.run != nil && m.run.asked == ""
}

func (m *loopModel) start(every int, now bool) {
	if m.running() {
		m.say("start refused")
		return
	}
	r := &modelRun{id: m.starts, origin: m.now, every: every, last: -1, phase: "waiting", since: m.now}
	m.starts++
	if now {
		r.pending = 1
	}
	if m.run != nil {
		r.atOnce = now
		m.next = r
		return
	}
	m.run = r
	if now {
		r.inStart = true
		m.call()
		r.inStart = false
	}
}

func (m *loopModel) stop() {
	switch {
	case !m.running():
		m.say("stop refused")
	case m.next != nil:
		m.say("run %d: stopped", m.next.id)
		m.next = nil
	default:
		m.run.asked = "stopped"
		if m.run.phase == "waiting" {
			m.end("stopped")
		}
	}
}

func (m *loopModel) reset() {
	switch {
	case !m.running():
		m.say("reset refused")
		return
	case m.next == nil && m.run.phase != "waiting":
		m.say("reset in flight")
		return
	}
	r := m.next
	if r == nil {
		r = m.run
	}
	r.pending = 0
	if r.last >= 0 {
		for at := r.last + r.every; at <= m.now; at += r.every {
			r.pending++
		}
	}
	r.origin, r.since, r.atOnce = m.now, m.now, false
}

// cancel is a cancel of the Deferred of run id.
func (m *loopModel) cancel(id int) {
	switch {
	case m.next != nil && m.next.id == id:
		m.say("run %d: cancelled", id)
		m.next = nil
	case m.run != nil && m.run.id == id:
		m.run.asked = "cancelled"
		if m.run.phase != "calling" {
			m.end("cancelled")
		}
	}
}

// call calls the function.
func (m *loopModel) call() {
	r := m.run
	m.say("call of run %d with %d", r.id, r.pending)
	r.pending, r.last, r.phase, r.atOnce = 0, m.now, "calling", false
	deed := m.acts[m.calls%len(m.acts)]
	m.calls++
	if deed.reset {
		m.reset()
	}
	if deed.stop {
		m.stop()
	}
	if deed.start {
		m.start(deed.every, deed.now)
	}
	if deed.cancel && !r.inStart {
		m.cancel(r.id)
	}
	switch {
	case deed.ends == deedDone:
		m.finish(false)
	case deed.ends == deedPanics:
		m.finish(true)
	case r.asked == "cancelled":
		m.finish(false) // its answer is cancelled as soon as it is there
	default:
		r.phase, r.until, r.fails = "flight", m.now+deed.after, deed.ends == deedFailsLater
	}
}

// finish is the end of a call.
func (m *loopModel) finish(failed bool) {
	r := m.run
	switch {
	case failed && !m.goesOn:
		m.end("failed")
		return
	case failed:
		m.say("reported")
	}
	if r.asked != "" {
		m.end(r.asked)
		return
	}
	r.phase, r.since = "waiting", m.now
}

// end is the end of a run, and the beginning of the next.
func (m *loopModel) end(how string) {
	m.say("run %d: %s", m.run.id, how)
	m.run, m.next = m.next, nil
	if m.run != nil {
		m.run.since = m.now
	}
}

// advance lets time pass, a step at a time.
func (m *loopModel) advance(by int) {
	m.settle()
	for range by {
		m.now++
		for _, r := range []*modelRun{m.run, m.next} {
			if r != nil && m.onGrid(r) {
				r.pending++
			}
		}
		m.settle()
	}
}

func (m *loopModel) onGrid(r *modelRun) bool {
	return m.now > r.origin && (m.now-r.origin)%r.every == 0
}

// settle does what is to be done at this instant, until there is nothing left.
func (m *loopModel) settle() {
	for m.run != nil {
		r := m.run
		switch {
		case r.phase == "flight" && r.until <= m.now:
			m.finish(r.fails)
		case r.phase == "waiting" && (r.atOnce || r.since < m.now && m.onGrid(r)):
			m.call()
		default:
			return
		}
	}
}
