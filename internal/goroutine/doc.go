// Package goroutine tells goroutines apart. A loop and its coroutines are several
// goroutines of which one runs at a time; whoever has to know whether he is one of
// them compares what [Current] answers.
//
// Go has no such name on purpose, since programs that keep data by goroutine are
// hard to follow. Spindle keeps none: it checks that calls come from where its
// contracts say they must.
//
// On amd64 and arm64 the answer is one register, read in assembly, and takes about
// two nanoseconds. Elsewhere it is read off the text of a stack trace, which takes
// microseconds and is the only way that the language offers.
package goroutine
