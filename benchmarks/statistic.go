package main

import (
	"math"
	"slices"
)

// median returns the middle of the numbers, or the mean of the two in the
// middle, and NaN for none.
func median(xs []float64) float64 {
	if len(xs) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(xs))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// series is one quantity of one contender: the values by round.
type series map[int]float64

// values returns the numbers in the order of the rounds.
func (s series) values() []float64 {
	rounds := make([]int, 0, len(s))
	for round := range s {
		rounds = append(rounds, round)
	}
	slices.Sort(rounds)
	xs := make([]float64, 0, len(s))
	for _, round := range rounds {
		xs = append(xs, s[round])
	}
	return xs
}

// median returns the median over the rounds.
func (s series) median() float64 { return median(s.values()) }

// to returns the ratios to another series, round by round. A round that one of
// them lacks is left out.
func (s series) to(base series) series {
	ratios := series{}
	for round, x := range s {
		if b, ok := base[round]; ok && b > 0 {
			ratios[round] = x / b
		}
	}
	return ratios
}

// in returns what s has in rounds that another series has, too.
func (s series) in(rounds series) series {
	found := series{}
	for round, x := range s {
		if _, ok := rounds[round]; ok {
			found[round] = x
		}
	}
	return found
}

// spread returns the least and the greatest value.
func (s series) spread() (least, greatest float64) {
	xs := s.values()
	if len(xs) == 0 {
		return math.NaN(), math.NaN()
	}
	return slices.Min(xs), slices.Max(xs)
}

// best returns the least value, or the greatest if more is better.
func (s series) best(more bool) float64 {
	least, greatest := s.spread()
	if more {
		return greatest
	}
	return least
}

// exponent returns the slope of the line that fits the points best when both
// axes are logarithmic: 1 is a cost that grows as the size does. It is NaN for
// fewer than two sizes.
func exponent(sizes, costs []float64) float64 {
	var n, sx, sy, sxx, sxy float64
	for i := range sizes {
		x, y := math.Log(sizes[i]), math.Log(costs[i])
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	below := n*sxx - sx*sx
	if below == 0 {
		return math.NaN()
	}
	return (n*sxy - sx*sy) / below
}
