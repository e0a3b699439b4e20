package reactor

import (
	"fmt"
	"slices"

	"github.com/spindle-go/spindle/deferred"
)

// Event is something that happens to the reactor as a whole.
type Event uint8

// The system events.
const (
	Startup  Event = iota // Run begins
	Shutdown              // Stop was called, the context ended, or a signal came
)

// Phase is one of the three parts of a system event. A phase begins when all
// Deferreds that the triggers of the one before returned have fired, with
// whatever result; until then the loop runs on as usual.
type Phase uint8

// The phases. The reactor itself does its part at the beginning of During: at
// startup it counts as running from then on; at shutdown it gives up all
// descriptors and has its pool stop, for which the After phase waits.
const (
	Before Phase = iota
	During
	After
)

const (
	events = 2
	phases = 3
)

// triggers holds what is to be called, by event and phase, in the order added.
type triggers [events][phases][]*entry

// entry is one trigger: f, or hook, which returns nothing.
type entry struct {
	// Fixed when made.
	event Event
	phase Phase
	f     func() *deferred.Deferred[struct{}]
	hook  func()
	of    any // the function to name, if it is not f or hook but called by it

	d *deferred.Deferred[struct{}] // what f returned
}

// run calls the function.
func (e *entry) run() {
	if e.hook != nil {
		e.hook()
		return
	}
	e.d = e.f()
}

// name tells whose code it is.
func (e *entry) name() string {
	switch {
	case e.of != nil:
		return nameOf(e.of)
	case e.hook != nil:
		return nameOf(e.hook)
	default:
		return nameOf(e.f)
	}
}

// Trigger is the handle of one AddSystemEventTrigger. The zero value is that of
// none.
type Trigger struct {
	r *Reactor
	e *entry
}

// AddSystemEventTrigger has f called in that phase of that event, once: a
// trigger is spent when it has run, and has to be added again for another Run.
// Triggers of a phase run in the order added, also those that are added while it
// runs; so one that adds itself again has to do that in another phase, or the
// phase never ends. If f returns a Deferred, the next phase waits for it, and
// begins at the end of the turn in which it fires; its failure is logged, which
// counts as handling it, and holds up nothing. Its result passes on to handlers
// that are added later.
//
// A stop that comes during startup ends it after the phase that is under way.
// What is left of it waits for the next Run. A shutdown that has begun always
// goes through all its phases.
//
// A nil f, and an event or phase that does not exist, panic. Loop goroutine only,
// or before Run. It is Twisted's addSystemEventTrigger; there, only the Before
// phase waits.
func (r *Reactor) AddSystemEventTrigger(phase Phase, event Event, f func() *deferred.Deferred[struct{}]) Trigger {
	r.own()
	switch {
	case f == nil:
		panic("reactor: AddSystemEventTrigger with a nil function")
	case phase >= phases:
		panic(fmt.Sprintf("reactor: AddSystemEventTrigger with phase %d", phase))
	case event >= events:
		panic(fmt.Sprintf("reactor: AddSystemEventTrigger with event %d", event))
	}
	return r.addTrigger(&entry{event: event, phase: phase, f: f})
}

func (r *Reactor) addTrigger(e *entry) Trigger {
	at := &r.triggers[e.event][e.phase]
	*at = append(*at, e)
	return Trigger{r: r, e: e}
}

// Remove takes the trigger back. It answers ErrNoTrigger when it has run or was
// removed. It costs O(n) among n triggers of the phase. Loop goroutine only.
func (t Trigger) Remove() error {
	if t.e == nil {
		return ErrNoTrigger
	}
	t.r.own()
	at := &t.r.triggers[t.e.event][t.e.phase]
	i := slices.Index(*at, t.e)
	if i < 0 {
		return ErrNoTrigger
	}
	*at = slices.Delete(*at, i, i+1)
	return nil
}

// CallWhenRunning calls f as soon as the reactor runs. From the During phase of
// startup to that of shutdown it calls f at once; otherwise f is called in the
// After phase of the next startup, in the order of the calls. A nil f panics.
// Loop goroutine only, or before Run. It is Twisted's callWhenRunning.
func (r *Reactor) CallWhenRunning(f func()) {
	r.own()
	if f == nil {
		panic("reactor: CallWhenRunning with a nil function")
	}
	if r.stage == online {
		_ = r.invoke(job{what: whenRunning, f: f})
		return
	}
	r.addTrigger(&entry{event: Startup, phase: After, hook: f})
}
