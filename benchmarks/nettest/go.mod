module github.com/spindle-go/spindle/benchmarks/nettest

go 1.26.0

require (
	github.com/spindle-go/spindle v0.0.0
	golang.org/x/net v0.62.0
)

require golang.org/x/sys v0.49.0 // indirect

replace github.com/spindle-go/spindle => ../..
