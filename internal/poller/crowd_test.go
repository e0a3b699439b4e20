//go:build unix

package poller_test

import (
	"math/rand/v2"
	"slices"

	"github.com/spindle-go/spindle/internal/poller"
)

// testCrowdLeaves has many registrations end in different orders: the memory of the
// table goes with them, and who stays is still found. Select cannot have so many.
func testCrowdLeaves(w *world) {
	crowd := 5 * poller.KeepSlots
	if w.kind == poller.Select {
		crowd = poller.SelectLimit / 2
	}
	w.needDescriptors(uint64(crowd))
	var fds []int
	for len(fds) < crowd {
		r, wr := w.pipe()
		fds = append(fds, wr, r) // the readers have nothing to read
	}
	random := rand.New(rand.NewPCG(3, 4))
	for _, leave := range []func(tokens []poller.Token){
		func([]poller.Token) {}, // first come, first gone
		slices.Reverse[[]poller.Token],
		func(tokens []poller.Token) {
			random.Shuffle(len(tokens), func(i, j int) { tokens[i], tokens[j] = tokens[j], tokens[i] })
		},
	} {
		stays := w.add(fds[0], poller.Writable)
		tokens := make([]poller.Token, 0, crowd)
		for i, fd := range fds[1:] {
			want := poller.Writable
			if i%2 == 0 {
				want = poller.Readable
			}
			tokens = append(tokens, w.add(fd, want))
		}
		leave(tokens)
		for _, token := range tokens {
			w.remove(token)
		}
		slots, free, byFD := w.p.TableCaps()
		if slots > poller.KeepSlots || free > 2*poller.KeepSlots || w.kind != poller.Select && byFD > 2*poller.KeepSlots {
			w.Errorf("room for %d, %d of them free, by %d numbers is left", slots, free, byFD)
		}
		if found, ok := w.p.Find(fds[0]); !ok || found != stays {
			w.Errorf("found %v, %v", found, ok)
		}
		w.expect(ready{stays: poller.Writable})
		w.remove(stays)
	}
}

// testTokensAreNew has a few registrations come and go for long, so that places at the
// end are given back and made again: no token is given twice.
func testTokensAreNew(w *world) {
	const places, steps = 20, 5000
	_, wr := w.pipe()
	random := rand.New(rand.NewPCG(5, 6))
	seen := map[poller.Token]bool{}
	var fds [places]int
	var tokens [places]poller.Token
	for i := range fds {
		fds[i] = w.dup(wr)
	}
	for range steps {
		i := random.IntN(places)
		if tokens[i] != 0 {
			w.remove(tokens[i])
			tokens[i] = 0
			continue
		}
		tokens[i] = w.add(fds[i], poller.Writable)
		if seen[tokens[i]] {
			w.Fatalf("token %v was given before", tokens[i])
		}
		seen[tokens[i]] = true
	}
	want := ready{}
	for _, token := range tokens {
		if token != 0 {
			want[token] = poller.Writable
		}
	}
	w.expect(want)
	for token := range seen {
		if _, current := want[token]; w.p.Current(token) != current {
			w.Errorf("token %v is current: %v", token, !current)
		}
	}
}
