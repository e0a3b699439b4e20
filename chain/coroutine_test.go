package chain_test

import (
	"encoding/json"
	"fmt"

	"github.com/spindle-go/spindle/chain"
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
	var a asyncOp
	if err := json.Unmarshal(op.Raw, &a); err != nil {
		panic(fmt.Sprintf("operation %d: %v", op.N, err))
	}
	// What runs before Async returns may name the Deferred of the coroutine, which
	// there is none of yet: so the body begins behind a gate.
	gate := deferred.New[struct{}]()
	p.machine.Deferreds[a.D] = chain.Async(func(co *chain.Co) (any, error) {
		if _, err := chain.Await(co, gate); err != nil {
			return nil, err
		}
		return p.steps(co, a)
	})
	return gate.Callback(struct{}{})
}

// steps is the body of a coroutine.
func (p *player) steps(co *chain.Co, a asyncOp) (last any, err error) {
	for i, step := range a.Steps {
		last, err = chain.Await(co, p.machine.Deferreds[step.Await])
		p.machine.Emit("resumed", a.D, i, p.machine.Result(last, err))
		if err != nil && !step.Catch {
			return nil, err
		}
		p.machine.Run(step.Do)
	}
	switch {
	case a.Out.E != "":
		return nil, p.machine.Error(a.Out.E)
	case a.Out.Has:
		return a.Out.V, nil
	}
	return last, nil
}
