# Two commands on a fresh machine: `make run` and `make test`. See README for Windows.
PYTHON ?= python3
BIN = .venv/bin
ARGS ?=

.PHONY: run test lint

run: .venv/run.stamp
	$(BIN)/python -m db init --sample
	$(BIN)/streamlit run app.py

test: .venv/test.stamp
	$(BIN)/python -m pytest $(ARGS)

lint: .venv/test.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/test.stamp: requirements.txt requirements-dev.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@
