module github.com/spindle-go/spindle

go 1.26

require (
	go.uber.org/goleak v1.3.0
	golang.org/x/sys v0.47.0
)
