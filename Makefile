# make run: quote DOGE-USDT on the embedded sandbox. make test: everything that must hold. Both need only python3 and make.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV ?= .venv
CONF ?= examples/conf_pure_mm_2.yml
ARGS ?=
export VENV := $(abspath $(VENV))
export PYTHONDONTWRITEBYTECODE :=
# the first of these that starts and is new enough; PYTHON=... overrides
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN = $(VENV)/bin
JOBS ?= 2

.PHONY: help run sandbox test test-core check format bench pins clean bootstrap-run bootstrap-dev need-python

help: ## show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

need-python:
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 or newer found. Install one, or name it: PYTHON=/path/to/python3.12 make" >&2; exit 1; }

bootstrap-run: need-python
	@$(PYTHON) scripts/bootstrap.py run

bootstrap-dev: need-python
	@$(PYTHON) scripts/bootstrap.py dev

run: bootstrap-run ## quote from CONF on the embedded sandbox until Ctrl-C (ARGS="--duration 60 --headless")
	@$(PYTHON) scripts/foreground.py $(BIN)/valr-maker run $(CONF) $(ARGS)

sandbox: bootstrap-run ## serve a local VALR (ARGS="--port 8080 --seed 1")
	@$(PYTHON) scripts/foreground.py $(BIN)/valr-maker sandbox serve $(ARGS)

check: bootstrap-dev ## lint, format, types, house rules
	@echo "ruff" && $(BIN)/ruff check .
	@echo "ruff format" && $(BIN)/ruff format --check .
	@echo "mypy" && $(BIN)/mypy
	@echo "house rules" && $(BIN)/python -m pytest -q tests/test_house.py

test: check ## everything
	@$(BIN)/python -m pytest -n $(JOBS)

test-core: check ## everything but what needs a Hummingbot
	@$(BIN)/python -m pytest -n $(JOBS) -m "not hummingbot"

format: bootstrap-dev ## put the code into shape
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: bootstrap-dev ## measure, side by side (ARGS=--quick for a look)
	@$(BIN)/python benchmarks/run.py $(ARGS)

PIN = uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
pins: ## renew requirements/*.txt from pyproject.toml (needs uv); asyncio is a dependency that valr-python only imagines
	$(PIN) pyproject.toml -o requirements/run.txt
	$(PIN) --group dev -c requirements/run.txt --no-emit-package asyncio -o requirements/dev.txt

clean: ## remove what make made
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
