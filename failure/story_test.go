package failure_test

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/failure"
)

// step is a hop that is known by a number.
func step(n int) failure.Hop {
	return failure.Hop{Kind: failure.HopFired, At: failure.Place{File: "f.go", Line: n}}
}

func TestWithLeavesTheOriginalAlone(t *testing.T) {
	f := failure.New(io.EOF)
	one := f.With(step(1))
	two, other := one.With(step(2)), one.With(step(3))
	for _, row := range []struct {
		name string
		f    *failure.Failure
		want []failure.Hop
	}{
		{"none", f, nil},
		{"one", one, []failure.Hop{step(1)}},
		{"two", two, []failure.Hop{step(1), step(2)}},
		{"another way", other, []failure.Hop{step(1), step(3)}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.f.Hops(); !reflect.DeepEqual(got, row.want) {
				t.Errorf("hops %v, want %v", got, row.want)
			}
			for _, same := range []*failure.Failure{f, one, two, other} {
				if !errors.Is(row.f, same) {
					t.Error("it is not the same failure any more")
				}
			}
			if errors.Is(row.f, failure.New(io.EOF)) || !errors.Is(row.f, io.EOF) {
				t.Error("errors.Is sees another error in it")
			}
			if row.f.Unwrap() != io.EOF || !strings.HasPrefix(row.f.Traceback(), f.Traceback()) {
				t.Error("its error or its place is another one")
			}
		})
	}
}

// TestLongStoryLosesItsMiddle goes on for so long that it must.
func TestLongStoryLosesItsMiddle(t *testing.T) {
	const n = 100_000
	f := failure.New(io.EOF)
	for i := range n {
		f = f.With(step(i))
	}
	hops := f.Hops()
	if len(hops) > 64 || len(hops) < 32 {
		t.Fatalf("%d hops are kept", len(hops))
	}
	at := 0
	for i, h := range hops {
		at += h.Skipped
		if h.At.Line != at || h.Skipped > 0 && i != 16 {
			t.Fatalf("hop %d is number %d, want %d", i, h.At.Line, at)
		}
		at++
	}
	if at != n {
		t.Errorf("%d hops are accounted for, want %d", at, n)
	}
	if text := f.Traceback(); !strings.Contains(text, fmt.Sprintf("\n    ... %d more ...\n", hops[16].Skipped)) {
		t.Errorf("the trace does not say how many are left out:\n%s", text)
	}
}

func TestHopString(t *testing.T) {
	here := failure.Place{Function: "main.f", File: "f.go", Line: 3}
	fn := failure.Place{Function: "main.g", File: "g.go", Line: 7}
	for want, h := range map[string]failure.Hop{
		"Deferred[int] made in main.f (f.go:3)":                  {Kind: failure.HopMade, Deferred: "Deferred[int]", At: here},
		"fired in main.f (f.go:3)":                               {Kind: failure.HopFired, At: here},
		"failed in main.g (g.go:7), added in main.f (f.go:3)":    {Kind: failure.HopFailed, Handler: fn, At: here},
		"passed by main.g (g.go:7)":                              {Kind: failure.HopPassedBy, Handler: fn},
		"passed on by AddTimeout, added in main.f (f.go:3)":      {Kind: failure.HopPassedOn, Handler: failure.Place{Function: "AddTimeout"}, At: here},
		"handed over to Deferred[int]":                           {Kind: failure.HopHandedOver, Deferred: "Deferred[int]"},
		"handed over to Deferred[int] made in main.f (f.go:3)":   {Kind: failure.HopHandedOver, Deferred: "Deferred[int]", At: here},
		"handled by main.g (g.go:7), added in main.f (f.go:3)":   {Kind: failure.HopHandled, Handler: fn, At: here},
		"reported as unhandled":                                  {Kind: failure.HopReported, At: here},
		"HopKind(77) a place that is not known, added in f.go:3": {Kind: 77, At: failure.Place{File: "f.go", Line: 3}},
	} {
		if got := h.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestTracebackOfWrappedStories makes sure that each failure has its own.
func TestTracebackOfWrappedStories(t *testing.T) {
	inner := failure.At(io.EOF, 0).With(step(1))
	outer := failure.At(fmt.Errorf("outer: %w", inner), 0).With(step(2))
	want := "outer: EOF\n  its story:\n    fired in f.go:2\nwhich wraps: EOF\n  its story:\n    fired in f.go:1"
	if got := outer.Traceback(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCaller(t *testing.T) {
	direct := failure.Caller()
	if !strings.HasSuffix(direct.Function, "failure_test.TestCaller") || direct.Line == 0 || !strings.HasSuffix(direct.File, "story_test.go") {
		t.Errorf("the caller is %v", direct)
	}
	deep := make(chan failure.Place)
	go func() { deep <- deeper(100) }()
	if got := <-deep; !strings.HasSuffix(got.Function, "failure_test.deeper") {
		t.Errorf("far down the caller is %v", got)
	}
}

//go:noinline
func deeper(n int) failure.Place {
	if n > 0 {
		return deeper(n - 1)
	}
	return failure.Caller()
}
