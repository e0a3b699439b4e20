package timeout_test

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/spindle-go/spindle/timeout"
)

// op is one operation of a program of kind clock. Times are in seconds, in
// multiples of 1/512.
type op struct {
	Op    string  `json:"op"`
	N     int     `json:"n"`
	C     int     `json:"c"`
	After float64 `json:"after"`
	By    float64 `json:"by"`
	Do    []op    `json:"do"`
}

// player runs a program on a virtual clock and writes down what happens.
type player struct {
	start time.Time
	clock *timeout.VirtualClock
	calls map[int]*timeout.DelayedCall
	trace []event
	err   error // the first operation that could not be played
}

// play runs the operations and gives the trace. The error is about the program,
// not about the clock.
func play(ops []op) ([]event, error) {
	start := time.Unix(0, 0).UTC()
	p := &player{start: start, clock: timeout.NewVirtualClock(start), calls: map[int]*timeout.DelayedCall{}}
	p.do(ops)
	return p.trace, p.err
}

func (p *player) do(ops []op) {
	for _, o := range ops {
		p.step(o)
	}
}

func (p *player) step(o op) {
	switch o.Op {
	case "later":
		p.calls[o.C] = p.clock.CallLater(p.duration(o.After), func() {
			p.emit("call", float64(o.C), p.clock.Now().Sub(p.start).Seconds())
			p.do(o.Do)
		})
	case "advance":
		p.clock.Advance(p.duration(o.By))
	case "call_cancel", "call_reset", "call_delay", "call_probe":
		if c, made := p.calls[o.C]; made {
			p.change(o, c)
		}
	default:
		p.fail(fmt.Errorf("operation %d: %q is not one of kind clock", o.N, o.Op))
	}
}

// change plays an operation on a call that was made. On one that was not made,
// operations do nothing.
func (p *player) change(o op, c *timeout.DelayedCall) {
	var err error
	switch o.Op {
	case "call_cancel":
		err = c.Cancel()
	case "call_reset":
		err = c.Reset(p.duration(o.After))
	case "call_delay":
		err = c.Delay(p.duration(o.By))
	case "call_probe":
		p.probe(o, c)
	}
	switch {
	case errors.Is(err, timeout.ErrAlreadyRun):
		p.emit("raised", float64(o.N), "AlreadyCalled")
	case errors.Is(err, timeout.ErrAlreadyCancelled):
		p.emit("raised", float64(o.N), "AlreadyCancelled")
	case err != nil:
		p.fail(fmt.Errorf("operation %d: %w", o.N, err))
	}
}

func (p *player) probe(o op, c *timeout.DelayedCall) {
	if c.Active() {
		p.emit("probe", float64(o.C), true, c.Time().Sub(p.start).Seconds())
		return
	}
	p.emit("probe", float64(o.C), false, nil)
}

func (p *player) emit(entries ...any) {
	p.trace = append(p.trace, entries)
}

func (p *player) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// duration converts seconds. Multiples of 1/512 s are whole nanoseconds,
// anything else is not a program's number.
func (p *player) duration(seconds float64) time.Duration {
	nanoseconds := seconds * 1e9
	if nanoseconds != math.Trunc(nanoseconds) {
		p.fail(fmt.Errorf("%v s is not a whole number of nanoseconds", seconds))
	}
	return time.Duration(nanoseconds)
}
