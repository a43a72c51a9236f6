# Each target does its own set-up, so on a new machine `make test` is all it takes.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test test-mysql test-browser recording run lint messages ci

PYTHON := .venv/bin/python
PORT ?= 8000
ARGS ?=
SQLITE := sqlite:///db.sqlite3
# A test of many seconds would leave a core idle at the end, unless the other takes what waits behind it.
PYTEST := $(PYTHON) -m pytest -n auto --dist worksteal

help: ## Show this list
	@echo "Career Coach. On a new machine: make demo, or make test."
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: ## Make .venv and install the requirements, if they changed
	@.ci/setup

demo: setup ## Book, pay, move and cancel with a stand-in for Cal.com, on http://localhost:8000; PORT=8001 for another
	@$(PYTHON) -m careercoach.demo --port $(PORT) $(ARGS)

demo-reset: setup ## The same, starting over without the data of before
	@$(PYTHON) -m careercoach.demo --port $(PORT) --reset $(ARGS)

test: setup ## Run all tests on SQLite; ARGS="bookings -k cancel" for some
	DATABASE_URL=$(SQLITE) $(PYTEST) $(ARGS)

test-mysql: ## Run all tests on a real MySQL server, started here unless TEST_MYSQL_URL names one
	@.ci/setup --mysql
	@.ci/mysql start
	DATABASE_URL="$$(.ci/mysql url)" $(PYTEST) $(ARGS)

test-browser: ## Run the tests that click through the demo in Chromium; ARGS="-k cancel" for some
	@.ci/setup --chromium
	$(PYTHON) -m pytest -c .ci/browser.ini --rootdir . -n 2 $(ARGS)

recording: ## Make the pictures and the film of docs/pictures anew, by clicking through a demo of their own
	@.ci/setup --chromium
	@command -v ffmpeg >/dev/null || .ci/packages ffmpeg
	$(PYTHON) -m careercoach.demo.browser.recording

run: setup ## Serve on http://127.0.0.1:8000 with SQLite, or as .env says; PORT=8001 for another
	$(PYTHON) manage.py migrate --verbosity 0
	$(PYTHON) manage.py runserver 127.0.0.1:$(PORT)

lint: setup ## Check format, style, imports between packages, and types
	.venv/bin/ruff format --check
	.venv/bin/ruff check
	.venv/bin/lint-imports --no-logo .ci/importlinter.ini
	.venv/bin/mypy

messages: setup ## Gather the texts for translation, and compile the translations
	$(PYTHON) manage.py makemessages --locale zh_Hans --ignore .venv --ignore tests --ignore staticfiles
	$(PYTHON) manage.py makemessages --domain djangojs --locale zh_Hans --ignore .venv --ignore tests --ignore staticfiles
	$(PYTHON) manage.py compilemessages --locale zh_Hans --ignore .venv

ci: ## Check everything, on both databases: what has to pass before a change goes in
	@.ci/run
