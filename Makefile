# The commands a contributor needs. Each of them works in a clean clone.

VENV ?= .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.installed
TYPESCRIPT := npm --prefix clients/typescript
IF_TYPESCRIPT := test ! -d clients/typescript/node_modules ||
VSCODE := npm --prefix clients/vscode
IF_VSCODE := test ! -d clients/vscode/node_modules ||

.DEFAULT_GOAL := help
.PHONY: help install test lint format types generate examples costs stale check bench site

help:  ## List the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/  \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

$(READY): pyproject.toml
	test -x $(PYTHON) || python3 -m venv $(VENV)
	$(PYTHON) -m pip install -q -e '.[dev]'
	@touch $@

install: $(READY)  ## Create .venv with the project (editable) and the development tools

test: $(READY)  ## Run the tests; pass arguments to pytest with ARGS='tests/store -x'
	$(PYTHON) -m pytest -q $(or $(ARGS),-n auto)

lint: $(READY)  ## Check style, formatting, wording and the import contracts
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(PYTHON) .ci/check-words

format: $(READY)  ## Format the Python code
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

types: $(READY)  ## Check types with mypy in strict mode
	$(VENV)/bin/mypy

generate: $(READY)  ## Write every file that is generated from the method table; those of TypeScript where their packages are
	PYTHONPATH=tests $(PYTHON) -m install.renew
	PYTHONPATH=tests $(PYTHON) -m rpc.record_handshake
	PYTHONPATH=tests $(PYTHON) -m cli.make_completions
	$(PYTHON) -m ctxbudget_protocol.generate
	$(IF_TYPESCRIPT) $(TYPESCRIPT) run --silent build
	$(IF_VSCODE) $(VSCODE) run --silent build

examples: generate  ## Record the answers of the method table's examples and the runs of docs/evaluate.md and docs/diagnose.md, and generate again
	$(PYTHON) tests/protocol/record_examples.py
	$(PYTHON) tests/evaluation/record_page.py
	$(PYTHON) tests/diagnosis/record_page.py
	$(PYTHON) -m ctxbudget_protocol.generate

pictures: $(READY)  ## Draw the pictures of the docs again; needs .ci/install-browser and clients/vscode/test/install-host.sh
	cd tests && for room in report cli top editors docs; do TZ=UTC ../.venv/bin/python -m $$room.pictures || exit 1; done

site: $(READY)  ## Build the pages of docs/ as a site into build/site; a broken link or anchor fails
	$(PYTHON) docs/site/build.py

costs: $(READY)  ## Accept what methods and start paths cost now
	PYTHONPATH=tests $(PYTHON) -m guard.renew

stale: $(READY)  ## Fail if a generated file is out of date
	$(PYTHON) -m ctxbudget_protocol.generate --check
	$(IF_TYPESCRIPT) $(TYPESCRIPT) run --silent check
	$(IF_VSCODE) $(VSCODE) run --silent check

check: lint types stale test  ## Run everything above; run this before you send a change

bench: $(READY)  ## Run one benchmark: make bench NAME=start
	$(PYTHON) benchmarks/$(or $(NAME),start).py $(ARGS)
