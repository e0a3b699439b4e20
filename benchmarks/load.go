package main

import (
	"encoding/json"
	"errors"
	"fmt"
)

// loadReport is what the load generator prints.
type loadReport struct {
	Requests  float64      `json:"requests"`
	Seconds   float64      `json:"seconds"`
	Rate      float64      `json:"rate"`
	Errors    int          `json:"errors"`
	P50       float64      `json:"p50_us"`
	P90       float64      `json:"p90_us"`
	P99       float64      `json:"p99_us"`
	P999      float64      `json:"p999_us"`
	Max       float64      `json:"max_us"`
	Histogram [][2]float64 `json:"histogram"` // microseconds and a count, rising
}

// parseLoad reads the line of the load generator. A run with errors is none.
func parseLoad(line string) (loadReport, error) {
	var r loadReport
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		return r, fmt.Errorf("the load generator said %q: %w", oneLine(line), err)
	}
	if r.Errors > 0 {
		return r, fmt.Errorf("the load generator met %d errors", r.Errors)
	}
	if r.Requests <= 0 || r.Seconds <= 0 {
		return r, errors.New("the load generator got no answer")
	}
	return r, nil
}

// values returns the numbers by unit.
func (r loadReport) values() map[string]float64 {
	return map[string]float64{
		"req/s": r.Rate, "p50-us": r.P50, "p90-us": r.P90, "p99-us": r.P99, "p99.9-us": r.P999, "max-us": r.Max,
	}
}

// curve returns some percentiles of the histogram, enough to draw it. One above
// which there is not a whole request is left out: it would be the longest again.
func (r loadReport) curve() []percentile {
	total := 0.0
	for _, bar := range r.Histogram {
		total += bar[1]
	}
	if total == 0 {
		return nil
	}
	percents := []float64{50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99}
	curve := make([]percentile, 0, len(percents))
	sum, i := 0.0, 0
	for _, percent := range percents {
		if total*(100-percent)/100 < 0.999 { // rounding aside
			break
		}
		for i < len(r.Histogram)-1 && sum+r.Histogram[i][1] < total*percent/100 {
			sum += r.Histogram[i][1]
			i++
		}
		curve = append(curve, percentile{percent, r.Histogram[i][0]})
	}
	return curve
}
