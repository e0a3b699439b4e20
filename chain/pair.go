package chain

// Pair is two values that belong together.
type Pair[A, B any] struct {
	// First and Second are the values, in the order of the arguments.
	First  A
	Second B
}

// Triple is three values that belong together.
type Triple[A, B, C any] struct {
	// First, Second and Third are the values, in the order of the arguments.
	First  A
	Second B
	Third  C
}
