package poller

import (
	"runtime"
	"time"
)

// How the loop waits decides how fast the result of a worker goroutine gets in.
// Measured, loop to worker and back with one in flight:
//
//	block in epoll_wait                                    29 000 to 110 000 ns
//	one zero poll and Gosched, then block                    3950 to   4870 ns
//	park in Go's netpoller, no thread blocked                3080 to   4060 ns
//	zero polls, sleeping flag, then park in the netpoller     470 to    600 ns
//	a Go channel, for comparison                              257 to    286 ns
//
// To block a thread is slow because Go then has to notice it and give the
// processor to another one, and to wake it is the kernel scheduler's business.
// A zero poll with a Gosched after it lets the worker run on this very thread,
// and mostly its result is there before anything has to sleep: no byte is
// written. Parking is dear only beside that, and costs nothing under load, when
// the first zero poll finds something; one connection alone pays 4 to 5 µs, and
// more where its peer is on another processor that has gone to sleep meanwhile.
//
// How many zero polls: about as many as cost what parking does, so that a wait is
// never much more than twice as dear as the better choice would have been. On an
// echo, in turn, by the number of them:
//
//	zero polls                                       3     8    16
//	one connection, requests a second           29 000 77 000 96 000
//	20 000 requests/s on 100, CPU for each, µs    19.6  21.8  24.0
//	100 connections at full speed, CPU, µs         5.8   5.7   5.8
//
// So with Epoll: up to eight zero polls, a Gosched after each, then the flag,
// the work function, and the netpoller. Poll and Select must block in their
// system call, and a zero poll costs them a pass over everything, so they make
// one. The goroutine is never locked to its thread: that gains nothing and makes
// a hand-over to another goroutine a hundred times dearer.

// busyLimit is after how many calls and events, taken together, Wait gives way to other
// goroutines although it did not have to wait. A Wait that finds something at its first
// look does not wait, so a loop with enough to do would never let anybody else run. Where
// there is only one processor, workers and the collector would have to be content with
// what Go takes from a goroutine by force: the result of a worker took 20 ms beside twenty
// busy connections. It takes 0.25 ms with this. Connections that have the only processor
// to themselves pay some 5% for it, and still 3% with 512.
const busyLimit = 32

// zeroPolls returns how often Wait looks before it goes to sleep.
func (k Kind) zeroPolls() int {
	if k == Epoll {
		return 8
	}
	return 1
}

// Wait fills events with what is ready and returns how many. Each registration
// stands there once at most, and none that was removed before the call. When
// more is ready than fits, the rest comes with the next calls, each in its
// turn. An event is reported for as long as its reason lasts (level-triggered).
//
// A timeout of 0 does not wait, a negative one waits for ever. A positive one
// is never cut short by the clock's grain: without an event or a Wake, Wait
// returns 0 events when it is over, and not earlier. It is not late by more
// than the kernel's unit (a millisecond for Poll, a microsecond for Select) and
// what scheduling adds. A signal does not end it.
//
// Before Wait blocks it calls work, if that is not nil, to ask whether there is
// something in the caller's queue; if so it returns 0 events at once. It may
// ask several times, so work must be quick and only look, and it must look
// under the queue's lock or at an atomic: the argument that no Wake is lost
// rests on that. With a nil work, a Wake that comes before Wait has set its
// sleeping flag does nothing.
//
// A loop that never has to wait lets other goroutines run all the same: when 32 calls and
// events have come together since it last did.
//
// Errors: ErrClosed, and an *os.SyscallError that says that one of the Poller's
// own descriptors is broken, or that a new epoll instance was needed (see the
// package's text on closing) and could not be had; the next call tries again.
// There is never an error beside events. Loop goroutine only. It allocates nothing, except
// when events is longer than at any call before. It panics when events is empty.
func (p *Poller) Wait(events []Event, timeout time.Duration, work func() bool) (int, error) {
	p.owner = true
	if p.waker.is(closed) {
		return 0, ErrClosed
	}
	if len(events) == 0 {
		panic("poller: Wait needs room for at least one event")
	}
	if p.busy >= busyLimit {
		p.giveWay()
	}
	n, err := p.look(events)
	if n > 0 || err != nil || timeout == 0 {
		p.busy += 1 + n
		return n, err
	}
	end := deadlineIn(timeout)
	for range p.kind.zeroPolls() - 1 {
		p.giveWay()
		if work != nil && work() {
			return 0, nil
		}
		if n, err = p.look(events); n > 0 || err != nil {
			return n, err
		}
	}
	p.giveWay()
	return p.sleep(events, end, work)
}

// giveWay lets other goroutines run.
func (p *Poller) giveWay() {
	p.busy = 0
	runtime.Gosched()
}

// sleep is the loop's side of the wake-up protocol, see waker.
func (p *Poller) sleep(events []Event, end deadline, work func() bool) (int, error) {
	for {
		left := end.left()
		if left == 0 {
			return 0, nil
		}
		p.waker.sleep()
		if work != nil && work() {
			p.waker.rouse()
			return 0, nil
		}
		n, readable, err := p.backend.wait(events, left)
		woken := p.waker.rouse()
		if readable && err == nil {
			err = p.waker.drain()
		}
		if n > 0 || woken || err != nil {
			return n, err
		}
	}
}

// look is a zero poll, with what is always ready. If there is any of that, it
// and the rest take turns in filling the events first, so that a short slice
// starves neither; and Wait never gets as far as to sleep. Where nothing is
// registered the kernel need not be asked: that is a fifth of a round trip to a
// worker.
func (p *Poller) look(events []Event) (int, error) {
	if p.table.len() == 0 {
		return 0, nil
	}
	if p.always.wanted == 0 {
		return p.lookKernel(events)
	}
	p.alwaysFirst = !p.alwaysFirst
	if !p.alwaysFirst {
		n, err := p.lookKernel(events)
		if err != nil {
			return 0, err
		}
		return n + p.always.report(events[n:]), nil
	}
	n := p.always.report(events)
	if n == len(events) {
		return n, nil
	}
	m, err := p.lookKernel(events[n:])
	if err != nil {
		return 0, err // what is always ready comes again
	}
	return n + m, nil
}

// lookKernel is a zero poll of the backend. A byte that it finds in the waker's
// pipe is of an earlier sleep and means nothing.
func (p *Poller) lookKernel(events []Event) (int, error) {
	n, readable, err := p.backend.wait(events, 0)
	if readable && err == nil {
		err = p.waker.drain()
	}
	return n, err
}
