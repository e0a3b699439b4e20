// Package load drives echo servers and measures what they do. It is the engine of
// the program in benchmarks/load, and of the Go benchmarks that need a client.
//
// There are two ways to drive a server. In a closed loop, each connection keeps
// Depth requests in flight and sends the next one when an answer comes: that finds
// what the server can do. With a Rate, requests are sent at fixed times, whatever
// the server does, and the latency of each is counted from the time when it should
// have been sent: a server that stops for a while is charged for all the requests
// that had to wait, not only for those that were under way (there is no coordinated
// omission).
//
//	result, err := load.Run(ctx, load.Config{Addr: addr, Conns: 100, Size: 64, Depth: 1, Time: time.Second})
//
// A generator must not cost more than the server it measures. Run uses one goroutine,
// epoll, raw system calls, and no allocation per request (with TLS, crypto/tls makes
// some of its own); so it needs Linux and answers ErrUnsupported elsewhere. Without TLS,
// of answers over 4 KiB it compares one read in 17 with what was sent, and has the kernel
// throw the others away: a copy of everything would keep a fast server waiting. Hold and
// Handshakes use goroutines, on every system.
//
// A Histogram keeps latencies with an error of at most one in 1024, in memory that
// does not grow.
package load
