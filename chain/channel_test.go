package chain_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/deferred/deferredtest"
)

func TestFromChan(t *testing.T) {
	closed := make(chan int)
	close(closed)
	t.Run("there already", func(t *testing.T) {
		ch := make(chan int, 1)
		ch <- 4
		if got := deferredtest.SuccessOf(t, chain.FromChan(ch, newLoop())); got != 4 {
			t.Errorf("it gives %d", got)
		}
	})
	t.Run("closed already", func(t *testing.T) {
		deferredtest.CheckUnhandled(t)
		if f := deferredtest.FailureOf(t, chain.FromChan(closed, newLoop())); f.Check(chain.ErrChanClosed) == nil {
			t.Errorf("it failed with %v", f)
		}
	})
	t.Run("comes later", func(t *testing.T) {
		ch, l := make(chan int), newLoop()
		d := chain.FromChan(ch, l)
		deferredtest.NoResult(t, d)
		ch <- 5
		deferredtest.NoResult(t, d) // not before its loop says so
		l.turn(t)
		if got := deferredtest.SuccessOf(t, d); got != 5 {
			t.Errorf("it gives %d", got)
		}
	})
	t.Run("closed later", func(t *testing.T) {
		deferredtest.CheckUnhandled(t)
		ch, l := make(chan int), newLoop()
		d := chain.FromChan(ch, l)
		close(ch)
		l.turn(t)
		if f := deferredtest.FailureOf(t, d); f.Check(chain.ErrChanClosed) == nil {
			t.Errorf("it failed with %v", f)
		}
	})
	t.Run("the loop has stopped", func(t *testing.T) {
		ch, l := make(chan int), newLoop()
		d := chain.FromChan(ch, l)
		l.stop()
		ch <- 5
		l.wait(t)
		deferredtest.NoResult(t, d)
	})
}

// TestFromChanCancel ends the goroutine, and loses nothing.
func TestFromChanCancel(t *testing.T) {
	t.Run("nothing has come", func(t *testing.T) {
		deferredtest.CheckUnhandled(t)
		before := runtime.NumGoroutine()
		ch, l := make(chan int), newLoop()
		d := chain.FromChan(ch, l)
		never := chain.FromChan[int](nil, l)
		d.Cancel()
		never.Cancel()
		for _, d := range []*child{d, never} {
			if f := deferredtest.FailureOf(t, d); f.Check(deferred.ErrCancelled) == nil {
				t.Errorf("it failed with %v", f)
			}
		}
		select {
		case ch <- 5:
			t.Error("somebody still receives")
		default:
		}
		if !l.idle() {
			t.Error("something was posted")
		}
		for runtime.NumGoroutine() > before { // they are past their last statement
			runtime.Gosched()
		}
	})
	t.Run("something has come", func(t *testing.T) {
		ch, l := make(chan int), newLoop()
		d := chain.FromChan(ch, l)
		ch <- 6
		d.Cancel() // before the loop has heard of it
		if got := deferredtest.SuccessOf(t, d); got != 6 {
			t.Errorf("it gives %d", got)
		}
		l.turn(t)
		if got := deferredtest.SuccessOf(t, d); got != 6 {
			t.Errorf("and then %d", got)
		}
	})
	t.Run("the end has come", func(t *testing.T) {
		deferredtest.CheckUnhandled(t)
		ch, l := make(chan int), newLoop()
		d := chain.FromChan(ch, l)
		close(ch)
		l.wait(t)
		d.Cancel()
		if f := deferredtest.FailureOf(t, d); f.Check(chain.ErrChanClosed) == nil {
			t.Errorf("it failed with %v", f)
		}
	})
}

// TestFromChanCancelRace sends and cancels at once, many times: what was sent is
// received, by the Deferred or by the test, and never by nobody.
func TestFromChanCancelRace(t *testing.T) {
	l := newLoop()
	received := 0
	for range 2000 {
		ch := make(chan int)
		d := chain.FromChan(ch, l)
		var sender sync.WaitGroup
		sender.Go(func() { ch <- 1 })
		d.Cancel()
		lost := true
		d.AddBoth(func(v int, err error) (int, error) {
			lost = err != nil
			return 0, nil
		})
		if lost {
			<-ch // blocks for ever if it was lost
		} else {
			received++
		}
		sender.Wait()
	}
	t.Logf("%d of 2000 were received before the cancel", received)
}

func TestToChan(t *testing.T) {
	for name, fire := range map[string]func(d *child){"before": func(*child) {}, "after": func(d *child) { _ = d.Callback(3) }} {
		t.Run("value "+name, func(t *testing.T) {
			d := deferred.New[int]()
			fire(d)
			ch := chain.ToChan(d)
			if !d.Called() {
				select {
				case r := <-ch:
					t.Fatalf("there is %v already", r)
				default:
				}
				callback(t, d, 3)
			}
			got := make(chan []chain.Result[int])
			go func() {
				var all []chain.Result[int]
				for r := range ch {
					all = append(all, r)
				}
				got <- all
			}()
			if all := <-got; !slices.Equal(all, []chain.Result[int]{{Value: 3}}) {
				t.Errorf("the channel gives %v", all)
			}
			if v := deferredtest.SuccessOf(t, d); v != 0 {
				t.Errorf("the Deferred is left with %d", v)
			}
		})
	}
	t.Run("failure", func(t *testing.T) {
		deferredtest.CheckUnhandled(t)
		d := deferred.New[int]()
		ch := chain.ToChan(d)
		errback(t, d, names[1])
		if r := <-ch; !errors.Is(r.Err, names[1]) {
			t.Errorf("the channel gives %v", r)
		}
	})
}

// TestToSeq ranges on another goroutine, in two parts.
func TestToSeq(t *testing.T) {
	deferredtest.CheckUnhandled(t)
	ds := pending(4)
	results := chain.ToSeq(t.Context(), ds)
	done := make(chan journal)
	go func() {
		var got journal
		for i, r := range results {
			got.add(text(i, nil) + ": " + text(r.Value, r.Err))
			if len(got) == 2 {
				break
			}
		}
		for i, r := range results {
			got.add(text(i, nil) + ": " + text(r.Value, r.Err))
		}
		done <- got
	}()
	callback(t, ds[2], 12)
	errback(t, ds[0], names[0])
	callback(t, ds[3], 13)
	callback(t, ds[1], 11)
	got := <-done
	got.want(t, "2: 12", "0: E0", "3: 13", "1: 11")
	if v := deferredtest.SuccessOf(t, ds[2]); v != 12 {
		t.Errorf("the Deferred goes on with %d", v)
	}
}

func TestToSeqEnds(t *testing.T) {
	t.Run("of none", func(t *testing.T) {
		for range chain.ToSeq[int](t.Context(), nil) {
			t.Error("there is a result")
		}
	})
	t.Run("with its context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		ds := pending(1)
		results := chain.ToSeq(ctx, ds)
		var ranging sync.WaitGroup
		ranging.Go(func() {
			for range results {
				t.Error("there is a result")
			}
		})
		cancel()
		ranging.Wait()
		deferredtest.NoResult(t, ds[0])
	})
}
