//go:build unix

package poller_test

import (
	"sync"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/internal/poller"
)

// testBatchModified changes registrations while a batch is being handled: what
// it did not get to yet is changed, removed and added to.
func testBatchModified(w *world) {
	var tokens []poller.Token
	var fds []int
	for range 6 {
		r, wr := w.pipe()
		w.write(wr)
		tokens, fds = append(tokens, w.add(r, poller.Readable)), append(fds, r)
	}
	batch := w.wait(0, nil)
	if len(batch) != len(tokens) {
		w.Fatalf("got %v", batch)
	}
	w.modify(tokens[1], 0)
	w.modify(tokens[2], poller.Writable)
	w.remove(tokens[3])
	w.remove(tokens[4])
	again := w.add(fds[4], poller.Readable)
	for i, want := range []bool{true, true, true, false, false, true} {
		if got := w.p.Current(tokens[i]); got != want {
			w.Errorf("token %d is current: %v", i, got)
		}
	}
	w.expect(ready{
		tokens[0]: poller.Readable,
		tokens[5]: poller.Readable,
		again:     poller.Readable,
	})
	if w.p.Len() != 5 {
		w.Errorf("%d are registered", w.p.Len())
	}
}

// testDescriptorUsedAgain is the order that generations are for: the first
// event of a batch closes the descriptor of the second, and its number is given
// to something else before the second is looked at.
func testDescriptorUsedAgain(w *world) {
	r1, wr1 := w.pipe()
	r2, wr2 := w.pipe()
	w.write(wr1)
	w.write(wr2)
	byToken := map[poller.Token]int{
		w.add(r1, poller.Readable): r1,
		w.add(r2, poller.Readable): r2,
	}
	var batch [4]poller.Event
	n, err := w.p.Wait(batch[:], -1, nil)
	w.check(err)
	if n != 2 {
		w.Fatalf("got %d events", n)
	}
	stale := batch[1].Token
	fd := byToken[stale]
	w.remove(stale)
	w.close(fd)
	wr := w.pipeAt(fd)
	fresh := w.add(fd, poller.Readable)
	if w.p.Current(stale) || !w.p.Current(fresh) || !w.p.Current(batch[0].Token) {
		w.Fatalf("current: stale %v, fresh %v, other %v",
			w.p.Current(stale), w.p.Current(fresh), w.p.Current(batch[0].Token))
	}
	if fresh == stale || fresh.Index() != stale.Index() {
		w.Fatalf("%x follows %x", fresh, stale)
	}
	w.expect(ready{batch[0].Token: poller.Readable})
	w.write(wr)
	w.expect(ready{batch[0].Token: poller.Readable, fresh: poller.Readable})
}

// testWhileOthersWrite changes registrations at every event while goroutines
// write to the other ends. Every byte must arrive.
func testWhileOthersWrite(w *world) {
	const writers, bytes = 8, 300
	var group sync.WaitGroup
	defer group.Wait()
	fds := map[poller.Token]int{}
	order := make([]poller.Token, writers)
	for i := range order {
		r, wr := w.pipe()
		order[i] = w.add(r, poller.Readable)
		fds[order[i]] = r
		group.Go(func() {
			for range bytes {
				if _, err := unix.Write(wr, []byte{1}); err != nil {
					w.Error(err)
				}
			}
		})
	}
	got, turn := 0, 0
	handle := func(token poller.Token) {
		got += w.read(fds[token])
		turn++
		other := order[turn%writers]
		w.modify(other, 0)
		w.modify(other, poller.Readable)
		i := turn * 5 % writers // another one starts anew
		r := fds[order[i]]
		w.remove(order[i])
		order[i] = w.add(r, poller.Readable)
		fds[order[i]] = r
	}
	var events [3]poller.Event
	for got < writers*bytes {
		n, err := w.p.Wait(events[:], patience, nil)
		w.check(err)
		if n == 0 {
			w.Fatalf("%d of %d bytes came", got, writers*bytes)
		}
		for _, ev := range events[:n] {
			if w.p.Current(ev.Token) {
				handle(ev.Token)
			}
		}
	}
}
