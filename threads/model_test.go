package threads_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/threads"
)

// model is what a Pool does, without goroutines: the plain meaning of the rules.
type model struct {
	min, max int
	now      time.Duration
	idle     []time.Duration // when each worker is due to end, longest idle first
	busy     []int           // jobs
	queue    []int
	begun    []int // jobs, in order
}

const never = time.Duration(1<<63 - 1)

func (m *model) workers() int { return len(m.idle) + len(m.busy) }

func (m *model) begin(job int) {
	m.busy = append(m.busy, job)
	m.begun = append(m.begun, job)
}

func (m *model) submit(job int) {
	switch {
	case len(m.idle) > 0:
		m.idle = m.idle[:len(m.idle)-1]
		m.begin(job)
	case m.workers() < m.max:
		m.begin(job)
	default:
		m.queue = append(m.queue, job)
	}
}

// look is what a worker does that is in neither list.
func (m *model) look() {
	others := m.workers()
	switch {
	case others >= m.max:
	case len(m.queue) > 0:
		m.begin(m.queue[0])
		m.queue = m.queue[1:]
	case others < m.min:
		m.idle = append(m.idle, never)
	default:
		m.idle = append(m.idle, m.now+idleTimeout)
	}
}

func (m *model) finish(job int) {
	m.busy = slices.DeleteFunc(m.busy, func(j int) bool { return j == job })
	m.look()
}

func (m *model) cancel(job int) {
	m.queue = slices.DeleteFunc(m.queue, func(j int) bool { return j == job })
}

func (m *model) resize(low, high int) {
	m.min, m.max = low, high
	for len(m.queue) > 0 && m.workers() < m.max {
		m.look()
	}
	stay := max(0, m.min-len(m.busy), min(len(m.idle), m.max-len(m.busy)))
	due := m.now + idleTimeout
	if len(m.busy)+stay <= m.min {
		due = never
	}
	m.idle = slices.Repeat([]time.Duration{due}, stay)
}

func (m *model) pass(d time.Duration) {
	m.now += d
	kept := m.idle[:0]
	workers := m.workers()
	for _, due := range m.idle {
		switch {
		case due > m.now:
			kept = append(kept, due)
		case workers > m.min:
			workers--
		default:
			kept = append(kept, never)
		}
	}
	m.idle = kept
}

// program runs the same random steps on a Pool and on the model.
type program struct {
	*model
	r     *rand.Rand
	l     *loop
	gates map[int]chan struct{}
	ds    map[int]*deferred.Deferred[int]
	begun chan int
	next  int
}

func TestPoolDoesWhatTheModelDoes(t *testing.T) {
	for seed := range uint64(40) {
		ok := t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &program{
					model: &model{min: 1, max: 3},
					r:     rand.New(rand.NewPCG(seed, 1)),
					l:     newLoop(),
					gates: make(map[int]chan struct{}),
					ds:    make(map[int]*deferred.Deferred[int]),
					begun: make(chan int, 1000),
				}
				p.run(t)
			})
		})
		if !ok {
			break
		}
	}
}

func (p *program) run(t *testing.T) {
	p.l.pool = threads.NewPool(p.min, p.max, threads.WithIdleTimeout(idleTimeout))
	start(t, p.l.pool)
	p.model.look() // the worker that Start makes
	p.l.start()
	var steps []string
	for range 150 {
		steps = append(steps, p.step(t))
		synctest.Wait()
		if problem := p.compare(); problem != "" {
			t.Errorf("%s after %v", problem, steps)
			break
		}
	}
	for _, gate := range p.gates {
		close(gate)
	}
	stop(t, p.l.pool)
	p.l.stop()
}

// step does one thing to both, and says what.
func (p *program) step(t *testing.T) string {
	switch n := p.r.IntN(10); {
	case n < 4:
		p.submit(t)
		return fmt.Sprintf("submit %d", p.next-1)
	case n < 7 && len(p.busy) > 0:
		job := p.busy[p.r.IntN(len(p.busy))]
		close(p.gates[job])
		delete(p.gates, job)
		p.model.finish(job)
		return fmt.Sprintf("finish %d", job)
	case n == 7 && len(p.queue) > 0:
		job := p.queue[p.r.IntN(len(p.queue))]
		p.l.on(t, p.ds[job].Cancel)
		delete(p.gates, job)
		p.model.cancel(job)
		return fmt.Sprintf("cancel %d", job)
	case n == 8:
		low := p.r.IntN(4)
		high := max(1, low+p.r.IntN(3))
		resize(t, p.l.pool, low, high)
		p.model.resize(low, high)
		return fmt.Sprintf("resize %d %d", low, high)
	default:
		d := idleTimeout / time.Duration(1+p.r.IntN(4))
		pass(d)
		p.model.pass(d)
		return fmt.Sprintf("pass %v", d)
	}
}

func (p *program) submit(t *testing.T) {
	job, gate := p.next, make(chan struct{})
	p.next++
	p.gates[job] = gate
	p.l.on(t, func() {
		p.ds[job] = threads.DeferToThread(p.l, func(context.Context) (int, error) {
			p.begun <- job
			<-gate
			return job, nil
		}).Catch(ignore)
	})
	p.model.submit(job)
}

// compare returns how the Pool differs from the model, or nothing. Jobs that
// begin in one step do so in no certain order.
func (p *program) compare() string {
	s := p.l.pool.Stats()
	if s.Workers != p.workers() || s.Idle != len(p.idle) || s.Queued != len(p.queue) {
		return fmt.Sprintf("%d workers, %d idle, %d queued, want %d, %d, %d",
			s.Workers, s.Idle, s.Queued, p.workers(), len(p.idle), len(p.queue))
	}
	var begun []int
	for len(p.begun) > 0 {
		begun = append(begun, <-p.begun)
	}
	slices.Sort(begun)
	if want := p.model.begun; !slices.Equal(begun, want) {
		return fmt.Sprintf("jobs %v began, want %v", begun, want)
	}
	p.model.begun = nil
	return ""
}
