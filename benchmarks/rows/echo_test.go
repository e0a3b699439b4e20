//go:build unix

package rows_test

import (
	"fmt"
	"testing"

	"github.com/spindle-go/spindle/benchmarks/internal/row"
)

func BenchmarkEcho(b *testing.B) { row.Bench(b, echoRows()) }
func TestEcho(t *testing.T)      { row.Test(t, echoRows()) }

// crowd is what an echo server is driven with.
type crowd struct {
	conns int // connections
	size  int // bytes in a request, and in its answer
	depth int // requests that a connection sends before it waits for the answers
}

// String is the name of a row.
func (c crowd) String() string { return fmt.Sprintf("c=%d,s=%d,d=%d", c.conns, c.size, c.depth) }

// echoRows are requests to an echo server and their answers, over TCP on loopback. An
// operation is one request, and the result is how many bytes came back wrong. Servers
// and clients are in one process here, and the clients cost more than the servers: it
// is for profiles, and for comparing one version with another. `go run ./benchmarks`
// has servers of several languages as processes of their own, each on one core.
func echoRows() []row.Row {
	var rows []row.Row
	for _, c := range []crowd{
		{1, 64, 1}, {100, 64, 1}, {1000, 64, 1}, {100, 64, 16}, {100, 16 << 10, 1}, {100, 16 << 10, 4},
	} {
		rows = append(rows, row.Row{Name: c.String(), Size: c.conns * c.size * c.depth, Contenders: []row.Contender{
			{Name: "spindle", Start: func(s row.Setup) row.Run { return drive(s, c, echoSpindle(s, nil), nil) }},
			{Name: "gonet", Start: func(s row.Setup) row.Run { return drive(s, c, echoGonet(s, nil), nil) }},
		}})
	}
	return rows
}
