package chain_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/internal/conformance"
)

var vectors = flag.String("vectors", "testdata/conformance", "folder with conformance vectors (flow*.json)")

// TestConformance plays all programs.
func TestConformance(t *testing.T) {
	collectUnhandled(t) // programs leave some behind on purpose
	programs, err := conformance.Load(*vectors, "flow")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range programs {
		t.Run(p.Name, func(t *testing.T) {
			if err := newPlayer(t).machine.Play(p); err != nil {
				t.Error(err)
			}
		})
	}
	t.Logf("%d programs were played", len(programs))
}

// player adds the operations of this package to a Machine.
type player struct {
	machine *conformance.Machine
	waits   map[int]deferred.Canceller
	holds   map[int]holdable
	queues  map[int]*chain.Queue[any]
}

// newPlayer returns a player, which ends with t the coroutines that its programs
// leave waiting.
func newPlayer(t testing.TB) *player {
	t.Cleanup(deferred.NewTurns().Close)
	p := &player{
		machine: conformance.New(),
		waits:   map[int]deferred.Canceller{},
		holds:   map[int]holdable{},
		queues:  map[int]*chain.Queue[any]{},
	}
	p.machine.Writers = append(p.machine.Writers, p.write)
	p.machine.Operations["list"] = p.operation(p.list)
	p.machine.Operations["gather"] = p.operation(p.gather)
	p.machine.Operations["race"] = p.operation(p.race)
	p.machine.Operations["cancel_wait"] = p.operation(func(o listOp) { p.waits[o.W].Cancel() })
	p.addPrimitives()
	p.machine.Operations["async"] = p.async
	return p
}

// listOp has the fields of the operations on lists.
type listOp struct {
	DS          []int `json:"ds"`
	W           int   `json:"w"`
	OneCallback bool  `json:"one_callback"`
	OneErrback  bool  `json:"one_errback"`
	Consume     bool  `json:"consume"`
}

func (o listOp) options() (options chain.ListOption) {
	if o.OneErrback {
		options |= chain.FireOnOneErrback
	}
	if o.Consume {
		options |= chain.ConsumeErrors
	}
	return options
}

func (p *player) operation(run func(listOp)) func(conformance.Op) error {
	return func(op conformance.Op) error {
		var o listOp
		if err := json.Unmarshal(op.Raw, &o); err != nil {
			panic(fmt.Sprintf("operation %d: %v", op.N, err))
		}
		run(o)
		return nil
	}
}

func (p *player) children(o listOp) (ds []*deferred.Deferred[any]) {
	for _, id := range o.DS {
		ds = append(ds, p.machine.Deferreds[id])
	}
	return ds
}

func (p *player) list(o listOp) {
	if o.OneCallback {
		await(p, o.W, chain.First(p.children(o), o.options()), p.pair, p.wholeList)
		return
	}
	await(p, o.W, chain.DeferredList(p.children(o), o.options()), func(results []chain.Result[any]) any {
		all := []any{}
		for _, r := range results {
			all = append(all, p.machine.Result(r.Value, r.Err))
		}
		return map[string]any{"list": all}
	}, p.failed)
}

func (p *player) gather(o listOp) {
	await(p, o.W, chain.Gather(p.children(o), o.options()), func(values []any) any {
		all := []any{}
		for _, v := range values {
			all = append(all, p.machine.Result(v, nil))
		}
		return map[string]any{"values": all}
	}, p.failed)
}

func (p *player) race(o listOp) {
	await(p, o.W, chain.Race(p.children(o)), p.pair, p.failed)
}

// await observes d as w. It is a function because methods have no type
// parameters.
func await[T any](p *player, w int, d *deferred.Deferred[T], value func(T) any, failed func(error) any) {
	p.waits[w] = d
	d.AddBoth(func(v T, err error) (T, error) {
		if err != nil {
			p.machine.Emit("result", w, failed(err))
		} else {
			p.machine.Emit("result", w, value(v))
		}
		return *new(T), nil
	})
}

func (p *player) pair(w chain.Winner[any]) any {
	return map[string]any{"pair": []any{w.Index, p.machine.Result(w.Value, nil)}}
}

func (p *player) failed(err error) any { return p.machine.Result(nil, err) }

// wholeList writes the failure of a First as the vectors have it, where a list
// with one_callback succeeds with all failures.
func (p *player) wholeList(err error) any {
	if group, ok := errors.AsType[*chain.FailureGroup](err); ok {
		return map[string]any{"list": p.results(group)}
	}
	return p.failed(err)
}

// write writes the errors of this package.
func (p *player) write(err error) any {
	if first, ok := errors.AsType[*chain.FirstError](err); ok {
		return map[string]any{"first": []any{first.Index, p.failed(first.Err)}}
	}
	if group, ok := errors.AsType[*chain.FailureGroup](err); ok {
		return map[string]any{"group": p.results(group)}
	}
	return nil
}

func (p *player) results(group *chain.FailureGroup) []any {
	all := []any{}
	for _, err := range group.Errs {
		all = append(all, p.failed(err))
	}
	return all
}
