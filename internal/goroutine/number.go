package goroutine

import (
	"bytes"
	"runtime"
	"strconv"
)

// Number returns the number by which stack traces name the calling goroutine. No
// other goroutine of the process ever has it. Any goroutine may call it. It costs
// microseconds, as it is read off the first line of a trace, "goroutine 7
// [running]:".
func Number() uint64 {
	var line [64]byte
	text := line[:runtime.Stack(line[:], false)]
	digits, _, _ := bytes.Cut(bytes.TrimPrefix(text, []byte("goroutine ")), []byte(" "))
	n, err := strconv.ParseUint(string(digits), 10, 64)
	if err != nil {
		panic("goroutine: the runtime prints stacks in a new way: " + string(text))
	}
	return n
}
