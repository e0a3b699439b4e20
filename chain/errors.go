package chain

import "errors"

// ErrNoDeferreds is the failure of First and Race when they are given no
// Deferred: there is nothing that could ever win. In Twisted such a Deferred
// never fires.
var ErrNoDeferreds = errors.New("chain: no Deferreds to choose from")
