package netx_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spindle-go/spindle/netx"
	"github.com/spindle-go/spindle/timeout"
)

// plan is what one address of a race does.
type plan struct {
	addr  string        // a letter: small for IPv4, capital for IPv6
	end   string        // "win", "fail", "refuse" (at once) or "" for nothing
	after time.Duration // from when it began
}

// addrOf turns the letter into an address.
func addrOf(letter string) netip.AddrPort {
	addr := netip.AddrFrom4([4]byte{10, 0, 0, letter[0]})
	if letter == strings.ToUpper(letter) {
		addr = netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", letter[0]))
	}
	return netip.AddrPortFrom(addr, 80)
}

func letterOf(a netip.AddrPort) string {
	s := a.Addr().AsSlice()
	return string(rune(s[len(s)-1]))
}

// runRace plays plans for an hour and tells what happened, with the milliseconds.
func runRace(t *testing.T, plans []plan) string {
	t.Helper()
	clock := timeout.NewVirtualClock(time.Unix(0, 0))
	var story []string
	note := func(format string, args ...any) {
		at := clock.Now().Sub(time.Unix(0, 0)).Milliseconds()
		story = append(story, fmt.Sprintf("%d ", at)+fmt.Sprintf(format, args...))
	}
	byLetter := map[string]plan{}
	var addrs []netip.AddrPort
	for _, p := range plans {
		byLetter[p.addr] = p
		addrs = append(addrs, addrOf(p.addr))
	}
	begin := func(r netx.Race, remote netip.AddrPort, lane int) (netx.RunnerFunc, error) {
		p := byLetter[letterOf(remote)]
		note("begin %s", p.addr)
		var stop func() bool
		switch p.end {
		case "refuse":
			return nil, errors.New(p.addr)
		case "fail":
			stop = clock.AfterFunc(p.after, func() { note("fail %s", p.addr); r.Fail(lane, errors.New(p.addr)) })
		case "win":
			stop = clock.AfterFunc(p.after, func() { note("win %s", p.addr); r.Win(lane) })
		}
		return func() {
			if stop != nil && !stop() {
				t.Errorf("%s is given up after its end", p.addr)
			}
			note("give up %s", p.addr)
		}, nil
	}
	failed := func(r netx.Race) { note("all failed: %v", r.Errs()) }
	r := netx.StartRace(clock, 250*time.Millisecond, addrs, begin, failed)
	clock.Advance(time.Hour)
	if n := len(clock.Calls()); n != 0 {
		t.Errorf("%d delayed calls are left", n)
	}
	r.Close()
	return strings.Join(story, ", ")
}

func TestRace(t *testing.T) {
	const ms = time.Millisecond
	for name, tt := range map[string]struct {
		plans []plan
		want  string
	}{
		"one that answers": {
			[]plan{{"a", "win", 10 * ms}},
			"0 begin a, 10 win a",
		},
		"one that fails": {
			[]plan{{"a", "fail", 10 * ms}},
			"0 begin a, 10 fail a, 10 all failed: [a]",
		},
		"one that cannot begin": {
			[]plan{{"a", "refuse", 0}},
			"0 begin a, 0 all failed: [a]",
		},
		"the next one after the delay": {
			[]plan{{"a", "", 0}, {"b", "win", 10 * ms}},
			"0 begin a, 250 begin b, 260 win b, 260 give up a",
		},
		"the first one, late": {
			[]plan{{"a", "win", 260 * ms}, {"b", "win", 100 * ms}},
			"0 begin a, 250 begin b, 260 win a, 260 give up b",
		},
		"the next one at once when one fails": {
			[]plan{{"a", "fail", 10 * ms}, {"b", "fail", 10 * ms}, {"c", "win", 10 * ms}},
			"0 begin a, 10 fail a, 10 begin b, 20 fail b, 20 begin c, 30 win c",
		},
		"the delay begins again with each": {
			[]plan{{"a", "fail", 200 * ms}, {"b", "", 0}, {"c", "win", 10 * ms}},
			"0 begin a, 200 fail a, 200 begin b, 450 begin c, 460 win c, 460 give up b",
		},
		"an early one fails late": {
			[]plan{{"a", "fail", 300 * ms}, {"b", "", 0}, {"c", "win", 10 * ms}, {"d", "win", 10 * ms}},
			"0 begin a, 250 begin b, 300 fail a, 300 begin c, 310 win c, 310 give up b",
		},
		"families take turns, the first one's first": {
			[]plan{{"A", "", 0}, {"B", "", 0}, {"C", "", 0}, {"a", "", 0}, {"b", "win", 0}},
			"0 begin A, 250 begin a, 500 begin B, 750 begin b, 750 win b, 750 give up A, 750 give up a, 750 give up B",
		},
		"IPv4 first": {
			[]plan{{"a", "refuse", 0}, {"b", "refuse", 0}, {"A", "refuse", 0}},
			"0 begin a, 0 begin A, 0 begin b, 0 all failed: [a A b]",
		},
		"errors in the order of beginning": {
			[]plan{{"a", "fail", 900 * ms}, {"A", "refuse", 0}, {"b", "fail", 10 * ms}},
			"0 begin a, 250 begin A, 250 begin b, 260 fail b, 900 fail a, 900 all failed: [a A b]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := runRace(t, tt.plans); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestRaceRandomly checks what must hold whatever happens.
func TestRaceRandomly(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		letters := strings.Split("aAbBcCdDeE", "")
		rnd.Shuffle(len(letters), func(i, j int) { letters[i], letters[j] = letters[j], letters[i] })
		var plans []plan
		for _, l := range letters[:1+rnd.IntN(len(letters))] {
			end := []string{"win", "fail", "fail", "refuse", ""}[rnd.IntN(5)]
			plans = append(plans, plan{l, end, time.Duration(rnd.IntN(60)) * 10 * time.Millisecond})
		}
		story := runRace(t, plans)
		begun, ended := strings.Count(story, "begin"), strings.Count(story, "fail ")+strings.Count(story, "give up")+strings.Count(story, "win")
		refused := 0
		for _, p := range plans {
			if p.end == "refuse" && strings.Contains(story, "begin "+p.addr) {
				refused++
			}
		}
		if begun != ended+refused {
			t.Errorf("%d have begun, %d ended: %s", begun, ended+refused, story)
		}
		wins, failed := strings.Count(story, "win"), strings.Count(story, "all failed")
		anyWins := slices.ContainsFunc(plans, func(p plan) bool { return p.end == "win" })
		hangs := slices.ContainsFunc(plans, func(p plan) bool { return p.end == "" })
		if wins > 1 || failed > 1 || anyWins != (wins == 1) || (!anyWins && !hangs) != (failed == 1) {
			t.Errorf("%v: %s", plans, story)
		}
	}
}
