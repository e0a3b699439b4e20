# make check runs all that CI runs. Each step of it is a target of its own.

GO127   := GOTOOLCHAIN=go1.27.4 go
SYSTEMS := linux darwin freebsd windows

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOLANGCI    := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# What `make bench` measures: make bench PKG=./deferred BENCH=Fire
PKG   ?= ./...
BENCH ?= .

# What `make bench-compare` compares the working tree with, and how often each is run.
BASE  ?=
COUNT ?= 6

STEPS := fmt-check vet staticcheck test race test-127 examples readme

# The root's module first, then those below benchmarks and examples.
MODULES := $(shell find . -name go.mod -not -path '*/testdata/*' -exec dirname {} \; | sort)

# $(call each,COMMAND) runs it in each module and stops at the first failure.
each = for m in $(MODULES); do (cd $$m && $(1)) || exit 1; done

.PHONY: check $(STEPS) fmt lint bench bench-compare

check:
	@for step in $(STEPS); do \
		echo "== $$step"; start=$$(date +%s); \
		$(MAKE) --no-print-directory $$step || \
			{ echo "== $$step failed. To run it alone: make $$step" >&2; exit 1; }; \
		echo "== $$step passed in $$(($$(date +%s) - start)) s"; \
	done

# Only the formatter of Go 1.27 can read the files that are tagged for it.
GOFMT = "$$($(GO127) env GOROOT)/bin/gofmt"

fmt-check:
	@files=$$($(GOFMT) -l .) || exit 1; \
	if [ -n "$$files" ]; then echo "not formatted, run make fmt:"; echo "$$files"; exit 1; fi

fmt:
	$(GOFMT) -w .

# The modules below the root compare with the work of others, which is not
# made for every system: they are vetted for this one.
vet:
	@for os in $(SYSTEMS); do echo "GOOS=$$os go vet ./..."; GOOS=$$os go vet ./... || exit 1; done
	$(call each,go vet ./...)

# Under Go 1.27 it sees all files, under Go 1.26 not those tagged for 1.27.
staticcheck:
	$(call each,$(GO127) run $(STATICCHECK) ./...)

test:
	$(call each,go test ./...)

# The race detector needs cgo, and so a C compiler.
race:
	$(call each,CGO_ENABLED=1 go test -race -shuffle=on ./...)

test-127:
	$(call each,$(GO127) test ./...)

# Programs below examples, against their testdata/golden.txt.
examples:
	go test -count=1 -run '^TestExamples$$' ./internal/doctest

# Programs and commands in README.md and the other pages.
readme:
	go test -count=1 -run '^Test(Pages|ReadmeCommands)$$' ./internal/doctest

# Not a part of check: its opinions on shape are a place to look at.
lint:
	$(call each,$(GO127) run $(GOLANGCI) run ./...)

bench:
	go test -run '^$$' -bench '$(BENCH)' -benchmem $(PKG)

# The rows of the benchmarks, unless PKG names other packages. It is no test: it
# shows what has changed, and by how much it may be noise.
bench-compare: PKG = ./benchmarks/rows
bench-compare:
	@test -n '$(BASE)' || { echo "make bench-compare BASE=main: BASE says what to compare with" >&2; exit 2; }
	go run ./benchmarks/compare -base '$(BASE)' -bench '$(BENCH)' -count $(COUNT) $(PKG)
