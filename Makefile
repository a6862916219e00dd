# The developer's verbs. `make run` and `make test` need Python >= 3.11 with venv, and nothing else.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
COMPETITION ?= few-digits
# One more than there are cores: some tests wait for a limit or for a script that sleeps.
WORKERS ?= $(shell echo $$(($$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN) + 1)))
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable

.PHONY: run test test-slow check fix bench starter clean python

run: $(VENV)/base  ## solve a competition: a bundled name, or COMPETITION=path/to/folder
	@$(BIN)/haste run "$(COMPETITION)" $(ARGS)

test: $(VENV)/dev  ## the tests, offline
	$(BIN)/python -m pytest -m "not slow" --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

test-slow: $(VENV)/dev  ## what takes minutes: every hostile candidate, every technique, whole runs of every competition
	$(BIN)/python -m pytest -m slow --timeout 1800 $(ARGS)

check: $(VENV)/dev  ## lint, types, layers, generated pages fresh
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m haste.cli.docs --check

fix: $(VENV)/dev  ## format, and write the generated pages anew
	$(BIN)/ruff check --fix src tests bench
	$(BIN)/ruff format src tests bench
	$(BIN)/python -m haste.cli.docs

bench: $(VENV)/dev  ## the harness's own speed and memory; writes docs/benchmarks.md's table
	$(BIN)/python bench/harness.py

starter: $(VENV)/dev  ## the starter inventory anew: the study of cold and warm starts (hours), then what its cold runs taught
	$(BIN)/haste ablate start --out studies/start $(ARGS)
	$(BIN)/python -m haste.cli.starter studies/start

$(VENV)/base: pyproject.toml constraints.txt | python
	@echo "installing HASTE into $(VENV) (once, about a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(INSTALL) .
	@touch $@

$(VENV)/dev: pyproject.toml constraints.txt | python
	@echo "installing HASTE and its development tools into $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(INSTALL) '.[dev]'
	@touch $(VENV)/base $@

python:
	@test -n "$(PYTHON)" || { echo "HASTE needs Python >= 3.11 with venv: apt-get install python3-venv" >&2; exit 1; }

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
