package netx_test

import (
	"errors"
	"math/rand/v2"

	"github.com/spindle-go/spindle/netx"
)

// modelPull is the pull producer of a side. It writes a few times and is done.
type modelPull struct {
	s *side
	r *rand.Rand
}

// modelPush is a push producer, which writes when it may go on. It checks that it
// is paused and resumed in turns.
type modelPush struct {
	modelPull
	held bool
}

// producer returns one of either kind.
func (s *side) producer(r *rand.Rand) netx.Producer {
	if r.IntN(2) == 0 {
		return &modelPull{s, r}
	}
	return &modelPush{modelPull: modelPull{s, r}}
}

func (p *modelPull) ResumeProducing() {
	s := p.s
	if s.inside {
		s.problem(errors.New("a producer is asked from inside a call"))
	}
	if s.lost() {
		s.problem(errors.New("a producer is asked after the end"))
	}
	s.inside = true
	defer func() { s.inside = false }()
	piece := noise(p.r.IntN(2000))
	if _, err := s.conn.Write(piece); err == nil {
		s.written.Write(piece)
	}
	if s.left--; s.left <= 0 {
		s.conn.UnregisterProducer()
	}
}

func (p *modelPull) StopProducing() {
	if p.s.lost() || p.s.inside {
		p.s.problem(errors.New("a producer is stopped after the end, or from inside a call"))
	}
}

func (p *modelPush) ResumeProducing() {
	if !p.held {
		p.s.problem(errors.New("a producer is resumed that was not paused"))
	}
	p.held = false
	p.modelPull.ResumeProducing()
}

func (p *modelPush) PauseProducing() {
	if p.held {
		p.s.problem(errors.New("a producer is paused twice"))
	}
	p.held = true
}
