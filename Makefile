# make demo: the pages. make serve: the API. make test: every check. Nothing but python3 (3.11 or newer), pip and make is needed.
PYTHON ?= python3
HOST ?= 127.0.0.1
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo serve test lock clean

demo: $(VENV)/demo.stamp
	@$(BIN)/python -m apps.demo --host $(HOST) $(if $(PORT),--port $(PORT))

serve: $(VENV)/demo.stamp
	@$(BIN)/python -m apps.api --host $(HOST) $(if $(PORT),--port $(PORT))

test: $(VENV)/test.stamp
	@$(BIN)/python -m tests.needs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist loadgroup --durations 15

$(VENV)/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Firstlight needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/demo.stamp: $(VENV)/python.stamp requirements.txt requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --constraint requirements.lock --requirement requirements.txt
	@touch $@

$(VENV)/test.stamp: $(VENV)/demo.stamp
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check --constraint requirements.lock --editable '.[test,bench]'
	@touch $@

lock:
	$(BIN)/python -m pip install --quiet uv
	UV_CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --upgrade --all-extras pyproject.toml --output-file requirements.lock

clean:
	rm -rf $(VENV) build *.egg-info
