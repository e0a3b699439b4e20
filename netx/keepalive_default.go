//go:build aix || openbsd || solaris

package netx

// keepAliveTimes is empty: the times are those of the system, since some of them
// cannot be set here.
func keepAliveTimes() map[int]int { return nil }
