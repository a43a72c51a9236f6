# Each target does its own set-up, so on a new machine `make test` is all it takes.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup test test-mysql run lint messages ci

PYTHON := .venv/bin/python
PORT ?= 8000
ARGS ?=
SQLITE := sqlite:///db.sqlite3
# A test of many seconds would leave a core idle at the end, unless the other takes what waits behind it.
PYTEST := $(PYTHON) -m pytest -n auto --dist worksteal

help: ## Show this list
	@echo "Career Coach. On a new machine: make test, then make run."
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: ## Make .venv and install the requirements, if they changed
	@.ci/setup

test: setup ## Run all tests on SQLite; ARGS="bookings -k cancel" for some
	DATABASE_URL=$(SQLITE) $(PYTEST) $(ARGS)

test-mysql: ## Run all tests on a real MySQL server, started here unless TEST_MYSQL_URL names one
	@.ci/setup --mysql
	@.ci/mysql start
	DATABASE_URL="$$(.ci/mysql url)" $(PYTEST) $(ARGS)

run: setup ## Serve on http://127.0.0.1:8000 with SQLite, or as .env says; PORT=8001 for another
	$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) manage.py runserver 127.0.0.1:$(PORT)

lint: setup ## Check format, style, imports between packages, and types
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/lint-imports --no-logo .ci/importlinter.ini
	.venv/bin/mypy

messages: setup ## Gather the texts for translation, and compile the translations
	$(PYTHON) manage.py makemessages --locale zh_Hans --ignore .venv --ignore tests
	$(PYTHON) manage.py compilemessages --locale zh_Hans --ignore .venv

ci: ## Check everything, on both databases: what has to pass before a change goes in
	@.ci/run
