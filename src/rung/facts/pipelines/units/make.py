"""Makefiles: targets with their recipes, variables expanded as make would as far as the file tells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.types import Command, Unit
from rung.facts.pipelines.units.common import folder_of
from rung.facts.pipelines.units.make_variables import Variables
from rung.regex import regex

_ASSIGNMENT = regex(
    r"\s*(?P<export>(?:(?:export|override|private|unexport)\s+)*)(?P<name>[\w.\-/]+)\s*(?P<how>:{0,3}=|\?=|\+=|!=)\s*(?P<value>.*)",
    re.DOTALL,
)
_RULE = regex(r"(?P<targets>[^\t#=:\s][^=:#]*?)&?::?(?!=)\s*(?P<rest>.*)", re.DOTALL)
_COMMENT = regex(r"(?:^|\s)#.*", re.DOTALL)
_CONDITIONAL = regex(r"\s*(?:(ifeq|ifneq|ifdef|ifndef)\b|(else)\b|(endif)\b)")
_DEFINE = regex(r"\s*(?:override\s+)?define\s+([\w.-]+)")
_INCLUDE = regex(r"\s*-?s?include\s+(.+)")
_MOST_TARGETS = 3000


@dataclass(slots=True)
class _Target:
    line: int
    needs: list[str] = field(default_factory=list)
    recipe: list[tuple[int, str]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)


class _Makefile:
    """The targets and variables of one file, gathered line by line."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.variables = Variables(given)
        self.targets: dict[str, _Target] = {}
        self.includes: list[tuple[int, str]] = []
        self.exported: list[str] = []
        self.default = ""
        self.one_shell = False
        self.conditions = 0
        self.current: list[_Target] = []

    def read(self, text: str) -> None:
        lines = text.replace("\r\n", "\n").split("\n")
        at = 0
        while at < len(lines) and len(self.targets) < _MOST_TARGETS:
            first = at
            line = lines[at]
            while line.endswith("\\") and at + 1 < len(lines):
                at += 1
                line += "\n" + lines[at]
            at += 1
            if line.startswith("\t") and self.current:
                for target in self.current:
                    target.recipe.append((first + 1, line))
                continue
            opening = _DEFINE.match(line)
            if opening:
                end = next((i for i in range(at, len(lines)) if lines[i].strip() == "endef"), len(lines))
                self.variables.set(opening[1], "=", "\n".join(lines[at:end]))
                at = end + 1
                continue
            self._statement(line.replace("\\\n", " "), first + 1)

    def _statement(self, line: str, number: int) -> None:
        if not line.strip() or line.lstrip().startswith("#"):
            return
        condition = _CONDITIONAL.match(line)
        if condition:
            self.conditions += bool(condition[1]) - bool(condition[3])
            return
        assignment = _ASSIGNMENT.fullmatch(line)
        if assignment:
            self._assign(assignment)
            self.current = []
            return
        included = _INCLUDE.fullmatch(line)
        if included:
            self.includes += [(number, name) for name in self.variables.expand(_COMMENT.sub("", included[1])).split()]
            return
        if line.startswith("export ") and "=" not in line:
            self.exported += line.split()[1:]
            return
        rule = _RULE.fullmatch(line)
        if rule:
            self._rule(rule["targets"], rule["rest"], number)

    def _assign(self, found: re.Match[str]) -> None:
        value = _COMMENT.sub("", found["value"]).rstrip() if found["value"] else ""
        if found["name"] == ".DEFAULT_GOAL":
            self.default = self.variables.expand(value)
        if "export" in found["export"].split():
            self.exported.append(found["name"])
        # both branches of a condition are read: the first one that assigns stands
        if self.conditions > 0 and found["how"] != "+=" and self.variables.known(found["name"]):
            return
        self.variables.set(found["name"], found["how"], value)

    def _rule(self, targets: str, rest: str, number: int) -> None:
        names = self.variables.expand(targets).split()
        if names and names[0].startswith(".") and names[0].isupper():
            self.one_shell = self.one_shell or names[0] == ".ONESHELL"
            self.current = []
            return
        own = _ASSIGNMENT.fullmatch(rest)
        prerequisites, _, inline = _COMMENT.sub("", rest).partition(";")
        if not own and ":" in prerequisites:  # static pattern rule
            prerequisites = prerequisites.partition(":")[2]
        self.current = []
        for name in names:
            target = self.targets.setdefault(name, _Target(number))
            self.current.append(target)
            if own:
                target.variables[own["name"]] = _COMMENT.sub("", own["value"]).strip()
                continue
            if not target.recipe:
                target.line = number
            target.needs += [need for need in self.variables.expand(prerequisites).split() if need != "|" and need not in target.needs]
            if inline.strip():
                target.recipe.append((number, inline))
            if not self.default and not name.startswith(".") and "%" not in name:
                self.default = name


def read_makefile(path: str, text: str, given: Mapping[str, str]) -> list[Unit]:
    """The targets of a Makefile; an included file is a unit named `include:PATH`. `given` are variables of make's command line."""
    makefile = _Makefile(given)
    makefile.read(text)
    folder = folder_of(path)
    exported = {name: makefile.variables.expand(f"$({name})") for name in makefile.exported if makefile.variables.known(name)}
    units = [Unit("make", f"include:{name}", path, line, folder) for line, name in makefile.includes]
    for name, target in makefile.targets.items():
        commands = _commands(makefile, name, target)
        units.append(Unit("make", name, path, target.line, folder, commands, tuple(target.needs), name == makefile.default, exported))
    return units


def _commands(makefile: _Makefile, name: str, target: _Target) -> tuple[Command, ...]:
    automatic = {"@": name, "<": (target.needs or [""])[0], "^": " ".join(target.needs), "+": " ".join(target.needs)}
    variables = makefile.variables.with_own({**target.variables, **({} if "%" in name else automatic)})
    if makefile.one_shell and target.recipe:
        text = "\n".join(_plain(line) for _, line in target.recipe)
        return parse_shell(variables.expand(text), target.recipe[0][0])
    found: list[Command] = []
    for number, line in target.recipe:
        text = variables.expand(_plain(line))
        if "\n" in text and "\n" not in line:  # a `define` of several lines: each is a shell of its own, and they stand elsewhere
            found += (replace(made, line=number) for part in text.split("\n") for made in parse_shell(_plain(part), number))
        else:
            found += parse_shell(_plain(text), number)
    return tuple(found)


def _plain(line: str) -> str:
    """A recipe line without its tab and its prefixes for silence and errors."""
    return line.replace("\n\t", "\n").lstrip("\t @-+")
