"""tox: environments of tox.ini, setup.cfg, tox.toml and pyproject.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.types import Command, Unit
from rung.facts.pipelines.units.common import Lines, command, folder_in, folder_of, load_toml, strings, table
from rung.regex import regex

_SECTION = regex(r"\[([^\]]+)\]")
_KEY = regex(r"([A-Za-z_][\w.-]*)\s*[=:]\s*(.*)")
_FACTOR = regex(r"([A-Za-z0-9_!.,{}-]+):\s+(\S.*)")
_BRACES = regex(r"\{([^{}]*)\}")
_REFERENCE = regex(r"\{\[([^\]]+)\]([\w]+)\}")
_FIXED = {"toxinidir": ".", "tox_root": ".", "envpython": "python", "env_python": "python", "/": "/"}
_PARTS = ("commands_pre", "commands", "commands_post")
_MOST = 200

_Section = dict[str, list[tuple[int, str]]]


def read_tox_ini(path: str, text: str) -> list[Unit]:
    """tox.ini, and what setup.cfg holds of tox."""
    return tox_units(path, text, 1)


def read_tox_toml(path: str, text: str) -> list[Unit]:
    """tox.toml."""
    return list(native_tox_units(path, Lines(text), load_toml(text), ""))


def tox_units(path: str, text: str, first_line: int) -> list[Unit]:
    """A unit for each environment; `testenv` stands for any that the file doesn't name."""
    sections = _sections(text, first_line)
    top = sections.get("tox") or sections.get("tox:tox") or {}
    listed = list(_names(" , ".join(line for _, line in top.get("envlist", []) + top.get("env_list", []))))
    base = sections.get("testenv", {})
    named: dict[str, _Section] = {}
    for section, values in sections.items():
        if section.startswith("testenv:"):
            for name in _names(section.removeprefix("testenv:")):
                named[name] = values
    units = []
    for name in dict.fromkeys([*listed, *named, *(["testenv"] if base else [])]):
        own = named.get(name, {})
        merged = {**base, **own}
        line = next((lines[0][0] for lines in [own.get("commands") or merged.get("commands") or []] if lines), first_line)
        commands = tuple(found for part in _PARTS for found in _commands(merged.get(part, []), name, sections))
        folder = next((text for key in ("changedir", "change_dir") for _, text in merged.get(key, [])), "")
        variables = dict(pair.split("=", 1) for key in ("setenv", "set_env") for _, pair in merged.get(key, []) if "=" in pair)
        environment = {key.strip(): _filled(value.strip(), name) for key, value in variables.items()}
        where = folder_in(folder_of(path), _filled(folder, name))
        units.append(Unit("tox", name, path, line, where, commands, default=name in listed, environment=environment))
    return units


def native_tox_units(path: str, lines: Lines, top: Mapping[str, Any], prefix: str) -> Iterator[Unit]:
    """Environments of tox 4's TOML format, where commands are lists of words."""
    environments = table(top, "env")
    base = table(top, "env_run_base")
    listed = [name for text in strings(top.get("env_list")) for name in _names(text)]
    for name in dict.fromkeys([*listed, *environments, *(["testenv"] if base else [])]):
        merged = {**base, **table(environments, name)}
        section = f"{prefix}env.{name}" if name in environments else f"{prefix}env_run_base"
        line = lines.toml(section, "commands")
        commands = tuple(command(words, line) for part in _PARTS for words in _word_lists(merged.get(part), name))
        environment = {key: str(value) for key, value in table(merged, "set_env").items() if isinstance(value, str)}
        where = folder_in(folder_of(path), merged.get("change_dir"))
        yield Unit("tox", name, path, line, where, commands, default=name in listed, environment=environment)


def _word_lists(value: Any, name: str) -> Iterator[list[str]]:
    for words in value if isinstance(value, list) else []:
        found: list[str] = []
        for word in words if isinstance(words, list) else []:
            if isinstance(word, str):
                found.append(_filled(word, name))
            elif isinstance(word, dict) and word.get("replace") == "posargs":
                found += strings(word.get("default"))
        if found and any(found):
            yield [word for word in found if word]


def _sections(text: str, first_line: int) -> dict[str, _Section]:
    """Sections of an INI text: for each key the lines of its value."""
    sections: dict[str, _Section] = {}
    current: _Section = {}
    value: list[tuple[int, str]] = []
    joined = False
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=first_line):
        stripped = re.sub(r"\s#.*", "", line).strip()
        if line.lstrip().startswith(("#", ";")):
            continue
        header = _SECTION.match(line)
        key = _KEY.match(line)
        if header:
            current = sections.setdefault(header[1].strip(), {})
            value = []
        elif key and not joined:
            value = current[key[1]] = []
            stripped = re.sub(r"\s#.*", "", key[2]).strip()
        if stripped and not header:
            if joined and value:
                value[-1] = (value[-1][0], value[-1][1].removesuffix("\\") + stripped)
            else:
                value.append((number, stripped))
        joined = stripped.endswith("\\")
    return sections


def _names(text: str) -> Iterator[str]:
    """`py{311,312}-eval, lint` -> py311-eval, py312-eval, lint."""
    for name in re.split(r"[,\s]+(?![^{]*\})", text.strip()):
        parts = _BRACES.split(name)
        choices = [part.split(",") if i % 2 else [part] for i, part in enumerate(parts)]
        size = 1
        for choice in choices:
            size *= len(choice)
        if name and size <= _MOST:
            yield from ("".join(part.strip() for part in chosen) for chosen in product(*choices))


def _commands(lines: list[tuple[int, str]], name: str, sections: Mapping[str, _Section], depth: int = 0) -> Iterator[Command]:
    for number, whole in lines:
        conditional = _FACTOR.fullmatch(whole)
        if conditional and name != "testenv" and not _applies(conditional[1], name):
            continue
        line = conditional[2] if conditional else whole
        reference = _REFERENCE.fullmatch(line)
        if reference and depth < 5:
            yield from _commands(sections.get(reference[1], {}).get(reference[2], []), name, sections, depth + 1)
            continue
        text = _REFERENCE.sub(lambda found: " ".join(part for _, part in sections.get(found[1], {}).get(found[2], [])), line)
        yield from parse_shell(_filled(text.lstrip("-! "), name), number)


def _applies(condition: str, name: str) -> bool:
    """Whether a factor condition (`py312-eval,lint:`) holds for an environment."""
    factors = set(re.split(r"[-.]", name)) | {name}
    return any(
        all((factor.lstrip("!") in factors) != factor.startswith("!") for factor in choice.split("-") if factor) or choice == name
        for choice in _names(condition)
    )


def _filled(text: str, name: str) -> str:
    """The commonest of tox's substitutions; those of the environment become the shell's."""

    def fill(found: re.Match[str]) -> str:
        key, _, rest = found[1].partition(":")
        if key == "posargs":
            return rest
        if key == "env" and rest:
            variable, _, default = rest.partition(":")
            return f"${{{variable}:-{default}}}" if default else f"${{{variable}}}"
        return {"envname": name, "env_name": name, **_FIXED}.get(key, found[0])

    for _ in range(3):
        text = _BRACES.sub(fill, text) if "{" in text else text
    return re.sub(r"\$\{(\w+)(?::-)?\}", r"${\1}", text)
