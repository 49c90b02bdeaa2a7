SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test gates bench mutants scan cover lint lock sbom audit clean

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 8

run: $(VENV)/.run-stamp ## Install and serve the demo school; the address is printed
	$(BIN)/trefoil demo

# All checks run even when one fails: a line out of order must not hide a broken test. What one process has compiled,
# the workers and the hundred servers and commands that tests start need not compile again, whatever the caller likes:
# all tests are read once beside mypy, which uses one core.
test: $(VENV)/.test-stamp ## Run every check and test; PostgreSQL, Chromium and LibreOffice are provided where apt is
	@unset PYTHONDONTWRITEBYTECODE; \
	vars=$$(tests/postgres.sh) || exit 1; eval "$$vars"; \
	trap 'eval "$${TREFOIL_TEST_POSTGRES_STOP:-}"' EXIT; trap 'exit 130' INT TERM; \
	vars=$$(tests/chromium.sh) || exit 1; eval "$$vars"; \
	vars=$$(tests/office.sh) || exit 1; eval "$$vars"; \
	vars=$$(tests/redis.sh) || exit 1; eval "$$vars"; \
	status=0; \
	$(BIN)/python -m pytest -q --collect-only $(ARGS) >/dev/null 2>&1 & \
	$(BIN)/ruff check . || status=1; \
	$(BIN)/mypy || status=1; \
	$(BIN)/lint-imports --config setup.cfg || status=1; \
	wait; \
	$(BIN)/python -m pytest -n 3 $(ARGS) || status=1; \
	exit $$status

# The page is written whatever the tests say: a gate that failed stands there as failed.
gates: $(VENV)/.test-stamp ## Show the release gates and write docs/gates.md (LONG=1: the figures of a release)
	@vars=$$(tests/postgres.sh) || exit 1; eval "$$vars"; \
	trap 'eval "$${TREFOIL_TEST_POSTGRES_STOP:-}"' EXIT; trap 'exit 130' INT TERM; \
	vars=$$(tests/chromium.sh) || exit 1; eval "$$vars"; \
	vars=$$(tests/office.sh) || exit 1; eval "$$vars"; \
	export TREFOIL_GATES=$(if $(LONG),long,short) TREFOIL_GATES_FILE=$(CURDIR)/build/gates.jsonl; \
	mkdir -p build && rm -f $$TREFOIL_GATES_FILE; status=0; \
	$(BIN)/python -m pytest -n 2 -m gate $(ARGS) || status=1; \
	$(BIN)/python -m tests.gates.page $$TREFOIL_GATES_FILE || status=1; \
	exit $$status

# On a machine that does nothing else. The peers get environments of their own under build/peers.
bench: $(VENV)/.test-stamp ## Time the engine beside the bare driver and its peers; writes docs/performance.md (ARGS='--quick fire')
	@vars=$$(tests/postgres.sh --durable) || exit 1; eval "$$vars"; \
	trap 'eval "$${TREFOIL_TEST_POSTGRES_STOP:-}"' EXIT; trap 'exit 130' INT TERM; \
	$(BIN)/python -m benchmarks.versus && $(BIN)/python -m benchmarks.page $(ARGS)

# By hand: hours for all parts. cosmic-ray is no part of the lock, for nothing else needs it.
mutants: $(VENV)/.test-stamp ## Change the code in small ways and see whether the tests notice (ARGS=machine for a part)
	$(BIN)/pip install -q "cosmic-ray>=8.7"
	@export TREFOIL_GATES_FILE=$(CURDIR)/build/mutants.jsonl; mkdir -p build && rm -f $$TREFOIL_GATES_FILE; \
	$(BIN)/python -m tests.gates.mutants $(ARGS) && $(BIN)/python -m tests.gates.page $$TREFOIL_GATES_FILE

scan: $(VENV)/.test-stamp ## wapiti and sqlmap (Debian packages) against the demo school; MINUTES=4 bounds each
	TREFOIL_PYTHON=$(BIN)/python tests/scan/run.sh

# Apart from the tests: measuring branches makes them half as slow again.
cover: $(VENV)/.test-stamp ## Branch coverage of engine/ (ARGS=tests/core for a part)
	$(BIN)/python -m pytest -n 2 --cov=engine --cov-report=term:skip-covered $(ARGS)

lint: $(VENV)/.test-stamp ## Style, types and import contracts only
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg

# The lock is made on the oldest Python supported, so that what only it needs is named too.
LOCK := build/lock/bin/pip-compile -q --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links
lock: ## Bring requirements/*.txt up to date with setup.cfg (ARGS=--upgrade takes newer versions)
	test -x build/lock/bin/pip-compile || { $(PYTHON) -m venv build/lock && build/lock/bin/pip install -q pip-tools; }
	$(LOCK) $(ARGS) -o requirements/run.txt setup.cfg requirements/lock.in
	$(LOCK) $(ARGS) --extra test -c requirements/run.txt -o requirements/test.txt setup.cfg requirements/lock.in

SBOM ?= build/sbom.json
sbom: $(VENV)/.test-stamp ## Write the bill of materials (CycloneDX) of what runs: build/sbom.json
	mkdir -p $(dir $(SBOM))
	$(BIN)/cyclonedx-py requirements --of JSON --output-reproducible -o $(SBOM) requirements/run.txt

audit: $(VENV)/.test-stamp ## Ask for known weaknesses of the locked packages; says so when nobody could be asked
	$(BIN)/python -m tests.supply.audit

clean: ## Remove what the other commands made, except the instance folder
	rm -rf $(VENV) build dist *.egg-info .coverage .coverage.* htmlcov
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find engine plugins webui tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# Stamps make a second run start at once. A lock names everything, so pip resolves nothing (--no-deps): asked to
# resolve, it tries the newest release for an extra such as coverage[toml] and refuses it for want of a hash.
# Without build isolation, nothing outside the lock is installed.
$(VENV)/.run-stamp: requirements/run.txt setup.cfg pyproject.toml | $(BIN)/python
	$(BIN)/pip install -q --no-deps --require-hashes -r requirements/run.txt
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	$(BIN)/pip check
	@touch $@

$(VENV)/.test-stamp: requirements/test.txt $(VENV)/.run-stamp
	$(BIN)/pip install -q --no-deps --require-hashes -r requirements/test.txt
	$(BIN)/pip check
	@touch $@
