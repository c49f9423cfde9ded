"""setup.py, setup.cfg, Pipfile and conda environments."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from rung.facts.fact import Fact
from rung.facts.manifests.dependency import DEVELOPMENT, RUNTIME, Manifest
from rung.facts.manifests.pyproject import table
from rung.facts.settings.entries import children, read_toml, read_yaml

_Names = dict[str, ast.expr]
_TESTS = ("tests_require", "test_requires")


def read_setup_py(path: str, text: str) -> Iterator[Fact]:
    """Yield the literal requirements of the call of `setup`, also where they stand in a list with a name of the module's own."""
    try:
        with warnings.catch_warnings():  # of doubtful escapes in strings, which are none of our business
            warnings.simplefilter("ignore")
            module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    manifest = Manifest(path, text.split("\n"), "pypi")
    names: _Names = {}
    for statement in module.body:
        if isinstance(statement, ast.Assign):
            names.update((t.id, statement.value) for t in statement.targets if isinstance(t, ast.Name))
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            names[statement.target.id] = statement.value
    for keyword in (k for call in _setup_calls(module) for k in call.keywords):
        if keyword.arg == "install_requires":
            yield from _strings(manifest, keyword.value, names, RUNTIME)
        elif keyword.arg in _TESTS:
            yield from _strings(manifest, keyword.value, names, DEVELOPMENT)
        elif keyword.arg == "extras_require":
            yield from _extras(manifest, keyword.value, names)


def _setup_calls(module: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
            if name == "setup":
                yield node


def _strings(manifest: Manifest, value: ast.expr, names: _Names, scope: str, depth: int = 0) -> Iterator[Fact]:
    if depth > 10:
        return
    if isinstance(value, ast.Name) and value.id in names:
        yield from _strings(manifest, names[value.id], names, scope, depth + 1)
    elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        yield from _strings(manifest, value.left, names, scope, depth + 1)
        yield from _strings(manifest, value.right, names, scope, depth + 1)
    elif isinstance(value, (ast.List, ast.Tuple, ast.Set)):
        for item in value.elts:
            yield from _strings(manifest, item.value if isinstance(item, ast.Starred) else item, names, scope, depth + 1)
    elif isinstance(value, ast.Constant) and isinstance(value.value, str):
        for offset, line in enumerate(value.value.split("\n")):
            yield from manifest.requirement(line, scope, value.lineno + offset)


def _extras(manifest: Manifest, value: ast.expr, names: _Names) -> Iterator[Fact]:
    if isinstance(value, ast.Name):
        value = names.get(value.id, value)
    if isinstance(value, ast.Dict):
        for key, items in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield from _strings(manifest, items, names, f"optional:{key.value}")


def read_setup_cfg(path: str, text: str) -> Iterator[Fact]:
    """Yield the requirements of the sections `options` and `options.extras_require`."""
    lines = text.split("\n")
    manifest = Manifest(path, lines, "pypi")
    section = scope = ""
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        if stripped[0] == "[":
            section, scope = stripped.strip("[] "), ""
        elif line[0] not in " \t":
            key, _, first = (part.strip() for part in stripped.partition("="))
            scope = _cfg_scope(section, key)
            if scope and first:
                yield from manifest.requirement(first, scope, number)
        elif scope:
            yield from manifest.requirement(stripped, scope, number)


def _cfg_scope(section: str, key: str) -> str:
    if section == "options":
        return RUNTIME if key == "install_requires" else DEVELOPMENT if key in _TESTS else ""
    return f"optional:{key}" if section == "options.extras_require" else ""


def read_pipfile(path: str, text: str) -> Iterator[Fact]:
    """Yield the packages of a Pipfile."""
    manifest = Manifest(path, text.split("\n"), "pypi")
    entries = list(read_toml(text))
    yield from table(manifest, children(entries, ("packages",)), RUNTIME)
    yield from table(manifest, children(entries, ("dev-packages",)), DEVELOPMENT)


def read_conda(path: str, text: str) -> Iterator[Fact]:
    """Yield conda's own packages and those that pip installs into the environment."""
    conda, pypi = (Manifest(path, text.split("\n"), ecosystem) for ecosystem in ("conda", "pypi"))
    for entry in next(read_yaml(text), []):
        match entry.path:
            case ("dependencies", int()):
                name, version = (*re.split(r"(?=[<>=!~])|\s", entry.value.rpartition("::")[2], maxsplit=1), "")[:2]
                if name not in ("python", "pip", ""):
                    yield conda.dependency(name.strip().lower(), version.strip(), RUNTIME, entry.line)
            case ("dependencies", int(), "pip", int()) if not entry.value.startswith(("-", ".", "/")):
                yield from pypi.requirement(entry.value, RUNTIME, entry.line)
