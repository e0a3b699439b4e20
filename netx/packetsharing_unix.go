//go:build unix && !solaris

package netx

import "golang.org/x/sys/unix"

// sharingOptions are what lets several sockets have one address.
func sharingOptions() []int { return []int{unix.SO_REUSEADDR, unix.SO_REUSEPORT} }
