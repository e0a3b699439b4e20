package reactor

import (
	"fmt"

	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/internal/poller"
)

// dispatch runs the descriptors of one batch of events. What runs for one of them
// may remove or replace any other, so each is looked up by its token again.
func (ds *descriptors) dispatch(p *poller.Poller, events []poller.Event) {
	for _, e := range events {
		if p.Current(e.Token) {
			ds.ready(p, e)
		}
	}
}

// ready runs what one event is for: reading first, so that what has arrived is
// seen before an error of the other direction, then writing. A hang-up or an error
// goes to whichever is there, whose system call then learns the reason.
func (ds *descriptors) ready(p *poller.Poller, e poller.Event) {
	s := &ds.slots[e.Token.Index()]
	if e.Ready&poller.Invalid != 0 {
		ds.giveUp(s, failure.New(fmt.Errorf("%w: %d is not open", ErrBadDescriptor, s.fd)))
		return
	}
	trouble := e.Ready&(poller.Hangup|poller.Fault) != 0
	write := e.Ready&poller.Writable != 0 || trouble && s.reader == nil
	if s.reader != nil && (trouble || e.Ready&poller.Readable != 0) {
		ds.act(p, e.Token, doRead, s.reader)
	}
	if !write || !p.Current(e.Token) {
		return
	}
	// The reader may have changed the table: the slot is looked up anew.
	if s = &ds.slots[e.Token.Index()]; s.writer != nil {
		ds.act(p, e.Token, doWrite, s.writer)
	}
}

// act runs one side, and gives the descriptor up if that fails.
func (ds *descriptors) act(p *poller.Poller, token poller.Token, what kind, d Descriptor) {
	ds.acting = d
	err := ds.r.invoke(job{what: what, d: d})
	told := ds.acting == nil
	ds.acting = nil
	if err == nil || told {
		return
	}
	reason := failure.New(err)
	if p.Current(token) && ds.slots[token.Index()].holds(d) {
		ds.giveUp(&ds.slots[token.Index()], reason)
	} else if s := ds.search(d); s != nil {
		ds.giveUp(s, reason) // it was removed and added again meanwhile
	} else {
		ds.tell(d, reason) // it removed itself and failed then
	}
}
