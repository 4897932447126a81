# The commands people type. Each installs what it lacks and is quick when nothing changed.
.DEFAULT_GOAL := help
.PHONY: help build test demo lab bench lint fuzz oracles tsan dependencies lab-tools

SECONDS_PER_FUZZER ?= 60

help:
	@echo 'make demo     a real cluster: assess it, quarantine what fails, release what is mended (KEEP=1 leaves it up)'
	@echo 'make test     everything that must pass: build with sanitizers, unit and integration tests, lint, corpora'
	@echo 'make build    build/release/bin/narrows'
	@echo 'make lab      start the throw-away cluster and leave it running until Ctrl-C'
	@echo 'make bench    speed and memory, beside other scanners'
	@echo 'make oracles  every generated comparison with dpkg and others, whole'
	@echo 'make fuzz     each parser of foreign bytes for $(SECONDS_PER_FUZZER) s; make lint; make tsan'

dependencies:
	@scripts/install-dependencies

build: dependencies
	@scripts/configure release
	@cmake --build build/release --target narrows

lab-tools: dependencies
	@lab/lab build
	@lab/images/build

test: dependencies lab-tools build
	@scripts/configure dev
	@cmake --build build/dev
	@ctest --test-dir build/dev --output-on-failure --timeout 1200 -j2

tsan: dependencies lab-tools build
	@scripts/configure tsan
	@cmake --build build/tsan
	@ctest --test-dir build/tsan --output-on-failure --timeout 1800 -E 'lint|_layering|fuzz_replay'

oracles: dependencies lab-tools
	@scripts/install-dependencies --oracles
	@scripts/configure dev
	@cmake --build build/dev
	@NARROWS_ORACLES=whole ctest --test-dir build/dev --output-on-failure -L oracle

lint: dependencies
	@scripts/configure dev
	@scripts/lint build/dev --deep

fuzz: dependencies
	@scripts/configure fuzz
	@cmake --build build/fuzz --target fuzzers
	@scripts/fuzz build/fuzz $(SECONDS_PER_FUZZER)

demo: build lab-tools
	@lab/demo $(if $(KEEP),--keep)

lab: build lab-tools
	@lab/lab start --foreground

bench: build lab-tools
	@cmake --build build/release --target bench_floor bench_inventory_memory bench_advisories bench_backwards
	@bench/run build/release
