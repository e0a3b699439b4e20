package chain

import "github.com/spindle-go/spindle/deferred"

// withRoom returns a new list, and a copy of ds that lies in the same
// allocation. A list needs the copy since it may have to cancel the children
// when the caller has long changed the slice.
//
// Go has no struct with a tail of any length, so there are three of fixed
// length. For more children than those hold, the copy is an allocation of its
// own.
func withRoom[List, T any](ds []*deferred.Deferred[T]) (*List, []*deferred.Deferred[T]) {
	var list *List
	var room []*deferred.Deferred[T]
	switch n := len(ds); {
	case n <= 8:
		both := new(struct {
			list List
			room [8]*deferred.Deferred[T]
		})
		list, room = &both.list, both.room[:n]
	case n <= 32:
		both := new(struct {
			list List
			room [32]*deferred.Deferred[T]
		})
		list, room = &both.list, both.room[:n]
	case n <= 128:
		both := new(struct {
			list List
			room [128]*deferred.Deferred[T]
		})
		list, room = &both.list, both.room[:n]
	default:
		list, room = new(List), make([]*deferred.Deferred[T], n)
	}
	copy(room, ds)
	return list, room
}
