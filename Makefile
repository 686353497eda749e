# Everything runs in .venv, which is made by the first target that needs it and kept up to date with pyproject.toml.
# PYTHON may name another interpreter: make test PYTHON=python3.12

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
N ?= 10000
SEED ?= 0

.PHONY: help demo test second fuzz lint types bench bench-check docs clean
.NOTPARALLEL:

help:
	@echo "make demo   fit a predator-prey model to the Hudson Bay fur record"
	@echo "make test   run all tests"
	@echo "make second differentiate every program of the language tests twice (make test: a sample)"
	@echo "make fuzz   judge N random programs, from seed SEED on (N=10000 SEED=0)"
	@echo "make lint   ruff check, ruff format --check"
	@echo "make types  mypy --strict srcad"
	@echo "make bench  measure gradients beside those by hand, of JAX, PyTorch and autograd; write docs/benchmarks.md"
	@echo "make bench-check  measure, and fail where a ratio is missed or an engine is missing"
	@echo "make docs   run the code in the documents and write its output into them"
	@echo "make clean  remove .venv and caches"

demo: $(VENV)/.tools
	$(BIN)/python examples/predator_prey.py

test: $(VENV)/.test
	$(BIN)/python -m pytest -n 2

second: $(VENV)/.test
	SECOND=all $(BIN)/python -m pytest -n 2 tests/forward/test_second.py

fuzz: $(VENV)/.test
	$(BIN)/python -m tests.fuzz $(N) --seed $(SEED)

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/mypy --strict srcad

bench: $(VENV)/.bench
	$(BIN)/python benchmarks/dispatch.py
	$(BIN)/python benchmarks/tape.py
	$(BIN)/python benchmarks/compare.py

bench-check: $(VENV)/.bench
	$(BIN)/python benchmarks/dispatch.py --check
	$(BIN)/python benchmarks/tape.py --check
	$(BIN)/python benchmarks/compare.py --check

docs: $(VENV)/.tools
	$(BIN)/python docs/refresh.py

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist

$(VENV)/.python:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or later on the PATH (set PYTHON=...)" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

# PyTorch's build for processors alone: the other one brings gigabytes of CUDA.
$(VENV)/.bench: pyproject.toml | $(VENV)/.python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--extra-index-url https://download.pytorch.org/whl/cpu -e '.[tools,bench]'
	@touch $@ $(VENV)/.tools

# The test extra includes the tools, so installing it satisfies both stamps.
$(VENV)/.tools: pyproject.toml | $(VENV)/.python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[tools]'
	@touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/.python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,tools]'
	@touch $@ $(VENV)/.tools
