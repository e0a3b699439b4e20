//go:build unix

package poller_test

import (
	"errors"
	"testing"

	"github.com/spindle-go/spindle/internal/poller"
)

// suite is what every kind must do alike.
var suite = []struct {
	name string
	test func(w *world)
}{
	{"Notify/Readable", testReadable},
	{"Notify/Writable", testWritable},
	{"Notify/EndOfFile", testEndOfFile},
	{"Notify/NoReader", testNoReader},
	{"Notify/Sockets", testSockets},
	{"Notify/InterestNone", testInterestNone},
	{"Notify/EachInItsTurn", testEachInItsTurn},
	{"Errors/Add", testAddErrors},
	{"Errors/Stale", testStaleToken},
	{"Errors/Generations", testGenerations},
	{"Errors/NoRoom", testNoRoom},
	{"Timeout/NeverEarly", testNeverEarly},
	{"Timeout/AfterAnother", testTimeoutAfterAnother},
	{"Timeout/EarlierOnePasses", testEarlierTimeoutPasses},
	{"Timeout/Saturates", testSaturates},
	{"Timeout/LimitOfTheCall", testLimitOfTheCall},
	{"Batch/Modified", testBatchModified},
	{"Batch/DescriptorUsedAgain", testDescriptorUsedAgain},
	{"Batch/WhileOthersWrite", testWhileOthersWrite},
	{"Many/Sparse", testManySparse},
	{"Many/AllReady", testManyReady},
	{"Many/CrowdLeaves", testCrowdLeaves},
	{"Many/CrowdComesAndGoes", testCrowdComesAndGoes},
	{"Many/ShrinksAroundGaps", testShrinksAroundGaps},
	{"Many/TokensAreNew", testTokensAreNew},
	{"Many/LimitOfPoll", testLimitOfPoll},
	{"Files/AlwaysReady", testFileAlwaysReady},
	{"Files/ShareWithPipes", testFilesShare},
	{"Files/Remove", testFilesRemove},
	{"Orders", testOrders},
	{"Waker/EndsWait", testWakeEndsWait},
	{"Waker/AwakeCostsNothing", testWakeAwake},
	{"Waker/WorkKeepsAwake", testWorkKeepsAwake},
	{"Waker/LateByte", testLateByte},
	{"Waker/Hidden", testWakerHidden},
	{"Waker/Hammer", testHammer},
	{"Waker/AgainstClose", testWakeAgainstClose},
	{"Close", testClose},
	{"Allocations", testAllocations},
	{"Asks", testAsks},
	{"Asks/ForNobody", testAsksForNobody},
	{"GivesWay", testGivesWay},
	{"GivesWay/LooksLetOthersRun", testLooksLetOthersRun},
}

// RunSuite runs the suite on one kind.
func RunSuite(t *testing.T, kind poller.Kind) {
	for _, row := range suite {
		t.Run(row.name, func(t *testing.T) { row.test(newWorld(t, kind)) })
	}
}

func TestSuite(t *testing.T) {
	for _, kind := range kinds(t) {
		t.Run(kind.String(), func(t *testing.T) { RunSuite(t, kind) })
	}
}

// kinds returns those of this platform: all three on Linux, two elsewhere.
func kinds(t testing.TB) []poller.Kind {
	t.Helper()
	var found []poller.Kind
	for _, kind := range []poller.Kind{poller.Epoll, poller.Poll, poller.Select} {
		p, err := poller.New(kind)
		if errors.Is(err, poller.ErrUnsupported) {
			continue
		}
		if err == nil {
			err = p.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, kind)
	}
	return found
}
