# glassgrad: every target makes the environment that it needs, in .venv; nothing else is touched.
#
#   make demo     train, and draw every gradient: python -m demos
#   make test     the whole test suite, doctests included      (ARGS="-k softmax" to choose)
#   make check    what a change must pass: lint, types, arrows, tests, doctests
#   make nightly  what takes hours: every test with more examples, 200,000 random gradients, coverage
#   make bench    speed and memory, compared with other engines: python -m benchmarks
#   make engine-coverage   that the engine's own tests reach 98 % of its branches
#   make coverage which lines and branches of autograd, nn and viz the tests reach
#   make format   lay the code out as `make lint` wants it
#   make clean    remove .venv and everything else that was made here
#
# Another interpreter: PYTHON=python3.12 make test

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
ARGS ?=
WORKERS := --numprocesses auto --maxprocesses 8 --dist worksteal
CANDIDATES := $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python)

# The name of the stamp holds PYTHON: a newly chosen interpreter makes the environment anew.
ENVIRONMENT := $(VENV)/.made-with-$(subst /,_,$(PYTHON))
DEMOS := $(VENV)/.installed-demos
TEST := $(VENV)/.installed-test

# The tests start some hundred Pythons, and pytest rewrites every test file that it has not kept.
unexport PYTHONDONTWRITEBYTECODE

.DELETE_ON_ERROR:
.PHONY: help demo test check nightly lint types arrows bench coverage engine-coverage format clean

help:
	@sed -n 's/^#   make/  make/p' Makefile

demo: $(DEMOS)
	$(BIN)/python -m demos $(ARGS)

# One worker per core, and no more than 8: each takes a second to start. worksteal, because some
# tests take a thousand times as long as others.
test: $(TEST)
	$(BIN)/python -m pytest $(WORKERS) $(ARGS)

# The arrows (tests/test_architecture.py) and the doctests are part of `test`.
check: lint types test

nightly: export GLASSGRAD_EXPRESSIONS ?= 200000
nightly: export GLASSGRAD_LONG ?= 2000
nightly: export GLASSGRAD_NIGHTLY = 1
nightly: $(TEST)
	$(BIN)/python -m pytest $(WORKERS) --timeout 0 $(ARGS)
	$(MAKE) engine-coverage

lint: $(TEST)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

types: $(TEST)
	$(BIN)/python -m mypy

arrows: $(TEST)
	$(BIN)/python -m pytest tests/test_architecture.py

bench: $(TEST)
	$(BIN)/python -m benchmarks $(ARGS)

coverage: $(TEST)
	$(BIN)/python -m pytest $(WORKERS) --cov $(ARGS)

# The engine's own tests reach at least 98 % of its branches; they and its doctests run alone.
engine-coverage: $(TEST)
	$(BIN)/python -m pytest $(WORKERS) tests/autograd autograd --cov=autograd --cov-fail-under=98 -k "not bytes"

format: $(TEST)
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

clean:
	rm -rf $(VENV) .bench .screenshots build dist *.egg-info .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed-%: pyproject.toml $(ENVIRONMENT)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@

# A working .venv that somebody made by hand is kept, unless PYTHON asks for another interpreter.
$(ENVIRONMENT):
	@found=; enough='import sys; sys.exit(sys.version_info < (3, 11))'; \
	if [ -z "$(PYTHON)" ] && $(BIN)/python -c "$$enough" 2>/dev/null && $(BIN)/python -m pip --version >/dev/null 2>&1; then \
		touch $@; exit 0; \
	fi; \
	for python in $(CANDIDATES); do \
		if "$$python" -c "$$enough" 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "glassgrad needs Python 3.11 or newer. Tried: $(CANDIDATES)" >&2; \
		echo "Install one (Debian 12, Ubuntu 24.04 and later: sudo apt install python3 python3-venv)," >&2; \
		echo "or say where yours is, like this: PYTHON=/opt/python3.12/bin/python3 make test" >&2; \
		exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$$found cannot make an environment: its modules venv and ensurepip are not installed." >&2; \
		echo "On Debian or Ubuntu: sudo apt install python3-venv, then the same make command again." >&2; \
		exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$found" --version) ..."; \
	"$$found" -m venv --clear $(VENV) && touch $@
