# One command each: `make run`, `make test`, `make check`, `make bench`.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: run worker test check bench format clean

run: .venv/installed
	PORT=$(PORT) $(BIN)/gunicorn app:app

worker: .venv/installed
	$(BIN)/celery -A vggweb.worker worker

test: .venv/installed-dev
	tests/install_chromium.sh
	tests/install_postgres.sh
	tests/install_redis.sh
	$(BIN)/pytest

check: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests/test_docs.py

bench: .venv/installed-dev
	$(BIN)/python -m benchmarks

format: .venv/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "vggweb needs Python 3.11 or newer; try PYTHON=python3.12 make run")'
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python requirements.txt constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	touch $@
