package poller

// best is what Best stands for.
const best = Epoll

// open makes the backend of a kind. All three are built on Linux, so that one
// machine can test them side by side.
func open(kind Kind, tb *table, wakerFD int) (backend, error) {
	switch kind {
	case Epoll:
		return newEpoll(tb, wakerFD)
	case Poll:
		return newPoll(tb, wakerFD), nil
	case Select:
		return newSelect(tb, wakerFD)
	}
	return nil, ErrUnsupported
}
