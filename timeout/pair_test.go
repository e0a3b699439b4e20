package timeout_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/spindle-go/spindle/timeout"
)

// pair runs a queue and the model side by side and fails the test where they
// differ.
type pair struct {
	t     testing.TB
	queue *timeout.Queue
	calls []*timeout.DelayedCall
	model model
	mark  uint64 // the last one taken
	ran   int    // the id of the call that ran last
}

func newPair(t testing.TB) *pair {
	p := &pair{t: t}
	p.queue = timeout.NewQueue(start, func() time.Duration { return p.model.now })
	return p
}

// play turns bytes into operations: one byte for what to do, one for which
// call, one for how long.
func (p *pair) play(program []byte) {
	for len(program) >= 3 {
		p.step(program[0], program[1], program[2])
		p.compare()
		program = program[3:]
	}
}

// step plays one operation. Durations are few and small, so that equal
// deadlines are the rule and not the exception.
func (p *pair) step(what, which, length byte) {
	d := time.Duration(length%16) - 4
	if length >= 250 {
		d = []time.Duration{math.MinInt64, math.MinInt64 + 1, math.MaxInt64, math.MaxInt64 - 1, 1 << 62, -1 << 62}[length-250]
	}
	switch what % 8 {
	case 0, 1, 2:
		p.add(max(d, 0))
	case 3:
		p.change(which, "Cancel", (*timeout.DelayedCall).Cancel, p.model.cancel)
	case 4:
		p.change(which, fmt.Sprintf("Reset(%d)", d),
			func(c *timeout.DelayedCall) error { return c.Reset(d) },
			func(c *modelCall) error { return p.model.reset(c, d) })
	case 5:
		p.change(which, fmt.Sprintf("Delay(%d)", d),
			func(c *timeout.DelayedCall) error { return c.Delay(d) },
			func(c *modelCall) error { return p.model.delay(c, d) })
	case 6:
		p.model.now = clamp(p.model.now, max(d, 0)%32)
		p.mark = p.queue.Mark()
		if int(p.mark) != len(p.calls) {
			p.t.Fatalf("Mark is %d after %d calls", p.mark, len(p.calls))
		}
	case 7:
		mark := p.mark
		if which%4 == 0 {
			mark = math.MaxUint64
		}
		p.pop(mark)
	}
}

func (p *pair) add(d time.Duration) {
	id := len(p.calls)
	p.calls = append(p.calls, p.queue.Add(d, func() { p.ran = id }))
	p.model.add(d)
}

func (p *pair) change(
	which byte, name string, real func(*timeout.DelayedCall) error, model func(*modelCall) error,
) {
	if len(p.calls) == 0 {
		return
	}
	id := len(p.calls) - 1 - int(which)%min(len(p.calls), 64)
	got, want := real(p.calls[id]), model(p.model.calls[id])
	if !sameError(got, want) {
		p.t.Fatalf("%s of call %d answers %v, want %v", name, id, got, want)
	}
}

func (p *pair) pop(mark uint64) {
	now := p.model.now
	f, at, ok := p.queue.Pop(now, mark)
	want := p.model.pop(now, int(min(mark, math.MaxInt)))
	if ok != (want != nil) || ok != (f != nil) {
		p.t.Fatalf("Pop(%d, %d) answers %v, the model has %+v", now, mark, ok, want)
	}
	if !ok {
		return
	}
	f()
	if p.ran != want.id || at != want.when {
		p.t.Fatalf("Pop(%d, %d) gives call %d at %d, want %d at %d", now, mark, p.ran, at, want.id, want.when)
	}
}

// compare asks both sides everything there is to ask.
func (p *pair) compare() {
	if err := p.queue.Check(); err != nil {
		p.t.Fatal(err)
	}
	p.comparePending()
	for id, c := range p.calls {
		want := p.model.calls[id]
		pending := want.err == nil
		if c.Active() != pending || c.Holds() != pending || !c.Time().Equal(start.Add(want.when)) {
			p.t.Fatalf("call %d: active %v, holds its function %v, at %v; the model has %+v",
				id, c.Active(), c.Holds(), c.Time(), want)
		}
	}
}

// comparePending asks for the calls still to run.
func (p *pair) comparePending() {
	pending := p.model.pending()
	at, ok := p.queue.Next()
	if p.queue.Len() != len(pending) || ok != (len(pending) > 0) || ok && at != pending[0].key {
		p.t.Fatalf("%d calls, the next at %d (%v); the model has %d", p.queue.Len(), at, ok, len(pending))
	}
	for i, c := range p.queue.Calls() {
		if c != p.calls[pending[i].id] {
			p.t.Fatalf("Calls()[%d] is not call %d", i, pending[i].id)
		}
	}
}
