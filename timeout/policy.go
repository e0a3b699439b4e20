package timeout

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Unlimited is for Attempts of a Policy: no limit.
const Unlimited = -1

// What a zero field of a Policy means.
const (
	defaultBase     = 100 * time.Millisecond
	defaultCap      = 30 * time.Second
	defaultFactor   = 2
	defaultAttempts = 5
)

// Policy says how Retry goes on after a failed attempt: how long it waits, and
// when it gives up. The zero value makes five attempts, with waits of up to 100,
// 200, 400 and 800 milliseconds between them.
//
// The waits are those of Full Jitter in Exponential Backoff And Jitter, by Marc
// Brooker in the AWS Architecture Blog: after attempt n (from 1) it waits for a
// time between zero and
//
//	min(Cap, Base * Factor^(n-1))
//
// picked at random from all of that range. So clients that failed together do
// not come back together.
//
// A Policy is not changed by Retry, and one may serve any number of them, as
// long as its functions may be called from all of their goroutines. Durations
// and factors out of range panic in Retry.
type Policy struct {
	// Base is the longest wait after the first attempt. Zero: 100 ms. Negative
	// panics.
	Base time.Duration

	// Cap is the longest wait of all; a Base above it is cut to it. Zero: 30 s,
	// or Base if that is longer. Negative panics.
	Cap time.Duration

	// Factor is what the longest wait is multiplied with after each further
	// attempt. 1 keeps it at Base. Zero: 2. Anything else below 1, and what is
	// no finite number, panics.
	Factor float64

	// Attempts is how many times the function is called at most, the first one
	// included. Zero: 5. Negative, such as Unlimited: no limit.
	Attempts int

	// Deadline is how long it may take in all, attempts and waits together. When
	// it has passed, a wait ends at once and an attempt in flight is cancelled;
	// should that one answer with a value after all, the value counts. No
	// attempt begins at the deadline or after it. Zero: no deadline. Negative
	// panics.
	Deadline time.Duration

	// Permanent reports whether an error is not worth another attempt. err is a
	// *failure.Failure: use errors.Is and errors.As. It is not asked about those
	// that are permanent in any case, see Retry. If it panics Retry gives up
	// with that. Zero: no other error is permanent.
	Permanent func(err error) bool

	// Jitter picks the place within the range of a wait, as a number from 0 to
	// 1; another makes Retry give up. It is called once before each wait. For
	// waits that can be repeated, as tests want them, use a source with a seed:
	//
	//	Jitter: rand.New(rand.NewPCG(1, 2)).Float64
	//
	// For the longest wait each time answer 1. Zero: rand.Float64 of
	// math/rand/v2.
	Jitter func() float64
}

// filled is the policy with its zero fields replaced. It panics on values that
// are out of range.
func (p Policy) filled() Policy {
	notNegative("Base", p.Base)
	notNegative("Cap", p.Cap)
	notNegative("Deadline", p.Deadline)
	if p.Factor == 0 {
		p.Factor = defaultFactor
	}
	if !(p.Factor >= 1) || math.IsInf(p.Factor, 1) {
		panic(fmt.Sprintf("timeout: the Factor of a Policy has to be a number of 1 or more, got %v", p.Factor))
	}
	if p.Base == 0 {
		p.Base = defaultBase
	}
	if p.Cap == 0 {
		p.Cap = max(defaultCap, p.Base)
	}
	if p.Attempts == 0 {
		p.Attempts = defaultAttempts
	}
	if p.Permanent == nil {
		p.Permanent = func(error) bool { return false }
	}
	if p.Jitter == nil {
		p.Jitter = rand.Float64
	}
	return p
}

func notNegative(field string, d time.Duration) {
	if d < 0 {
		panic(fmt.Sprintf("timeout: the %s of a Policy has to be zero or more, got %v", field, d))
	}
}
