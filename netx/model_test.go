package netx_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/spindle-go/spindle/netx"
)

// side is one end of a connection in a random program, with what a model of a
// stream knows of it.
type side struct {
	halfRecorder
	written bytes.Buffer // what Write took
	gone    bool         // it has called Close or Abort, so that input may be lost
	paused  bool
	inside  bool // a method of the program's is running
	left    int  // pieces that the producer has to write
	problem func(error)
}

// play makes one random move of s, and checks what it answers.
func (s *side) play(r *rand.Rand) (move string, err error) {
	s.inside = true
	defer func() { s.inside = false }()
	switch n := r.IntN(23); {
	case n == 22:
		if err := s.conn.RegisterProducer(s.producer(r)); err == nil {
			s.left = 1 + r.IntN(5)
		}
		return "register a producer", nil
	case n >= 20:
		s.left = 0
		s.conn.UnregisterProducer()
		return "unregister the producer", nil
	case n < 9:
		p := noise(r.IntN(3000))
		taken, err := s.conn.Write(p)
		if err == nil && (taken != len(p) || s.lost()) {
			return "", fmt.Errorf("Write answered %d of %d without an error", taken, len(p))
		}
		if err == nil {
			s.written.Write(p)
		}
		return fmt.Sprintf("write %d", len(p)), nil
	case n < 12:
		s.paused = true
		s.conn.Pause()
		return "pause", nil
	case n < 17:
		s.paused = false
		s.conn.Resume()
		return "resume", nil
	case n < 18:
		if err := s.conn.CloseWrite(); err != nil && !s.conn.Closed() {
			return "", fmt.Errorf("CloseWrite: %w", err)
		}
		return "close the output", nil
	case n < 19 || r.IntN(3) > 0:
		s.gone = true
		s.conn.Close()
		return "close", nil
	default:
		s.gone = true
		s.conn.Abort()
		return "abort", nil
	}
}

// watch has s check what it is told.
func (s *side) watch(problem func(error)) {
	s.problem = problem
	told := func(what string) {
		switch {
		case s.inside:
			problem(fmt.Errorf("%s from inside a call", what))
		case s.lost() && what != "lost":
			problem(fmt.Errorf("%s after the end", what))
		case s.gone && what != "lost":
			problem(fmt.Errorf("%s after Close or Abort", what))
		}
	}
	s.onData = func(p []byte) {
		if told("data"); s.paused || len(p) == 0 {
			problem(fmt.Errorf("%d bytes came, paused: %v", len(p), s.paused))
		}
	}
	s.onReadClosed = func() { told("the end of the input") }
	s.onWriteClosed = func() { told("the end of the output") }
}

// TestRandomPrograms plays random moves on both ends of a Pair and holds what
// comes of it against what a stream of bytes is.
func TestRandomPrograms(t *testing.T) {
	programs := uint64(3000)
	if underRace {
		programs = 300
	}
	for seed := range programs {
		if err := randomProgram(t, seed); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

func randomProgram(t *testing.T, seed uint64) (err error) {
	r := rand.New(rand.NewPCG(seed, 0))
	w := newPairWorld(t)
	var a, b side
	problem := func(e error) { err = errors.Join(err, e) }
	a.watch(problem)
	b.watch(problem)
	var pa, pb netx.Protocol = &a, &b
	if r.IntN(3) == 0 {
		pb = &b.recorder // no HalfCloser
	}
	w.connect(pa, pb, netx.WithPairBuffer(1+r.IntN(2000)), netx.WithWriteMarks(r.IntN(500), 500+r.IntN(3000)))
	var moves []string
	for range 30 {
		s, name := &a, "a"
		if r.IntN(2) == 0 {
			s, name = &b, "b"
		}
		move, e := s.play(r)
		if e != nil {
			problem(e)
		}
		moves = append(moves, name+" "+move)
		for range r.IntN(4) {
			w.clock.RunNext()
		}
	}
	for _, s := range []*side{&a, &b} { // and now to the end
		s.paused = false
		s.conn.Resume()
		s.conn.UnregisterProducer()
		s.conn.CloseWrite()
	}
	w.clock.Advance(time.Minute) // two that close and do not read wait for their deadlines
	problem(judge(&a, &b))
	problem(judge(&b, &a))
	if err != nil {
		err = fmt.Errorf("%w\nmoves: %q\na: %s, %v\nb: %s, %v", err, moves, a.story(), a.reason, b.story(), b.reason)
	}
	return err
}

// judge compares what came to the one with what was written by the other.
func judge(to, from *side) (err error) {
	got, want := to.data.Bytes(), from.written.Bytes()
	if !bytes.HasPrefix(want, got) {
		err = errors.Join(err, errors.New("what came is not what was written"))
	}
	if !to.lost() {
		return errors.Join(err, errors.New("the connection has not ended"))
	}
	if n := len(to.events); !isEnd(to.events[n-1]) {
		err = errors.Join(err, errors.New("the end was not the last"))
	}
	whole := kindOf(to.reason) == "done" && kindOf(from.reason) == "done" && !to.gone
	if whole && len(got) != len(want) {
		err = errors.Join(err, fmt.Errorf("both ends are clean, and %d of %d bytes came", len(got), len(want)))
	}
	return err
}
