# make run: quote DOGE-USDT on the embedded sandbox. make test: everything that must hold. Both need only python3 and make.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV ?= .venv
CONF ?= examples/conf_pure_mm_2.yml
ARGS ?=
JOBS ?= 4
export VENV
export PYTHONDONTWRITEBYTECODE :=
# The first of these that starts and is new enough; PYTHON=... overrides. Asked once, and below an activated .venv, so
# that it can never be the environment it is about to make.
ifndef PYTHON
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; print(sys._base_executable) if sys.version_info >= (3, 11) else sys.exit(1)' 2>/dev/null && break; done)
endif
# tools start as modules: their own starters name the folder they were installed in, and folders move
PY = "$(VENV)/bin/python"

HUMMINGBOT_ENV ?= .hummingbot-env
# each folder has its own settings for pytest, so each is a run of its own
REAL = plugin/tests tests/hummingbot_real
.PHONY: soak parity parity-record parity-mutants help run sandbox test test-core test-hummingbot check format bench pins clean hummingbot-env bootstrap-run bootstrap-dev need-python

help: ## show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

need-python:
	@test -n "$(PYTHON)" || { echo "error: no Python 3.11 or newer found. Install one, or name it: PYTHON=/path/to/python3.12 make" >&2; exit 1; }

bootstrap-run: need-python
	@"$(PYTHON)" scripts/bootstrap.py run

bootstrap-dev: need-python
	@"$(PYTHON)" scripts/bootstrap.py dev

run: bootstrap-run ## quote from CONF on the embedded sandbox until Ctrl-C (ARGS="--duration 60 --headless")
	@"$(PYTHON)" scripts/foreground.py "$(VENV)/bin/valr-maker" run "$(CONF)" $(ARGS)

sandbox: bootstrap-run ## serve a local VALR (ARGS="--port 8080 --seed 1")
	@"$(PYTHON)" scripts/foreground.py "$(VENV)/bin/valr-maker" sandbox serve $(ARGS)

# without a Hummingbot in sight its classes are Any; what the plug-in takes from valr_maker is checked all the same
PLUGIN_MAY = --allow-subclassing-any --allow-untyped-decorators --no-warn-return-any
# a test takes fixtures and returns nothing; Decimal(1) == 1 is how a test writes an amount
TESTS_MAY = --allow-untyped-defs --allow-incomplete-defs --allow-untyped-calls --no-strict-equality
check: bootstrap-dev ## lint, format, types, house rules
	@echo "ruff" && $(PY) -m ruff check .
	@echo "ruff format" && $(PY) -m ruff format --check .
	@echo "mypy" && $(PY) -m mypy
	@$(PY) -m mypy $(PLUGIN_MAY) plugin/src
	@$(PY) -m mypy $(TESTS_MAY) tests
	@echo "house rules" && $(PY) -m pytest -q tests/test_house.py

test: test-core test-hummingbot ## everything

test-core: check ## everything but what needs a Hummingbot
	@$(PY) -m pytest -n $(JOBS) --dist worksteal

# exit code 3 of the script: this machine cannot compile Hummingbot, and it has said what is missing
test-hummingbot: need-python ## what needs a Hummingbot; makes its environment first
	@VENV="$(HUMMINGBOT_ENV)" "$(PYTHON)" -m scripts.hummingbot_env; code=$$?; \
	if [ $$code -eq 3 ]; then echo "left out: the tests against a real Hummingbot (see the line above)"; \
	elif [ $$code -ne 0 ]; then exit $$code; \
	else for folder in $(REAL); do "$(HUMMINGBOT_ENV)/bin/python" -m pytest -q $$folder || exit $$?; done; fi

format: bootstrap-dev ## put the code into shape
	@$(PY) -m ruff check --fix . ; $(PY) -m ruff format .

# RUNS=runs of 200 steps, of each of the three kinds; FUZZ=malformed requests
RUNS ?= 300
FUZZ ?= 1000000
soak: bootstrap-dev ## the sandbox beside a naive exchange, and malformed requests, for long (RUNS=300 FUZZ=1000000)
	@VALR_MAKER_SOAK=$(RUNS) $(PY) -m pytest -q tests/sandbox/test_exchange_machine.py
	@VALR_MAKER_FUZZ=$(FUZZ) $(PY) -m pytest -q -n $(JOBS) tests/sandbox/test_fuzz.py

bench: bootstrap-dev ## measure, side by side (ARGS=--quick for a look)
	@$(PY) benchmarks/run.py $(ARGS)

hummingbot-env: need-python ## an environment with an unmodified Hummingbot (once, some minutes; needs a C++ compiler)
	@VENV="$(HUMMINGBOT_ENV)" "$(PYTHON)" -m scripts.hummingbot_env

# SCENARIOS=n SEED=s STEPS=ticks JOBS=processes; a difference is shrunk and printed as a line to replay
SCENARIOS ?= 500
SEED ?= 1
STEPS ?= 150
RECORD ?= 400
PARITY = PYTHONPATH= "$(HUMMINGBOT_ENV)/bin/python" -m scripts.parity --scenarios $(SCENARIOS) --seed $(SEED) --steps $(STEPS)
parity: hummingbot-env ## the real Hummingbot and ours through the same scenarios, order for order (SCENARIOS=5000 SEED=1)
	@$(PARITY) --jobs $(JOBS) $(ARGS)

parity-record: hummingbot-env ## remake tests/parity/traces, which the ordinary suite replays without Hummingbot
	@$(PARITY) --record $(RECORD)

parity-mutants: bootstrap-dev ## break every line of the strategy that can change an order: which does parity find?
	@$(PY) -m scripts.parity --mutants

PIN = uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
pins: ## renew requirements/*.txt from pyproject.toml (needs uv); asyncio is a dependency that both VALR clients only imagine
	$(PIN) pyproject.toml -o requirements/run.txt
	$(PIN) --group dev -c requirements/run.txt --no-emit-package asyncio -o requirements/dev.txt

clean: ## remove what make made
	rm -rf "$(VENV)" .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
