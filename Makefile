# `make demo` shows the main job; `make test` checks everything. Both set up what they need, in .venv.
#
# Needed beforehand: Python 3.11 to 3.14 with venv and headers, and a C compiler. What is missing is said.
# PYTHON=/path/to/python chooses another Python.

.DEFAULT_GOAL := help
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
NEEDS := $(VENV)/.installed-to-run
RUN := $(VENV)/.built
DEV := $(VENV)/.installed-to-test
BUILT_FROM := pyproject.toml CMakeLists.txt $(wildcard src/earmark/kernels/*.[ch])
CHECKED := src tests benchmarks training
# One more than there are cores: tests that wait for a server leave theirs idle.
WORKERS = $(shell $(BIN)/python -c "import os; print(min(8, (os.cpu_count() or 1) + 1))")

.PHONY: help demo test lint setup bench lock clean
.DELETE_ON_ERROR:

help:
	@echo "make demo    set up, make a small world, learn, and show one listener's mix"
	@echo "make test    set up, and run every check and test"
	@echo "make setup   set up only; the program is then $(BIN)/earmark"
	@echo "make lint    the checks without the tests"
	@echo "make bench   where the benchmarks are"
	@echo "make lock    pin the newest versions of all dependencies in requirements/"
	@echo "make clean   remove what setting up, testing and the demo have made"

demo: $(RUN)
	@$(BIN)/earmark demo --home .demo

setup: $(RUN)
	@echo "Ready: $(BIN)/earmark --help"

test: lint
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

lint: $(DEV)
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/mypy
	$(BIN)/lint-imports

bench:
	@echo "The benchmarks, what they need and what they found: benchmarks/README.md"

# Pinned versions for every Python from 3.11 on and every platform; no address of an index is written down.
lock: $(RUN)
	$(BIN)/python -m venv build/uv
	build/uv/bin/python -m pip --disable-pip-version-check install --quiet --upgrade uv
	@for kind in run dev; do \
		if [ $$kind = dev ]; then more="--group dev --constraint requirements/run.lock"; else more=; fi; \
		echo "requirements/$$kind.lock"; \
		build/uv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --fork-strategy fewest \
			--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $$more \
			pyproject.toml requirements/build.in --output-file requirements/$$kind.lock || exit 1; \
	done

clean:
	rm -rf $(VENV) build dist .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# --- setting up: each file below says that a step is done, and is older than what would make it stale ---

# Scripts in an environment name the folder that it was made in, so one that was moved or copied here is of no use.
here := $(shell pwd -P)
made_in := $(shell cat $(VENV)/.made-in 2>/dev/null)
python_works := $(shell $(BIN)/python -c "import pip, sys; print(sys.version_info[1] > 10)" 2>/dev/null)
ifneq ($(python_works)$(or $(made_in),$(here)),True$(here))
stale := yes
.PHONY: $(VENV)/.made-in $(NEEDS) $(RUN) $(DEV)
endif

$(VENV)/.made-in:
	@$(look_for_python); $(look_for_venv_and_headers); $(look_for_compiler); test -z "$$missing" || exit 1; \
	$(if $(stale),rm -rf $(VENV);) \
	test -x $(BIN)/python || { echo "Making $(VENV) with $$python"; "$$python" -m venv $(VENV); } || exit 1; \
	pwd -P > $@

$(NEEDS): requirements/run.lock | $(VENV)/.made-in
	@echo "Installing what Earmark needs (once; about 850 MB on disk)"
	@$(PIP) --requirement requirements/run.lock
	@touch $@

$(RUN): $(NEEDS) $(BUILT_FROM)
	@$(look_for_compiler); test -z "$$missing"
	@echo "Building Earmark"
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements/dev.lock $(RUN)
	@echo "Installing what the checks and tests need"
	@$(PIP) --requirement requirements/dev.lock
	@touch $@

# Newer Pythons than the dependencies have wheels for are taken only when asked for by PYTHON=.
define look_for_python
python=; missing=; \
for candidate in $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11); do \
	"$$candidate" -c "import sys; sys.exit(not (3, 11) <= sys.version_info < ($(if $(PYTHON),4,3, 15),))" 2>/dev/null \
		&& { python=$$candidate; break; }; \
done; \
if [ -z "$$python" ]; then \
	missing=yes; \
	echo "Missing: $(if $(PYTHON),Python 3.11 or newer ($(PYTHON) is none),Python 3.11 to 3.14)."; \
	echo "    Debian, Ubuntu: sudo apt install python3 python3-venv python3-dev    elsewhere: https://www.python.org/downloads/"; \
	echo "    If it is installed, name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; \
fi
endef

define look_for_venv_and_headers
if [ -n "$$python" ]; then \
	name=$$("$$python" -c "import sys; print('python%d.%d' % sys.version_info[:2])"); \
	"$$python" -c "import venv, ensurepip" 2>/dev/null || { \
		missing=yes; \
		echo "Missing: Python's venv module (for $$python)."; \
		echo "    Debian, Ubuntu: sudo apt install python3-venv    or, for a Python beside the system's: $$name-venv"; }; \
	"$$python" -c "import os, sysconfig; open(os.path.join(sysconfig.get_path('include'), 'Python.h'))" 2>/dev/null || { \
		missing=yes; \
		echo "Missing: Python's headers, Python.h (for $$python). A small part of Earmark is written in C."; \
		echo "    Debian, Ubuntu: sudo apt install python3-dev    or $$name-dev    Fedora: sudo dnf install python3-devel"; }; \
fi
endef

define look_for_compiler
for compiler in $${CC:-cc} gcc clang ""; do command -v "$$compiler" >/dev/null 2>&1 && break; done; \
if [ -z "$$compiler" ]; then \
	missing=yes; \
	echo "Missing: a C compiler (cc, gcc or clang). A small part of Earmark is written in C."; \
	echo "    Debian, Ubuntu: sudo apt install build-essential    Fedora: sudo dnf install gcc    macOS: xcode-select --install"; \
fi
endef
