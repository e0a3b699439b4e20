package netx

import "errors"

// setReusePortFD has no number for the option here.
func setReusePortFD(int) error { return errors.ErrUnsupported }
