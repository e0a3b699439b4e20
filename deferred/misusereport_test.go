package deferred_test

import (
	"bytes"
	"iter"
	"strings"
	"sync"
	"testing"

	"github.com/spindle-go/spindle/deferred"
)

// watchMisuse collects reports of misuse until the test ends.
func watchMisuse(t *testing.T) (reports func() []deferred.Misuse) {
	silenceUnhandled(t)
	debugMode(t)
	var mu sync.Mutex
	var all []deferred.Misuse
	deferred.SetMisuseHandler(func(m deferred.Misuse) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, m)
	})
	t.Cleanup(func() { deferred.SetMisuseHandler(nil) })
	return func() []deferred.Misuse {
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

func touches(d *number) { d.AddBoth(passes) }

// TestMisuse is about what is reported, and what is not. The goroutines take
// turns, so that the race detector has nothing to say.
func TestMisuse(t *testing.T) {
	elsewhere := func(t *testing.T, do func()) { onItsOwn(t, do) }
	for _, row := range []struct {
		name string
		want int
		play func(t *testing.T)
	}{
		{"another goroutine, in the middle of a loop's turn", 1, func(t *testing.T) {
			loop := deferred.NewTurns()
			defer loop.Close()
			loop.Begin()
			d := made()
			elsewhere(t, func() { touches(d); touches(d); _ = d.Callback(1) })
			loop.End()
		}},
		{"another goroutine fires, in the middle of a turn", 1, func(t *testing.T) {
			loop := deferred.NewTurns()
			defer loop.Close()
			loop.Begin()
			d := made()
			elsewhere(t, func() { _ = d.Callback(1) })
		}},
		{"another goroutine cancels, in the middle of a turn", 1, func(t *testing.T) {
			loop := deferred.NewTurns()
			defer loop.Close()
			loop.Begin()
			d := made()
			elsewhere(t, d.Cancel)
		}},
		{"another loop, in the middle of a turn", 1, func(t *testing.T) {
			loop := deferred.NewTurns()
			defer loop.Close()
			loop.Begin()
			d := made()
			elsewhere(t, func() {
				other := deferred.NewTurns()
				defer other.Close()
				touches(d)
			})
		}},
		{"while a handler is running elsewhere", 1, func(t *testing.T) {
			d := made()
			d.AddCallback(func(v int) (int, error) {
				elsewhere(t, func() { touches(d) })
				return v, nil
			})
			_ = d.Callback(1)
		}},
		{"made on one goroutine and given to another", 0, func(t *testing.T) {
			d := made()
			touches(d)
			elsewhere(t, func() {
				loop := deferred.NewTurns()
				defer loop.Close()
				loop.Begin()
				touches(d)
				_ = d.Callback(1)
			})
			touches(d) // the loop is over
		}},
		{"a coroutine of a loop", 0, func(t *testing.T) {
			loop := deferred.NewTurns()
			defer loop.Close()
			loop.Begin()
			d := made()
			next, end := iter.Pull(func(yield func(int) bool) {
				touches(d)
				yield(1)
				_ = d.Callback(1)
			})
			defer end()
			next()
			next()
			touches(d)
		}},
		{"a handler that uses its own Deferred", 0, func(*testing.T) {
			d := made()
			d.AddCallback(func(v int) (int, error) { touches(d); return v, nil })
			_ = d.Callback(1)
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			reports := watchMisuse(t)
			row.play(t)
			got := reports()
			if len(got) != row.want {
				t.Fatalf("%d reports, want %d: %v", len(got), row.want, got)
			}
			for _, m := range got {
				if m.Type != "Deferred[int]" || !strings.HasSuffix(m.Made.Function, ".made") ||
					!strings.Contains(m.Stack, "onItsOwn") || !strings.Contains(m.Before, "testing.tRunner") {
					t.Errorf("the report is\n%v", m)
				}
			}
		})
	}
}

// TestMisuseIsLogged is about the default handler.
func TestMisuseIsLogged(t *testing.T) {
	debugMode(t)
	var log bytes.Buffer
	d := made()
	d.AddCallback(func(v int) (int, error) {
		onItsOwn(t, func() { touches(d) })
		return v, nil
	})
	restore := setLog(&log)
	_ = d.Callback(1)
	restore()
	for _, part := range []string{`"level":"ERROR"`, "used by two goroutines", `"stack":`, `"before":`, `"made":`} {
		if strings.Count(log.String(), part) != 1 {
			t.Errorf("the log has not one %q:\n%s", part, log.String())
		}
	}
}
