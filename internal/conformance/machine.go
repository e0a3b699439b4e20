package conformance

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

// Machine runs one program.
type Machine struct {
	Clock     *timeout.VirtualClock
	Deferreds map[int]*deferred.Deferred[any]

	// Operations holds those that a test adds, by name. An error is emitted as
	// "raised".
	Operations map[string]func(op Op) error

	// Writers turn errors of special shape into results; nil means "not mine".
	Writers []func(err error) any

	errs   map[string]error
	pauses map[int]int
	trace  []any
}

// New returns a machine whose clock stands at 0.
func New() *Machine {
	return &Machine{
		Clock:      timeout.NewVirtualClock(time.Unix(0, 0)),
		Deferreds:  make(map[int]*deferred.Deferred[any]),
		Operations: make(map[string]func(Op) error),
		errs:       named(),
		pauses:     make(map[int]int),
	}
}

// Play runs p and returns an error that shows the first event that differs.
func (m *Machine) Play(p Program) error {
	m.Run(p.Ops)
	m.finish()
	got, err := plain(m.trace)
	if err != nil {
		return err
	}
	for i := range max(len(got), len(p.Trace)) {
		if want, have := at(p.Trace, i), at(got, i); !reflect.DeepEqual(want, have) {
			return fmt.Errorf("%s: event %d is %v, want %v\ngot  %v\nwant %v", p.Name, i, have, want, got, p.Trace)
		}
	}
	return nil
}

// Run runs operations, those of a program or those in a function.
func (m *Machine) Run(ops []Op) {
	for _, op := range ops {
		if err := m.step(op); err != nil {
			m.Emit("raised", op.N, m.NameOf(err))
		}
	}
}

// Emit appends an event to the trace.
func (m *Machine) Emit(event ...any) { m.trace = append(m.trace, event) }

// finish attaches an observer to each Deferred and emits what it sees at once.
func (m *Machine) finish() {
	var ids []int
	for id := range m.Deferreds {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		var seen any
		open := true
		m.Deferreds[id].AddBoth(func(v any, err error) (any, error) {
			if open {
				seen = m.Result(v, err)
			}
			return v, err
		})
		open = false
		m.Emit("end", id, seen)
	}
}

// step runs one operation.
func (m *Machine) step(op Op) error {
	if run, ok := m.Operations[op.Name]; ok {
		return run(op)
	}
	d := m.Deferreds[op.D]
	switch op.Name {
	case "new":
		m.Deferreds[op.D] = m.create(op)
	case "succeed":
		m.Deferreds[op.D] = deferred.Succeed(op.V)
	case "fail":
		m.Deferreds[op.D] = deferred.Fail[any](m.Error(op.E))
	case "add":
		m.add(d, op)
	case "callback":
		return d.Callback(op.V)
	case "errback":
		return d.Errback(m.Error(op.E))
	case "pause":
		m.pauses[op.D]++
		d.Pause()
	case "unpause":
		if m.pauses[op.D] > 0 {
			m.pauses[op.D]--
			d.Unpause()
		}
	case "cancel":
		d.Cancel()
	case "chain":
		d.ChainDeferred(m.Deferreds[op.To])
	case "timeout":
		m.timeout(d, op)
	case "advance":
		m.Clock.Advance(Seconds(op.By))
	default:
		panic("conformance: unknown operation " + op.Name)
	}
	return nil
}

// create makes the Deferred of a "new".
func (m *Machine) create(op Op) *deferred.Deferred[any] {
	c := op.Canceller
	if c == nil {
		return deferred.New[any]()
	}
	return deferred.New(func(d *deferred.Deferred[any]) {
		m.Emit("canceller", op.D)
		switch c.Kind {
		case "callback":
			_ = d.Callback(value(c.V)) // a canceller may come second
		case "errback":
			_ = d.Errback(m.Error(c.E))
		}
	})
}

// add appends handlers.
func (m *Machine) add(d *deferred.Deferred[any], op Op) {
	switch op.How {
	case "callback":
		d.AddCallback(m.callback(op.Cb))
	case "errback":
		d.AddErrback(m.errback(op.Eb))
	case "both":
		d.AddBoth(m.both("both", op.Cb))
	case "callbacks":
		d.AddCallbacks(m.callback(op.Cb), m.errback(op.Eb))
	default:
		panic("conformance: unknown way to add: " + op.How)
	}
}

func (m *Machine) callback(f *Func) func(any) (any, error) {
	run := m.both("cb", f)
	return func(v any) (any, error) { return run(v, nil) }
}

func (m *Machine) errback(f *Func) func(*failure.Failure) (any, error) {
	run := m.both("eb", f)
	return func(f *failure.Failure) (any, error) { return run(nil, f) }
}

// both is a function of the program, called with either result.
func (m *Machine) both(tag string, f *Func) func(any, error) (any, error) {
	return func(v any, err error) (any, error) {
		m.Emit(tag, f.ID, m.Result(v, err))
		m.Run(f.Do)
		if err != nil && f.Trap != nil && !slices.Contains(f.Trap, m.NameOf(err)) {
			return nil, err
		}
		return m.out(f.Out, v, err)
	}
}

// out is what a function answers.
func (m *Machine) out(o Out, v any, err error) (any, error) {
	n, isInt := v.(int)
	switch {
	case o.D != nil:
		return m.Deferreds[*o.D].Chain()
	case o.E != "":
		return nil, m.Error(o.E)
	case o.Has:
		return o.V, nil
	case o.Add != nil && err == nil && isInt:
		return n + *o.Add, nil
	}
	return v, err
}

func (m *Machine) timeout(d *deferred.Deferred[any], op Op) {
	if op.On == nil {
		d.AddTimeout(Seconds(op.After), m.Clock)
		return
	}
	d.AddTimeout(Seconds(op.After), m.Clock, m.both("timedout", op.On))
}

// Seconds is a time of a program, which is a multiple of 1/512 s.
func Seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// plain is what is left of a trace when it is written as JSON and read again.
func plain(trace []any) ([]any, error) {
	text, err := json.Marshal(trace)
	if err != nil {
		return nil, err
	}
	var events []any
	err = json.Unmarshal(text, &events)
	return events, err
}

// at is the i-th event, or nil past the end.
func at(trace []any, i int) any {
	if i < len(trace) {
		return trace[i]
	}
	return nil
}
