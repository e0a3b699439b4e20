package reactor

import "github.com/spindle-go/spindle/deferred"

// passage is a system event on its way through its phases. The loop takes it on
// at the end of each turn, never from inside a Deferred's callback, so that no
// descriptor is given up under the code that fired one. It moves to the next
// phase when nothing holds it; a stop replaces that of the startup, and then
// what still holds the old one is of no account.
type passage struct {
	event Event
	phase Phase // the one that comes next
	held  int   // Deferreds of the phases before that have yet to fire
}

// open reports whether the next phase may begin.
func (p *passage) open() bool { return p != nil && p.held == 0 }

// proceed takes the event that is under way as far as it goes.
func (r *Reactor) proceed() {
	for r.passage.open() {
		p := r.passage
		if p.event == Startup && r.lifeNow() != running {
			r.passage = nil // the triggers that are left wait for the next run
			return
		}
		if p.phase == phases {
			r.passage = nil
			if p.event == Shutdown {
				r.stage = ended
			}
			return
		}
		p.phase++
		r.runPhase(p, p.phase-1)
	}
}

// runPhase runs the triggers of one phase, first our own part of it, since those
// of the user rely on that. The Deferreds that they return stay theirs: the result
// passes on.
func (r *Reactor) runPhase(p *passage, phase Phase) {
	var holding []*entry
	if phase == During {
		holding = r.ourPart(p.event)
	}
	at := &r.triggers[p.event][phase]
	for len(*at) > 0 {
		e := (*at)[0]
		(*at)[0], *at = nil, (*at)[1:]
		_ = r.invoke(job{what: trigger, e: e})
		if e.d != nil {
			holding = append(holding, e)
		}
	}
	*at = nil
	if len(holding) == 0 {
		return
	}
	p.held = len(holding)
	ds := make([]*deferred.Deferred[struct{}], len(holding))
	for i, e := range holding {
		ds[i] = e.d
	}
	h := &hold{r: r, p: p, by: holding}
	h.all.Adopt(ds)
	h.all.Tell(h, deferred.PassAll)
}

// ourPart is what the reactor itself does in During, and what that holds.
func (r *Reactor) ourPart(event Event) (holding []*entry) {
	if event == Startup {
		r.stage = online
		return nil
	}
	r.descriptors.disconnectAll()
	if d := r.workers.end(); d != nil {
		holding = append(holding, &entry{d: d})
	}
	return holding
}

// hold keeps a passage from its next phase until all Deferreds of one phase have
// fired.
type hold struct {
	r   *Reactor
	p   *passage
	by  []*entry
	all deferred.Collection[struct{}]
}

// Collect counts one Deferred.
func (h *hold) Collect(i int, _ struct{}, err error) {
	h.p.held--
	if err != nil {
		h.r.log().Error("reactor: a system event trigger failed", "in", h.by[i].name(), "failure", err)
	}
}
