package load

import (
	"math"
	"math/bits"
)

// Histogram counts durations in nanoseconds, from 0 to about 18 minutes, in
// buckets that are at most one part in 1024 wide: each power of two is cut into 1024
// equal parts. What is longer counts in the last bucket. The zero value is empty and
// ready; one goroutine may use it at a time. It takes a quarter of a megabyte,
// however much is added.
//
// The layout is that of HdrHistogram (Gil Tene), with three digits.
type Histogram struct {
	counts [buckets]uint64
	total  int64
	max    int64
}

const (
	subBits = 10 // a power of two has 1<<subBits buckets
	maxBits = 40 // values need no more bits
	buckets = (maxBits - subBits + 1) << subBits
)

// bucketOf returns the bucket of v. Values below 1<<(subBits+1) have one each; above,
// shift is how many low bits are not looked at.
func bucketOf(v int64) int {
	shift := max(bits.Len64(uint64(v))-subBits-1, 0)
	return shift<<subBits + int(v>>shift)
}

// topOf returns the greatest value in a bucket.
func topOf(bucket int) int64 {
	shift := max(bucket>>subBits-1, 0)
	return int64(bucket-shift<<subBits+1)<<shift - 1
}

// Add counts one duration of ns nanoseconds. A negative one counts as 0: a clock
// that is read in two places may be a little behind. It does not allocate.
func (h *Histogram) Add(ns int64) {
	ns = max(ns, 0)
	h.total++
	h.max = max(h.max, ns)
	h.counts[bucketOf(min(ns, 1<<maxBits-1))]++
}

// Merge adds what other has counted. It does not change other.
func (h *Histogram) Merge(other *Histogram) {
	for i, n := range other.counts {
		h.counts[i] += n
	}
	h.total += other.total
	h.max = max(h.max, other.max)
}

// Count returns how many durations were added.
func (h *Histogram) Count() int64 { return h.total }

// Max returns the longest duration in nanoseconds, exactly, or 0 if there is none.
func (h *Histogram) Max() int64 { return h.max }

// Percentile returns a duration in nanoseconds that p percent of all are not longer
// than: the one at that rank among the sorted durations, or up to one part in 1024
// more, but no more than Max. It returns 0 if there is none. p is taken to be in 0
// to 100; 0 gives the shortest. It looks at every bucket.
func (h *Histogram) Percentile(p float64) int64 {
	// The small part keeps 99.9 percent of 1000 from being 999.0000000001.
	rank := int64(math.Ceil(p/100*float64(h.total) - 1e-6))
	rank = min(max(rank, 1), h.total)
	seen := int64(0)
	for i, n := range h.counts {
		seen += int64(n)
		if n > 0 && seen >= rank {
			if seen == h.total {
				return h.max // no bucket above has any
			}
			return min(topOf(i), h.max)
		}
	}
	return 0
}

// coarse is how many bits of a bucket's number the steps of Steps leave out, so that
// a power of two has 32 of them.
const coarse = 5

// Steps returns the counts for a plot: pairs of a duration in microseconds and how
// many were not longer than it and longer than that of the pair before. It leaves
// out the empty ones; each is at most one part in 32 wide.
func (h *Histogram) Steps() [][2]float64 {
	steps := [][2]float64{}
	for i := 0; i < buckets; i += 1 << coarse {
		sum := uint64(0)
		for _, n := range h.counts[i : i+1<<coarse] {
			sum += n
		}
		if sum > 0 {
			top := min(topOf(i+1<<coarse-1), h.max)
			steps = append(steps, [2]float64{microseconds(top), float64(sum)})
		}
	}
	return steps
}

func microseconds(ns int64) float64 { return float64(ns) / 1000 }
