package chain_test

import (
	"encoding/json"
	"fmt"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/internal/conformance"
)

// asyncOp has the fields of the operation "async".
type asyncOp struct {
	D     int `json:"d"`
	Steps []struct {
		Await int              `json:"await"`
		Catch bool             `json:"catch"`
		Do    []conformance.Op `json:"do"`
	} `json:"steps"`
	Out conformance.Out `json:"out"`
}

// async begins a coroutine, for the programs that have some.
func (p *player) async(op conformance.Op) error {
	c := &coroutine{p: p}
	if err := json.Unmarshal(op.Raw, &c.op); err != nil {
		panic(fmt.Sprintf("operation %d: %v", op.N, err))
	}
	p.machine.Deferreds[c.op.D] = c.out.PassCancelTo(c)
	c.run()
	return nil
}

// coroutine is one of a program, step by step. Nothing of it stays behind when it
// is never resumed.
type coroutine struct {
	p       *player
	op      asyncOp
	out     deferred.Deferred[any]
	next    int // step
	waiting *deferred.Deferred[any]
	last    any
	err     error // what ends it
}

// run goes on until the coroutine has to wait, or to its end.
func (c *coroutine) run() {
	for c.next < len(c.op.Steps) && c.err == nil {
		if !c.await(c.p.machine.Deferreds[c.op.Steps[c.next].Await]) {
			return
		}
	}
	switch {
	case c.err != nil:
	case c.op.Out.E != "":
		c.err = c.p.machine.Error(c.op.Out.E)
	case c.op.Out.Has:
		c.last = c.op.Out.V
	}
	if c.err != nil {
		_ = c.out.Errback(c.err)
	} else {
		_ = c.out.Callback(c.last)
	}
}

// await does the next step with the result of d. It answers false if that is not
// there yet; the coroutine goes on when it is.
func (c *coroutine) await(d *deferred.Deferred[any]) (ready bool) {
	attaching := true
	c.waiting = d
	d.AddBoth(func(v any, err error) (any, error) {
		c.waiting = nil
		c.resumed(v, err)
		if ready = attaching; !ready {
			c.run()
		}
		return nil, nil
	})
	attaching = false
	return ready
}

// resumed does what follows the wait of a step.
func (c *coroutine) resumed(v any, err error) {
	step := c.op.Steps[c.next]
	c.p.machine.Emit("resumed", c.op.D, c.next, c.p.machine.Result(v, err))
	c.next++
	c.last = v
	if err != nil && !step.Catch {
		c.err = err
		return
	}
	c.p.machine.Run(step.Do)
}

// Cancel implements deferred.Canceller: the cancel goes to what is waited for.
func (c *coroutine) Cancel() {
	if c.waiting != nil {
		c.waiting.Cancel()
	}
}
