// Package deferred is a result that comes later, and what follows from it: the
// typed Deferred, in the manner of Twisted.
package deferred
