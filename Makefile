# lanyard's doings. `make` alone lists them; what is said after ## is the help.
#
# `make run` and `make test` need Go and nothing else. What the others need beyond it, .ci/run installs.

GOLANGCI_LINT_VERSION := 2.15.0

VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
FUZZTIME ?= 10s
BENCH    ?= .
USERS    ?= 1000,100000,1000000
ARGS     ?=

# What the account has to survive, and how often: what a change must bear. SEED repeats a run.
SEED     ?=
CYCLES   ?= 2000
STATES   ?= 50000
DAMAGES  ?= 3000
SECONDS  ?= 30
STEPS    ?= 200000

LDFLAGS := -s -w -X lanyard/cmd.version=$(VERSION)
BUILD   := CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)'
LINT    := bin/golangci-lint-$(GOLANGCI_LINT_VERSION)

# Each is built by `make cross`, so that no system is forgotten until a release.
PLATFORMS := linux/amd64 linux/arm64 darwin/arm64 windows/amd64

.DEFAULT_GOAL := help

.PHONY: help
help: ## List what make can do
	@echo 'usage: make TARGET [ARGS="arguments for lanyard"] [VERSION=v] [FUZZTIME=10s] [BENCH=pattern]'
	@echo
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Build lanyard and open the console on your account
	@./bin/lanyard $(ARGS)

.PHONY: demo
demo: build ## Open the console on a throwaway account full of sample data
	@./bin/lanyard demo $(ARGS)

.PHONY: build
build: ## Build one static binary, bin/lanyard
	@$(BUILD) -o bin/lanyard .

.PHONY: test
test: ## Run the tests
	go test ./...

.PHONY: check
check: $(LINT) ## Format, vet, lint and race-test: what every change must pass
	$(LINT) fmt --diff
	go vet -tags e2e ./...
	$(LINT) run
	GORACE=atexit_sleep_ms=0 go test -race $$(go list ./... | grep -v '/survive$$') # what it watches are processes; .ci/run does all of it

.PHONY: fmt
fmt: $(LINT) ## Format the code and sort its imports
	$(LINT) fmt

.PHONY: e2e
e2e: build ## Drive the real binary in tmux
	LANYARD_E2E_BINARY='$(CURDIR)/bin/lanyard' go test -tags e2e -count=1 ./cmd/e2e/...

.PHONY: bench
bench: build ## Measure what has a budget, beside less and fzf (USERS=1000,100000,1000000)
	go build -o bin/bench ./cmd/bench
	./bin/bench -binary bin/lanyard -users '$(USERS)'
	LANYARD_BENCH_LARGE=1 go test -run '^$$' -bench '$(BENCH)' -benchmem ./keys ./db ./tui/grid ./cmd/bench

.PHONY: survive
survive: ## Kill, cut, flip and crowd (SEED= CYCLES=2000 STATES=50000 DAMAGES=3000 SECONDS=30 STEPS=200000)
	@mkdir -p bin
	@LANYARD_SEED='$(SEED)' LANYARD_CYCLES=$(CYCLES) LANYARD_STATES=$(STATES) LANYARD_DAMAGES=$(DAMAGES) \
		LANYARD_SECONDS=$(SECONDS) LANYARD_STEPS=$(STEPS) go test -count=1 -timeout 24h -v ./cmd/survive/ >bin/survive.log; \
		code=$$?; awk '!/^ *(=== |--- PASS)/' bin/survive.log; exit $$code

.PHONY: survive-long
survive-long: ## The same ten times as often, for a release
	@$(MAKE) --no-print-directory survive CYCLES=20000 STATES=500000 DAMAGES=30000 SECONDS=300 STEPS=2000000

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME
	@list=$$(go test -list '^Fuzz' ./...) || { echo "$$list"; exit 1; }; \
	echo "$$list" | awk '/^Fuzz/ { names[++n] = $$1 } $$1 == "ok" { while (n) print $$2, names[n--] }' | \
	while read -r package target; do \
		go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$package" || exit 1; \
	done

.PHONY: docs
docs: ## Write the pages of docs that are made from the program
	LANYARD_UPDATE=1 go test -count=1 -run 'IsFresh$$' ./cmd ./tui

.PHONY: screenshots
screenshots: build ## Draw docs/pictures anew from the real program
	go run ./cmd/pictures -binary bin/lanyard -out docs/pictures

.PHONY: cross
cross: ## Build for every platform into dist/
	@for platform in $(PLATFORMS); do \
		os=$${platform%/*}; arch=$${platform#*/}; suffix=; [ $$os = windows ] && suffix=.exe; \
		echo "dist/lanyard-$$os-$$arch$$suffix"; \
		GOOS=$$os GOARCH=$$arch $(BUILD) -o "dist/lanyard-$$os-$$arch$$suffix" . || exit 1; \
	done

.PHONY: clean
clean: ## Remove what was built, tools included
	rm -rf bin dist

# A linter of exactly this version: the one on the PATH when it is, else one built into bin/.
$(LINT):
	@mkdir -p bin
	@if [ "$$(golangci-lint version --short 2>/dev/null)" = '$(GOLANGCI_LINT_VERSION)' ]; then \
		ln -sf "$$(command -v golangci-lint)" $@; \
	else \
		echo 'building golangci-lint $(GOLANGCI_LINT_VERSION) into bin/'; \
		GOBIN='$(CURDIR)/bin' go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$(GOLANGCI_LINT_VERSION) && \
		mv bin/golangci-lint $@; \
	fi
