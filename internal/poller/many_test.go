//go:build unix

package poller_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/spindle-go/spindle/internal/poller"
)

// needDescriptors skips the test where the process may not have that many.
func (w *world) needDescriptors(n uint64) {
	w.Helper()
	var limit unix.Rlimit
	w.check(unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	if uint64(limit.Cur) < n+100 {
		w.Skipf("the process may have %d descriptors, the test needs %d", limit.Cur, n)
	}
}

// testManySparse has thousands of pipes, of which a few are ready. Select must
// say that it cannot, and go on with those that it has.
func testManySparse(w *world) {
	const pipes = 2000
	w.needDescriptors(2 * pipes)
	want := ready{}
	refused := 0
	for i := range pipes {
		r, wr := w.pipe()
		token, err := w.p.Add(r, poller.Readable)
		if w.kind == poller.Select && r >= poller.SelectLimit {
			w.checkRefused(r, err)
			refused++
			continue
		}
		w.check(err)
		if i%97 == 0 {
			w.write(wr)
			want[token] = poller.Readable
		}
	}
	if w.kind == poller.Select && refused == 0 {
		w.Fatal("the limit was not met")
	}
	if got := w.p.Len() + refused; got != pipes {
		w.Fatalf("%d are registered or refused", got)
	}
	w.expect(want)
}

// checkRefused fails unless err is select's, and names number and limit.
func (w *world) checkRefused(fd int, err error) {
	w.Helper()
	w.checkIs(err, poller.ErrTooManyDescriptors)
	for _, number := range []int{fd, poller.SelectLimit} {
		if !strings.Contains(err.Error(), strconv.Itoa(number)) {
			w.Fatalf("%q does not name %d", err, number)
		}
	}
}

// testManyReady has 10 000 descriptors that are all ready, and a short slice:
// each must get its turn. Then they go.
func testManyReady(w *world) {
	count := 10_000 // macOS's poll(2) takes a few more
	if w.kind == poller.Select {
		count = poller.SelectLimit / 2
	}
	w.needDescriptors(uint64(count))
	var tokens []poller.Token
	for len(tokens) < count {
		r, wr := w.pipe()
		w.write(wr)
		tokens = append(tokens, w.add(r, poller.Readable), w.add(wr, poller.Writable))
	}
	if last := tokens[count-1].Index(); last != count-1 {
		w.Errorf("the last of %d registrations is in place %d: not dense", count, last)
	}
	seen := map[poller.Token]bool{}
	events := make([]poller.Event, (count+9)/10)
	for range 10 {
		n, err := w.p.Wait(events, -1, nil)
		w.check(err)
		for _, ev := range events[:n] {
			seen[ev.Token] = true
		}
	}
	if len(seen) != count {
		w.Errorf("%d of %d got their turn", len(seen), count)
	}
	for _, token := range tokens {
		w.remove(token)
	}
	w.expectNothing()
	if w.p.Len() != 0 {
		w.Errorf("%d are left", w.p.Len())
	}
}

// testLimitOfPoll is about the limit that poll(2) has on macOS.
func testLimitOfPoll(w *world) {
	if !w.p.LimitRegistrations(2) {
		w.Skip("this kind has no such limit")
	}
	_, wr := w.pipe()
	first := w.add(wr, poller.Writable)
	second := w.add(w.dup(wr), poller.Writable)
	third := w.dup(wr)
	_, err := w.p.Add(third, poller.Writable)
	w.checkIs(err, poller.ErrTooManyDescriptors)
	w.expect(ready{first: poller.Writable, second: poller.Writable})
	w.remove(first)
	w.expect(ready{second: poller.Writable, w.add(third, poller.Writable): poller.Writable})
}

// TestSelectPastItsLimit makes Select in a process that has so many descriptors
// open that its own do not fit.
func TestSelectPastItsLimit(t *testing.T) {
	w := newWorld(t, poller.Best)
	w.needDescriptors(poller.SelectLimit)
	r, _ := w.pipe()
	last := r
	for last < poller.SelectLimit-1 {
		last = w.dup(r)
	}
	before := len(openDescriptors())
	p, err := poller.New(poller.Select)
	if p != nil || !errors.Is(err, poller.ErrTooManyDescriptors) {
		t.Errorf("got %v and %v", p, err)
	}
	if after := len(openDescriptors()); after != before {
		t.Errorf("%d descriptors were open before, %d after", before, after)
	}
}
