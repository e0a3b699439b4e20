package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// format is the version of the results file.
const format = 1

// results is a whole run: what was measured, where, and how.
type results struct {
	Format      int               `json:"format"`
	Started     time.Time         `json:"started"`
	Seconds     float64           `json:"seconds"`
	Command     string            `json:"command"`
	Full        bool              `json:"full"`
	Rounds      int               `json:"rounds"`
	Commit      string            `json:"commit"`
	Machine     machine           `json:"machine"`
	Versions    map[string]string `json:"versions"`
	Commands    []string          `json:"commands"`
	Missing     []note            `json:"missing"`
	Problems    []note            `json:"problems"`
	Calibration []calibration     `json:"calibration"`
	Samples     []sample          `json:"samples"`
}

// machine is where it was measured.
type machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	System string `json:"system"`
	Kernel string `json:"kernel"`
	Memory string `json:"memory"`
}

// note says something about a contender or a row.
type note struct {
	Of  string `json:"of"`
	Why string `json:"why"`
}

// String puts both into one line.
func (n note) String() string { return n.Of + ": " + n.Why }

// calibration is the time of a fixed loop, for seeing when the machine was slow.
type calibration struct {
	Round int     `json:"round"`
	Row   string  `json:"before"`
	NS    float64 `json:"ns"`
}

// sample is one measurement: a row, by a contender, in a round.
type sample struct {
	Round     int                `json:"round"`
	Subject   string             `json:"subject"`
	Row       string             `json:"row"`
	Contender string             `json:"contender"`
	Values    map[string]float64 `json:"values"`          // by unit; whole operations, undivided
	Curve     []percentile       `json:"curve,omitempty"` // latencies
}

// percentile is a point of a latency curve: so many percent took at most this.
type percentile struct {
	Percent float64 `json:"percent"`
	Micros  float64 `json:"us"`
}

// newResults describes the run before it begins.
func newResults(ctx context.Context, root string, o options, began time.Time) *results {
	return &results{
		Format: format, Started: began.UTC().Truncate(time.Second), Command: o.line, Full: o.full,
		Commit: commitOf(ctx, root), Machine: thisMachine(), Versions: map[string]string{"Go": runtime.Version()},
	}
}

// readResults reads a file that write wrote.
func readResults(file string) (*results, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := new(results)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if r.Format != format {
		return nil, fmt.Errorf("%s: its format is %d, not %d", file, r.Format, format)
	}
	return r, nil
}

// write writes the file: a sample a line, so that two runs can be compared.
func (r *results) write(file string) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	head := *r
	head.Samples = []sample{}
	text, err := json.MarshalIndent(head, "", "\t")
	if err != nil {
		return err
	}
	// The head ends with the empty list of samples, which is filled here.
	fmt.Fprint(w, strings.TrimSuffix(string(text), "]\n}"))
	for i, s := range r.Samples {
		line, err := json.Marshal(s)
		if err != nil {
			return err
		}
		comma := ","
		if i == 0 {
			comma = ""
		}
		fmt.Fprintf(w, "%s\n\t\t%s", comma, line)
	}
	fmt.Fprint(w, "\n\t]\n}\n")
	return w.Flush()
}

// series returns a quantity of a contender by round.
func (r *results) series(path, contender, key string) series {
	s := series{}
	for _, m := range r.Samples {
		if m.Contender == contender && m.Subject+"/"+m.Row == path {
			if x, ok := m.Values[key]; ok {
				s[m.Round] = x
			}
		}
	}
	return s
}

// contenders returns those that the row was measured with, in their order.
func (r *results) contenders(path string) []string {
	var found []string
	for _, m := range r.Samples {
		if m.Subject+"/"+m.Row == path && !slices.Contains(found, m.Contender) {
			found = append(found, m.Contender)
		}
	}
	order := map[string]int{}
	for i, c := range contenders() {
		order[c.name] = i - len(contenders()) // unknown ones come last, in the order of their appearance
	}
	slices.SortStableFunc(found, func(a, b string) int { return order[a] - order[b] })
	return found
}

// curve returns the medians over the rounds of a latency curve. A percentile that
// some rounds lack is left out: a median of the others could be below that of a lower
// percentile.
func (r *results) curve(path, contender string) []percentile {
	micros := map[float64][]float64{}
	rounds := 0
	for _, m := range r.Samples {
		if m.Contender == contender && m.Subject+"/"+m.Row == path {
			rounds++
			for _, p := range m.Curve {
				micros[p.Percent] = append(micros[p.Percent], p.Micros)
			}
		}
	}
	curve := make([]percentile, 0, len(micros))
	for percent, us := range micros {
		if len(us) == rounds {
			curve = append(curve, percentile{percent, median(us)})
		}
	}
	slices.SortFunc(curve, func(a, b percentile) int {
		if a.Percent < b.Percent {
			return -1
		}
		return 1
	})
	return curve
}

// addCommand remembers a command, once.
func (r *results) addCommand(line string) {
	if !slices.Contains(r.Commands, line) {
		r.Commands = append(r.Commands, line)
	}
}

// addMissing says once why something is not there.
func (r *results) addMissing(of, why string) { addNote(&r.Missing, of, why) }

// addProblem says once that something went wrong.
func (r *results) addProblem(of, why string) { addNote(&r.Problems, of, why) }

func addNote(notes *[]note, of, why string) {
	if !slices.ContainsFunc(*notes, func(n note) bool { return n.Of == of }) {
		*notes = append(*notes, note{of, why})
	}
}

// commitOf names the commit that is measured, and says whether files differ.
func commitOf(ctx context.Context, root string) string {
	git := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Dir = root
		out, err := cmd.Output()
		return strings.TrimSpace(string(out)), err
	}
	commit, err := git("rev-parse", "HEAD")
	if err != nil {
		return "unknown"
	}
	if changes, err := git("status", "--porcelain", "--untracked-files=no"); err != nil || changes != "" {
		commit += ", with changes"
	}
	return commit
}

// thisMachine describes the machine, as far as it tells.
func thisMachine() machine {
	m := machine{CPU: "unknown", Cores: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH, Kernel: "unknown", Memory: "unknown"}
	if s := field("/proc/cpuinfo", "model name"); s != "" {
		m.CPU = s
	}
	if s := field("/proc/meminfo", "MemTotal"); s != "" {
		m.Memory = s
	}
	if text, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = strings.TrimSpace(string(text))
	}
	return m
}

// field returns what a file of the kernel says behind a name and a colon, or "".
func field(file, name string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
