package chain_test

import (
	"fmt"
	"slices"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
)

// The verbs of programs on a Lock or Semaphore.
const (
	holdAcquire       = iota
	holdAcquireAsWell // so it is twice as likely
	holdRelease
	holdReleaseAsWell
	holdCancel
	holdRun
	holdFinish // what Run runs
	holdFail
	holdProbe
)

func holdTheatre() theatre {
	return theatre{
		name:  "holds",
		verbs: []string{"acquire", "acquire", "release", "release", "cancel", "run", "finish", "fail", "probe"},
		open: func(s *source, _ func() journal) (real, model stage) {
			tokens := s.below(4)
			return newRealHolds(tokens), &modelHolds{total: max(tokens, 1), free: max(tokens, 1)}
		},
		reach: []string{
			": held", ": cancelled", ": begins", ": stopped\n", ": done", ": E1", ": release of what is not held",
			"not held", "locked true", "locked false", "at the end 0 wait", "at the end 1 wait",
		},
	}
}

// realHolds is a lock for 0 tokens, and otherwise a semaphore.
type realHolds struct {
	journal
	locker  chain.Locker
	acquire func(seen func(error)) deferred.Canceller
	locked  func() bool
	holds   []deferred.Canceller
	works   []*child
	waiting int
}

func newRealHolds(tokens int) *realHolds {
	if tokens == 0 {
		l := chain.NewLock()
		return &realHolds{locker: l, locked: l.Locked, acquire: func(seen func(error)) deferred.Canceller {
			return watched(l.Acquire(), seen)
		}}
	}
	s := chain.NewSemaphore(tokens)
	return &realHolds{locker: s, locked: s.Locked, acquire: func(seen func(error)) deferred.Canceller {
		return watched(s.Acquire(), seen)
	}}
}

// watched calls seen when d fires, and takes the result.
func watched[T any](d *deferred.Deferred[T], seen func(error)) deferred.Canceller {
	d.AddBoth(func(_ T, err error) (T, error) {
		seen(err)
		return *new(T), nil
	})
	return d
}

func (w *realHolds) do(verb, arg int, then func()) {
	switch verb {
	case holdAcquire, holdAcquireAsWell:
		id := w.place()
		w.holds[id] = w.acquire(func(err error) {
			w.waiting--
			if err != nil {
				w.note("%d: %s", id, text(0, err))
				return
			}
			w.note("%d: held", id)
			then()
		})
	case holdRelease, holdReleaseAsWell:
		if err := w.locker.Release(); err != nil {
			w.note("not held")
		}
	case holdCancel:
		if d := pick(w.holds, arg); d != nil {
			d.Cancel()
		}
	case holdRun:
		w.run(then)
	case holdFinish, holdFail:
		if d := pick(w.works, arg); d != nil && verb == holdFinish {
			_ = d.Callback(1) // it may have ended
		} else if d != nil {
			_ = d.Errback(names[1])
		}
	case holdProbe:
		w.note("locked %v", w.locked())
	}
}

// place makes room for one more Deferred.
func (w *realHolds) place() int {
	w.holds = append(w.holds, nil)
	w.waiting++
	return len(w.holds) - 1
}

func (w *realHolds) run(then func()) {
	id := w.place()
	d := chain.Run(w.locker, func() *child {
		w.note("%d: begins", id)
		work := deferred.New(func(*child) { w.note("%d: stopped", id) })
		w.works = append(w.works, work)
		then()
		return work
	})
	w.holds[id] = watched(d, func(err error) {
		w.waiting--
		if err != nil {
			w.note("%d: %s", id, text(0, err))
		} else {
			w.note("%d: done", id)
		}
	})
}

func (w *realHolds) note(format string, args ...any) { w.add(fmt.Sprintf(format, args...)) }

func (w *realHolds) end() journal {
	w.note("at the end %d wait", w.waiting)
	return w.journal
}

// pick is one of all, counted round, or the zero value when there are none.
func pick[T any](all []T, i int) (one T) {
	if len(all) > 0 {
		one = all[i%len(all)]
	}
	return one
}

// modelHolds is a number of tokens and a list of who waits.
type modelHolds struct {
	journal
	total, free int
	handing     bool
	holds       []*modelHold
	waiting     []*modelHold
	works       []*modelHold
}

// modelHold is one Acquire or Run.
type modelHold struct {
	id     int
	run    bool
	then   func()
	held   bool
	called bool   // f has returned
	ended  bool   // a run's work has
	how    string // it has
	told   bool
}

func (m *modelHolds) do(verb, arg int, then func()) {
	switch verb {
	case holdAcquire, holdAcquireAsWell, holdRun:
		h := &modelHold{id: len(m.holds), run: verb == holdRun, then: then}
		m.holds = append(m.holds, h)
		if m.locked() {
			m.waiting = append(m.waiting, h)
		} else {
			m.free--
			m.grant(h)
		}
	case holdRelease, holdReleaseAsWell:
		if !m.release() {
			m.note("not held")
		}
	case holdCancel:
		if h := pick(m.holds, arg); h != nil {
			m.cancel(h)
		}
	case holdFinish:
		m.work(pick(m.works, arg), "done")
	case holdFail:
		m.work(pick(m.works, arg), "E1")
	case holdProbe:
		m.note("locked %v", m.locked())
	}
}

func (m *modelHolds) locked() bool { return m.free == 0 || len(m.waiting) > 0 }

func (m *modelHolds) release() bool {
	if m.free == m.total {
		return false
	}
	m.free++
	if m.handing {
		return true
	}
	m.handing = true
	for m.free > 0 && len(m.waiting) > 0 {
		h := m.waiting[0]
		m.waiting = m.waiting[1:]
		m.free--
		m.grant(h)
	}
	m.handing = false
	return true
}

func (m *modelHolds) grant(h *modelHold) {
	h.held = true
	if !h.run {
		m.note("%d: held", h.id)
		h.told = true
		h.then()
		return
	}
	m.note("%d: begins", h.id)
	m.works = append(m.works, h)
	h.then()
	h.called = true
	m.settle(h)
}

// work ends what a run runs, once.
func (m *modelHolds) work(h *modelHold, how string) {
	if h != nil && !h.ended {
		h.ended, h.how = true, how
		m.settle(h)
	}
}

// settle ends a run, if its work has ended and its function has returned.
func (m *modelHolds) settle(h *modelHold) {
	if !h.ended || !h.called || h.told {
		return
	}
	h.told = true
	switch released := m.release(); {
	case released:
		m.note("%d: %s", h.id, h.how)
	case h.how == "done":
		m.note("%d: release of what is not held", h.id)
	case h.how == "cancelled":
		m.note("%d: cancelled", h.id)
	default:
		m.note("%d: %s\nchain: release of what is not held", h.id, h.how)
	}
}

func (m *modelHolds) cancel(h *modelHold) {
	switch i := slices.Index(m.waiting, h); {
	case i >= 0:
		m.waiting = slices.Delete(m.waiting, i, i+1)
		h.told = true
		m.note("%d: cancelled", h.id)
	case h.called && !h.ended:
		m.note("%d: stopped", h.id)
		m.work(h, "cancelled")
	}
}

func (m *modelHolds) note(format string, args ...any) { m.add(fmt.Sprintf(format, args...)) }

func (m *modelHolds) end() journal {
	n := 0
	for _, h := range m.holds {
		if !h.told {
			n++
		}
	}
	m.note("at the end %d wait", n)
	return m.journal
}
