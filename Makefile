.DEFAULT_GOAL := help
.PHONY: help demo setup lint test prove bench screenshots clean

export PORT ?= 8000
export LAN ?=
DB ?= sqlite

help: ## Show this list
	@echo "EventSync. Needed: Python 3.11 or newer, git, make."
	@echo
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 16

demo: ## Set everything up and run the product with a demo event (PORT=8000; LAN=1: for phones)
	@.ci/demo

setup: ## Install and build everything that running needs; run nothing
	@.ci/setup

lint: ## Check style, types and imports, of the server and the front end
	@.ci/setup checks
	@.ci/check lint

test: ## Run all checks but the longest (DB=postgres: what may differ there, on PostgreSQL and Redis)
	@.ci/setup checks
	@.ci/check $(DB)

prove: ## Run everything on both databases, with all seeds and faults; takes about two hours (SEEDS=1-1000)
	@.ci/prove

bench: ## Measure push, pull, overload, pokes, jobs and the door app
	@.ci/setup checks
	@EVENTSYNC_CHROMIUM=$$(.ci/chromium) PYTHONPATH=. .venv/bin/python tests/bench/run.py

screenshots: ## Take the pictures in docs/screenshots/ anew
	@.ci/setup checks
	@EVENTSYNC_CHROMIUM=$$(.ci/chromium) PYTHONPATH=. .venv/bin/python tests/e2e/screenshots.py

clean: ## Remove what was installed and built; keep var/, where the data is
	rm -rf .venv frontend/node_modules static/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
