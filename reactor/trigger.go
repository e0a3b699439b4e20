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
// descriptors and stops its pool.
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

// entry is one trigger.
type entry struct {
	event Event
	phase Phase
	what  kind
	f     func() *deferred.Deferred[struct{}]
}

// Trigger is the handle of one AddSystemEventTrigger.
type Trigger struct {
	r *Reactor
	e *entry
}

// AddSystemEventTrigger has f called in that phase of that event, once: a
// trigger is spent when it has run, and has to be added again for another Run.
// Triggers of a phase run in the order added, also those that are added while it
// runs. If f returns a Deferred, the next phase waits for it; its failure is
// logged and holds up nothing. A nil f, and an event or phase that does not exist,
// panic. Loop goroutine only.
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
	return r.addTrigger(&entry{event: event, phase: phase, what: trigger, f: f})
}

func (r *Reactor) addTrigger(e *entry) Trigger {
	at := &r.triggers[e.event][e.phase]
	*at = append(*at, e)
	return Trigger{r: r, e: e}
}

// Remove takes the trigger back. It answers ErrNoTrigger when it has run or was
// removed. Loop goroutine only.
func (t Trigger) Remove() error {
	t.r.own()
	at := &t.r.triggers[t.e.event][t.e.phase]
	i := slices.Index(*at, t.e)
	if i < 0 {
		return ErrNoTrigger
	}
	*at = slices.Delete(*at, i, i+1)
	return nil
}

// CallWhenRunning calls f as soon as the reactor runs: now if it does, otherwise
// after startup. Loop goroutine only, or before Run. A nil f panics.
func (r *Reactor) CallWhenRunning(f func()) {
	r.own()
	if f == nil {
		panic("reactor: CallWhenRunning with a nil function")
	}
	if r.isRunning() {
		r.invoke(job{what: whenRunning, f: f})
		return
	}
	r.addTrigger(&entry{event: Startup, phase: After, what: whenRunning, f: func() *deferred.Deferred[struct{}] {
		f()
		return nil
	}})
}

// fire runs the phases of an event and then done. ours, if not nil, is the
// reactor's own part of During.
func (r *Reactor) fire(event Event, ours func() *deferred.Deferred[struct{}], done func()) {
	r.firePhase(event, Before, func() {
		if ours != nil {
			// First in line, since users' triggers of this phase rely on it.
			own := &entry{event: event, phase: During, what: trigger, f: ours}
			r.triggers[event][During] = slices.Insert(r.triggers[event][During], 0, own)
		}
		r.firePhase(event, During, func() {
			r.firePhase(event, After, done)
		})
	})
}

// firePhase runs the triggers of one phase, and next when their Deferreds have
// fired.
func (r *Reactor) firePhase(event Event, phase Phase, next func()) {
	if event == Startup && !r.lifeNow().stoppable() {
		return // a stop has overtaken the startup; what is left of it waits for the next run
	}
	var waiting []*deferred.Deferred[struct{}]
	at := &r.triggers[event][phase]
	for len(*at) > 0 {
		e := (*at)[0]
		*at = (*at)[1:]
		r.invoke(job{what: e.what, f: func() {
			if d := e.f(); d != nil {
				waiting = append(waiting, d)
			}
		}})
	}
	*at = nil
	if len(waiting) == 0 {
		next()
		return
	}
	deferred.Collect(waiting, &gate{r: r, left: len(waiting), open: next}, true)
}

// gate opens when all Deferreds of a phase have fired.
type gate struct {
	r    *Reactor
	left int
	open func()
}

// Collect counts one Deferred.
func (g *gate) Collect(_ int, _ struct{}, err error) {
	if err != nil {
		g.r.log().Error("reactor: a system event trigger failed", "failure", err)
	}
	g.left--
	if g.left == 0 {
		g.open()
	}
}
