package deferred_test

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// result is what a function of a program is called with: a value, or the text
// of a failure.
type result struct {
	v    int
	fail string
}

func (r result) String() string {
	if r.fail != "" {
		return "!" + r.fail
	}
	return strconv.Itoa(r.v)
}

// answer is what a function of a program returns. It may also panic or end its
// goroutine.
type answer struct {
	out  outKind
	v    int
	fail string
	to   int
}

// function is a function of a program, ready to be called by a world.
type function func(r result) answer

// world is where a program runs: on Deferreds, or in the model of them. The
// Deferreds have numbers in the order they were made; text says that one is a
// Deferred[string] and no Deferred[int].
type world interface {
	count() int
	isText(d int) bool
	create(text bool, canceller func())
	fired(text bool, r result)
	maybe(text bool, f function)
	then(d int, text, both bool, f function)
	add(d int, how addKind, f, g function)
	fire(d int, r result) string
	cancel(d int)
	pause(d int)
	unpause(d int)
	chainDeferred(d, to int)
	timeout(d int, after time.Duration, on function)
	passCancelTo(d int, do func())
	collect(ds []int, consume bool, told func(i int, r result))
	advance(by time.Duration)
	flush() []string
	states() []string
}

// maxSteps bounds what a program does in all.
const maxSteps = 2000

// player runs a program in a world and writes down what happens.
type player struct {
	world    world
	trace    []string
	pauses   map[int]int
	steps    int
	creating int  // operations under way that make a Deferred
	moving   bool // the clock is
}

// playProgram runs ops and returns what happened, the states at the end, and what
// was reported.
func playProgram(w world, ops []operation) []string {
	p := &player{world: w, pauses: make(map[int]int)}
	for len(ops) > 0 {
		// A function may end its goroutine; the program goes on with the next.
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for len(ops) > 0 {
				op := ops[0]
				ops = ops[1:]
				p.run(op)
			}
		}()
		<-ended
	}
	for d, state := range w.states() {
		p.say("state %d: %s", d, state)
	}
	p.flush("end")
	return p.trace
}

func (p *player) say(format string, args ...any) {
	p.trace = append(p.trace, fmt.Sprintf(format, args...))
}

// flush writes down what is unhandled, in an order that does not matter.
func (p *player) flush(when string) {
	lost := p.world.flush()
	slices.Sort(lost)
	p.say("%s: lost %s", when, strings.Join(lost, ", "))
}

// run does one operation.
func (p *player) run(op operation) {
	p.steps++
	if p.steps > maxSteps {
		return
	}
	w := p.world
	if p.make(op) || w.count() == 0 {
		return
	}
	d := op.a % w.count()
	switch op.kind {
	case opAdd:
		w.add(d, op.how, p.function(op.f), p.function(op.g))
	case opCallback:
		p.say("%d fires %d: %s", op.id, d, w.fire(d, result{v: op.id}))
	case opErrback:
		p.say("%d fails %d: %s", op.id, d, w.fire(d, result{fail: "E" + strconv.Itoa(op.id)}))
	case opPause:
		p.pauses[d]++
		w.pause(d)
	case opUnpause:
		if p.pauses[d] > 0 {
			p.pauses[d]--
			w.unpause(d)
		}
	case opCancel:
		w.cancel(d)
	case opChainDeferred:
		if to := op.b % w.count(); w.isText(to) == w.isText(d) {
			w.chainDeferred(d, to)
		}
	case opTimeout:
		on := p.function(op.f)
		if op.flag {
			on = nil
		}
		w.timeout(d, time.Duration(op.b)*time.Second, on)
	case opPassCancel:
		w.passCancelTo(d, func() {
			p.say("cancel passed %d", op.id)
			p.runAll(op.f.do)
		})
	case opCollect:
		w.collect(p.sameType(d, op.b%w.count()), op.flag, func(i int, r result) { p.say("collect %d.%d: %v", op.id, i, r) })
	case opAdvance:
		p.advance(op)
	case opFlush:
		p.flush("flush")
	}
}

// make does an operation that makes a Deferred, and answers false for others.
func (p *player) make(op operation) bool {
	w := p.world
	p.creating++
	defer func() { p.creating-- }()
	switch op.kind {
	case opNew:
		if op.flag {
			w.create(op.text, nil)
			return true
		}
		d := w.count()
		w.create(op.text, func() { p.canceller(d, op.f) })
	case opSucceed:
		w.fired(op.text, result{v: op.id})
	case opFail:
		w.fired(op.text, result{fail: "E" + strconv.Itoa(op.id)})
	case opMaybe:
		w.maybe(op.text, p.function(op.f))
	case opThen, opThenBoth:
		if w.count() == 0 {
			return false
		}
		w.then(op.a%w.count(), op.text, op.kind == opThenBoth, p.function(op.f))
	default:
		return false
	}
	return true
}

func (p *player) runAll(ops []operation) {
	for _, op := range ops {
		p.run(op)
	}
}

// sameType lists d, and other if it has the type of d.
func (p *player) sameType(d, other int) []int {
	if p.world.isText(d) == p.world.isText(other) {
		return []int{d, other}
	}
	return []int{d}
}

func (p *player) advance(op operation) {
	if p.moving {
		return // a clock cannot be moved by a call that it runs
	}
	p.moving = true
	defer func() { p.moving = false }()
	p.world.advance(time.Duration(op.b) * time.Second)
}

// function is body as a world calls it.
func (p *player) function(f *body) function {
	if f == nil {
		return nil
	}
	return func(r result) answer {
		p.say("f%d %v", f.id, r)
		p.runAll(f.do)
		p.leave(f)
		a := answer{out: f.out, v: f.id, fail: "E" + strconv.Itoa(f.id)}
		switch n := p.world.count(); {
		case f.out == outChain && n == 0:
			a.out = outValue
		case f.out == outChain:
			a.to = f.to % n
		}
		return a
	}
}

// leave panics or ends the goroutine, if that is how f ends. What makes a
// Deferred must not be left in that way: nobody would get the Deferred.
func (p *player) leave(f *body) {
	switch {
	case f.out == outPanic, f.out == outGoexit && p.creating > 0:
		panic("P" + strconv.Itoa(f.id))
	case f.out == outGoexit:
		runtime.Goexit()
	}
}

// canceller is body as the canceller of Deferred d.
func (p *player) canceller(d int, f *body) {
	p.say("canceller %d of %d", f.id, d)
	p.runAll(f.do)
	switch f.out {
	case outValue, outPass:
		p.say("canceller %d: %s", f.id, p.world.fire(d, result{v: f.id}))
	case outFail:
		p.say("canceller %d: %s", f.id, p.world.fire(d, result{fail: "E" + strconv.Itoa(f.id)}))
	default:
		p.leave(f)
	}
}
