package load

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Result is what was measured. Its JSON form is that of the program's -json.
type Result struct {
	// Requests is the number of answers that were counted, or of handshakes.
	Requests int64 `json:"requests"`
	// Seconds is how long it took. At a fixed rate it lasts until the last answer.
	Seconds float64 `json:"seconds"`
	// Rate is Requests each second.
	Rate float64 `json:"rate"`
	// Errors counts lost connections, reads that were not what was sent (without TLS, of
	// answers over 4 KiB one read in 17 is looked at), and, at a fixed rate, requests
	// without an answer.
	Errors int64 `json:"errors"`
	// Bytes is how much was sent and echoed, in one direction.
	Bytes int64 `json:"bytes"`
	// P50, P90, P99, P999 and Max are latencies in microseconds.
	P50  float64 `json:"p50_us"`
	P90  float64 `json:"p90_us"`
	P99  float64 `json:"p99_us"`
	P999 float64 `json:"p999_us"`
	Max  float64 `json:"max_us"`
	// Histogram is what Histogram.Steps returned.
	Histogram [][2]float64 `json:"histogram"`
}

// newResult makes a Result of answers of size bytes.
func newResult(h *Histogram, elapsed time.Duration, size int, errs int64) Result {
	r := Result{
		Requests:  h.Count(),
		Seconds:   elapsed.Seconds(),
		Errors:    errs,
		Bytes:     h.Count() * int64(size),
		P50:       microseconds(h.Percentile(50)),
		P90:       microseconds(h.Percentile(90)),
		P99:       microseconds(h.Percentile(99)),
		P999:      microseconds(h.Percentile(99.9)),
		Max:       microseconds(h.Max()),
		Histogram: h.Steps(),
	}
	if r.Seconds > 0 {
		r.Rate = float64(r.Requests) / r.Seconds
	}
	return r
}

// WriteJSON writes r as one line of JSON.
func (r Result) WriteJSON(w io.Writer) error { return json.NewEncoder(w).Encode(r) }

// WriteText writes r for people; what are the things that were counted.
func (r Result) WriteText(w io.Writer, what string) error {
	_, err := fmt.Fprintf(w, "%.0f %s/s: %d in %.2f s, %d errors, %.1f MB\n"+
		"latency in microseconds: p50 %.1f, p90 %.1f, p99 %.1f, p99.9 %.1f, max %.1f\n",
		r.Rate, what, r.Requests, r.Seconds, r.Errors, float64(r.Bytes)/1e6,
		r.P50, r.P90, r.P99, r.P999, r.Max)
	return err
}
