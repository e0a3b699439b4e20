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
		slots, free, byFD, backend := w.p.Room()
		if most := max(slots, free/2, backend); most > poller.KeepSlots || w.kind != poller.Select && byFD > 2*poller.KeepSlots {
			w.Errorf("room for %d, %d of them free, by %d numbers, and for %d in the backend is left", slots, free, byFD, backend)
		}
		if found, ok := w.p.Find(fds[0]); !ok || found != stays {
			w.Errorf("found %v, %v", found, ok)
		}
		w.expect(ready{stays: poller.Writable})
		w.remove(stays)
	}
}

// testCrowdComesAndGoes has most of a crowd leave, the first come first, and the rest be
// replaced one by one in the same order: they take the places in front, and the others
// are given back. Then the gaps between those that stay are filled.
func testCrowdComesAndGoes(w *world) {
	crowd, stay := 5*poller.KeepSlots, 40
	if w.kind == poller.Select {
		crowd = poller.SelectLimit / 2
	}
	w.needDescriptors(uint64(crowd))
	var fds []int
	var tokens []poller.Token
	for len(fds) < crowd {
		r, wr := w.pipe()
		fds = append(fds, r, wr)
	}
	for _, fd := range fds {
		tokens = append(tokens, w.add(fd, poller.Readable))
	}
	for i := range crowd {
		w.remove(tokens[i])
		if i >= crowd-stay { // its place is taken by one who comes
			tokens = append(tokens, w.add(fds[i-crowd+stay], poller.Readable))
		}
	}
	if n := w.p.Places(); n > 2*stay {
		w.Errorf("there are %d places, and %d are there", n, w.p.Len())
	}
	tokens = tokens[crowd:]
	before := w.p.Places()
	for i := 0; i < stay; i += 2 {
		w.remove(tokens[stay-1-i])
	}
	gaps, last := w.p.Places()-w.p.Len(), -1
	for i := range gaps {
		at := w.add(fds[2*stay+i], poller.Readable).Index()
		if at < last {
			w.Errorf("place %d was taken before %d", last, at)
		}
		last = at
	}
	if n := w.p.Places(); n > before || n != w.p.Len() {
		w.Errorf("there are %d places for %d, of which %d were gaps; before there were %d", n, w.p.Len(), gaps, before)
	}
}

// testShrinksAroundGaps has a few in the front of a crowd stay, with gaps between them,
// when the memory is given back: the gaps are known afterwards.
func testShrinksAroundGaps(w *world) {
	if w.kind == poller.Select {
		w.Skip("it cannot have so many that memory is given back")
	}
	const gaps = 50
	w.needDescriptors(uint64(5 * poller.KeepSlots))
	var fds []int
	var tokens []poller.Token
	for len(fds) < 5*poller.KeepSlots {
		r, wr := w.pipe()
		fds = append(fds, r, wr)
		tokens = append(tokens, w.add(r, poller.Readable), w.add(wr, poller.Readable))
	}
	for _, i := range rand.New(rand.NewPCG(7, 8)).Perm(len(tokens)) {
		if i >= 2*gaps || i%2 == 0 {
			w.remove(tokens[i])
		}
	}
	if n := w.p.Places(); n != 2*gaps {
		w.Fatalf("there are %d places, want %d", n, 2*gaps)
	}
	for i := range gaps {
		if at := w.add(fds[2*i], poller.Readable).Index(); at != 2*i {
			w.Errorf("gap %d was filled, want the lowest, %d", at, 2*i)
		}
	}
	if at := w.add(fds[2*gaps], poller.Readable).Index(); at != 2*gaps {
		w.Errorf("the next place is %d, want %d", at, 2*gaps)
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
