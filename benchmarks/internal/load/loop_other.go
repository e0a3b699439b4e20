//go:build !linux

package load

import "context"

// runLoop is Run, which needs epoll.
func runLoop(context.Context, Config) (Result, error) { return Result{}, ErrUnsupported }
