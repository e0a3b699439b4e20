package deferred_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred"
	"github.com/spindle-go/spindle/failure"
)

// masked is a text of debug mode without what changes from place to place and
// from run to run.
func masked(text string) string {
	text = places.ReplaceAllString(text, "")
	text = ages.ReplaceAllString(text, "old")
	return strings.ReplaceAll(text, "github.com/spindle-go/spindle/deferred_test.", "")
}

var (
	places = regexp.MustCompile(` \([^()\s]*\.(?:go|s):\d+\)`)
	ages   = regexp.MustCompile(`[0-9][0-9.a-zµ]* old`)
)

// storyOf is the way of a failure, a line for each hop.
func storyOf(f *failure.Failure) string {
	var lines []string
	for _, h := range f.Hops() {
		lines = append(lines, masked(h.String()))
	}
	return strings.Join(lines, "\n")
}

func made() *number                             { return deferred.New[int]() }
func broken(int) (int, error)                   { return 0, errNo }
func explodes(int) (int, error)                 { panic("boom") }
func passes(v int, err error) (int, error)      { return v, err }
func translated(*failure.Failure) (int, error)  { return 0, errors.New("other") }
func handsOn(f *failure.Failure) (int, error)   { return 0, f }
func refuses(d *number)                         { _ = d.Errback(errNo) }
func worded(v int) (string, error)              { return fmt.Sprint(v), nil }
func wordedBoth(v int, e error) (string, error) { return fmt.Sprint(v), e }
func brokenBoth(int, error) (string, error)     { return "", errNo }
func lines(s ...string) string                  { return strings.Join(s, "\n") }

// TestStory is about what a failure says of its way in debug mode.
func TestStory(t *testing.T) {
	debugMode(t)
	silenceUnhandled(t)
	for _, row := range []struct {
		name, want string
		play       func(caught func(*failure.Failure))
	}{
		{"failed in a callback", lines(
			"Deferred[int] made in made",
			"fired in TestStory.func1",
			"failed in broken, added in TestStory.func1",
			"passed by increment, added in TestStory.func1",
			"passed on by passes, added in TestStory.func1",
		), func(caught func(*failure.Failure)) {
			d := made().AddCallback(broken).AddCallback(increment).AddBoth(passes)
			_ = d.Callback(1)
			d.Catch(caught)
		}},
		{"fired with", lines("Deferred[int] made in made", "fired in TestStory.func2"), func(caught func(*failure.Failure)) {
			d := made()
			_ = d.Errback(errNo)
			d.Catch(caught)
		}},
		{"born with", lines("Deferred[int] made in TestStory.func3"), func(caught func(*failure.Failure)) {
			deferred.Fail[int](errNo).Catch(caught)
		}},
		{"panicked", lines("Deferred[int] made in made", "fired in TestStory.func4", "failed in explodes, added in TestStory.func4"), func(caught func(*failure.Failure)) {
			d := made().AddCallback(explodes)
			_ = d.Callback(1)
			d.Catch(caught)
		}},
		{"passed on by an errback", lines("Deferred[int] made in TestStory.func5", "passed on by handsOn, added in TestStory.func5"), func(caught func(*failure.Failure)) {
			deferred.Fail[int](errNo).AddErrback(handsOn).Catch(caught)
		}},
		{"another one in its place", lines("Deferred[int] made in TestStory.func6", "failed in translated, added in TestStory.func6"), func(caught func(*failure.Failure)) {
			deferred.Fail[int](errNo).AddErrback(translated).Catch(caught)
		}},
		{"one side of a pair", lines("Deferred[int] made in TestStory.func7", "passed on by handsOn, added in TestStory.func7"), func(caught func(*failure.Failure)) {
			deferred.Fail[int](errNo).AddCallbacks(increment, handsOn).Catch(caught)
		}},
		{"handed over to one that waits", lines("Deferred[int] made in made", "fired in TestStory.func8", "handed over to Deferred[int] made in TestStory.func8"), func(caught func(*failure.Failure)) {
			inner := made()
			outer := deferred.Maybe(inner.Chain)
			_ = inner.Errback(errNo)
			outer.Catch(caught)
		}},
		{"handed over at once", lines("Deferred[int] made in TestStory.func9", "handed over to Deferred[int] made in TestStory.func9"), func(caught func(*failure.Failure)) {
			deferred.Maybe(deferred.Fail[int](errNo).Chain).Catch(caught)
		}},
		{"handed over by Then", lines(
			"Deferred[int] made in TestStory.func10",
			"handed over to Deferred[string] made in TestStory.func10", "passed by worded, added in TestStory.func10",
			"handed over to Deferred[string] made in TestStory.func10", "passed by TestStory.func10.1, added in TestStory.func10",
		), func(caught func(*failure.Failure)) {
			deferred.Then(deferred.Then(deferred.Fail[int](errNo), worded), func(s string) (string, error) { return s, nil }).Catch(caught)
		}},
		{"handed over by ThenBoth", lines("Deferred[int] made in TestStory.func11", "handed over to Deferred[string] made in TestStory.func11", "passed on by wordedBoth, added in TestStory.func11"), func(caught func(*failure.Failure)) {
			deferred.ThenBoth(deferred.Fail[int](errNo), wordedBoth).Catch(caught)
		}},
		{"failed in ThenBoth", lines("Deferred[string] made in TestStory.func12", "fired in TestStory.func12", "failed in brokenBoth, added in TestStory.func12"), func(caught func(*failure.Failure)) {
			deferred.ThenBoth(deferred.Succeed(1), brokenBoth).Catch(caught)
		}},
		{"handed over by ChainDeferred", lines("Deferred[int] made in TestStory.func13", "handed over to Deferred[int] made in made"), func(caught func(*failure.Failure)) {
			to := made()
			deferred.Fail[int](errNo).ChainDeferred(to)
			to.Catch(caught)
		}},
		{"cancelled", lines("Deferred[int] made in made", "fired in TestStory.func14"), func(caught func(*failure.Failure)) {
			d := made()
			d.Cancel()
			d.Catch(caught)
		}},
		{"fired by its canceller", lines("Deferred[int] made in TestStory.func15", "fired in refuses", "failed in refuses"), func(caught func(*failure.Failure)) {
			d := deferred.New(refuses)
			d.Cancel()
			d.Catch(caught)
		}},
		{"of the zero value: made where it is first used", lines("Deferred[int] made in TestStory.func16", "fired in TestStory.func16"), func(caught func(*failure.Failure)) {
			var d number
			d.Catch(caught)
			_ = d.Errback(errNo)
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var f *failure.Failure
			row.play(func(caught *failure.Failure) { f = caught })
			if f == nil {
				t.Fatal("there was no failure")
			}
			got, last, _ := strings.Cut(storyOf(f)+"\nhandled by", "\nhandled by")
			if got != row.want {
				t.Errorf("the story is\n%s\nwant\n%s", got, row.want)
			}
			if !strings.HasPrefix(last, " TestStory.func") {
				t.Errorf("it does not end with who handles it, but with %q", last)
			}
		})
	}
}

// TestStoryNeedsDebugMode makes sure that nothing is noted without it.
func TestStoryNeedsDebugMode(t *testing.T) {
	deferred.SetDebug(false)
	t.Cleanup(func() { deferred.SetDebug(debugged()) })
	d := made().AddCallback(broken)
	_ = d.Callback(1)
	if f := failureOf(t, d); f.Hops() != nil {
		t.Errorf("its story is %v", f.Hops())
	}
	if err := d.Callback(1); err != deferred.ErrAlreadyCalled {
		t.Errorf("the second fire answered %v, want the sentinel itself", err)
	}
}

// TestPlacesAreLines makes sure that the places are those of the source.
func TestPlacesAreLines(t *testing.T) {
	debugMode(t)
	here := failure.Caller()
	d := deferred.New[int]().AddCallback(broken)
	_ = d.Callback(1)
	for i, h := range failureOf(t, d).Hops() {
		want := []int{here.Line + 1, here.Line + 2, here.Line + 1, here.Line + 4}
		if i < 3 && (h.At.Line != want[i] || filepath.Base(h.At.File) != "debug_test.go") {
			t.Errorf("hop %d is at %v, want line %d", i, h.At, want[i])
		}
	}
}

// TestAlreadyCalledSaysWhere is about the second fire.
func TestAlreadyCalledSaysWhere(t *testing.T) {
	debugMode(t)
	d := made()
	_ = d.Callback(1)
	for name, err := range map[string]error{"Callback": d.Callback(2), "Errback": d.Errback(errNo), "of Succeed": deferred.Succeed(1).Callback(1)} {
		if want := "deferred: already called, first at TestAlreadyCalledSaysWhere"; masked(err.Error()) != want || !errors.Is(err, deferred.ErrAlreadyCalled) {
			t.Errorf("%s answered %q, want %q", name, masked(err.Error()), want)
		}
	}
}

// TestUnhandledHasOrigins is about the report of debug mode.
func TestUnhandledHasOrigins(t *testing.T) {
	debugMode(t)
	deferred.FlushUnhandled()
	var got []deferred.Unhandled
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) { got = append(got, u) })
	defer deferred.SetUnhandledHandler(nil)
	d := deferred.Then(made().AddCallback(broken), worded)
	source := made()
	source.AddBoth(passes).ChainDeferred(made())
	_ = source.Errback(errNo)
	_ = d.Errback(errNo) // is bound
	deferred.FlushUnhandled()
	if len(got) != 1 {
		t.Fatalf("%d reports, want 1", len(got))
	}
	u := got[0]
	if u.Type != "Deferred[int]" || !strings.HasSuffix(u.Made.Function, ".made") {
		t.Errorf("it is of a %s made in %v", u.Type, u.Made)
	}
	want := lines("Deferred[int] made in made", "fired in TestUnhandledHasOrigins", "passed on by passes, added in TestUnhandledHasOrigins",
		"handed over to Deferred[int] made in made", "reported as unhandled")
	if storyOf(u.Failure) != want || len(u.Hops) != 5 {
		t.Errorf("the story is\n%s\nwant\n%s", storyOf(u.Failure), want)
	}
}

// TestUnhandledLogHasEverything is about the default handler in debug mode.
func TestUnhandledLogHasEverything(t *testing.T) {
	debugMode(t)
	deferred.FlushUnhandled()
	var buffer bytes.Buffer
	restore := setLog(&buffer)
	d := made().AddCallback(broken)
	_ = d.Callback(1)
	deferred.FlushUnhandled()
	restore()
	var record struct {
		Type, Made string
		Failure    struct{ Error, Trace string }
	}
	if err := json.Unmarshal(buffer.Bytes(), &record); err != nil {
		t.Fatalf("%v: not one record:\n%s", err, buffer.Bytes())
	}
	if record.Type != "Deferred[int]" || masked(record.Made) != "made" {
		t.Errorf("record %+v", record)
	}
	for _, part := range []string{"no\n    at ", "its story:", "made in ", "fired in ", "failed in ", "added in ", "reported as unhandled"} {
		if !strings.Contains(record.Failure.Trace, part) {
			t.Errorf("the trace has no %q:\n%s", part, record.Failure.Trace)
		}
	}
}

// TestPanicOfACancellerHasOrigins is about a failure that belongs to no Deferred.
func TestPanicOfACancellerHasOrigins(t *testing.T) {
	debugMode(t)
	deferred.FlushUnhandled()
	var got string
	deferred.SetUnhandledHandler(func(u deferred.Unhandled) { got = storyOf(u.Failure) })
	defer deferred.SetUnhandledHandler(nil)
	deferred.New(firesAndPanics).Cancel()
	deferred.FlushUnhandled()
	want := lines("Deferred[int] made in TestPanicOfACancellerHasOrigins", "fired in firesAndPanics", "failed in firesAndPanics", "reported as unhandled")
	if got != want {
		t.Errorf("the story is\n%s\nwant\n%s", got, want)
	}
}

func firesAndPanics(d *number) {
	_ = d.Callback(1)
	panic("boom")
}

// TestStoryNamesTheCollector is about a failure that a Collector is told of.
func TestStoryNamesTheCollector(t *testing.T) {
	debugMode(t)
	for name, collect := range map[string]func(d *number){
		"Collection": func(d *number) { collect([]*number{d}, ignore{}, deferred.PassAll) },
		"Single":     func(d *number) { new(deferred.Single[int]).Tell(d, 0, ignore{}, deferred.PassAll) },
	} {
		t.Run(name, func(t *testing.T) {
			d := made()
			collect(d)
			_ = d.Errback(errNo)
			if story := storyOf(failureOf(t, d)); !strings.Contains(story, "passed on by deferred_test.ignore, added in ") {
				t.Errorf("its story is\n%s", story)
			}
		})
	}
}
