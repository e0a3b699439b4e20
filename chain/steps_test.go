package chain_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// A step is one operation of a random program on a lock, a queue or a scope. Of
// the Deferreds that it makes, the first to fire does what is to come then, from
// inside its handler.
type step struct {
	verb, arg int
	then      []step
}

// stage is a world in which steps happen: that of this package, or a naive model
// of it. It notes what it sees.
type stage interface {
	// do does one step. then is called from inside.
	do(verb, arg int, then func())
	// end returns what was noted.
	end() journal
}

// theatre is a pair of stages that must note the same.
type theatre struct {
	name  string
	verbs []string
	// open returns both, made from the same few bytes. reports returns what was
	// reported as unhandled.
	open func(s *source, reports func() journal) (real, model stage)
	// reach is what programs must come to at least.
	reach []string
}

func theatres() []theatre { return []theatre{holdTheatre(), queueTheatre(), scopeTheatre()} }

// readSteps reads a program of steps. Any bytes are one.
func readSteps(s *source, verbs, depth int) (steps []step) {
	n := 3
	if depth == 0 {
		n = maxActs
	}
	for len(*s) > 0 && len(steps) < n {
		p := step{verb: s.below(verbs), arg: s.below(256)}
		if depth < 3 && s.below(2) == 0 {
			p.then = readSteps(s, verbs, depth+1)
		}
		steps = append(steps, p)
		if depth > 0 && s.below(2) == 0 {
			break
		}
	}
	return steps
}

// perform plays steps on a stage.
func perform(on stage, steps []step) {
	for _, s := range steps {
		on.do(s.verb, s.arg, func() { perform(on, s.then) })
	}
}

// describe writes steps down.
func (th theatre) describe(b *strings.Builder, indent string, steps []step) {
	for _, s := range steps {
		fmt.Fprintf(b, "%s%s %d\n", indent, th.verbs[s.verb], s.arg)
		th.describe(b, indent+"    ", s.then)
	}
}

// rehearse runs the program in bytes on both stages.
func (th theatre) rehearse(t *testing.T, reports func() journal, bytes []byte) journal {
	t.Helper()
	s := source(bytes)
	real, model := th.open(&s, reports)
	steps := readSteps(&s, len(th.verbs), 0)
	perform(model, steps)
	perform(real, steps)
	want, got := model.end(), real.end()
	if !slices.Equal(got, want) {
		var b strings.Builder
		th.describe(&b, "", steps)
		t.Fatalf("got:\n%s\nwant:\n%s\nthe program, with %v at its head:\n%s",
			strings.Join(got, "\n"), strings.Join(want, "\n"), bytes[:min(len(bytes), 3)], b.String())
	}
	return got
}

// TestPrimitivesModel runs random programs on locks, semaphores, queues and
// scopes, with cancels everywhere, and makes sure that they come to what they are
// to test.
func TestPrimitivesModel(t *testing.T) {
	const programs = 4000
	for _, th := range theatres() {
		t.Run(th.name, func(t *testing.T) {
			reports := collectUnhandled(t)
			random := rand.New(rand.NewPCG(5, 6))
			var seen strings.Builder
			for range programs {
				seen.WriteString(strings.Join(th.rehearse(t, reports, randomBytes(random)), "\n") + "\n")
			}
			for _, part := range th.reach {
				if !strings.Contains(seen.String(), part) {
					t.Errorf("no program has come to %q", part)
				}
			}
		})
	}
}

// FuzzPrimitives runs programs that the fuzzer finds. The first byte says on
// what.
func FuzzPrimitives(f *testing.F) {
	random := rand.New(rand.NewPCG(7, 8))
	for i := range 30 {
		f.Add(append([]byte{byte(i)}, randomBytes(random)...))
	}
	f.Fuzz(func(t *testing.T, bytes []byte) {
		s := source(bytes)
		all := theatres()
		all[s.below(len(all))].rehearse(t, collectUnhandled(t), s)
	})
}
