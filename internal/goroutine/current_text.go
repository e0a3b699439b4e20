//go:build !gc || !(amd64 || arm64)

package goroutine

// Current returns an identity of the calling goroutine: never 0, the same as long
// as the goroutine lives, and different from that of any other one that lives. A
// later goroutine may have it again. Any goroutine may call it.
//
// It is what Number answers.
func Current() uintptr { return uintptr(Number()) }
