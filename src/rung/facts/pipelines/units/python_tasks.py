"""Tasks written in Python: sessions of a noxfile, and the tasks of Invoke and Fabric."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.types import Command, Unit
from rung.facts.pipelines.units import python_code as code
from rung.facts.pipelines.units.common import command, folder_in, folder_of
from rung.regex import regex

_INVOKE = regex(r"^\s*(?:from|import)\s+(?:invoke|fabric)\b", re.MULTILINE)
_RUNS = frozenset({"run", "run_always", "run_install"})
_SHELL_RUNS = frozenset({"run", "sudo", "local"})
_DEEPEST = 5

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def read_noxfile(path: str, text: str) -> list[Unit]:
    """The sessions; a parametrized session is one unit."""
    module = code.parse(text)
    if module is None:
        return []
    functions = _functions(module)
    names = code.constants(module)
    chosen: list[str] | None = None
    for node in code.calls(module.body):
        if isinstance(node, ast.Assign) and code.name_of(node.targets[0]) == "nox.options.sessions":
            chosen = code.list_of(node.value, names)
    units = []
    for function in functions.values():
        decorator = _decorator(function, ("session",))
        if decorator is None:
            continue
        name = code.text_of(_keyword(decorator, "name"), names) or function.name
        usual = _keyword(decorator, "default")
        default = name in chosen if chosen is not None else not (isinstance(usual, ast.Constant) and usual.value is False)
        reader = _Body(functions, names, texts=False)
        reader.read(function, function.args.args[0].arg if function.args.args else "session")
        units.append(Unit("nox", name, path, function.lineno, folder_of(path), tuple(reader.commands), tuple(reader.notified), default))
    return units


def read_invoke(path: str, text: str) -> list[Unit]:
    """The tasks of tasks.py or a fabfile, named as on the command line (dashes for underscores)."""
    module = code.parse(text) if _INVOKE.search(text) else None
    if module is None:
        return []
    functions = _functions(module)
    names = code.constants(module)
    units = []
    for function in functions.values():
        decorator = _decorator(function, ("task",))
        if decorator is None:
            continue
        name = code.text_of(_keyword(decorator, "name"), names) or _dashed(function.name)
        before: list[ast.expr] = list(decorator.args) if isinstance(decorator, ast.Call) else []
        for keyword in ("pre", "post"):
            value = _keyword(decorator, keyword)
            before += value.elts if isinstance(value, (ast.List, ast.Tuple)) else []
        named = (code.name_of(item.args[0] if isinstance(item, ast.Call) and item.args else item) for item in before)
        needs = tuple(_dashed(name) for name in named if name)
        usual = _keyword(decorator, "default")
        reader = _Body(functions, {**names, **code.defaults(function)}, texts=True)
        reader.read(function, function.args.args[0].arg if function.args.args else "c")
        default = isinstance(usual, ast.Constant) and usual.value is True
        units.append(Unit("invoke", name, path, function.lineno, folder_of(path), tuple(reader.commands), needs, default))
        aliases = code.list_of(_keyword(decorator, "aliases"), names) or []
        units += [Unit("invoke", alias, path, function.lineno, folder_of(path), needs=(name,)) for alias in aliases]
    return units


class _Body:
    """The commands of one function, those of the helpers that it hands its session or context to included."""

    def __init__(self, functions: Mapping[str, _Function], names: Mapping[str, ast.expr], texts: bool) -> None:
        self.functions = functions
        self.names = dict(names)
        self.texts = texts
        self.commands: list[Command] = []
        self.notified: list[str] = []
        self.folder = ""

    def read(self, function: _Function, context: str, depth: int = 0) -> None:
        """Walk a function whose session or context has the given name."""
        outer, ends = self.folder, 0
        for node in code.calls(function.body):
            if ends and node.lineno > ends:
                self.folder, ends = outer, 0
            if isinstance(node, ast.Assign):
                code.assigned(node, self.names)
            elif isinstance(node, ast.With):
                ends = node.end_lineno or 0
            elif code.name_of(node.func).startswith(f"{context}."):
                self._context_call(node, code.name_of(node.func).rsplit(".", 1)[-1])
            else:
                self._helper_call(node, context, depth)
        self.folder = outer

    def _context_call(self, call: ast.Call, method: str) -> None:
        if method in ("cd", "chdir") and call.args:
            self.folder = folder_in(self.folder, code.text_of(call.args[0], self.names))
        elif method == "notify" and call.args:
            self.notified += code.words_of(call.args[:1], self.names)
        elif self.texts and method in _SHELL_RUNS and call.args:
            text = code.text_of(call.args[0], self.names)
            if text:
                self._add(replace(found, line=call.lineno) for found in parse_shell(text, call.lineno))
        elif not self.texts and method in _RUNS:
            words = code.words_of(call.args, self.names)
            if words:
                self._add([command(words, call.lineno, _environment(code.argument(call, "env"), self.names))])

    def _add(self, commands: Iterable[Command]) -> None:
        for found in commands:
            self.commands.append(replace(found, folder=folder_in(self.folder, found.folder)))

    def _helper_call(self, call: ast.Call, context: str, depth: int) -> None:
        helper = self.functions.get(code.name_of(call.func))
        if helper is None or depth >= _DEEPEST:
            return
        for parameter, value in zip(helper.args.args, call.args, strict=False):
            if isinstance(value, ast.Name) and value.id == context:
                self.names.update(code.defaults(helper))
                self.names.update({name.arg: given for name, given in zip(helper.args.args, call.args, strict=False) if given is not value})
                self.read(helper, parameter.arg, depth + 1)
                return


def _functions(module: ast.Module) -> dict[str, _Function]:
    return {node.name: node for node in module.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


def _decorator(function: _Function, names: Sequence[str]) -> ast.expr | None:
    for decorator in function.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        if code.name_of(target).rsplit(".", 1)[-1] in names:
            return decorator
    return None


def _keyword(decorator: ast.expr, name: str) -> ast.expr | None:
    return code.argument(decorator, name) if isinstance(decorator, ast.Call) else None


def _environment(node: ast.expr | None, names: Mapping[str, ast.expr]) -> dict[str, str]:
    if not isinstance(node, ast.Dict):
        return {}
    pairs = ((code.text_of(key, names), code.text_of(value, names)) for key, value in zip(node.keys, node.values, strict=True))
    return {key: value for key, value in pairs if key and value is not None}


def _dashed(name: str) -> str:
    return name.rsplit(".", 1)[-1].strip("_").replace("_", "-")
