//go:build !unix

package netx_test

// There are no sockets to test here, and no helpers that need them.

const sockets = false

func isHelper() bool { return false }
func runHelper() int { return 0 }
