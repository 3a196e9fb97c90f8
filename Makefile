# Two commands do everything on a fresh machine: `make demo` and `make test`.
VENV := .venv
BIN := $(VENV)/bin
# A Python of your choice; without it the first one of 3.11 or newer that runs.
PYTHON ?=
# More words for pytest, such as TESTS=--thorough or TESTS=tests/unit.
TESTS ?=

.PHONY: demo demo-reset install test check format benchmarks clean
.DEFAULT_GOAL := help

help:  ## Show what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: install  ## Install, load sample data and start everything on 127.0.0.1:8000
	@$(BIN)/audit-app demo

demo-reset: install  ## Begin the demo anew, with fresh sample data
	@$(BIN)/audit-app demo --reset

install: $(VENV)/installed  ## Only install: environment, program, browser
	@$(BIN)/audit-app browser >/dev/null

test: install $(VENV)/installed-dev  ## Run all tests, with a real browser, mail servers and both databases
	@$(BIN)/python -m pytest -n 4 --dist worksteal $(TESTS)

check: $(VENV)/installed-dev  ## Style, types, import rules, scripts and templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/oxlint --quiet --deny-warnings audit_app probes
	@$(BIN)/djlint --lint --quiet audit_app/templates

format: $(VENV)/installed-dev  ## Put the code in its one format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

benchmarks: install  ## Measure speed and memory beside the plainest way to do the same
	@for file in benchmarks/*.py; do echo "$$file"; $(BIN)/python "$$file" || exit 1; done

clean:  ## Remove the environment; keeps the demo's data in instance/
	@rm -rf $(VENV)

$(VENV)/bin/python:
	@sh .ci/make-venv "$(VENV)" "$(PYTHON)"

$(VENV)/installed: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing the program (a minute or two the first time) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . \
	  || { echo "Installing failed: see pip's words above. Are you online?" >&2; exit 1; }
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]' \
	  || { echo "Installing failed: see pip's words above. Are you online?" >&2; exit 1; }
	@touch $@
