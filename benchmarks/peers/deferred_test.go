package peers_test

import (
	"errors"
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
)

func BenchmarkDeferred(b *testing.B) { row.Bench(b, deferredRows()) }
func TestDeferred(t *testing.T)      { row.Test(t, deferredRows()) }

func deferredRows() []row.Row {
	return []row.Row{
		{Name: "one-callback", Want: 2, InTurns: true, Contenders: []row.Contender{
			row.Fixed("samber-mo", func(n int) int { return moCallbacks(n, 1) }),
			row.Fixed("go-promise", func(n int) int { return promiseCallbacks(n, 1) }),
		}},
		{Name: "ten-callbacks", Want: 11, InTurns: true, Contenders: []row.Contender{
			row.Fixed("samber-mo", func(n int) int { return moCallbacks(n, 10) }),
			row.Fixed("go-promise", func(n int) int { return promisePipes(n, 10) }),
			row.Fixed("go-promise-apart", func(n int) int { return promiseCallbacks(n, 10) }),
		}},
		{Name: "thousand-chained", Want: steps + 1, InTurns: true, Contenders: []row.Contender{
			row.Fixed("samber-mo", moChained),
			row.Fixed("go-promise", func(n int) int { return promisePipes(n, steps) }),
		}},
		{Name: "gather-100", Want: sumBelow(children), InTurns: true, Contenders: []row.Contender{
			row.Fixed("go-promise", func(n int) int { return promiseAll(n, children) }),
			row.Fixed("conc", func(n int) int { return concWaits(n, children) }),
			{Name: "ants", Start: func(s row.Setup) row.Run { return antsWaits(s, children) }},
		}},
		{Name: "fail-and-recover", Want: 7, InTurns: true, Contenders: []row.Contender{
			row.Fixed("samber-mo", moRecovers),
			row.Fixed("go-promise", promiseRecovers),
		}},
	}
}

// TestDeferredInTurns checks that they are measured as ours is.
func TestDeferredInTurns(t *testing.T) {
	for _, r := range deferredRows() {
		if !r.InTurns {
			t.Errorf("%s is not in turns", r.Name)
		}
	}
}

const (
	steps    = 1000
	children = 100
)

var errNo = errors.New("no")

func increment(v int) (int, error) { return v + 1, nil }

// sumBelow is what gathering 0 to n-1 adds up to.
func sumBelow(n int) int { return n * (n - 1) / 2 }

func sum(values []int) int {
	total := 0
	for _, v := range values {
		total += v
	}
	return total
}
