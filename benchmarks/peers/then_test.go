package peers_test

import (
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
)

func BenchmarkThen(b *testing.B) { row.Bench(b, thenRows()) }
func TestThen(t *testing.T)      { row.Test(t, thenRows()) }

func thenRows() []row.Row {
	return []row.Row{
		{Name: "one", Want: 1, Contenders: []row.Contender{
			row.Fixed("samber-mo", moThen),
		}},
		{Name: "pending", Want: 1, Contenders: []row.Contender{
			row.Fixed("samber-mo", moThenPending),
			row.Fixed("go-promise", promiseThenPending),
		}},
	}
}

// same is a step: samber/mo has none that changes the type.
func same(v int) (int, error) { return v, nil }
