# One command each; CONTRIBUTING.md has them in a table.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --custom-compile-command "make requirements"
EVERYWHERE := --universal --python-version 3.11

.PHONY: run class worker test test-cluster test-fast check fuzz soak bench format requirements audit clean

run: .venv/installed
	PORT=$(PORT) $(BIN)/gunicorn app:app

class: .venv/installed
	PORT=$(PORT) $(BIN)/python -m vggweb.classroom

worker: .venv/installed
	$(BIN)/celery -A vggweb.worker worker -Q quick --hostname quick@%h & quick=$$!; \
	$(BIN)/celery -A vggweb.worker worker -Q heavy --hostname heavy@%h & heavy=$$!; \
	trap "kill -TERM $$quick $$heavy" TERM INT; wait; wait

test: .venv/installed-dev
	tests/install_chromium.sh
	tests/install_postgres.sh
	tests/install_redis.sh
	tests/install_nginx.sh
	tests/install_promtool.sh
	$(BIN)/pytest -m "not cluster"

# Several web nodes, workers, databases and nginx on this machine, and one after the other is killed.
test-cluster: .venv/installed-dev
	tests/install_postgres.sh
	tests/install_redis.sh
	tests/install_nginx.sh
	$(BIN)/pytest tests/cluster

test-fast: .venv/installed-dev
	$(BIN)/pytest -m "not browser and not postgres and not redis and not deploy and not fuzz and not cluster"

check: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests/test_docs.py

# Ten thousand bad files and odd requests, twenty minutes at most; another SEED tries others.
fuzz: .venv/installed-dev
	$(BIN)/python -m tests.fuzz --seed $(or $(SEED),1)

# Stalled clients by the hundred, streams, kills, a quota; docs/reliability.md has the figures.
soak: .venv/installed-dev
	$(BIN)/python -m tests.soak $(RUNS)

bench: .venv/installed-dev
	$(BIN)/python -m benchmarks

format: .venv/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Every version and hash, for every platform, from the list in pyproject.toml. UPGRADE=--upgrade takes the newest.
# requirements-web.txt is for the image of a web node alone.
requirements: .venv/installed-dev
	$(COMPILE) $(UPGRADE) $(EVERYWHERE) --output-file requirements.txt pyproject.toml
	$(COMPILE) --python-platform linux --python-version 3.12 --output-file requirements-web.txt \
		--constraint requirements.txt --override deploy/without-tensorflow.txt pyproject.toml
	$(COMPILE) $(UPGRADE) $(EVERYWHERE) --output-file requirements-dev.txt --constraint requirements.txt \
		--extra jxl --group dev pyproject.toml

# Known vulnerabilities of what is installed, after the bill of materials: artifacts/sbom.cdx.json.
audit: .venv/installed-dev
	mkdir -p artifacts
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-file artifacts/sbom.cdx.json requirements.txt
	$(BIN)/pip-audit --strict --require-hashes --disable-pip --requirement requirements-dev.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "vggweb needs Python 3.11 or newer; try PYTHON=python3.12 make run")'
	$(PYTHON) -m venv .venv

.venv/installed: .venv/bin/python requirements.txt
	$(PIP) --requirement requirements.txt
	touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	$(PIP) --requirement requirements-dev.txt
	touch $@
