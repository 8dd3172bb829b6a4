# Two commands for a fresh machine with Python: `make sandbox` and `make test`. Each sets itself up.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: sandbox test bench transcript lint lock package clean

sandbox: $(READY)  ## the bot and its whole world on loopback, in the browser
	@$(BIN)/incident sandbox

test: $(READY)  ## everything this machine can test; says what it could not and why
	@$(BIN)/pytest -n auto --dist worksteal

bench: $(READY)  ## figures, in docs/benchmarks.md; asserts nothing
	@$(BIN)/python -m tests.bench

transcript: $(READY)  ## one incident by two people, as docs/transcript.md shows it
	@$(BIN)/python -m tests.transcript > docs/transcript.md.new
	@mv docs/transcript.md.new docs/transcript.md

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

$(READY): requirements-dev.txt pyproject.toml
	@echo "Setting up $(VENV) (once; about a minute) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

package:  ## the archive that Terraform deploys
	@$(PYTHON) terraform/package.py

lock:  ## needs uv
	uv pip compile -q --universal --python-version 3.11 --generate-hashes pyproject.toml -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --group dev -c requirements.txt pyproject.toml -o requirements-dev.txt

clean:
	rm -rf $(VENV) .sandbox .pytest_cache .mypy_cache .ruff_cache *.egg-info
