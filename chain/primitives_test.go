package chain_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/internal/conformance"
)

// holdable is a lock or a semaphore of a program.
type holdable struct {
	acquire func(w int)
	release func() error
}

// primitiveOp has the fields of the operations on locks and queues.
type primitiveOp struct {
	P       int  `json:"p"`
	W       int  `json:"w"`
	Tokens  int  `json:"tokens"`
	Size    *int `json:"size"`
	Backlog *int `json:"backlog"`
}

// addPrimitives adds the operations on locks, semaphores and queues.
func (p *player) addPrimitives() {
	p.machine.Name("QueueOverflow", chain.ErrQueueOverflow)
	p.machine.Name("QueueUnderflow", chain.ErrQueueUnderflow)
	for name, run := range map[string]func(conformance.Op, primitiveOp) error{
		"lock":      p.lock,
		"semaphore": p.semaphore,
		"queue":     p.queue,
		"acquire":   p.acquire,
		"release":   p.release,
		"put":       p.put,
		"get":       p.get,
	} {
		p.machine.Operations[name] = func(op conformance.Op) error {
			var o primitiveOp
			if err := json.Unmarshal(op.Raw, &o); err != nil {
				panic(fmt.Sprintf("operation %d: %v", op.N, err))
			}
			return run(op, o)
		}
	}
}

func (p *player) lock(_ conformance.Op, o primitiveOp) error {
	l := chain.NewLock()
	p.holds[o.P] = holdable{
		acquire: func(w int) { await(p, w, l.Acquire(), acquired, p.failed) },
		release: l.Release,
	}
	return nil
}

func (p *player) semaphore(_ conformance.Op, o primitiveOp) error {
	s := chain.NewSemaphore(o.Tokens)
	p.holds[o.P] = holdable{
		acquire: func(w int) { await(p, w, s.Acquire(), acquired, p.failed) },
		release: s.Release,
	}
	return nil
}

func acquired[L any](L) any { return map[string]any{"v": "acquired"} }

func (p *player) acquire(_ conformance.Op, o primitiveOp) error {
	p.holds[o.P].acquire(o.W)
	return nil
}

// release does nothing where nothing is held, as the vectors have it.
func (p *player) release(_ conformance.Op, o primitiveOp) error {
	if err := p.holds[o.P].release(); !errors.Is(err, chain.ErrNotHeld) {
		return err
	}
	return nil
}

func (p *player) queue(_ conformance.Op, o primitiveOp) error {
	p.queues[o.P] = chain.NewQueue[any](limit(o.Size), limit(o.Backlog))
	return nil
}

// limit is a limit of a program: null is none.
func limit(n *int) int {
	if n == nil {
		return -1
	}
	return *n
}

func (p *player) put(op conformance.Op, o primitiveOp) error { return p.queues[o.P].Put(op.V) }

// get answers a failure that is there at once as an error, as the vectors have
// it.
func (p *player) get(_ conformance.Op, o primitiveOp) error {
	d := p.queues[o.P].Get()
	var refused error
	if d.Called() {
		d.AddErrback(func(f *failure.Failure) (any, error) {
			refused = f
			return nil, nil
		})
	}
	if refused != nil {
		return refused
	}
	await(p, o.W, d, func(v any) any { return p.machine.Result(v, nil) }, p.failed)
	return nil
}
