package netx

import "golang.org/x/sys/unix"

// keepAliveTimes are the options that say when a silent peer is probed, and how
// often: those of package net.
func keepAliveTimes() map[int]int {
	return map[int]int{unix.TCP_KEEPALIVE: 15, unix.TCP_KEEPINTVL: 15, unix.TCP_KEEPCNT: 9}
}
