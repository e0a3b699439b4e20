package timeout_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/timeout"
)

// loopOp is one operation of a program of kind loop.
type loopOp struct {
	Op    string    `json:"op"`
	N     int       `json:"n"`
	L     int       `json:"l"`
	W     int       `json:"w"`
	Every float64   `json:"every"`
	Now   bool      `json:"now"`
	Count bool      `json:"count"`
	Acts  []loopAct `json:"acts"`
	By    float64   `json:"by"`
}

// loopAct is what a tick does.
type loopAct struct {
	Kind string  `json:"kind"`
	For  float64 `json:"for"`
	E    string  `json:"e"`
}

// programError is E0 to E4.
type programError string

func (e programError) Error() string { return string(e) }

// loopPlayer runs a program of kind loop. Trace, durations and errors are those
// of a player of kind clock.
type loopPlayer struct {
	player
	loops   map[int]*timeout.Loop
	started []*deferred.Deferred[struct{}]
}

// playLoop runs the operations and gives the trace. The error is about the
// program, not about the loop.
func playLoop(ops []loopOp) ([]event, error) {
	start := time.Unix(0, 0).UTC()
	p := &loopPlayer{
		player: player{start: start, clock: timeout.NewVirtualClock(start)},
		loops:  map[int]*timeout.Loop{},
	}
	for _, o := range ops {
		p.step(o)
	}
	return p.trace, errors.Join(p.err, p.cancelAll())
}

// cancelAll ends what the program left going, and finds fault if the clock has a
// call then. The trace does not tell of it.
func (p *loopPlayer) cancelAll() error {
	for _, d := range p.started {
		d.Cancel()
	}
	if n := len(p.clock.Calls()); n > 0 {
		return fmt.Errorf("%d calls are left on the clock when all is cancelled", n)
	}
	return nil
}

func (p *loopPlayer) step(o loopOp) {
	loop, made := p.loops[o.L]
	switch o.Op {
	case "loop":
		p.loops[o.L] = p.loop(o)
		d := p.loops[o.L].Start(p.duration(o.Every), o.Now)
		p.started = append(p.started, d)
		p.observe(o.W, d)
	case "loop_stop":
		if made {
			p.wantAnswer(o, loop.Stop(), timeout.ErrLoopNotRunning)
		}
	case "loop_reset":
		if made {
			p.wantAnswer(o, loop.Reset(), timeout.ErrLoopNotRunning, timeout.ErrLoopInFlight)
		}
	case "advance":
		p.clock.Advance(p.duration(o.By))
	default:
		p.fail(fmt.Errorf("operation %d: %q is not one of kind loop", o.N, o.Op))
	}
}

// loop makes the loop of an operation.
func (p *loopPlayer) loop(o loopOp) *timeout.Loop {
	ticks := 0
	return timeout.NewLoop(p.clock, func(count int) *deferred.Deferred[struct{}] {
		act := o.Acts[ticks%len(o.Acts)]
		ticks++
		tick := []any{"tick", float64(o.L), p.clock.Now().Sub(p.start).Seconds(), nil}
		if o.Count {
			tick[3] = float64(count)
		}
		p.emit(tick...)
		return p.act(o, act)
	})
}

func (p *loopPlayer) act(o loopOp, act loopAct) *deferred.Deferred[struct{}] {
	switch act.Kind {
	case "ok":
	case "wait":
		return timeout.Sleep(p.clock, p.duration(act.For))
	case "fail":
		return deferred.Fail[struct{}](programError(act.E))
	case "stop":
		p.wantAnswer(o, p.loops[o.L].Stop())
	default:
		p.fail(fmt.Errorf("operation %d: a tick cannot do %q", o.N, act.Kind))
	}
	return nil
}

// observe writes down what comes of a loop.
func (p *loopPlayer) observe(w int, d *deferred.Deferred[struct{}]) {
	d.AddBoth(func(v struct{}, err error) (struct{}, error) {
		result := map[string]any{"v": "stopped"}
		if errors.Is(err, deferred.ErrCancelled) {
			return v, nil // by cancelAll: no operation cancels
		}
		if err != nil {
			name, ok := errors.AsType[programError](err)
			if !ok {
				p.fail(err)
			}
			result = map[string]any{"e": string(name)}
		}
		p.emit("result", float64(w), result)
		return v, nil
	})
}

// wantAnswer notes an error that is none of those allowed.
func (p *loopPlayer) wantAnswer(o loopOp, err error, allowed ...error) {
	for _, a := range allowed {
		if errors.Is(err, a) {
			return
		}
	}
	if err != nil {
		p.fail(fmt.Errorf("operation %d: %w", o.N, err))
	}
}
