package deferred

// TrackedFailures is how many failures are with the tracker, those included that
// were handled since.
func TrackedFailures() int { return int(unhandled.count.Load()) }

// OrphanedFailures is how many of them wait for their Deferred to be collected.
func OrphanedFailures() int {
	unhandled.mu.Lock()
	defer unhandled.mu.Unlock()
	return len(unhandled.orphans.reports)
}
