package timeout

import "errors"

// ErrAlreadyRun is the answer of Cancel, Reset and Delay on a call that has run
// or is running. In Twisted it is AlreadyCalled.
var ErrAlreadyRun = errors.New("timeout: the delayed call has already run")

// ErrAlreadyCancelled is the answer of Cancel, Reset and Delay on a call that
// was cancelled. In Twisted it is AlreadyCancelled.
var ErrAlreadyCancelled = errors.New("timeout: the delayed call was already cancelled")

// ErrNegativeDelay is the answer of Reset to a duration below zero. To make a
// call due sooner, use Delay.
var ErrNegativeDelay = errors.New("timeout: a delayed call cannot be reset to a negative delay")
