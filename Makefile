# The portal's commands. All of them work on a fresh machine with Python 3.11, 3.12 or 3.13 and nothing else.
PYTHON ?= python3
SETUP = exec $(PYTHON) itsm/runner/bootstrap.py
RUNNER = -m itsm.runner --with-parent

.DEFAULT_GOAL := help
.PHONY: help install run test check prove bench clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-8s %s\n' "$$name" "$$text"; done

run:  ## start the portal with its own PostgreSQL and Valkey (PORT, DATA_DIR and others: docs/running.md)
	@$(SETUP) run $(RUNNER) run

test:  ## all tests, on a throwaway PostgreSQL and Valkey (ARGS="-k name" chooses)
	@$(SETUP) dev $(RUNNER) test -- $(ARGS)

check:  ## style, types, layers, migrations, deployment settings, diagrams
	@$(SETUP) dev $(RUNNER) check

prove:  ## the larger tests, those marked `prove`
	@$(SETUP) dev $(RUNNER) test -- -m prove $(ARGS)

bench:  ## the performance table
	@$(SETUP) dev $(RUNNER) bench $(ARGS)

install:  ## only install what development needs into .venv
	@$(SETUP) dev

clean:  ## remove .venv and var, after asking
	@printf 'Remove .venv and var, with all data in it? [y/N] '; read -r answer; \
		if [ "$$answer" = y ]; then rm -rf .venv var && echo Removed.; else echo Kept.; fi
