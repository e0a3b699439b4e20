package threads

// list is a doubly linked ring whose nodes lie inside the things that it links,
// so that putting in and taking out, from any place, is O(1) and allocates
// nothing. The zero value is an empty list. Whoever owns it locks it.
type list[T any] struct {
	root node[T] // between the last and the first
	size int
}

// node is the place of one item in a list. It is in one list at most, and in
// none if next is nil.
type node[T any] struct {
	item       T
	next, prev *node[T]
}

// pushBack puts n, which is in no list, at the end.
func (l *list[T]) pushBack(n *node[T]) {
	if l.root.next == nil {
		l.root.next, l.root.prev = &l.root, &l.root
	}
	n.next, n.prev = &l.root, l.root.prev
	n.prev.next = n
	l.root.prev = n
	l.size++
}

// remove takes n, which is in this list or in none, out, and reports whether it
// was in it. It leaves nothing in n that points to its neighbours, which may be
// big and over with.
func (l *list[T]) remove(n *node[T]) bool {
	if n.next == nil {
		return false
	}
	n.prev.next, n.next.prev = n.next, n.prev
	n.next, n.prev = nil, nil
	l.size--
	return true
}

// first returns the node that was put in longest ago, or nil.
func (l *list[T]) first() *node[T] {
	if l.size == 0 {
		return nil
	}
	return l.root.next
}

// last returns the node that was put in last, or nil.
func (l *list[T]) last() *node[T] {
	if l.size == 0 {
		return nil
	}
	return l.root.prev
}

// popFront takes the first item out; the zero value when there is none.
func (l *list[T]) popFront() (item T) {
	if n := l.first(); n != nil {
		l.remove(n)
		item = n.item
	}
	return item
}

// all yields the items in order. The list must not change meanwhile.
func (l *list[T]) all(yield func(T) bool) {
	if l.size == 0 {
		return
	}
	for n := l.root.next; n != &l.root; n = n.next {
		if !yield(n.item) {
			return
		}
	}
}
