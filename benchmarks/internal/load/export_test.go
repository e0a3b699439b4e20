package load

// Due and Before are the schedule of a fixed rate.
func Due(rate, conns, i int64) int64 { return schedule{rate, conns}.due(i) }

// Before is schedule.before.
func Before(rate, conns, ns int64) int64 { return schedule{rate, conns}.before(ns) }

// Request is schedule.request.
func Request(rate, conns, c, j int64) int64 { return schedule{rate, conns}.request(c, j) }
