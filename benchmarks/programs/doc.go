// Package programs holds the programs in other languages that the benchmarks compare
// with. There is no Go in it but the test that runs them.
//
// Echo servers: echo.c (epoll), echo_uv.c (libuv), echo.js (Node), echo.py (Twisted).
// Started as PROGRAM [-tls], each binds 127.0.0.1, prints one line
//
//	listening 127.0.0.1:PORT
//
// and echoes on one thread until its standard input ends. Only echo.js has -tls; it
// needs openssl. The C programs are tagged so that go build leaves them alone.
//
// Rows: rows.js (Node's Promise), Rows.java (CompletableFuture), rows.py (Twisted).
// Each prints one line, and answers each line on its standard input by one, until
// that ends:
//
//	ready NAME VERSION
//	deferred/one-callback 50     is answered by     107.31 491520
//
// The request has the name of a row and how many milliseconds to run it for. The
// answer has the nanoseconds of one operation and how many there were: at least one,
// however long it takes. It is "none" if there is no such row, and "error TEXT" if it
// failed or its result was wrong. When a row is asked for the first time with 20
// milliseconds or more, it is run for a while before that, so that compilers have
// seen it. A row that sets timers leaves out the time in which it waits for them.
package programs
