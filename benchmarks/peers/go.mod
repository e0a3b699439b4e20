module github.com/spindle-go/spindle/benchmarks/peers

go 1.26

require (
	github.com/cloudwego/netpoll v0.7.2
	github.com/fanliao/go-promise v0.0.0-20141029170127-1890db352a72
	github.com/panjf2000/ants/v2 v2.12.1
	github.com/samber/mo v1.16.0
	github.com/sourcegraph/conc v0.3.0
	github.com/spindle-go/spindle v0.0.0
)

require (
	github.com/bytedance/gopkg v0.1.1 // indirect
	github.com/cloudwego/gopkg v0.1.4 // indirect
	github.com/smartystreets/goconvey v1.8.1 // indirect
	go.uber.org/atomic v1.7.0 // indirect
	go.uber.org/multierr v1.9.0 // indirect
	golang.org/x/sync v0.11.0 // indirect
)

replace github.com/spindle-go/spindle => ../..
