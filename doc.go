// Package spindle is the map of an async runtime in the manner of Twisted. There
// is nothing to import here; the parts are:
//
//   - [github.com/spindle-go/spindle/deferred]: a result that comes later and
//     the callbacks that it goes through. Start here.
//   - [github.com/spindle-go/spindle/chain]: many Deferreds: lists, races,
//     gathering.
//   - [github.com/spindle-go/spindle/reactor]: the loop, one goroutine that runs
//     descriptors, thread calls and delayed calls.
//   - [github.com/spindle-go/spindle/netx]: connections, with protocols or with
//     streams whose operations return Deferreds.
//   - [github.com/spindle-go/spindle/timeout]: delayed calls and the virtual
//     clock that tests run on.
//   - [github.com/spindle-go/spindle/threads]: blocking work beside the loop, and
//     the way in and out.
//   - [github.com/spindle-go/spindle/failure]: an error with the place where it
//     was born.
//
// One rule holds for all of them: what belongs to a loop is touched on the loop's
// goroutine alone. CallFromThread is the way in from anywhere else, and the race
// detector reports those who take another.
//
// An import goes from the top of this list's picture to the bottom and never up:
// netx uses the reactor; the reactor uses timeout and threads; these and chain use
// deferred; deferred uses failure. None of chain, timeout and threads knows the
// reactor, so all of it runs on a virtual clock as well.
package spindle
