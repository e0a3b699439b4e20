package deferred_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// number is what most tests have a Deferred of.
type number = deferred.Deferred[int]

// errNo is a failure of the tests' own.
var errNo = errors.New("no")

// scenario is a rule as a test: what is done, and the events that it gives,
// separated by spaces. A failure that is left unhandled is the event lost:TEXT,
// so each scenario also says what is reported. What a loop should have reported,
// and did not until the end, is left:TEXT.
type scenario struct {
	name string
	want string
	do   func(s *script)
}

// play runs each scenario as a subtest.
func play(t *testing.T, scenarios []scenario) {
	for _, sc := range scenarios {
		t.Run(sc.name, func(t *testing.T) {
			s := &script{t: t}
			deferred.FlushUnhandled()
			s.watch("lost:")
			defer deferred.SetUnhandledHandler(nil)
			sc.do(s)
			if s.loops > 0 {
				s.watch("left:")
			}
			deferred.FlushUnhandled()
			if got := strings.Join(s.events, " "); got != sc.want {
				t.Errorf("\ngot  %s\nwant %s", got, sc.want)
			}
		})
	}
}

// script writes down what happens, and makes handlers that do so.
type script struct {
	t      *testing.T
	events []string
	loops  int // made by the scenario
}

// watch writes down unhandled failures as events that begin with a word.
func (s *script) watch(word string) {
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) { s.say(word + s.text(0, u.Failure)) })
}

// say writes down an event.
func (s *script) say(event string) { s.events = append(s.events, event) }

// text is a result in short: the value, or "!" and the failure.
func (s *script) text(v int, err error) string {
	if err == nil {
		return strconv.Itoa(v)
	}
	name := strings.TrimPrefix(plain(err).Error(), "deferred: ")
	return "!" + strings.ReplaceAll(name, " ", "_")
}

// see looks at the result and passes it on.
func (s *script) see(name string) func(int, error) (int, error) {
	return func(v int, err error) (int, error) {
		s.say(name + ":" + s.text(v, err))
		return v, err
	}
}

// cb is a callback that adds one.
func (s *script) cb(name string) func(int) (int, error) {
	return func(v int) (int, error) {
		s.say(name + ":" + s.text(v, nil))
		return v + 1, nil
	}
}

// eb is an errback that makes it 100.
func (s *script) eb(name string) func(*failure.Failure) (int, error) {
	return func(f *failure.Failure) (int, error) {
		s.say(name + ":" + s.text(0, f))
		return 100, nil
	}
}

// fails is a callback that fails.
func (s *script) fails(name string) func(int) (int, error) {
	return func(v int) (int, error) {
		s.say(name + ":" + s.text(v, nil))
		return 0, errNo
	}
}

// chains is a callback that answers with another Deferred.
func (s *script) chains(name string, inner *number) func(int) (int, error) {
	return func(v int) (int, error) {
		s.say(name + ":" + s.text(v, nil))
		return inner.Chain()
	}
}

// does is a callback that calls do, and passes the value on.
func (s *script) does(name string, do func()) func(int) (int, error) {
	return func(v int) (int, error) {
		s.say(name + ":" + s.text(v, nil))
		do()
		return v, nil
	}
}

// err writes down an error that an operation answered.
func (s *script) err(err error) {
	if err == nil {
		s.say("ok")
		return
	}
	s.say(s.text(0, err))
}

// result writes down what d has at this moment, or that it has nothing. The
// result stays.
func (s *script) result(name string, d *number) {
	looking := true
	seen := "nothing"
	d.AddBoth(func(v int, err error) (int, error) {
		if looking {
			seen = s.text(v, err)
		}
		return v, err
	})
	looking = false
	s.say(name + "=" + seen)
}

// panics calls do and writes down what it panicked with.
func (s *script) panics(do func()) {
	defer func() { s.say(strings.ReplaceAll(fmt.Sprint(recover()), " ", "_")) }()
	do()
}

// newNumber is short for a Deferred that has not fired.
func newNumber() *number { return deferred.New[int]() }
