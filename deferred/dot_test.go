package deferred_test

import (
	"iter"
	"strings"
	"testing"

	"github.com/spindle-go/spindle/deferred"
)

// boxes lists the boxes and the arrows of a picture, masked.
func boxes(text string) string {
	var found []string
	for line := range strings.Lines(masked(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "d") && strings.HasSuffix(line, ";") {
			found = append(found, strings.TrimSuffix(line, ";"))
		}
	}
	return strings.Join(found, "\n")
}

// several is a Group.
type several []deferred.Canceller

func (s several) Cancel() {}

func (s several) WaitsFor() iter.Seq[deferred.Canceller] {
	return func(yield func(deferred.Canceller) bool) {
		for _, c := range s {
			if !yield(c) {
				return
			}
		}
	}
}

func TestDot(t *testing.T) {
	for _, row := range []struct {
		name  string
		debug bool
		want  string
		play  func() string
	}{
		{"not fired", false, `d1 [label="Deferred[int]\nnot fired, handlers: 0"]`, func() string { return deferred.Dot(made()) }},
		{"a text with quotes", false, `d1 [label="Deferred[string]\nvalue: a\\n \"b\"\nc, handlers: 0"]`, func() string {
			return deferred.Dot(deferred.Succeed("a\\n \"b\"\nc"))
		}},
		{"paused", false, `d1 [label="Deferred[int]\nvalue: 1, paused, handlers: 2, pauses: 1"]`, func() string {
			return deferred.Dot(held().AddCallback(increment).AddCallback(increment))
		}},
		{"waits", false, lines(`d1 [label="Deferred[string]\nwaits, handlers: 1"]`,
			`d2 [label="Deferred[int]\nwaits, handlers: 1"]`, `d1 -> d2`,
			`d3 [label="Deferred[int]\nnot fired, handlers: 1"]`, `d2 -> d3`), func() string {
			return deferred.Dot(deferred.Then(rowOf(1), worded))
		}},
		{"waits, in debug mode", true, lines(`d1 [label="Deferred[string]\nwaits, handlers: 1\nmade in TestDot.func5\nold"]`,
			`d2 [label="Deferred[int]\nnot fired, handlers: 1\nmade in made\nold"]`, `d1 -> d2`), func() string {
			return deferred.Dot(deferred.Then(made(), worded))
		}},
		{"a group, one of it twice", false, lines(`d1 [label="Deferred[int]\nnot fired, handlers: 0"]`,
			`d2 [label="Deferred[int]\nnot fired, handlers: 0"]`, `d1 -> d2`,
			`d3 [label="Deferred[int]\nvalue: 1, handlers: 0"]`, `d1 -> d3`, `d1 -> d2`), func() string {
			twice := made()
			return deferred.Dot(made().PassCancelTo(several{twice, deferred.Succeed(1), twice, stop(func() {})}))
		}},
		{"a group that waits for itself", false, lines(`d1 [label="Deferred[int]\nnot fired, handlers: 0"]`, `d1 -> d1`), func() string {
			group := make(several, 1)
			d := made().PassCancelTo(group)
			group[0] = d
			return deferred.Dot(d)
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			deferred.SetDebug(row.debug)
			t.Cleanup(func() { deferred.SetDebug(debugged()) })
			if got := boxes(row.play()); got != row.want {
				t.Errorf("the picture is\n%s\nwant\n%s", got, row.want)
			}
		})
	}
}

// TestDotOfManyIsShort is about long rows and large groups.
func TestDotOfManyIsShort(t *testing.T) {
	deferred.SetDebug(false)
	t.Cleanup(func() { deferred.SetDebug(debugged()) })
	row := deferred.Dot(rowOf(100_000))
	if n := strings.Count(row, "label="); n != 17 || !strings.Contains(row, `"... 99 985 more"`) || !strings.Contains(row, "not fired") {
		t.Errorf("%d boxes of a row of 100 001:\n%s", n, row)
	}
	crowd := make(several, 100)
	for i := range crowd {
		crowd[i] = made()
	}
	group := deferred.Dot(made().PassCancelTo(crowd))
	if n := strings.Count(group, "label="); n != 34 || !strings.Contains(group, `"... 68 more"`) {
		t.Errorf("%d boxes of a group of 100:\n%s", n, group)
	}
	tree := many(3)
	if n := strings.Count(deferred.Dot(tree), "label="); n > 2100 {
		t.Errorf("%d boxes of a tree", n)
	}
}

// many is a tree of groups.
func many(depth int) *number {
	d := made()
	if depth > 0 {
		group := make(several, 32)
		for i := range group {
			group[i] = many(depth - 1)
		}
		d.PassCancelTo(group)
	}
	return d
}

// held is a Deferred with a value, paused.
func held() *number {
	d := deferred.Succeed(1)
	d.Pause()
	return d
}

// rowOf is the last of n Deferreds of which each waits for the one before, and
// the first for one that was not fired.
func rowOf(n int) *number {
	d := made()
	for range n {
		d = deferred.Maybe(d.Chain)
	}
	return d
}
