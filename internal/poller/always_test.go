//go:build unix

package poller_test

import "github.com/spindle-go/spindle/internal/poller"

// testFileAlwaysReady is about a regular file, which epoll refuses.
func testFileAlwaysReady(w *world) {
	token := w.add(w.file(), both)
	for range 3 {
		w.compare(w.wait(-1, nil), ready{token: both})
	}
	w.modify(token, poller.Readable)
	w.compare(w.wait(-1, nil), ready{token: poller.Readable})
	w.modify(token, 0)
	w.expectNothing()
	w.modify(token, poller.Writable)
	w.compare(w.wait(-1, nil), ready{token: poller.Writable})
	w.remove(token)
	w.expectNothing()
	if w.p.Current(token) || w.p.Len() != 0 {
		w.Errorf("after Remove: current %v, %d registered", w.p.Current(token), w.p.Len())
	}
}

// testFilesShare has files and pipes that are all ready, and slices of every
// length: neither sort may starve the other.
func testFilesShare(w *world) {
	all := ready{}
	for range 3 {
		all[w.add(w.file(), poller.Readable)] = poller.Readable
		_, wr := w.pipe()
		all[w.add(wr, poller.Writable)] = poller.Writable
	}
	w.expect(all)
	for size := 1; size <= len(all); size++ {
		seen := ready{}
		events := make([]poller.Event, size)
		for range 2 * len(all) {
			n, err := w.p.Wait(events, -1, nil)
			w.check(err)
			for _, ev := range events[:n] {
				seen[ev.Token] = ev.Ready
			}
		}
		w.compare(seen, all)
	}
}

// testFilesRemove takes files out at the front, the middle and the end.
func testFilesRemove(w *world) {
	var tokens []poller.Token
	left := ready{}
	for range 6 {
		token := w.add(w.file(), poller.Writable)
		tokens = append(tokens, token)
		left[token] = poller.Writable
	}
	for _, i := range []int{2, 0, 5, 3, 1, 4} {
		w.modify(tokens[i], 0)
		delete(left, tokens[i])
		w.expect(left)
		w.remove(tokens[i])
		w.expect(left)
	}
}
