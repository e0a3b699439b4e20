package reactor

import (
	"errors"

	"github.com/spindle-go/spindle/internal/poller"
)

// The sentinels of this package. Test for them with errors.Is.
var (
	// ErrAlreadyRunning is Run's answer while the reactor runs.
	ErrAlreadyRunning = errors.New("reactor: already running")

	// ErrNotRunning is Stop's answer when the reactor does not run, or is
	// stopping already.
	ErrNotRunning = errors.New("reactor: not running")

	// ErrStopped is the answer of CallFromThread when the reactor has stopped and
	// of AddReader and AddWriter while it does, and the reason that descriptors
	// get that were still there then.
	ErrStopped = errors.New("reactor: stopped")

	// ErrAlreadyInstalled is Install's answer when there is a default reactor.
	ErrAlreadyInstalled = errors.New("reactor: a default reactor is there already")

	// ErrBadDescriptor is the answer to a descriptor whose number is negative or
	// not open, and the reason for one that has become so.
	ErrBadDescriptor = errors.New("reactor: bad descriptor")

	// ErrDescriptorReplaced is the reason for a descriptor when another one
	// with the same number was added in its place.
	ErrDescriptorReplaced = errors.New("reactor: another descriptor took the number")

	// ErrNoTrigger is Remove's answer for a trigger that ran or was removed.
	ErrNoTrigger = errors.New("reactor: the trigger ran or was removed before")

	// ErrNilDeferred is React's answer when main returned no Deferred.
	ErrNilDeferred = errors.New("reactor: main returned a nil Deferred")

	// ErrTooManyDescriptors is a Select reactor's answer to a number that
	// select(2) cannot take.
	ErrTooManyDescriptors = poller.ErrTooManyDescriptors

	// ErrUnsupported is New's answer when this platform does not have the poller.
	ErrUnsupported = poller.ErrUnsupported
)
