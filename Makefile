# `make` lists what there is.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

setup: ## virtual environment, packages, styles, texts
	@$(PYTHON) bootstrap.py demo

demo: setup ## start the whole service here, with simulated neighbours and demo people
	@$(BIN)/divit demo

demo-reset: setup ## throw the demo's data away
	@$(BIN)/divit demo --reset

walk: setup ## walk the lost-card journey against the running demo
	@$(BIN)/divit walk

walk-institution: setup ## walk an institution's side: list, approval, production, one box, hand-over
	@$(BIN)/divit walk institution

test-setup:
	@$(PYTHON) bootstrap.py test

test: test-setup check ## everything that must hold
	@$(MAKE) --no-print-directory --keep-going --jobs=2 test-beside test-service

test-beside:
	@$(BIN)/pytest -n 3 --dist worksteal -m "not service" tests

# One running service, one test after the other; what they say is shown when they are through.
test-service:
	@mkdir -p .build; $(BIN)/pytest -m service tests > .build/test-service.txt 2>&1; \
		ended=$$?; cat .build/test-service.txt; exit $$ended

check: test-setup ## lint, types, import contracts: under two minutes
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy
	@$(BIN)/python -m divit.launcher.texts check

pictures: test-setup ## take the pictures of docs/journeys anew
	@rm -f docs/journeys/*.png
	@DIVIT_PICTURES=1 $(BIN)/pytest tests/journeys/test_whole_journey.py

bench: test-setup ## what it does in a second beside other systems; half an hour on a quiet machine
	@$(BIN)/python bench/run.py

documents: setup ## write the documents that follow from the code
	@$(BIN)/python -m divit.launcher.documents

lock: ## resolve requirements/*.in anew (needs uv)
	@for name in runtime dev node; do \
		uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--no-emit-find-links --custom-compile-command "make lock" requirements/$$name.in -o requirements/$$name.txt; \
	done

.PHONY: help setup demo demo-reset walk walk-institution test-setup test test-beside test-service check pictures bench documents lock
