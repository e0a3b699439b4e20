package chain_test

import (
	"fmt"
	"runtime"
	"slices"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// real is the world of this package.
type real struct {
	events   journal
	children []*child
	paused   map[int]bool
	lists    []deferred.Canceller
	reports  func() journal
}

// newReal returns a world without children. reports returns what was reported
// as unhandled since its last call.
func newReal(reports func() journal) *real {
	return &real{paused: map[int]bool{}, reports: reports}
}

func (w *real) note(format string, args ...any) { w.events.add(fmt.Sprintf(format, args...)) }

func (w *real) child(i int, a answer, react func()) {
	var d *child
	switch a {
	case noCanceller:
		d = deferred.New[int]()
	case ignoring:
		d = deferred.New[int]().PassCancelTo(target(func() { w.note("child %d ignores a cancel", i) }))
	default:
		d = deferred.New(func(d *child) {
			w.note("canceller %d", i)
			react()
			w.answer(i, a, d)
		})
	}
	w.children = append(w.children, d)
}

// answer fires d as its canceller is to. It may have been fired already.
func (w *real) answer(i int, a answer, d *child) {
	switch a {
	case givesValue, givesThenPanics:
		_ = d.Callback(100 + i)
	case givesError:
		_ = d.Errback(names[3])
	}
	if a == panicking || a == givesThenPanics {
		panic("no")
	}
}

func (w *real) fire(i int) { w.fired(i, w.children[i].Callback(i)) }

func (w *real) fail(i int) { w.fired(i, w.children[i].Errback(names[i%3])) }

func (w *real) fired(i int, err error) {
	if err != nil {
		w.note("child %d has fired already", i)
	}
}

func (w *real) cancel(i int) { w.children[i].Cancel() }

func (w *real) watch(i int) {
	w.children[i].AddBoth(func(v int, err error) (int, error) {
		w.note("child %d: %s", i, text(v, err))
		return v, err
	})
}

func (w *real) refail(i int) {
	w.children[i].AddErrback(func(*failure.Failure) (int, error) { return 0, names[4] })
}

func (w *real) pause(i int) {
	w.paused[i] = !w.paused[i]
	if w.paused[i] {
		w.children[i].Pause()
	} else {
		w.children[i].Unpause()
	}
}

func (w *real) list(id int, k kind, indexes []int, react func()) {
	var ds []*child
	for _, i := range indexes {
		ds = append(ds, w.children[i])
	}
	l := k.make(ds, func(s string) {
		w.note("list %d: %s", id, s)
		react()
	})
	w.lists = append(w.lists, l)
}

func (w *real) cancelList(i int) {
	if len(w.lists) > 0 {
		w.lists[i%len(w.lists)].Cancel()
	}
}

func (w *real) end() (events, unhandled journal) {
	unhandled = w.reports()
	slices.Sort(unhandled)
	runtime.KeepAlive(w.children) // one that is collected is reported early
	return w.events, unhandled
}
