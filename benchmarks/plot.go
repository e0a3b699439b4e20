package main

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// Plots are as wide as a telephone and are laid out side by side where there is
// room, so that their text is never smaller than it should be.
const (
	plotWidth  = 360.0
	lineHeight = 14.0 // of text
)

// svg writes a picture. Its colours are classes, which the page gives different
// ones in light and dark.
type svg struct{ b strings.Builder }

// picture returns the whole element. The title is what is said of it to those who
// cannot see it.
func (s *svg) picture(title string, height float64) template.HTML {
	return template.HTML(fmt.Sprintf(
		`<svg viewBox="0 0 %g %s" role="img" aria-label="%s">`+"\n%s</svg>", plotWidth, px(height), escape(title), s.b.String()))
}

// text writes a text at a place: its anchor is start, middle or end.
func (s *svg) text(x, y float64, anchor, class, text string) {
	fmt.Fprintf(&s.b, `<text x="%s" y="%s" text-anchor="%s" class="%s">%s</text>`+"\n", px(x), px(y), anchor, class, escape(text))
}

// rect writes a rectangle.
func (s *svg) rect(x, y, width, height float64, class string) {
	fmt.Fprintf(&s.b, `<rect x="%s" y="%s" width="%s" height="%s" rx="2" class="%s"/>`+"\n", px(x), px(y), px(width), px(height), class)
}

// line writes a straight line.
func (s *svg) line(x1, y1, x2, y2 float64, class string) {
	fmt.Fprintf(&s.b, `<line x1="%s" y1="%s" x2="%s" y2="%s" class="%s"/>`+"\n", px(x1), px(y1), px(x2), px(y2), class)
}

// path writes a line through points.
func (s *svg) path(points [][2]float64, class string) {
	var d strings.Builder
	for i, p := range points {
		letter := "L"
		if i == 0 {
			letter = "M"
		}
		fmt.Fprintf(&d, "%s%s %s", letter, px(p[0]), px(p[1]))
	}
	fmt.Fprintf(&s.b, `<path d="%s" class="%s"/>`+"\n", d.String(), class)
}

// mark writes a small mark; each style has its own shape.
func (s *svg) mark(x, y float64, style int) {
	class := fmt.Sprintf("mark s%d", style)
	const a = 3.0
	switch style % 4 {
	case 0:
		fmt.Fprintf(&s.b, `<circle cx="%s" cy="%s" r="%g" class="%s"/>`+"\n", px(x), px(y), a, class)
	case 1:
		fmt.Fprintf(&s.b, `<path d="M%s %sh%gv%gh%gz" class="%s"/>`+"\n", px(x-a), px(y-a), 2*a, 2*a, -2*a, class)
	case 2:
		fmt.Fprintf(&s.b, `<path d="M%s %sl%g %gh%gz" class="%s"/>`+"\n", px(x), px(y-a-1), a+1, 2*a, -2*(a+1), class)
	default:
		fmt.Fprintf(&s.b, `<path d="M%s %sl%g %gl%g %gl%g %gz" class="%s"/>`+"\n", px(x), px(y-a-1), a+1, a+1, -a-1, a+1, -a-1, -a-1, class)
	}
}

// styles is how many colours there are for lines; the page has a class for each.
const styles = 8

// styleOf returns the look of a contender's line, the same in all plots: that of
// ours is its own.
func styleOf(name string) int {
	if name == ours {
		return 0
	}
	looks := map[string]int{
		"goroutine": 1, "waitgroup": 1, "afterfunc": 1, "gonet": 1, "channel": 1,
		"floor": 2, "heap": 2, "c": 2, "uv": 3, "queue": 3, "samber-mo": 3, "conc": 3, "netpoll": 4, "go-promise": 4, "ants": 4,
		"node": 5, "java": 6, "twisted": 7,
	}
	if look, ok := looks[name]; ok {
		return look
	}
	return styles - 1
}

// axis maps numbers to places.
type axis struct {
	least, greatest float64 // numbers at the ends
	from, to        float64 // places of them
	log             bool
}

// at returns the place of a number.
func (a axis) at(x float64) float64 {
	least, greatest := a.least, a.greatest
	if a.log {
		x, least, greatest = math.Log(x), math.Log(least), math.Log(greatest)
	}
	if greatest == least {
		return (a.from + a.to) / 2
	}
	return a.from + (x-least)/(greatest-least)*(a.to-a.from)
}

// logTicks returns round numbers within the axis: powers of ten, and where there
// are fewer than three of those, 2 and 5 of them, too.
func (a axis) logTicks() []float64 {
	for _, steps := range [][]float64{{1}, {1, 2, 5}, {1, 1.5, 2, 3, 4, 5, 7}} {
		var ticks []float64
		for power := math.Floor(math.Log10(a.least)); power <= math.Ceil(math.Log10(a.greatest)); power++ {
			for _, step := range steps {
				if x := step * math.Pow(10, power); x >= a.least*0.999 && x <= a.greatest*1.001 {
					ticks = append(ticks, x)
				}
			}
		}
		if len(ticks) >= 3 {
			return ticks
		}
	}
	return []float64{a.least, a.greatest}
}

// short writes a number for an axis or a bar, with a letter for what is large.
func short(x float64) string {
	for _, unit := range []struct {
		size   float64
		letter string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(x) >= unit.size*0.9995 {
			return significant(x/unit.size) + " " + unit.letter
		}
	}
	return significant(x)
}

// significant writes three digits at most, without zeros at the end.
func significant(x float64) string {
	digits := 2
	switch a := math.Abs(x); {
	case a >= 99.95:
		digits = 0
	case a >= 9.995:
		digits = 1
	}
	s := fmt.Sprintf("%.*f", digits, x)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// px writes a place with a tenth.
func px(x float64) string { return fmt.Sprintf("%.1f", x) }

// escape makes a text fit into a page.
func escape(text string) string { return template.HTMLEscapeString(text) }
