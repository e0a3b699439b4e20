// Package conformance plays the conformance vectors: random programs on
// Deferreds, with the trace that Twisted gave for each. The language is described
// in FORMAT.md beside the vectors.
//
// It is used by tests alone. A Machine knows the operations on a Deferred; a
// test of a package above adds the operations that it is about.
package conformance
