//go:build unix && !linux

package netx

// leaveOutExtras is for Linux.
func leaveOutExtras(int) {}
