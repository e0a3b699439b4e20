package timeout_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
	"github.com/spindle-go/spindle/timeout"
)

// TestLoopModel plays random programs on a loop and on the model.
func TestLoopModel(t *testing.T) {
	const programs, length = 400, 300
	for seed := range uint64(programs) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			random := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), 'l'})
			program := make([]byte, length)
			if _, err := random.Read(program); err != nil {
				t.Fatal(err)
			}
			playLoopPair(t, program)
		})
	}
}

// FuzzLoop plays programs that the fuzzer writes.
func FuzzLoop(f *testing.F) {
	f.Add([]byte{0, 1, 0, 0, 0, 0, 3, 9, 1, 0, 2, 0})
	f.Add([]byte{1, 2, 0x1f, 7, 2, 5, 0, 3, 0, 1, 0, 3, 9, 3, 0, 4, 7, 5, 0})
	f.Fuzz(func(t *testing.T, program []byte) {
		const longest = 1000 // more tells nothing new
		playLoopPair(t, program[:min(len(program), longest)])
	})
}

// loopPair is a loop and the model of it.
type loopPair struct {
	tidyClock
	model  loopModel
	loop   *timeout.Loop
	runs   []pairRun // of the starts that were not refused
	calls  int
	events []string
}

// pairRun is one run of the loop.
type pairRun struct {
	d    done // nil until Start has returned
	over bool
}

// playLoopPair turns bytes into what the function does, call by call, and then
// into operations, two bytes each.
func playLoopPair(t testing.TB, program []byte) {
	if len(program) < 2 {
		return
	}
	p := &loopPair{tidyClock: newTidyClock(t)}
	p.model.goesOn = program[0]%2 == 1
	deeds := 1 + int(program[1]%8)
	program = program[2:]
	for ; deeds > 0 && len(program) >= 3; deeds-- {
		p.model.acts = append(p.model.acts, newDeed(program[0], program[1], program[2]))
		program = program[3:]
	}
	if len(p.model.acts) == 0 {
		return
	}
	var opts []timeout.LoopOption
	if p.model.goesOn {
		opts = append(opts, timeout.GoOnAfterFailure(func(*failure.Failure) { p.say("reported") }))
	}
	p.loop = timeout.NewLoop(p, p.call, opts...)
	for ; len(program) >= 2; program = program[2:] {
		p.step(program[0], program[1])
		p.compare()
	}
	p.end()
}

// newDeed makes the rarer things rare enough that a run gets somewhere.
func newDeed(what, how, after byte) loopDeed {
	deed := loopDeed{
		reset:  what&0x03 == 0x03,
		stop:   what&0x0c == 0x0c,
		start:  what&0x30 == 0x30,
		cancel: what&0xc0 == 0xc0 && what&0x01 == 0x01,
		every:  1 + int(how>>4)%6,
		now:    how&1 == 1,
		ends:   []deedEnd{deedDone, deedSleeps, deedSleeps, deedSleeps, deedDone, deedSleeps, deedFailsLater, deedPanics}[how>>1&7],
		after:  int(after % 20),
	}
	if deed.stop && deed.start && deed.now {
		// A loop that restarts itself with nothing between is one without end.
		deed.cancel, deed.ends, deed.after = false, deedSleeps, deed.after+1
	}
	return deed
}

func (p *loopPair) step(what, how byte) {
	switch n := int(how); what % 16 {
	case 0, 1, 2:
		p.start(1+n>>1%7, n%2 == 1)
		p.model.start(1+n>>1%7, n%2 == 1)
	case 3:
		p.stop()
		p.model.stop()
	case 4, 5:
		p.reset()
		p.model.reset()
	case 6:
		if len(p.runs) > 0 {
			id := max(0, len(p.runs)-1-n%3)
			p.runs[id].d.Cancel()
			p.model.cancel(id)
		}
	default:
		p.Advance(time.Duration(n % 12))
		p.model.advance(n % 12)
	}
}

func (p *loopPair) say(format string, args ...any) {
	p.events = append(p.events, fmt.Sprintf("%d: ", p.since())+fmt.Sprintf(format, args...))
}

func (p *loopPair) start(every int, now bool) {
	if p.loop.Running() {
		p.loop.Start(time.Duration(every), now).Catch(func(f *failure.Failure) {
			if f.Check(timeout.ErrLoopRunning) != nil {
				p.say("start refused")
			}
		})
		return
	}
	id := len(p.runs)
	p.runs = append(p.runs, pairRun{})
	d := p.loop.Start(time.Duration(every), now)
	p.runs[id].d = d
	d.AddBoth(func(_ struct{}, err error) (struct{}, error) {
		p.runs[id].over = true
		switch {
		case err == nil:
			p.say("run %d: stopped", id)
		case errors.Is(err, deferred.ErrCancelled):
			p.say("run %d: cancelled", id)
		case errors.Is(err, errTest):
			p.say("run %d: failed", id)
		default:
			p.t.Fatal(err)
		}
		return struct{}{}, nil
	})
}

func (p *loopPair) stop() {
	if err := p.loop.Stop(); errors.Is(err, timeout.ErrLoopNotRunning) {
		p.say("stop refused")
	} else if err != nil {
		p.t.Fatal(err)
	}
}

func (p *loopPair) reset() {
	switch err := p.loop.Reset(); {
	case errors.Is(err, timeout.ErrLoopNotRunning):
		p.say("reset refused")
	case errors.Is(err, timeout.ErrLoopInFlight):
		p.say("reset in flight")
	case err != nil:
		p.t.Fatal(err)
	}
}

// call is the function of the loop.
func (p *loopPair) call(count int) done {
	// Runs do not overlap, so the call is of the first that is not over.
	id := slices.IndexFunc(p.runs, func(r pairRun) bool { return !r.over })
	p.say("call of run %d with %d", id, count)
	deed := p.model.acts[p.calls%len(p.model.acts)]
	p.calls++
	if deed.reset {
		p.reset()
	}
	if deed.stop {
		p.stop()
	}
	if deed.start {
		p.start(deed.every, deed.now)
	}
	if d := p.runs[id].d; deed.cancel && d != nil {
		d.Cancel()
	}
	after := time.Duration(deed.after)
	switch deed.ends {
	case deedPanics:
		panic(errTest)
	case deedSleeps:
		return timeout.Sleep(p, after)
	case deedFailsLater:
		return timeout.Later(p, after, func() (struct{}, error) { return struct{}{}, errTest })
	default:
		return nil
	}
}

// compare looks at all there is to see.
func (p *loopPair) compare() {
	p.t.Helper()
	for i := range max(len(p.events), len(p.model.events)) {
		if got, want := at(p.events, i), at(p.model.events, i); got != want {
			p.t.Fatalf("event %d is %q, want %q; before that %q", i, got, want, p.events[max(0, i-10):i])
		}
	}
	if got, want := p.loop.Running(), p.model.running(); got != want {
		p.t.Fatalf("running: %v, want %v", got, want)
	}
	// One run has one call on the clock: its own, or that of its answer.
	want := 0
	if p.model.run != nil {
		want = 1
	}
	p.wantCalls(want)
}

func at(events []string, i int) string {
	if i < len(events) {
		return events[i]
	}
	return "nothing"
}

// end cancels everything. That the clock has no calls then, is seen to by
// tidyClock.
func (p *loopPair) end() {
	for id := range p.runs {
		p.runs[id].d.Cancel()
		p.model.cancel(id)
	}
	p.compare()
	if p.model.run != nil {
		p.t.Fatal("a run is left")
	}
}
