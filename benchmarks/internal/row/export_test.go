package row

// For the tests.
var (
	InTurns  = inTurns
	TurnSize = turnSize
)
