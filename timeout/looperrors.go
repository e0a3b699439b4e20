package timeout

import "errors"

// ErrLoopRunning is the failure that Start answers with on a loop that is
// running. The run that is under way goes on.
var ErrLoopRunning = errors.New("timeout: the loop is already running")

// ErrLoopNotRunning is the answer of Stop and Reset on a loop that is not
// running: not started, stopped, cancelled or ended by a failure.
var ErrLoopNotRunning = errors.New("timeout: the loop is not running")

// ErrLoopInFlight is the answer of Reset while a call of the loop's function is
// in flight. The grid stays as it is.
var ErrLoopInFlight = errors.New("timeout: a call of the loop's function is in flight, so the loop keeps its grid")
