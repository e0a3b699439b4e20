package netx

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"github.com/spindle-go/spindle/deferred"
)

// unixKind returns the kind of endpoint for Unix sockets.
func unixKind() EndpointKind {
	return EndpointKind{
		Positional: []string{"path"},
		Named:      []string{"mode", "timeout", "backlog"},
		Connect: func(n Network, e *Endpoint, f Factory, opts ...Option) *deferred.Deferred[Protocol] {
			path, opts, err := unixOptions(e, opts)
			if err != nil {
				return deferred.Fail[Protocol](err)
			}
			return n.Dial("unix", path, f, opts...)
		},
		Serve: func(n Network, e *Endpoint, f Factory, opts ...Option) (*Port, error) {
			path, opts, err := unixOptions(e, opts)
			if err != nil {
				return nil, err
			}
			return n.Listen("unix", path, f, opts...)
		},
	}
}

// unixOptions returns the path in an endpoint of a Unix socket, and opts with those
// in the endpoint after them.
func unixOptions(e *Endpoint, opts []Option) (string, []Option, error) {
	path, mode, err := unixTarget(e)
	if err != nil {
		return "", nil, err
	}
	more, err := socketOptions(e)
	if err != nil {
		return "", nil, err
	}
	if mode != 0 {
		more = append(more, WithUnixMode(mode))
	}
	return path, append(opts[:len(opts):len(opts)], more...), nil
}

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
