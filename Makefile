# Every target sets up what it needs, in .venv and without root.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help setup demo test test-all lint format protos protos-check bench lock release-contract clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

setup: $(READY)  ## a virtual environment in .venv with everything for development

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Plaudit needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "no venv module: install python3-venv, or set PYTHON to another Python" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[dev]'
	@touch $(READY)

demo: $(READY)  ## grade GSM8K and MATH-500 solutions through a real server
	$(BIN)/python -m bench.demo

test: $(READY)  ## the default tests, under ten minutes
	$(BIN)/python -m pytest -q -m "not slow"

test-all: $(READY)  ## the default tests and the slow ones
	$(BIN)/python -m pytest -q

lint: $(READY) protos-check  ## ruff, mypy and buf
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)  ## let ruff and buf format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cd protos && ../$(BIN)/buf format -w .

protos: $(READY)  ## stubs and docs/contract.md from the .proto files
	$(BIN)/python protos/generate.py
	$(MAKE) protos-check

protos-check: $(READY)
	cd protos && ../$(BIN)/buf format -d --exit-code . && ../$(BIN)/buf lint . && ../$(BIN)/buf breaking . --against released.binpb

bench: $(READY)  ## every figure of docs/benchmarks.md
	$(BIN)/python -m bench.math

lock:  ## requirements.lock from the newest versions that pyproject.toml admits
	rm -rf .lock-venv && $(PYTHON) -m venv .lock-venv
	.lock-venv/bin/python -m pip install --quiet -e '.[dev]'
	.lock-venv/bin/python -m pip freeze --exclude-editable > requirements.lock
	rm -rf .lock-venv

release-contract: $(READY)  ## make the present contract the one that `buf breaking` compares with
	cd protos && ../$(BIN)/buf build . --exclude-source-info -o released.binpb

clean:  ## remove what the other targets made
	rm -rf $(VENV) runs .mypy_cache .pytest_cache .ruff_cache .hypothesis
