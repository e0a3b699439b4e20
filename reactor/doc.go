// Package reactor is the loop: one goroutine that turns.
package reactor
