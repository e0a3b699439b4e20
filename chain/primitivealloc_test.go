package chain_test

import (
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
)

// TestPrimitiveAllocations holds locks, queues and the rest to the figures in
// their comments.
func TestPrimitiveAllocations(t *testing.T) {
	skipInDebug(t)
	l, busy := chain.NewLock(), chain.NewLock()
	busy.Acquire()
	busySemaphore := chain.NewSemaphore(1)
	busySemaphore.Acquire()
	items, rendezvous := chain.NewQueue[int](-1, -1), chain.NewQueue[int](0, -1)
	scope := chain.NewScope()
	seven := deferred.Succeed(7)
	work := func() *child { return seven }
	each := func(int) *child { return seven }
	rounds := []struct {
		name string
		run  func()
		want float64
	}{
		{"Acquire of a free lock", func() { l.Acquire(); _ = l.Release() }, 1},
		{"Hold of a free lock", func() { l.Hold(); _ = l.Release() }, 2},
		{"Acquire that waits, and a hand-over", func() { busy.Acquire(); _ = busy.Release() }, 1},
		{"Acquire of a semaphore, and a hand-over", func() { busySemaphore.Acquire(); _ = busySemaphore.Release() }, 1},
		{"Acquire that is cancelled", func() { busy.Acquire().Catch(ignore).Cancel() }, 2},
		{"Put, and then Get", func() { _ = items.Put(1); items.Get() }, 1},
		{"Get, and then Put", func() { items.Get(); _ = items.Put(1) }, 1},
		{"PutWait, and then Get", func() { rendezvous.PutWait(1); rendezvous.Get() }, 2},
		{"Get, and then PutWait", func() { rendezvous.Get(); rendezvous.PutWait(1) }, 2},
		{"Get that is cancelled", func() { items.Get().Catch(ignore).Cancel() }, 2},
		{"Add", func() { chain.Add(scope, seven) }, 1},
		{"Go", func() { chain.Go(scope, work) }, 1},
		{"Wait", func() { scope.Wait() }, 1},
		{"Join2", func() { chain.Join2(seven, seven) }, 3},
		{"Join3", func() { chain.Join3(seven, seven, seven) }, 4},
		{"Fork", func() { chain.Fork(deferred.New[int](), 10) }, 1 + 10 + 5},
		{"1000 items more in ForEach", func() { chain.ForEach(numbers(1000), 1, each) }, 0},
	}
	for _, round := range rounds {
		t.Run(round.name, func(t *testing.T) {
			got := testing.AllocsPerRun(50, round.run)
			if round.want == 0 { // besides what it costs at all, and for the values
				got -= testing.AllocsPerRun(50, func() { chain.ForEach(numbers(1), 1, each) })
				if got < 999 || got > 999+20 {
					t.Errorf("%v allocations, want one an item and few more", got)
				}
				return
			}
			if got != round.want {
				t.Errorf("%v allocations, want %v", got, round.want)
			}
		})
	}
}
