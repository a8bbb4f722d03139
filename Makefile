# Every target does its own set-up: Python 3.11 or later, Rust, gcc and make are enough.

UV_VERSION := 0.13.9
PYTHON ?= $(shell command -v python3.11 || command -v python3)
CONFIG ?= pipelines.yaml

UV := .tools/bin/uv
BIN := .venv/bin
READY := .venv/.ready
CARGO := cargo
CARGO_TEST_FLAGS ?=

export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv

NATIVE_SOURCES := $(shell find native/src native/scan native/python -name '*.rs' -o -name '*.py' -o -name '*.pyi')
NATIVE_MANIFESTS := native/Cargo.toml native/Cargo.lock native/scan/Cargo.toml native/pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help setup run test test-native test-python test-node check check-native check-python format native bench dist clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

$(UV): Makefile
	$(PYTHON) -m venv --clear .tools
	.tools/bin/python -m pip install --quiet uv==$(UV_VERSION)
	touch $@

# `--reinstall-package`: the library may be missing or old although its package is there.
$(READY): pyproject.toml uv.lock $(NATIVE_MANIFESTS) $(NATIVE_SOURCES) | $(UV)
	$(UV) sync --locked --quiet --python $(PYTHON) --reinstall-package spanloom-native
	touch $@

setup: $(READY) ## build everything into .venv

run: $(READY) ## run the collector on pipelines.yaml (or CONFIG=file)
	$(BIN)/spanloom --config $(CONFIG)

test: test-native test-python ## every test

test-native: ## the engine's tests; it knows no Python
	cd native && $(CARGO) test --workspace --locked $(CARGO_TEST_FLAGS)

test-python: $(READY)
	$(BIN)/pytest

test-node: $(READY) ## the end-to-end tests with the Node SDK too, which sends OTLP/JSON
	cd tests/e2e/node && npm ci --no-audit --no-fund --silent
	$(BIN)/pytest tests/e2e

check: check-python check-native ## linters, types, format

check-python: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

check-native: $(READY)
	cd native && $(CARGO) fmt --all --check
	cd native && $(CARGO) clippy --workspace --locked --all-targets -- -D warnings
	cd native && $(CARGO) clippy --locked --all-targets --features python -- -D warnings
	cd bench/load && $(CARGO) fmt --check
	cd bench/load && $(CARGO) clippy --locked --all-targets -- -D warnings

format: $(READY) ## put every source into its one form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	cd native && $(CARGO) fmt --all
	cd bench/load && $(CARGO) fmt

native: | $(READY) ## rebuild the native core in seconds while working on it
	cd native && VIRTUAL_ENV=$(CURDIR)/.venv PATH=$(CURDIR)/.tools/bin:$$PATH \
		$(CURDIR)/$(BIN)/maturin develop --uv --profile fast --quiet
	touch $(READY)

bench: $(READY) ## measure speed; takes both cores (ARGS=... go to bench/run.py)
	$(BIN)/python bench/run.py $(ARGS)

dist: $(READY) ## wheels and source distributions in dist/
	$(UV) build --quiet --out-dir dist
	$(UV) build --quiet --out-dir dist native

clean: ## remove what was built
	rm -rf .venv .tools dist native/target bench/load/target .mypy_cache .ruff_cache .pytest_cache
