//go:build !linux && !darwin && !freebsd

package netx

import "errors"

// credentialsOf would ask for the peer of a Unix socket.
func credentialsOf(int) (Credentials, error) { return Credentials{}, errors.ErrUnsupported }
