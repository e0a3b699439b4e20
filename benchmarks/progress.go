package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress shows how far the run is: on a terminal in one line that changes,
// elsewhere by a line for each round.
type progress struct {
	w        io.Writer
	terminal bool
	began    time.Time
	round    int
}

func newProgress(f *os.File) *progress {
	info, err := f.Stat()
	return &progress{w: f, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0, began: time.Now(), round: -1}
}

// say shows a word about what is being done.
func (p *progress) say(text string) {
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K%s", text)
		return
	}
	fmt.Fprintln(p.w, text)
}

// at shows what is being measured.
func (p *progress) at(round, rounds, i, n int, what string) {
	if !p.terminal && round == p.round {
		return
	}
	p.round = round
	part := float64(round*n+i) / float64(rounds*n)
	took := time.Since(p.began).Round(time.Second)
	if p.terminal {
		p.say(fmt.Sprintf("%3.0f%%  %v  round %d of %d  %s", 100*part, took, round+1, rounds, what))
		return
	}
	p.say(fmt.Sprintf("round %d of %d, after %v", round+1, rounds, took))
}

// note shows a line that stays.
func (p *progress) note(text string) {
	if p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	fmt.Fprintln(p.w, text)
}

// done clears the line.
func (p *progress) done() {
	if p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
