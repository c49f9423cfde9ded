"""justfiles: recipes with their dependencies, parameters and interpolated variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.types import Command, Unit
from rung.facts.pipelines.units.common import folder_in, folder_of
from rung.regex import regex

_STRING = r"""'''.*?'''|\"\"\".*?\"\"\"|'[^'\n]*'|"(?:[^"\\\n]|\\.)*\""""
_ASSIGNMENT = regex(r"(?P<export>export\s+)?(?P<name>[A-Za-z_][\w-]*)\s*:=\s*(?P<value>.*)")
_SETTING = regex(r"set\s+([\w-]+)\s*(?::=\s*(.*))?")
_ALIAS = regex(r"alias\s+([\w-]+)\s*:=\s*([\w-]+)")
_IMPORT = regex(r"import\??\s+['\"]([^'\"]+)['\"]")
_MODULE = regex(r"mod\??\s+([\w-]+)(?:\s+['\"]([^'\"]+)['\"])?\s*(?:#.*)?")
_RECIPE = regex(r"@?(?P<name>[A-Za-z_][\w-]*)(?P<parameters>(?:\s+(?:'[^']*'|\"[^\"]*\"|\([^()]*\)|[^:'\"()])*)?):(?!=)(?P<needs>.*)")
_PARAMETER = regex(rf"(?P<many>[*+]?)\$?(?P<name>[A-Za-z_][\w-]*)(?:\s*=\s*(?P<default>{_STRING}|[^\s'\"]+))?")
_NEED = regex(r"\(\s*([\w:-]+)|&&|([A-Za-z_][\w:-]*)")
_HOLE = regex(r"\{\{(?!\{)(.*?)\}\}")
_ENVIRONMENT = regex(rf"env(?:_var_or_default|_var)?\(\s*({_STRING})\s*(?:,\s*({_STRING}))?\s*\)")


@dataclass(slots=True)
class _Recipe:
    name: str
    line: int
    parameters: str
    needs: tuple[str, ...]
    folder: str
    body: list[tuple[int, str]] = field(default_factory=list)


def read_justfile(path: str, text: str, given: Mapping[str, str]) -> list[Unit]:
    """The recipes; an import is a unit `include:PATH`, a module `mod:NAME:PATH`. `given` overrides variables and parameters."""
    folder = folder_of(path)
    variables: dict[str, str] = {}
    exported: dict[str, str] = {}
    recipes: list[_Recipe] = []
    units: list[Unit] = []
    working = folder
    attribute = ""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not line.strip() or line[0] in " \t":
            if recipes:
                recipes[-1].body.append((number, line))
            continue
        if line.startswith("["):
            found = re.search(r"working-directory\s*[:(]\s*['\"]([^'\"]+)", line)
            attribute = found[1] if found else attribute
        elif found := _SETTING.fullmatch(line):
            working = folder_in(folder, _value(found[2] or "", {})) if found[1] == "working-directory" else working
        elif found := _ALIAS.match(line) or _IMPORT.match(line) or _MODULE.fullmatch(line):
            units.append(_reference(found, path, number))
        elif found := _ASSIGNMENT.fullmatch(line):
            variables[found["name"]] = given.get(found["name"]) or _value(found["value"], variables)
            if found["export"]:
                exported[found["name"]] = variables[found["name"]]
        elif found := _RECIPE.fullmatch(line):
            recipes.append(_Recipe(found["name"], number, found["parameters"], _needs(found["needs"]), folder_in(working, attribute)))
            attribute = ""
    for i, recipe in enumerate(recipes):
        commands = _commands(recipe, {**variables, **_parameters(recipe.parameters, variables), **given})
        units.append(Unit("just", recipe.name, path, recipe.line, recipe.folder, commands, recipe.needs, i == 0, exported))
    return units


def _reference(found: re.Match[str], path: str, line: int) -> Unit:
    """The unit of an alias, an import or a module."""
    if found.re.pattern == _ALIAS.pattern:
        return Unit("just", found[1], path, line, folder_of(path), needs=(found[2],))
    name = f"include:{found[1]}" if found.re.pattern == _IMPORT.pattern else f"mod:{found[1]}:{found[2] or ''}"
    return Unit("just", name, path, line, folder_of(path))


def _needs(text: str) -> tuple[str, ...]:
    text = re.sub(r"#.*", "", re.sub(_STRING, "", text))
    names = [found[1] or found[2] for found in _NEED.finditer(re.sub(r"(\([\w:-]+)[^()]*\)", r"\1", text))]
    return tuple(name for name in names if name)


def _parameters(text: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Parameters that have a default, and those that take any number of words, which are none by default."""
    values: dict[str, str] = {}
    for found in _PARAMETER.finditer(text):
        if found["default"] is not None:
            values[found["name"]] = _value(found["default"], {**variables, **values})
        elif found["many"] == "*":
            values[found["name"]] = ""
    return values


def _value(expression: str, variables: Mapping[str, str]) -> str:
    """The text of an expression of strings, names, `+`, `/` and `env(...)`; other expressions stay as `{{...}}`."""
    expression = expression.strip()
    found = _ENVIRONMENT.fullmatch(expression)
    if found:
        default = f":-{_unquoted(found[2])}" if found[2] else ""
        return "${" + _unquoted(found[1]) + default + "}"
    if expression.startswith("`") and expression.endswith("`"):
        return f"$({expression[1:-1]})"
    if re.fullmatch(_STRING, expression, re.DOTALL):
        return _unquoted(expression)
    if expression in variables:
        return variables[expression]
    parts = re.findall(rf"\s*({_STRING}|[A-Za-z_][\w-]*|[+/])\s*", expression)
    if len(parts) < 3 or len(parts) % 2 == 0 or len(parts) > 50 or any(part not in "+/" for part in parts[1::2]):
        return "{{" + expression + "}}"
    return "".join("/" if part == "/" else "" if part == "+" else _value(part, variables) for part in parts)


def _unquoted(text: str) -> str:
    quotes = 3 if text.startswith(("'''", '"""')) else 1
    return text[quotes:-quotes]


def _commands(recipe: _Recipe, variables: Mapping[str, str]) -> tuple[Command, ...]:
    body = [(number, _HOLE.sub(lambda found: _value(found[1], variables), line).replace("{{{{", "{{")) for number, line in recipe.body]
    body = [(number, line) for number, line in body if line.strip()]
    if not body:
        return ()
    if body[0][1].lstrip().startswith("#!"):
        first = body[0]
        if not re.search(r"\b(?:ba|da|z|k)?sh\b", first[1]):
            return ()
        lines = dict(body)
        return parse_shell("\n".join(lines.get(number, "") for number in range(first[0], body[-1][0] + 1)), first[0])
    found: list[Command] = []
    at = 0
    while at < len(body):
        number, line = body[at]
        while line.endswith("\\") and at + 1 < len(body):
            at += 1
            line += "\n" + body[at][1]
        at += 1
        found += parse_shell(line.strip().lstrip("@-"), number)
    return tuple(found)
