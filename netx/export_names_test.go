package netx

import (
	"crypto/tls"
	"io/fs"
	"net/netip"
	"time"

	"github.com/spindle-go/spindle/deferred"
)

// Race is a race without sockets.
type Race struct{ race *addressRace }

// RunnerFunc is a runner that calls itself when it is given up.
type RunnerFunc func()

func (f RunnerFunc) giveUp() { f() }

// StartRace begins a race whose lanes begin makes.
func StartRace(
	clock deferred.Clock, delay time.Duration, addrs []netip.AddrPort,
	begin func(r Race, remote netip.AddrPort, lane int) (RunnerFunc, error), failed func(r Race),
) Race {
	var r Race
	r = Race{newAddressRace(clock, delay, addrs, func(remote netip.AddrPort, lane int) (runner, error) {
		f, err := begin(r, remote, lane)
		if err != nil {
			return nil, err
		}
		return f, nil
	}, func() { failed(r) })}
	r.race.next()
	return r
}

func (r Race) Fail(lane int, err error) { r.race.fail(lane, err) }
func (r Race) Win(lane int)             { r.race.win(lane) }
func (r Race) Close()                   { r.race.close() }

// Errs is what became of the lanes, nil of one that has not failed.
func (r Race) Errs() (errs []error) {
	for _, l := range r.race.lanes {
		errs = append(errs, l.err)
	}
	return errs
}

// QueuedLookups returns how many lookups of n have not begun.
func QueuedLookups(n *Net) int { return len(n.lookups.waiting) }

// Chosen is what some Options choose.
type Chosen struct {
	Timeout time.Duration
	Local   netip.AddrPort
	Backlog int
	TLS     *tls.Config
	Mode    fs.FileMode
}

// ChosenBy returns what opts choose.
func ChosenBy(opts []Option) Chosen {
	c := newConfig(nil, opts)
	chosen := Chosen{Timeout: c.connectTimeout, Local: c.localAddr, Backlog: c.backlog, Mode: c.local.mode}
	if c.tls != nil {
		chosen.TLS = c.tls.cfg
	}
	return chosen
}

// ActivatedNames reads the environment of a process that was given sockets.
func ActivatedNames(env func(string) string, pid int) ([]string, error) {
	return activatedNames(env, pid)
}
