package chain_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// compare runs one program on both worlds.
func compare(t *testing.T, reports func() journal, bytes []byte) {
	t.Helper()
	p := parse(bytes)
	wantEvents, wantUnhandled := p.play(&model{})
	gotEvents, gotUnhandled := p.play(newReal(reports))
	if !slices.Equal(gotEvents, wantEvents) {
		t.Errorf("the events differ.\ngot:\n%s\nwant:\n%s", strings.Join(gotEvents, "\n"), strings.Join(wantEvents, "\n"))
	}
	if !slices.Equal(gotUnhandled, wantUnhandled) {
		t.Errorf("unhandled failures are %v, want %v", gotUnhandled, wantUnhandled)
	}
	if t.Failed() {
		t.Fatalf("the program:\n%v", p)
	}
}

// TestModel runs random programs.
func TestModel(t *testing.T) {
	const programs = 5000
	reports := collectUnhandled(t)
	random := rand.New(rand.NewPCG(1, 2))
	for range programs {
		compare(t, reports, randomBytes(random))
	}
}

func randomBytes(random *rand.Rand) []byte {
	bytes := make([]byte, 10+random.IntN(120))
	for i := range bytes {
		bytes[i] = byte(random.Uint32())
	}
	return bytes
}

// FuzzModel runs programs that the fuzzer finds.
func FuzzModel(f *testing.F) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		f.Add(randomBytes(random))
	}
	f.Fuzz(func(t *testing.T, bytes []byte) { compare(t, collectUnhandled(t), bytes) })
}

// TestProgramsReach makes sure that random programs come to what they are to
// test: otherwise the model would agree about nothing.
func TestProgramsReach(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var seen strings.Builder
	for range 2000 {
		events, unhandled := parse(randomBytes(random)).play(&model{})
		seen.WriteString(strings.Join(append(events, unhandled...), "\n") + "\n")
	}
	for _, part := range []string{
		": results [", ": results []", ": values [", ": values []", ": winner ", ": all failed: ", ": first ", ": no Deferreds", ": cancelled\n",
		"canceller ", "ignores a cancel", "has fired already", "child 0: E0", "child 0: 0", "\npanic\n", "\nE4\n",
	} {
		if !strings.Contains(seen.String(), part) {
			t.Errorf("no program has come to %q", part)
		}
	}
}
