package netx

import (
	"fmt"
	"runtime"
	"strings"
)

// The name of a Unix socket is a path or, on Linux, "@" and a name that is not
// in the file system: an abstract one. The "@" alone asks the kernel for an
// abstract name that nobody has.

// chosenByKernel is the name that stands for any abstract one that is free.
const chosenByKernel = "@"

// isAbstract reports whether a name is not one of a file.
func isAbstract(name string) bool { return strings.HasPrefix(name, "@") }

// checkLocalName says what is wrong with the name of a Unix socket, if that can
// be said without asking the kernel. The limit is that of the system.
func checkLocalName(name string, limit int) error {
	switch {
	case name == "":
		return fmt.Errorf("%w: a path is needed", ErrBadAddress)
	case isAbstract(name) && runtime.GOOS != "linux":
		return fmt.Errorf("%w: abstract names are there on Linux only; for a file write ./%s", ErrBadAddress, name)
	case !isAbstract(name) && strings.IndexByte(name, 0) >= 0:
		return fmt.Errorf("%w: a NUL byte in %q", ErrBadAddress, name)
	case len(name) > limit:
		return fmt.Errorf("%w: the path has %d bytes, and a Unix socket's may have %d", ErrBadAddress, len(name), limit)
	}
	return nil
}

// checkPeerName is checkLocalName for the name of a peer.
func checkPeerName(name string, limit int) error {
	if name == chosenByKernel {
		return fmt.Errorf("%w: nobody is at a name that the kernel has still to choose", ErrBadAddress)
	}
	return checkLocalName(name, limit)
}
