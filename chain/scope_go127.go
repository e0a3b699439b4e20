//go:build go1.27

package chain

import "github.com/spindle-go/spindle/deferred"

// Add is the function [Add] as a method.
func (s *Scope) Add[T any](d *deferred.Deferred[T]) *deferred.Deferred[T] { return Add(s, d) }

// Go is the function [Go] as a method.
func (s *Scope) Go[T any](f func() *deferred.Deferred[T]) *deferred.Deferred[T] { return Go(s, f) }
