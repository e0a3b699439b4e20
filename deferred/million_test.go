package deferred_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/deferred"
)

const (
	// millionEnv names the feat that a child of TestMillion is to do.
	millionEnv = "SPINDLE_TEST_MILLION"

	// millionStack is what a goroutine's stack may grow to in the child, where
	// to exceed it is fatal.
	millionStack = 64 << 10

	// growth is how much more ten times the Deferreds may cost: ten times, and a
	// little for slices that grow by doubling.
	growth = 12
)

// million is how many Deferreds a feat is about.
func million() int {
	switch {
	case debugged():
		return 10_000
	case raceEnabled:
		return 100_000
	}
	return 1_000_000
}

// feat does something with n Deferreds, and returns what came out at the far end.
type feat func(n int) (int, error)

// feats has all that must neither recurse nor cost more than its share.
func feats() map[string]feat {
	all := map[string]feat{
		"Then, fired":                       thenFeat(fire),
		"Then, cancelled":                   thenFeat(cancel),
		"ChainDeferred, fired":              forwardFeat(fire),
		"ChainDeferred, cancelled":          forwardFeat(cancel),
		"Chain and Then in turn, fired":     mixedFeat(fire),
		"Chain and Then in turn, cancelled": mixedFeat(cancel),
		"Chain with a rest, fired":          restFeat,
	}
	for name, order := range map[string]func(n int) []int{
		"ascending": ascending, "descending": descending, "random": random,
		"pairs, then ascending": pairsAscending, "pairs, then descending": pairsDescending,
	} {
		all["Chain, "+name+", fired"] = chainFeat(order, fire)
		all["Chain, "+name+", cancelled"] = chainFeat(order, cancel)
	}
	return all
}

// end is what is done to a row of Deferreds, given its inner and its outer end.
type end func(inner, outer *number)

func fire(inner, _ *number) { _ = inner.Callback(7) }

func cancel(_, outer *number) { outer.Cancel() }

func ascending(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

func descending(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = n - 1 - i
	}
	return order
}

// pairsAscending joins Deferreds to pairs, and then pairs to one chain: the one
// that begins to wait has a short way up and a long way down to search.
func pairsAscending(n int) (order []int) {
	for i := 1; i < n; i += 2 {
		order = append(order, i)
	}
	for i := 0; i < n; i += 2 {
		order = append(order, i)
	}
	return order
}

// pairsDescending has a long way up and a short way down.
func pairsDescending(n int) []int {
	order := pairsAscending(n)
	slices.Reverse(order[n/2:])
	return order
}

func random(n int) []int { return rand.New(rand.NewPCG(1, 2)).Perm(n) }

// outcome returns the result of d.
func outcome(d *number) (v int, err error) {
	err = errors.New("it has not fired")
	d.AddBoth(func(got int, failed error) (int, error) {
		v, err = got, failed
		return 0, nil
	})
	return v, err
}

// chainFeat makes n Deferreds that each wait for the one before by an answer of a
// callback. order is that in which they begin to wait.
func chainFeat(order func(n int) []int, end end) feat {
	return func(n int) (int, error) {
		ds := waiting(order(n))
		end(ds[0], ds[n-1])
		return outcome(ds[n-1])
	}
}

// waiting makes Deferreds that wait each for the one before.
func waiting(order []int) []*number {
	ds := make([]*number, len(order))
	answer := func(i int) (int, error) { return ds[i-1].Chain() }
	for i := range ds {
		ds[i] = newNumber()
		if i > 0 {
			ds[i].AddCallback(answer)
		}
	}
	for _, i := range order {
		if i > 0 {
			_ = ds[i].Callback(i)
		}
	}
	return ds
}

// restFeat has a step left in each list when the result is handed on.
func restFeat(n int) (int, error) {
	ds := waiting(ascending(n))
	rest := 0
	count := func(v int) { rest += v + 1 } // each is left with the zero value
	for _, d := range ds[:n-1] {
		d.Tap(count)
	}
	_ = ds[0].Callback(7)
	if rest != n-1 {
		return 0, fmt.Errorf("the rest of %d lists has run, want %d", rest, n-1)
	}
	return outcome(ds[n-1])
}

// thenFeat changes the type n times.
func thenFeat(end end) feat {
	return func(n int) (int, error) {
		inner := newNumber()
		outer := inner
		for range n / 2 {
			text := deferred.Then(outer, func(v int) (string, error) { return strconv.Itoa(v), nil })
			outer = deferred.Then(text, strconv.Atoi)
		}
		end(inner, outer)
		return outcome(outer)
	}
}

// forwardFeat makes n Deferreds that each fire the next.
func forwardFeat(end end) feat {
	return func(n int) (int, error) {
		inner := newNumber()
		outer := inner
		for range n {
			next := newNumber()
			outer.ChainDeferred(next)
			outer = next
		}
		end(inner, inner) // a cancel does not go inward through them
		return outcome(outer)
	}
}

// mixedFeat makes Deferreds that wait by an answer of a callback and by Then in
// turn.
func mixedFeat(end end) feat {
	return func(n int) (int, error) {
		inner := newNumber()
		outer := inner
		for range n / 2 {
			outer = deferred.Then(deferred.Maybe(outer.Chain), func(v int) (int, error) { return v, nil })
		}
		end(inner, outer)
		return outcome(outer)
	}
}

// cost is what a feat took, as a child tells it.
type cost struct {
	Value          int
	Failure        string
	Mallocs, Bytes uint64
}

// runMillion is the child: it does a feat twice, with a tenth of the Deferreds
// and with all of them, and tells the cost of both.
func runMillion(name string) {
	time.AfterFunc(3*patience, func() { panic("the parent must have gone") })
	debug.SetMaxStack(millionStack)
	costs := make([]cost, 2)
	done := make(chan struct{})
	go func() { // the limit counts for what is grown from now on
		defer close(done)
		if name == recursion && recurse(million()) != 0 {
			return
		}
		for i, n := range []int{million() / 10, million()} {
			costs[i] = measure(feats()[name], n)
		}
	}()
	<-done
	if err := json.NewEncoder(os.Stdout).Encode(costs); err != nil {
		panic(err)
	}
}

// measure does a feat and counts what it allocates.
func measure(f feat, n int) (c cost) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	v, err := f(n)
	runtime.ReadMemStats(&after)
	c = cost{Value: v, Mallocs: after.Mallocs - before.Mallocs, Bytes: after.TotalAlloc - before.TotalAlloc}
	if err != nil {
		c.Failure = err.Error()
	}
	return c
}

// recursion is the name of what a child must not survive.
const recursion = "recursion"

//go:noinline
func recurse(n int) int {
	if n == 0 {
		return 0
	}
	return recurse(n-1) + 1
}

// child runs this binary again for a feat.
func child(t *testing.T, name string) (stdout, stderr string, err error) {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 3*patience)
	defer stop()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), millionEnv+"="+name, "GORACE=atexit_sleep_ms=0")
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// TestMillion does each feat in a process whose goroutines may use no more than
// 64 KiB of stack, and compares what it allocates with what a tenth of it does.
func TestMillion(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: a million Deferreds take seconds, so nothing is known of them; run without -short")
	}
	if raceEnabled {
		t.Logf("the race detector is on: %d Deferreds, not a million", million())
	}
	t.Run("the limit is one", func(t *testing.T) {
		_, stderr, err := child(t, recursion)
		if err == nil || !strings.Contains(stderr, "stack overflow") {
			t.Errorf("recursion ended with %v, want a stack overflow\n%s", err, stderr)
		}
	})
	for name := range feats() {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // each is a process of its own
			stdout, stderr, err := child(t, name)
			if err != nil {
				t.Fatalf("the child ended with %v\n%.2000s", err, stderr)
			}
			var costs []cost
			if err := json.Unmarshal([]byte(stdout), &costs); err != nil {
				t.Fatalf("%v in %q", err, stdout)
			}
			checkCosts(t, name, costs[0], costs[1])
		})
	}
}

// checkCosts looks at the results of a feat, and at what it cost.
func checkCosts(t *testing.T, name string, tenth, whole cost) {
	want := cost{Value: 7}
	if strings.HasSuffix(name, "cancelled") {
		want = cost{Failure: deferred.ErrCancelled.Error()}
	}
	for _, got := range []cost{tenth, whole} {
		if got.Value != want.Value || got.Failure != want.Failure {
			t.Errorf("the far end has %d, %q, want %d, %q", got.Value, got.Failure, want.Value, want.Failure)
		}
	}
	t.Logf("%.1f allocations and %d bytes a Deferred",
		float64(whole.Mallocs)/float64(million()), whole.Bytes/uint64(million()))
	if whole.Mallocs > growth*tenth.Mallocs {
		t.Errorf("%d allocations, and %d for a tenth: not linear", whole.Mallocs, tenth.Mallocs)
	}
	if whole.Bytes > growth*tenth.Bytes {
		t.Errorf("%d bytes, and %d for a tenth: not linear", whole.Bytes, tenth.Bytes)
	}
}
