"""Commands that Python and Node programs start."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace

from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.types import Command, Unit
from rung.facts.pipelines.units import python_code as code
from rung.facts.pipelines.units.common import command, folder_in
from rung.regex import regex

_PYTHON_HINTS = ("subprocess", "os.system", "os.popen")
_STARTERS = frozenset({"run", "call", "check_call", "check_output", "Popen", "getoutput", "getstatusoutput"})
_NODE_HINTS = ("child_process", "execa", "'zx'", '"zx"', "Bun.$")
_LONGEST = 500_000
_STRING = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`"
_NODE_CALL = regex(
    rf"\b(?:exec(?:Sync|Async|File|FileSync)?|execa(?:Command)?(?:Sync)?|spawn(?:Sync)?|fork)\(\s*({_STRING})(?:\s*,\s*\[([^\[\]]*)\])?"
)
_NODE_TEMPLATE = regex(r"(?:^|[\s;(=])(?:await\s+)?\$(?:\([^()]*\))?(`(?:[^`\\]|\\.)*`)", re.MULTILINE)
_HOLE = regex(r"\$\{([^{}]*)\}")


def read_python(path: str, text: str) -> list[Unit]:
    """A Python program that starts commands: a unit with those commands alone."""
    module = code.parse(text) if any(hint in text for hint in _PYTHON_HINTS) else None
    if module is None:
        return []
    imported = {
        alias.asname or alias.name
        for node in module.body
        if isinstance(node, ast.ImportFrom) and node.module == "subprocess"
        for alias in node.names
    }
    commands = tuple(_python_commands(module, imported))
    return [Unit("script", path, path, 1, ".", commands)] if commands else []


def _python_commands(module: ast.Module, imported: set[str]) -> Iterator[Command]:
    names = code.constants(module)
    bodies: list[list[ast.stmt]] = [module.body]
    bodies += [node.body for node in ast.walk(module) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    for body in bodies:
        local = dict(names)
        for node in code.calls(body):
            code.assigned(node, local)
            if isinstance(node, ast.Call) and node.args and _starts(code.name_of(node.func), imported):
                where = code.text_of(code.argument(node, "cwd"), local)
                yield from (replace(found, folder=folder_in("", where)) if where else found for found in _started(node, local))


def _starts(name: str, imported: set[str]) -> bool:
    module, _, function = name.rpartition(".")
    if module in ("subprocess", "sp"):
        return function in _STARTERS
    return name in ("os.system", "os.popen", "asyncio.create_subprocess_shell", "asyncio.create_subprocess_exec") or (
        name in imported and name in _STARTERS
    )


def _started(call: ast.Call, names: dict[str, ast.expr]) -> tuple[Command, ...]:
    if code.name_of(call.func).endswith("_exec"):
        return (command(code.words_of(call.args, names), call.lineno),)
    words = code.list_of(call.args[0], names)
    if words:
        return (command(words, call.lineno),)
    text = code.text_of(call.args[0], names)
    return tuple(replace(found, line=call.lineno) for found in parse_shell(text, call.lineno)) if text else ()


def read_node(path: str, text: str) -> list[Unit]:
    """A Node, Deno or Bun program that starts commands: a unit with those commands alone."""
    if len(text) > _LONGEST or not any(hint in text for hint in _NODE_HINTS):
        return []
    found = sorted([*_NODE_CALL.finditer(text), *_NODE_TEMPLATE.finditer(text)], key=lambda call: call.start(1))
    commands: list[Command] = []
    for call in found:
        start = text.rfind("\n", 0, call.start(1)) + 1
        if text[start : call.start(1)].lstrip().startswith(("//", "*")):
            continue
        line = text.count("\n", 0, call.start(1)) + 1
        first = _literal(call[1])
        arguments = call[2] if call.re.pattern == _NODE_CALL.pattern else None
        if arguments is not None:
            commands.append(command([first, *(_literal(word) for word in re.findall(_STRING, arguments))], line))
        else:
            commands += (replace(made, line=line) for made in parse_shell(first, line))
    return [Unit("script", path, path, 1, ".", tuple(commands))] if commands else []


def _literal(text: str) -> str:
    """A JavaScript string; `${x}` of a template becomes `{x}`."""
    if text.startswith("`"):
        return _HOLE.sub(lambda found: "{" + (found[1] if re.fullmatch(r"[\w.]+", found[1]) else "value") + "}", text[1:-1])
    try:
        return str(json.loads(text)) if text.startswith('"') else text[1:-1].replace("\\'", "'")
    except ValueError:
        return text[1:-1]
