package main

import "slices"

// source is where a contender comes from.
type source int

const (
	fromRows  source = iota // benchmarks/rows
	fromPeers               // benchmarks/peers
	fromOther               // a program in another language
)

// contender is one way to do the work of a row.
type contender struct {
	name  string
	label string
	from  source
	floor bool // nothing to use instead: what is left if nearly all is left out, a part of ours, or ours under another condition
}

// contenders returns all, in the order in which they are shown: ours first, then
// what Go has, then libraries for Go, then other languages.
func contenders() []contender {
	return []contender{
		{name: ours, label: "Spindle"},
		{name: "spindle-at-once", label: "Spindle at once", floor: true},
		{name: "floor", label: "the floor", floor: true},
		{name: "goroutine", label: "goroutine"},
		{name: "channel", label: "channel"},
		{name: "waitgroup", label: "WaitGroup"},
		{name: "afterfunc", label: "AfterFunc"},
		{name: "heap", label: "bare heap", floor: true},
		{name: "queue", label: "our queue", floor: true},
		{name: "gonet", label: "Go net"},
		{name: "samber-mo", label: "samber/mo", from: fromPeers},
		{name: "go-promise", label: "go-promise", from: fromPeers},
		{name: "go-promise-apart", label: "go-promise apart", from: fromPeers},
		{name: "conc", label: "conc", from: fromPeers},
		{name: "ants", label: "ants", from: fromPeers},
		{name: "netpoll", label: "netpoll", from: fromPeers},
		{name: "c", label: "C, epoll", from: fromOther},
		{name: "uv", label: "libuv", from: fromOther},
		{name: "node", label: "Node", from: fromOther},
		{name: "java", label: "Java", from: fromOther},
		{name: "twisted", label: "Twisted", from: fromOther},
	}
}

// ours is the contender that all this is about.
const ours = "spindle"

// isFloor tells whether a contender is nothing to use instead.
func isFloor(name string) bool {
	return slices.ContainsFunc(contenders(), func(c contender) bool { return c.name == name && c.floor })
}

// labelOf returns the label of a contender, or its name if it is not known.
func labelOf(name string) string {
	for _, c := range contenders() {
		if c.name == name {
			return c.label
		}
	}
	return name
}
