//go:build go1.27

package deferred

// Then is the function [Then] as a method, for chains that read from left to
// right: d.Then(f).Then(g).
func (d *Deferred[T]) Then[U any](cb func(T) (U, error)) *Deferred[U] { return Then(d, cb) }

// ThenBoth is the function [ThenBoth] as a method.
func (d *Deferred[T]) ThenBoth[U any](f func(T, error) (U, error)) *Deferred[U] {
	return ThenBoth(d, f)
}
