package poller

// alwaysReady holds the registrations that the kernel cannot wait for: regular
// files, directories and a few devices, for which epoll_ctl(2) answers EPERM.
// A read or write of them never waits for a peer, so they are ready for
// whatever is wanted, at every Wait. poll(2) and select(2) report the same by
// themselves. (Twisted: a standard input that is redirected from a file breaks
// an epoll loop that does not know this.)
type alwaysReady struct {
	entries []Event       // Ready is what is wanted, and may be 0
	at      map[Token]int // token to entry
	wanted  int           // entries of which something is wanted
	next    int           // where the next report begins, so that each gets its turn
}

// add takes a registration in.
func (a *alwaysReady) add(t Token, want Readiness) {
	if a.at == nil {
		a.at = make(map[Token]int)
	}
	a.at[t] = len(a.entries)
	a.entries = append(a.entries, Event{Token: t})
	a.modify(t, want)
}

// modify changes what is wanted of t, which must be held.
func (a *alwaysReady) modify(t Token, want Readiness) {
	e := &a.entries[a.at[t]]
	if e.Ready != 0 {
		a.wanted--
	}
	if want != 0 {
		a.wanted++
	}
	e.Ready = want
}

// remove drops t, which must be held.
func (a *alwaysReady) remove(t Token) {
	a.modify(t, 0)
	i, last := a.at[t], len(a.entries)-1
	a.entries[i] = a.entries[last]
	a.at[a.entries[i].Token] = i
	a.entries = a.entries[:last]
	delete(a.at, t)
	if last == 0 {
		*a = alwaysReady{} // with the memory of many
	}
}

// report fills dst and returns how many it put there.
func (a *alwaysReady) report(dst []Event) int {
	n, count := 0, len(a.entries)
	for range count {
		if n == len(dst) {
			break
		}
		a.next++
		if a.next >= count {
			a.next = 0
		}
		if e := a.entries[a.next]; e.Ready != 0 {
			dst[n] = e
			n++
		}
	}
	return n
}
