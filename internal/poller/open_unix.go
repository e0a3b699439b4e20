//go:build unix && !linux

package poller

// best is what Best stands for. poll(2) has no limit on the descriptor's
// number. macOS does not support terminals in it (they are Invalid); a program
// that waits for one there takes Select.
const best = Poll

// open makes the backend of a kind.
func open(kind Kind, tb *table, wakerFD int) (backend, error) {
	switch kind {
	case Poll:
		return newPoll(tb, wakerFD), nil
	case Select:
		return newSelect(tb, wakerFD)
	}
	return nil, ErrUnsupported
}
