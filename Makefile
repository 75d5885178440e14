# Two commands are all one needs: `make run` and `make test`.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8501
export HF_HUB_DISABLE_TELEMETRY = 1
export TOKENIZERS_PARALLELISM ?= false

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

# Huge pages for what the embedding model computes in, where Linux and its C library have them: 7% less time a token.
run: export GLIBC_TUNABLES ?= glibc.malloc.hugetlb=1
run: .venv/installed ## set up what is missing, then start the app on http://localhost:8501 (PORT=… for another)
	@$(BIN)/python -m rag samples
	@echo "Tenkyo: http://localhost:$(PORT)"
	@exec $(BIN)/python -m streamlit run app.py --server.port $(PORT)

test: .venv/installed-dev chromium ## set up what is missing, then run every test, browser tests included
	@HF_HUB_OFFLINE=1 $(BIN)/python -m pytest -rs

lint: .venv/installed-dev ## ruff, pyright, and the floors that imports must keep to
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports --cache-dir .venv/import-linter

bench: .venv/installed-dev ## measure retrieval and answers (DATA=folder of evaluation sets in the BEIR layout)
	@$(BIN)/python -m benchmarks retrieval $(DATA)

screenshots: .venv/installed-dev chromium ## take the pictures of the README again
	@$(BIN)/python docs/screenshots.py

lock: ## pin requirements*.txt anew from requirements*.in
	@rm -rf .lock && $(PYTHON) -m venv .lock && .lock/bin/python -m pip install --quiet torch==2.13.0
	@.lock/bin/python -m pip install --quiet -r requirements.in
	@.lock/bin/python -m pip freeze | sed 's/+cpu$$//' > requirements.txt
	@.lock/bin/python -m pip install --quiet -r requirements-dev.in
	@{ echo "-r requirements.txt"; .lock/bin/python -m pip freeze | sed 's/+cpu$$//' | grep -vxFf requirements.txt; } > requirements-dev.txt
	@rm -rf .lock

clean: ## remove the virtual environment (the library in data/store stays)
	rm -rf .venv

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Tenkyo needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Could not make .venv; on Debian: apt-get install python3-venv"; exit 1; }

.venv/installed: .venv/bin/python requirements.txt
	@echo "Installing requirements (a few minutes, once)…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

chromium:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
		sudo=; [ "$$(id -u)" = 0 ] || sudo="sudo -n"; \
		echo "Installing Chromium for the browser tests…"; \
		{ $$sudo apt-get update -qq && $$sudo apt-get install -y -qq chromium fonts-noto-cjk; } >/dev/null 2>&1 \
		|| echo "Chromium could not be installed: the browser tests are skipped. On Debian: apt-get install chromium"; }

.PHONY: help run test lint bench screenshots lock clean chromium
