package chain

// ForEachOption changes how ForEach treats failures. Options are bits: give
// several as arguments or joined with |.
type ForEachOption uint8

// CollectErrors makes ForEach go on after a failure, to the last item. If there
// was one it then fails with a *PartialError, which has the results of all.
const CollectErrors ForEachOption = 1 << iota
