package chain_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/chain"
	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// withDebug has debug mode on until the test ends.
func withDebug(t *testing.T) {
	deferred.SetDebug(true)
	t.Cleanup(func() { deferred.SetDebug(debugged()) })
}

// maskPlaces leaves out of a text of debug mode what differs from place to place.
func maskPlaces(text string) string {
	text = regexp.MustCompile(` \([^()\s]*\.go:\d+\)`).ReplaceAllString(text, "")
	text = regexp.MustCompile(`[0-9][0-9.a-zµ]* old`).ReplaceAllString(text, "old")
	return strings.ReplaceAll(text, "github.com/spindle-go/spindle/chain_test.", "")
}

// TestDebugSeesThroughLists looks at what waits for several. Each counts as made
// where the user called.
func TestDebugSeesThroughLists(t *testing.T) {
	withDebug(t)
	type number = deferred.Deferred[int]
	a, b := deferred.New[int](), deferred.New[int]()
	for name, list := range map[string]func() string{
		"Gather":       func() string { return deferred.Dot(chain.Gather([]*number{a, b})) },
		"DeferredList": func() string { return deferred.Dot(chain.DeferredList([]*number{a, b})) },
		"First":        func() string { return deferred.Dot(chain.First([]*number{a, b})) },
		"Race":         func() string { return deferred.Dot(chain.Race([]*number{a, b})) },
		"Join2":        func() string { return deferred.Dot(chain.Join2(a, b)) },
		"ForEach": func() string {
			items := func(yield func(*number) bool) { _ = yield(a) && yield(b) }
			return deferred.Dot(chain.ForEach(items, -1, func(d *number) *number { return d }))
		},
		"Scope": func() string {
			s := chain.NewScope()
			chain.Add(s, a)
			chain.Add(s, b)
			return deferred.Dot(s.Wait())
		},
	} {
		t.Run(name, func(t *testing.T) {
			dot := maskPlaces(list())
			if strings.Count(dot, `made in TestDebugSeesThroughLists\n`) != 2 || !strings.Contains(dot, "d1 -> d2;") || !strings.Contains(dot, "d1 -> d3;") {
				t.Errorf("the picture does not have the list and both:\n%s", dot)
			}
		})
	}
	t.Run("Fork", func(t *testing.T) {
		if dot := deferred.Dot(chain.Fork(deferred.New[int](), 2)[1]); strings.Count(dot, "->") != 2 {
			t.Errorf("the picture does not lead to the Deferred that was forked:\n%s", dot)
		}
	})
	t.Run("Pending", func(t *testing.T) {
		all := chain.Gather([]*number{deferred.New[int](), deferred.New[int](), deferred.Succeed(1)})
		pending := deferred.Pending()
		last := pending[len(pending)-1]
		if last.Type != "Deferred[[]int]" || len(last.WaitsFor) != 2 {
			t.Errorf("the last one pending is %v", last)
		}
		all.Cancel()
		all.Catch(func(*failure.Failure) {})
	})
}

// TestDebugOfCoroutines is about the story of a failure that came through one,
// and about what it waits for.
func TestDebugOfCoroutines(t *testing.T) {
	withDebug(t)
	errNo := errors.New("no")
	for _, row := range []struct {
		name, want string
		play       func() *deferred.Deferred[int]
	}{
		{"it fails", "made in play1\nfailed in play1.func1", play1},
		{"what it waits for fails", "made in play2\nfired in play2\nhanded over to Deferred[int] made in play2\npassed on by play2.func1", func() *deferred.Deferred[int] { return play2(errNo) }},
		{"what it awaits has failed", "made in play3\nhanded over to Deferred[int] made in play3\npassed on by play3.func1", func() *deferred.Deferred[int] { return play3(errNo) }},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got []string
			row.play().Catch(func(f *failure.Failure) {
				for _, h := range f.Hops() {
					got = append(got, strings.TrimPrefix(maskPlaces(h.String()), "Deferred[int] "))
				}
			})
			if len(got) == 0 || strings.Join(got[:len(got)-1], "\n") != row.want {
				t.Errorf("the story is\n%s\nwant\n%s", strings.Join(got, "\n"), row.want)
			}
		})
	}
	t.Run("waiting", func(t *testing.T) {
		inner := deferred.New[int]()
		outer := chain.Async(func(co *chain.Co) (int, error) { return chain.Await(co, inner) })
		if dot := deferred.Dot(outer); strings.Count(dot, "->") != 1 || strings.Count(dot, "made in") != 2 {
			t.Errorf("the picture is\n%s", dot)
		}
		pending := deferred.Pending()
		if last := pending[len(pending)-1]; len(last.WaitsFor) != 1 {
			t.Errorf("the last one pending is %v", last)
		}
		before := len(pending)
		_ = inner.Callback(1)
		if after := len(deferred.Pending()); after != before-2 {
			t.Errorf("%d are pending, want %d", after, before-2)
		}
	})
}

func play1() *deferred.Deferred[int] {
	return chain.Async(func(*chain.Co) (int, error) { return 0, errors.New("no") })
}

func play2(err error) *deferred.Deferred[int] {
	d := deferred.New[int]()
	out := chain.Async(func(co *chain.Co) (int, error) { return chain.Await(co, d) })
	_ = d.Errback(err)
	return out
}

func play3(err error) *deferred.Deferred[int] {
	d := deferred.Fail[int](err)
	return chain.Async(func(co *chain.Co) (int, error) { return chain.Await(co, d) })
}
