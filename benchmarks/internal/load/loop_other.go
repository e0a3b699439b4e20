//go:build !linux

package load

import "context"

// runLoop is Run without TLS, which needs epoll.
func runLoop(context.Context, Config) (Result, error) { return Result{}, ErrUnsupported }
