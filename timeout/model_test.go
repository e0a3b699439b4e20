package timeout_test

import (
	"cmp"
	"errors"
	"math"
	"math/big"
	"slices"
	"time"

	"github.com/spindle-go/spindle/timeout"
)

// modelCall is a delayed call of the model. What the queue packs into one
// index, the model spells out.
type modelCall struct {
	id   int           // the order in which the calls were made
	when time.Duration // the deadline that Time tells
	key  time.Duration // what the call is ordered by: when, or the instant of the batch that passed it over
	err  error         // why it cannot be changed any more; nil while it is pending
}

// model is a queue as one would write it without a thought for its price: every
// call ever made, and a sort for every question.
type model struct {
	now   time.Duration
	calls []*modelCall
}

func (m *model) add(delay time.Duration) {
	when := clamp(m.now, delay)
	m.calls = append(m.calls, &modelCall{id: len(m.calls), when: when, key: when})
}

func (m *model) cancel(c *modelCall) error {
	if c.err != nil {
		return c.err
	}
	c.err = timeout.ErrAlreadyCancelled
	return nil
}

func (m *model) reset(c *modelCall, d time.Duration) error {
	switch {
	case c.err != nil:
		return c.err
	case d < 0:
		return timeout.ErrNegativeDelay
	}
	c.when = clamp(m.now, d)
	c.key = c.when
	return nil
}

func (m *model) delay(c *modelCall, d time.Duration) error {
	if c.err != nil {
		return c.err
	}
	c.when = clamp(c.when, d)
	c.key = c.when
	return nil
}

// pending are the calls still to run, in order.
func (m *model) pending() []*modelCall {
	var calls []*modelCall
	for _, c := range m.calls {
		if c.err == nil {
			calls = append(calls, c)
		}
	}
	slices.SortStableFunc(calls, func(a, b *modelCall) int { return cmp.Compare(a.key, b.key) })
	return calls
}

// pop gives the first call that is due at now and was made before mark, or nil.
// Newer ones in front of it, or in front of now when there is none, are passed
// over: from then on they count as due at now.
func (m *model) pop(now time.Duration, mark int) *modelCall {
	for _, c := range m.pending() {
		switch {
		case c.key > now:
			return nil
		case c.id < mark:
			c.err = timeout.ErrAlreadyRun
			return c
		default:
			c.key = now
		}
	}
	return nil
}

// clamp is a + b within the range of a Duration, by way of numbers that have no
// range.
func clamp(a, b time.Duration) time.Duration {
	sum := new(big.Int).Add(big.NewInt(int64(a)), big.NewInt(int64(b)))
	switch {
	case sum.IsInt64():
		return time.Duration(sum.Int64())
	case sum.Sign() < 0:
		return math.MinInt64
	default:
		return math.MaxInt64
	}
}

// sameError reports whether an answer of the queue is the one that the model
// gives.
func sameError(got, want error) bool {
	return errors.Is(got, want) && errors.Is(want, got)
}
