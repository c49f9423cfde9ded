"""Makefiles."""

from rung.facts.pipelines.types import Unit
from rung.facts.pipelines.units import read_units

MAKEFILE = """\
include common.mk
SUITE ?= evals
PYTEST := uv run pytest
ARGS = -x
ARGS += -q  # quiet
export KEY = k
ifdef CI
WHERE = ci
else
WHERE = local
endif
define suite
cd web && $(PYTEST) $(1)
echo done
endef
.PHONY: all eval
all: eval ## What is run
\t@echo "hi"
eval: MODEL=small
eval: build | folder
\t-@$(PYTEST) $(SUITE) $(ARGS) \\
\t\t--model $(MODEL) $$HOME $(UNKNOWN) --at=$(WHERE)
\t$(MAKE) -C sub target
eval-%: ; python $@.py
called:
\t$(call suite,tests)
$(SUITE)-twice: eval
"""


def units(text: str, path: str = "service/Makefile", given: dict[str, str] | None = None) -> dict[str, Unit]:
    return {unit.name: unit for unit in read_units(path, text, given)}


def words(unit: Unit) -> list[str]:
    return [" ".join(command.words) for command in unit.commands]


def test_targets():
    found = units(MAKEFILE)
    assert list(found) == ["include:common.mk", "all", "eval", "eval-%", "called", "evals-twice"]
    assert (found["eval"].kind, found["eval"].folder, found["eval"].line) == ("make", "service", 20)
    assert found["eval"].needs == ("build", "folder")
    assert [name for name, unit in found.items() if unit.default] == ["all"]
    assert found["eval"].environment == {"KEY": "k"}


def test_recipes_are_expanded():
    found = units(MAKEFILE)
    assert words(found["eval"]) == ["uv run pytest evals -x -q --model small $HOME ${UNKNOWN} --at=ci", "make -C sub target"]
    assert [command.line for command in found["eval"].commands] == [21, 23]
    assert words(found["eval-%"]) == ["python $@.py"]


def test_lines_of_a_canned_recipe_are_shells_of_their_own():
    assert [(" ".join(c.words), c.folder) for c in units(MAKEFILE)["called"].commands] == [
        ("cd web", ""), ("uv run pytest tests", "web"), ("echo done", ""),
    ]  # fmt: skip


def test_the_command_line_overrides_variables():
    assert words(units(MAKEFILE, given={"SUITE": "live", "ARGS": ""})["eval"])[0].startswith("uv run pytest live --model")


def test_one_shell_and_default_goal():
    found = units(".ONESHELL:\n.DEFAULT_GOAL := b\na:\n\tcd x\n\tpytest\nb: a\n")
    assert found["a"].commands[-1].folder == "x"
    assert (found["a"].default, found["b"].default) == (False, True)


def test_a_variable_that_grows_without_end():
    text = "A = $(B)$(B)\n" + "".join(f"{a} = $({b})$({b})\n" for a, b in zip("BCDEFGHI", "CDEFGHIA", strict=True)) + "x:\n\techo $(A)\n"
    assert list(units(text)) == ["x"]
