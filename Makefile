# make scan [REPO=path]   assess a repository (unless given, a copy of examples/support-desk)
# make test               run the tests
# make lint               formatting, style, types, layers, schemas
# make accuracy REPOS=dir [LABELS=dir]   compare with an auditor's answers
#
# All of them make .venv first, and need nothing but Python 3.11, git and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
REPO ?=
EXAMPLE := build/support-desk
LABELS ?= benchmarks/labels
REPOS ?= .repos

# Neither the settings and hooks of whoever runs this nor a git command around it have a say in the example's repository.
GIT_EXAMPLE := env -u GIT_DIR -u GIT_WORK_TREE -u GIT_INDEX_FILE git -C $(EXAMPLE) \
	-c user.name=rung -c user.email=rung@example.com -c commit.gpgsign=false -c core.hooksPath=/dev/null

.PHONY: help scan example test lint accuracy clean

help:
	@sed -n '/^$$/q; s/^# \{0,1\}//p' Makefile

scan: $(VENV)/installed $(if $(REPO),,example)
	@$(BIN)/rung scan "$(or $(REPO),$(EXAMPLE))"

# A repository of its own: scanned in place, the example would be a subfolder, and its CI and tags those of this repository.
example:
	@rm -rf $(EXAMPLE)
	@mkdir -p $(dir $(EXAMPLE))
	@cp -R examples/$(notdir $(EXAMPLE)) $(EXAMPLE)
	@$(GIT_EXAMPLE) init -q --template=
	@$(GIT_EXAMPLE) add -A
	@$(GIT_EXAMPLE) commit -q -m "The example as it stands"

test: $(VENV)/installed-dev
	@$(BIN)/python -m pytest -q

lint: $(VENV)/installed-dev
	@.ci/lint $(BIN)

accuracy: $(VENV)/installed
	@$(BIN)/python benchmarks/accuracy.py "$(LABELS)" --repos "$(REPOS)"

clean:
	rm -rf $(VENV) build dist

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("rung needs Python 3.11 or later; name one: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	@echo "Installing rung into $(VENV) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	@echo "Installing rung and what its tests need into $(VENV) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/installed
