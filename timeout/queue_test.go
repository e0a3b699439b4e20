package timeout_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/timeout"
)

// start is where the clocks of these tests start.
var start = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// TestQueueModel plays random programs on the queue and on the model.
func TestQueueModel(t *testing.T) {
	const programs, length = 150, 200
	for seed := range uint64(programs) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			random := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
			program := make([]byte, 3*length)
			if _, err := random.Read(program); err != nil {
				t.Fatal(err)
			}
			newPair(t).play(program)
		})
	}
}

// FuzzQueue plays programs that the fuzzer writes.
func FuzzQueue(f *testing.F) {
	f.Add([]byte{0, 0, 5, 0, 0, 5, 6, 0, 10, 7, 0, 0})
	f.Add([]byte{0, 0, 5, 6, 0, 15, 0, 0, 0, 5, 0, 0, 7, 1, 0, 7, 1, 0})
	f.Add([]byte{0, 0, 252, 5, 0, 252, 5, 0, 250, 7, 0, 0})
	f.Fuzz(func(t *testing.T, program []byte) {
		const longest = 3 * 500 // more tells nothing new: the model sorts at every step
		newPair(t).play(program[:min(len(program), longest)])
	})
}

// TestQueueGivesMemoryBack fills a queue far past what it keeps, and empties it
// in both ways.
func TestQueueGivesMemoryBack(t *testing.T) {
	tests := []struct {
		name  string
		empty func(t *testing.T, q *timeout.Queue, calls []*timeout.DelayedCall)
	}{
		{"cancelled", func(t *testing.T, _ *timeout.Queue, calls []*timeout.DelayedCall) {
			for _, c := range calls {
				if err := c.Cancel(); err != nil {
					t.Fatal(err)
				}
			}
		}},
		{"run", func(t *testing.T, q *timeout.Queue, calls []*timeout.DelayedCall) {
			for range calls {
				if _, _, ok := q.Pop(math.MaxInt64, math.MaxUint64); !ok {
					t.Fatal("a call is missing")
				}
			}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			q := benchQueue()
			var calls []*timeout.DelayedCall
			for _, d := range randomDelays(20_000) {
				calls = append(calls, q.Add(d, nothing))
			}
			if err := q.Check(); err != nil {
				t.Fatal(err)
			}
			test.empty(t, q, calls)
			if err := q.Check(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestQueueNewerInFront is the case that Pop's comment argues: calls made under
// the mark and moved into the past, again and again, do not keep an older call
// from running in its batch.
func TestQueueNewerInFront(t *testing.T) {
	now := 10 * time.Second
	q := timeout.NewQueue(start, func() time.Duration { return now })
	var ran []string
	runs := func(name string) func() { return func() { ran = append(ran, name) } }
	q.Add(0, runs("older"))
	mark := q.Mark()
	var newer []*timeout.DelayedCall
	for i := range 3 {
		newer = append(newer, q.Add(0, runs(fmt.Sprintf("newer %d", i))))
		if err := newer[i].Delay(-time.Duration(i+1) * time.Second); err != nil {
			t.Fatal(err)
		}
	}
	popAll(q, now, mark)
	wantRan(t, ran, "older")
	if got := newer[2].Time(); !got.Equal(start.Add(now - 3*time.Second)) {
		t.Errorf("a call that was passed over has the deadline %v", got)
	}
	popAll(q, now, q.Mark())
	wantRan(t, ran, "older", "newer 0", "newer 1", "newer 2")
}

func popAll(q *timeout.Queue, now time.Duration, mark uint64) {
	for f, _, ok := q.Pop(now, mark); ok; f, _, ok = q.Pop(now, mark) {
		f()
	}
}

func wantRan(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("ran %q, want %q", got, want)
	}
}

// TestQueueSaturates adds and moves deadlines past both ends of what can be
// counted.
func TestQueueSaturates(t *testing.T) {
	now := time.Hour
	q := timeout.NewQueue(start, func() time.Duration { return now })
	tests := []struct {
		name string
		move func(c *timeout.DelayedCall) error
		want time.Duration
	}{
		{"Add", func(*timeout.DelayedCall) error { return nil }, math.MaxInt64},
		{"Reset", func(c *timeout.DelayedCall) error { return c.Reset(math.MaxInt64) }, math.MaxInt64},
		{"Delay later", func(c *timeout.DelayedCall) error { return c.Delay(math.MaxInt64) }, math.MaxInt64},
		{"Delay earlier", func(c *timeout.DelayedCall) error { return c.Delay(math.MinInt64) }, -1},
		{"Delay earlier again", func(c *timeout.DelayedCall) error {
			if err := c.Delay(math.MinInt64); err != nil {
				return err
			}
			return c.Delay(math.MinInt64)
		}, math.MinInt64},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := q.Add(math.MaxInt64, nothing)
			if err := test.move(c); err != nil {
				t.Fatal(err)
			}
			if at, _ := q.Next(); at != test.want {
				t.Errorf("the deadline is %d, want %d", at, test.want)
			}
			if err := c.Cancel(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestNewQueueNilElapsed names the rule in its panic.
func TestNewQueueNilElapsed(t *testing.T) {
	wantPanic(t, "nil", func() { timeout.NewQueue(start, nil) })
}

// wantPanic runs f, which has to panic with a text of this package that holds
// part.
func wantPanic(t *testing.T, part string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		text, _ := recover().(string)
		if !strings.HasPrefix(text, "timeout: ") || !strings.Contains(text, part) {
			t.Errorf("panic %q, want one of timeout with %q", text, part)
		}
	}()
	f()
}
