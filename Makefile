# Everything here needs only Python 3.11+, a C compiler, make and headers. `make` alone shows the targets.
PYTHON ?= python3
BIN := .venv/bin
SET_UP := $(PYTHON) -m tools
CODE := $(wildcard hub drivers cloud_sync hardware_sim firmware_configs tools tests bench hatch_build.py)

.DEFAULT_GOAL := help
.PHONY: help demo test lint format types imports bench soak lock web dev clean

help: ## show the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

demo: ## run a whole shop on this machine; CHECK=1 checks one sale by itself, DAY=saturday plays a day
	@$(SET_UP) demo $(if $(filter-out 0,$(CHECK)),--check) $(if $(DAY),--day $(DAY)) $(ARGS)

test: ## set up what the tests need and run them all; ARGS goes to pytest
	@$(SET_UP) test $(ARGS)

dev: ## only make the development environment in .venv
	@$(SET_UP) dev

lint: dev ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: dev ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: dev ## mypy --strict
	$(BIN)/mypy $(CODE)

imports: dev ## the rooms' import contracts
	$(BIN)/lint-imports

bench: dev ## measure; every figure is a ratio taken in one run
	$(BIN)/python -m bench $(ARGS)

web: ## build the web pages if they are stale
	@$(SET_UP) web

soak: dev ## bad days one after another on the whole shop, checked; ARGS="--seed 7 --customers 2000 --kills 10"
	$(BIN)/python -m tests.worlds.day.soak $(ARGS)

lock: ## resolve the lock files anew (maintainers); ARGS=--upgrade moves versions
	@$(SET_UP) lock $(ARGS)

clean: ## remove the environment, built pages and caches; keeps .demo
	rm -rf .venv .cache .test-tools .mypy_cache .ruff_cache .pytest_cache .import_linter_cache web/node_modules
	rm -rf hub/app/static cloud_sync/cloud/static hardware_sim/static build dist
