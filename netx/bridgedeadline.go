package netx

import (
	"os"
	"sync"
	"time"
)

// errDeadline is what package net answers, too.
var errDeadline = os.ErrDeadlineExceeded

// bridgeDeadline is a deadline for goroutines that wait on a condition. All of it is
// protected by the lock of that condition.
//
// It goes by the system's clock: those who wait are not on the loop, and the loop may
// be busy just then.
type bridgeDeadline struct {
	wake    *sync.Cond // fixed
	expired bool
	timer   *time.Timer
}

// set moves the deadline to t; the zero Time is none.
func (d *bridgeDeadline) set(t time.Time) {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	d.expired = false
	if t.IsZero() {
		return
	}
	after := time.Until(t)
	if after <= 0 {
		d.expired = true
		d.wake.Broadcast()
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(after, func() {
		d.wake.L.Lock()
		defer d.wake.L.Unlock()
		if d.timer == timer { // it was not moved while this one waited for the lock
			d.expired = true
			d.wake.Broadcast()
		}
	})
	d.timer = timer
}
