// Package deferredtest asserts on Deferreds in tests: what one has fired with,
// that it has not fired, that no failure was left unhandled, and that no coroutine
// was left waiting.
//
//	got := deferredtest.SuccessOf(t, lookup("a"))
//
// The assertions look and do not wait: run the clock or the reactor first. They
// belong to the goroutine that the Deferred belongs to.
package deferredtest
