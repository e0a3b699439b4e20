package chain_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"weak"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

// puts puts items that must be taken.
func puts(t *testing.T, q *chain.Queue[int], items ...int) {
	t.Helper()
	for _, v := range items {
		if err := q.Put(v); err != nil {
			t.Fatalf("Put(%d): %v", v, err)
		}
	}
}

// gets takes items out that must be there.
func gets(t *testing.T, q *chain.Queue[int], want ...int) {
	t.Helper()
	for _, v := range want {
		if got := deferredtest.SuccessOf(t, q.Get()); got != v {
			t.Errorf("Get gives %d, want %d", got, v)
		}
	}
}

func TestQueueLimits(t *testing.T) {
	tests := []struct {
		size, backlog   int
		items, waitable int // how many can be put, and how many can wait
	}{
		{0, 0, 0, 0}, {1, 0, 1, 0}, {0, 1, 0, 1}, {3, 2, 3, 2}, {-1, 0, 100, 0}, {0, -1, 0, 100}, {-2, -7, 100, 100},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("size %d, backlog %d", test.size, test.backlog), func(t *testing.T) {
			deferredtest.CheckUnhandled(t)
			q := chain.NewQueue[int](test.size, test.backlog)
			for i := range test.items {
				puts(t, q, i)
			}
			if q.Len() != test.items {
				t.Errorf("it has %d items, want %d", q.Len(), test.items)
			}
			if err := q.Put(0); test.size >= 0 && !errors.Is(err, chain.ErrQueueOverflow) {
				t.Errorf("one more answers %v", err)
			}
			for i := range test.items {
				gets(t, q, i)
			}
			if test.size < 0 {
				gets(t, q, 0)
			}
			var waiting []*child
			for range test.waitable {
				waiting = append(waiting, q.Get())
			}
			if test.backlog >= 0 {
				if f := deferredtest.FailureOf(t, q.Get()); f.Check(chain.ErrQueueUnderflow) == nil {
					t.Errorf("one more fails with %v", f)
				}
			}
			for i, d := range waiting { // whatever the size
				deferredtest.NoResult(t, d)
				puts(t, q, 10+i)
				if got := deferredtest.SuccessOf(t, d); got != 10+i {
					t.Errorf("the one that waits has %d, want %d", got, 10+i)
				}
			}
		})
	}
}

func TestZeroQueue(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var q chain.Queue[int]
	if err := q.Put(1); !errors.Is(err, chain.ErrQueueOverflow) {
		t.Errorf("Put answers %v", err)
	}
	d := q.PutWait(2)
	deferredtest.NoResult(t, d)
	gets(t, &q, 2)
	deferredtest.SuccessOf(t, d)
	if f := deferredtest.FailureOf(t, q.Get()); f.Check(chain.ErrQueueUnderflow) == nil {
		t.Errorf("Get fails with %v", f)
	}
}

// TestPutWait fills a queue beyond its size: what waits goes in, in order, as
// there is room.
func TestPutWait(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	q := chain.NewQueue[int](2, 1)
	var all []deferred.Canceller
	for i := range 6 {
		all = append(all, watched(q.PutWait(i), func(err error) { got.add(fmt.Sprint(i, " ", text(0, err))) }))
	}
	got.want(t, "0 0", "1 0")
	if err := q.Put(9); !errors.Is(err, chain.ErrQueueOverflow) {
		t.Errorf("Put gets ahead of those who wait: %v", err)
	}
	all[3].Cancel()
	all[0].Cancel() // has gone in
	gets(t, q, 0)
	got.want(t, "0 0", "1 0", "3 cancelled", "2 0")
	gets(t, q, 1, 2)
	got.want(t, "0 0", "1 0", "3 cancelled", "2 0", "4 0", "5 0")
	gets(t, q, 4, 5)
	if q.Len() != 0 {
		t.Errorf("%d items are left", q.Len())
	}
}

func TestCancelGet(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	q := chain.NewQueue[int](0, 2)
	first, second := q.Get(), q.Get()
	first.Cancel()
	if f := deferredtest.FailureOf(t, first); f.Check(deferred.ErrCancelled) == nil {
		t.Errorf("it failed with %v", f)
	}
	third := q.Get() // there is room in the backlog again
	puts(t, q, 1, 2)
	if a, b := deferredtest.SuccessOf(t, second), deferredtest.SuccessOf(t, third); a != 1 || b != 2 {
		t.Errorf("the others have %d and %d, want 1 and 2", a, b)
	}
	if err := first.Callback(5); !errors.Is(err, deferred.ErrAlreadyCalled) {
		t.Errorf("firing it late answers %v", err)
	}
}

// TestPutInsideGet puts from inside the callbacks of those who wait.
func TestPutInsideGet(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	var got journal
	q := chain.NewQueue[int](1, -1)
	var second *child
	q.Get().Tap(func(v int) {
		got.add(fmt.Sprint("first ", v))
		puts(t, q, 2, 3) // one for the second, one to keep
		if err := q.Put(4); !errors.Is(err, chain.ErrQueueOverflow) {
			t.Errorf("one too many answers %v", err)
		}
		deferredtest.NoResult(t, second)
		q.Get().Tap(func(v int) { got.add(fmt.Sprint("third ", v)) })
		got.add("first is done")
	})
	second = q.Get()
	second.Tap(func(v int) { got.add(fmt.Sprint("second ", v)) })
	puts(t, q, 1)
	got.want(t, "first 1", "first is done", "second 2", "third 3")
}

// TestCancelGetBetween cancels a Get whose item has been accepted: it stays for
// the next, beyond the size.
func TestCancelGetBetween(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	q := chain.NewQueue[int](0, -1)
	var second *child
	q.Get().Tap(func(int) {
		puts(t, q, 2)
		second.Cancel()
	})
	second = q.Get()
	puts(t, q, 1)
	if f := deferredtest.FailureOf(t, second); f.Check(deferred.ErrCancelled) == nil {
		t.Errorf("it failed with %v", f)
	}
	if err := q.Put(3); q.Len() != 1 || !errors.Is(err, chain.ErrQueueOverflow) {
		t.Errorf("it has %d items, and one more answers %v", q.Len(), err)
	}
	gets(t, q, 2)
}

// TestFiredByAnotherGet fires the Deferred of one who waits from outside. The
// item goes to the next.
func TestFiredByAnotherGet(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	q := chain.NewQueue[int](0, -1)
	fired, next := q.Get(), q.Get()
	callback(t, fired, 77)
	puts(t, q, 1)
	if got := deferredtest.SuccessOf(t, next); got != 1 {
		t.Errorf("the next has %d, want 1", got)
	}
}

// TestGoexitInQueue ends the goroutine inside callbacks, on both sides.
func TestGoexitInQueue(t *testing.T) {
	exit := func(int) (int, error) { runtime.Goexit(); return 0, nil }
	q := chain.NewQueue[int](0, -1)
	q.Get().AddCallback(func(int) (int, error) {
		_ = q.Put(2) // somebody waits
		return exit(0)
	}).Catch(ignore)
	second := q.Get()
	apart(func() { _ = q.Put(1) }) // likewise
	if got := deferredtest.SuccessOf(t, second); got != 2 {
		t.Errorf("the second has %d, want 2", got)
	}
}

// TestQueueWrapsAround goes round its ring, growing and shrinking.
func TestQueueWrapsAround(t *testing.T) {
	q := chain.NewQueue[int](-1, 0)
	next, oldest := 0, 0
	for round := range 200 {
		for range round % 37 {
			puts(t, q, next)
			next++
		}
		for range min(round%29+3, q.Len()) {
			gets(t, q, oldest)
			oldest++
		}
	}
	for q.Len() > 0 {
		gets(t, q, oldest)
		oldest++
	}
	if oldest != next {
		t.Errorf("%d items came out, %d were put in", oldest, next)
	}
}

// TestQueueLetsGo wants items that are gone not to be kept: neither one that was
// taken out, nor one whose PutWait was cancelled.
func TestQueueLetsGo(t *testing.T) {
	q := chain.NewQueue[*[64]byte](2, 1)
	gone, cancelled := passThrough(t, q)
	runtime.GC()
	if gone.Value() != nil {
		t.Error("an item that was taken out is still in memory")
	}
	if cancelled.Value() != nil {
		t.Error("an item that was taken back is still in memory")
	}
	runtime.KeepAlive(q)
}

//go:noinline
func passThrough(t *testing.T, q *chain.Queue[*[64]byte]) (gone, cancelled weak.Pointer[[64]byte]) {
	first, last := new([64]byte), new([64]byte)
	for _, v := range []*[64]byte{first, new([64]byte)} {
		if err := q.Put(v); err != nil {
			t.Fatal(err)
		}
	}
	d := q.PutWait(last).Catch(ignore)
	d.Cancel()
	deferredtest.SuccessOf(t, q.Get().AddCallback(func(*[64]byte) (*[64]byte, error) { return nil, nil }))
	return weak.Make(first), weak.Make(last)
}
