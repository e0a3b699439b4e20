package netx

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
)

// unixTarget returns the path in an endpoint of a Unix socket, and the mode of the
// file, which is 0 if the endpoint does not say.
func unixTarget(e *Endpoint) (path string, mode fs.FileMode, err error) {
	path = e.Value("path")
	if path == "" {
		return "", 0, e.Bad("path", errors.New("it is missing"))
	}
	if e.Has("mode") {
		n, err := strconv.ParseUint(e.Value("mode"), 8, 9)
		if err != nil || n == 0 {
			return "", 0, e.Bad("mode", fmt.Errorf("%q is not a mode such as 0660", e.Value("mode")))
		}
		mode = fs.FileMode(n)
	}
	return path, mode, nil
}
