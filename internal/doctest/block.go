package doctest

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Block is a fenced block of a Markdown page.
type Block struct {
	// Page is the path of the page as it was given to Blocks, and Line the
	// number of the first line inside the fence.
	Page string
	Line int
	// Lang is the first word after the opening fence, Text what is inside.
	Lang string
	Text string
	// Signature is what a note gave as the function around the statements.
	Signature string
	// Release is the Go release that the block needs, such as "go1.27", or "".
	Release string
	// Skip is the reason for which the block is not compiled, or "".
	Skip string
	// Output reports that the text is what the program before it prints.
	Output bool
}

// Place returns page and line as compilers write them.
func (b Block) Place() string {
	return fmt.Sprintf("%s:%d", b.Page, b.Line)
}

var (
	errUnclosed  = errors.New("doctest: a fence is never closed")
	errStrayNote = errors.New("doctest: a note must stand directly above a block")
	errNote      = errors.New("doctest: a note must be func(...), a release such as go1.27, or skip because REASON")
)

// Blocks returns the fenced blocks of a page in order. It fails on a fence
// that is not closed, on a note that is not understood and on one without a
// block below it, because each would switch a check off unseen.
func Blocks(page, markdown string) ([]Block, error) {
	s := scanner{page: page}
	for line := range strings.Lines(markdown) {
		s.number++
		if err := s.line(strings.TrimRight(line, "\r\n")); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", page, s.number, err)
		}
	}
	if s.fence != "" {
		return nil, fmt.Errorf("%s: %w", s.next.Place(), errUnclosed)
	}
	if s.noted {
		return nil, fmt.Errorf("%s:%d: %w", page, s.number, errStrayNote)
	}
	return s.blocks, nil
}

type scanner struct {
	page   string
	number int
	blocks []Block
	next   Block  // what is known of the block that is open or to come
	noted  bool   // a note waits for its block
	fence  string // the fence that closes the open block, "" outside
	indent string // of the opening fence
}

func (s *scanner) line(line string) error {
	trimmed := strings.TrimSpace(line)
	switch {
	case s.fence != "":
		s.inside(line, trimmed)
	case strings.HasPrefix(trimmed, "```") || strings.HasPrefix(trimmed, "~~~"):
		s.open(line, trimmed)
	case strings.HasPrefix(trimmed, "<!--"):
		return s.comment(trimmed)
	case trimmed != "" && s.noted:
		return errStrayNote
	}
	return nil
}

func (s *scanner) open(line, trimmed string) {
	info := strings.TrimLeft(trimmed, trimmed[:1])
	s.fence = trimmed[:len(trimmed)-len(info)]
	s.indent = line[:strings.Index(line, s.fence)]
	s.next.Page, s.next.Line = s.page, s.number+1
	if words := strings.Fields(info); len(words) > 0 {
		s.next.Lang = words[0]
	}
}

func (s *scanner) inside(line, trimmed string) {
	if trimmed != s.fence {
		s.next.Text += strings.TrimPrefix(line, s.indent) + "\n"
		return
	}
	s.blocks = append(s.blocks, s.next)
	s.next, s.noted, s.fence = Block{}, false, ""
}

func (s *scanner) comment(trimmed string) error {
	text := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(trimmed, "<!--"), "-->"))
	note, isNote := strings.CutPrefix(text, "doctest:")
	switch {
	case text == "output":
		s.next.Output = true
	case isNote:
		if !s.note(strings.TrimSpace(note)) {
			return errNote
		}
	default:
		return nil
	}
	s.noted = true
	return nil
}

var releaseNote = regexp.MustCompile(`^go1\.\d+$`)

func (s *scanner) note(note string) bool {
	reason, skip := strings.CutPrefix(note, "skip because ")
	switch {
	case skip:
		s.next.Skip = reason
	case strings.HasPrefix(note, "func("):
		s.next.Signature = note
	case releaseNote.MatchString(note):
		s.next.Release = note
	default:
		return false
	}
	return true
}
