package netx

import (
	"cmp"
	"iter"
	"slices"
)

// roster is a set that knows in what order its members came, and gives the memory of
// those that have gone back. What is done to all of them is done in that order, so
// that it can be repeated. That costs nothing while they are members: a map takes as
// much for an empty value as for the number of one.
//
// The zero value is empty and ready for use. Loop goroutine only.
type roster[M comparable] struct {
	members shrinkingMap[M, uint64] // and the number of each
	last    uint64                  // number that was given out
}

// enrolled is a member with its number.
type enrolled[M comparable] struct {
	member M
	number uint64
}

// add makes m a member. One that it is already becomes the last.
func (r *roster[M]) add(m M) {
	r.last++
	r.members.set(m, r.last)
}

// remove ends add. One that is no member changes nothing.
func (r *roster[M]) remove(m M) { r.members.remove(m) }

// len returns how many members there are.
func (r *roster[M]) len() int { return len(r.members.entries) }

// all goes through the members in the order they came. Members may be added and
// removed meanwhile: one that is removed before its turn has none, nor has one that
// is added. It allocates a list of them and sorts it, since that is done at the end
// of something, and not for each connection.
func (r *roster[M]) all() iter.Seq[M] {
	return func(yield func(M) bool) {
		for _, e := range r.inOrder() {
			if r.members.entries[e.member] == e.number && !yield(e.member) {
				return
			}
		}
	}
}

// inOrder lists the members in the order they came.
func (r *roster[M]) inOrder() []enrolled[M] {
	list := make([]enrolled[M], 0, r.len())
	for m, number := range r.members.entries {
		list = append(list, enrolled[M]{m, number})
	}
	slices.SortFunc(list, func(a, b enrolled[M]) int { return cmp.Compare(a.number, b.number) })
	return list
}
