package deferred_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// compare runs a program in both worlds, and returns a description of the first
// difference, or "".
func compare(ops []operation) string {
	want := playProgram(&naiveWorld{}, ops)
	world, leave := newRealWorld()
	defer leave()
	got := playProgram(world, ops)
	if slices.Equal(got, want) {
		return ""
	}
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	var b strings.Builder
	for _, op := range ops {
		fmt.Fprintf(&b, "%v\n", op)
	}
	show := func(name string, trace []string) {
		fmt.Fprintf(&b, "%s:\n  %s\n", name, strings.Join(trace, "\n  "))
	}
	show("both", got[:i])
	show("Deferreds", got[i:])
	show("model", want[i:])
	return b.String()
}

// smallest leaves operations out of a program for as long as it gives a
// difference, and returns that.
func smallest(ops []operation) string {
	difference := compare(ops)
	for i := 0; i < len(ops); {
		fewer := slices.Delete(slices.Clone(ops), i, i+1)
		if d := compare(fewer); d != "" {
			ops, difference = fewer, d
			continue
		}
		i++
	}
	return difference
}

// TestModel plays random programs on Deferreds and on the model of them.
func TestModel(t *testing.T) {
	programs := 20_000
	if raceEnabled || testing.Short() {
		programs = 3000
	}
	playRandom(t, programs)
}

// TestModelInDebugMode makes sure that Deferreds do the same when they are
// watched.
func TestModelInDebugMode(t *testing.T) {
	debugMode(t)
	playRandom(t, 500)
}

func playRandom(t *testing.T, programs int) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	for range programs {
		text := make([]byte, 1+random.IntN(300))
		for i := range text {
			text[i] = byte(random.UintN(256))
		}
		if ops := decode(text); compare(ops) != "" {
			t.Fatalf("seed %d, bytes %q, of which this is enough:\n%s", seed, text, smallest(ops))
		}
	}
}

// FuzzPrograms does so with the programs that the fuzzer finds.
func FuzzPrograms(f *testing.F) {
	for _, length := range []int{20, 100, 300} {
		random := rand.New(rand.NewPCG(uint64(length), 0))
		text := make([]byte, length)
		for i := range text {
			text[i] = byte(random.UintN(256))
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if ops := decode(text); compare(ops) != "" {
			t.Errorf("bytes %q, of which this is enough:\n%s", text, smallest(ops))
		}
	})
}
