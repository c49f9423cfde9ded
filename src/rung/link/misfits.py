"""Calls of the repository's own Python functions and classes that plainly fail, and what can't run because of them."""

from __future__ import annotations

import ast
import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from rung.link.candidates import is_near_tests
from rung.link.dead import Dead
from rung.link.project import Project
from rung.link.signatures import Definition, Method, Signatures
from rung.regex import regex

FIXTURE = regex(r"(?:^|\.)fixture$")
# Calls that call the function which they are handed: `typer.run(main)`.
RUNS = regex(r"(?:^|\.)(?:run|Fire|to_thread|run_app)$")
MAIN = regex(r"__name__ == ['\"]__main__['\"]|['\"]__main__['\"] == __name__")
FAILS = regex(r"(?:^|\.)(?:raises|suppress|assertRaises\w*|assertWarns\w*|patch\w*|xfail|object|dict)$")
# What every test of a class or file goes through.
SET_UP = regex(r"^(?:setUp|setUpClass|asyncSetUp|setup_method|setup_class|setup|setup_module|setUpModule)$")
LONGEST = 200
HELPERS = 2  # helpers of helpers that are looked into
WHOLE = ""  # the unit of what stands in no function


@dataclass
class Unit:
    """One function of a file, or what stands in none: why it fails, and what it surely calls or is given."""

    misfits: list[tuple[int, str]] = field(default_factory=list)
    calls: set[str] = field(default_factory=set)
    everywhere: bool = False  # whether all beside it goes through it


class Misfits:
    """Tells which functions of a file can't run since they call what doesn't take what they give."""

    def __init__(self, project: Project, dead: Dead) -> None:
        self.project, self.signatures = project, Signatures(project, dead)
        self._broken: dict[str, dict[str, str]] = {}

    def reason(self, path: str, tests: Iterable[str], asking: Iterable[str]) -> str:
        """Why nothing of a file's evaluation can run. `tests` are its tests' names; without any, `asking` are the functions that ask.

        Of a notebook, whose cells run one by one, only what asks is looked at.
        """
        broken = self.broken(path)
        if not broken:
            return ""
        if WHOLE in broken and not path.endswith(".ipynb"):
            return broken[WHOLE]
        wanted = list(dict.fromkeys(tests)) or list(dict.fromkeys(asking))
        if WHOLE in wanted:
            return ""
        found = [next((r for n, r in broken.items() if n == w or n.endswith(f".{w}")), "") for w in wanted]
        return found[0] if found and all(found) else ""

    def broken(self, path: str, steps: int = HELPERS) -> dict[str, str]:
        """The functions of a file that can't run (`Class.method` for methods, "" for what stands in none), each with the reason."""
        if path not in self._broken:
            self._broken[path] = {}  # a circle of helpers
            with suppress(RecursionError):  # code that is nested beyond reading
                self._broken[path] = self._find(path, steps)
        return self._broken[path]

    def _find(self, path: str, steps: int) -> dict[str, str]:
        tree = self.signatures.tree(path)
        if tree is None:
            return {}
        reader = _Reader(self.signatures, path, tree)
        units = reader.units
        broken = {name: unit.misfits[0][1] for name, unit in units.items() if unit.misfits}
        given = self._given(path, reader, steps)
        changed = True
        while changed:
            changed = False
            for name, unit in units.items():
                why = "" if name in broken else next((r for c in sorted(unit.calls) if (r := broken.get(c) or given.get(c, ""))), "")
                if why:
                    broken[name] = why
                    changed = True
            for name in [n for n in broken if units.get(n, Unit()).everywhere]:
                owner = name.rpartition(".")[0]
                for other in units:
                    if other not in broken and other != WHOLE and (other.rpartition(".")[0] == owner or not owner):
                        broken[other] = broken[name]
                        changed = True
        return broken

    def _given(self, path: str, reader: _Reader, steps: int) -> dict[str, str]:
        """What helpers near the tests give a file that can't run: functions that it imports, and fixtures of the folders around it."""
        found: dict[str, str] = {}
        if not steps:
            return found
        folder = posixpath.dirname(path)
        while posixpath.basename(path) != "conftest.py":
            beside = posixpath.join(folder, "conftest.py")
            if beside in self.project.repository.files:
                fixtures = self.broken(beside, 0)
                found = {n: r for n, r in fixtures.items() if n and "." not in n and n not in reader.defined} | found
            if not folder:
                break
            folder = posixpath.dirname(folder)
        for name in sorted({c for unit in reader.units.values() for c in unit.calls} - reader.defined):
            known = self.signatures.imported(path, name)
            if known and known[0] != path and is_near_tests(self.project, known[0]):
                broken = self.broken(known[0], steps - 1)
                if why := broken.get(known[1].name) or broken.get(f"{known[1].name}.__init__", ""):
                    found[name] = why
        return found


class _Reader:
    """Reads one file's functions into units."""

    def __init__(self, signatures: Signatures, path: str, tree: ast.Module) -> None:
        self.signatures, self.path = signatures, path
        self.bound = signatures.bound(path)
        self.classes = {n.name: n for n in tree.body if isinstance(n, ast.ClassDef)}
        self.defined = frozenset(n.name for n in tree.body if isinstance(n, Definition))
        self.replaced = set(_replaced(tree))
        self.held = _held(tree)
        self.units: dict[str, Unit] = defaultdict(Unit)
        self.fixtures = {n.name: n for n in tree.body if isinstance(n, Method) and _marked(n)}
        for node in tree.body:
            if isinstance(node, Method):
                self._function(node.name, node, "")
            elif isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, Method):
                        self._function(f"{node.name}.{inner.name}", inner, node.name)
            else:
                self._walk(node, WHOLE, "")

    def _function(self, name: str, node: Method, owner: str) -> None:
        unit = self.units[name]
        unit.calls |= {a.arg for a in (*node.args.args, *node.args.kwonlyargs) if a.arg in self.fixtures or a.arg not in self.defined}
        marks = [d for d in node.decorator_list if isinstance(d, ast.Call) and FIXTURE.search(_name(d.func))]
        auto = any(k.arg == "autouse" and isinstance(k.value, ast.Constant) and k.value.value is True for d in marks for k in d.keywords)
        unit.everywhere = auto or bool(SET_UP.search(node.name))
        for statement in node.body:
            self._walk(statement, name, owner)

    def _walk(self, node: ast.AST, unit: str, owner: str) -> None:
        """Takes in the calls that are surely made once the unit runs."""
        kept: Iterable[ast.AST]
        if isinstance(node, ast.Try | ast.TryStar):
            kept = node.finalbody if node.handlers else [*node.body, *node.finalbody]
        elif isinstance(node, ast.With | ast.AsyncWith) and any(FAILS.search(_name(i.context_expr)) for i in node.items):
            kept = ()
        elif isinstance(node, ast.If):
            kept = node.body if unit == WHOLE and MAIN.search(ast.unparse(node.test)) else ()
        elif isinstance(node, ast.While):
            kept = node.body if isinstance(node.test, ast.Constant) and node.test.value else ()
        elif isinstance(node, ast.Match | ast.IfExp | ast.BoolOp | ast.Lambda | ast.ClassDef):
            kept = ()
        elif isinstance(node, ast.comprehension):
            kept = (node.iter,)
        elif isinstance(node, Method):
            kept = node.body
        else:
            if isinstance(node, ast.Call):
                self._call(node, unit, owner)
            kept = ast.iter_child_nodes(node)
        for child in kept:
            self._walk(child, unit, owner)

    def _call(self, call: ast.Call, unit: str, owner: str) -> None:
        found = self._signature_misfit(call)
        if found:
            self.units[unit].misfits.append((call.lineno, found))
        name = _name(call.func)
        if name in self.classes:
            self.units[unit].calls.add(f"{name}.__init__")
        elif name.startswith("self.") and owner:
            self.units[unit].calls.add(f"{owner}.{name[5:]}")
        elif isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Call) and _name(call.func.value.func) in self.classes:
            self.units[unit].calls.add(f"{_name(call.func.value.func)}.{call.func.attr}")
        elif isinstance(call.func, ast.Name):
            self.units[unit].calls.add(name)
        elif call.args and isinstance(call.args[0], ast.Name) and RUNS.search(name):
            self.units[unit].calls.add(call.args[0].id)

    def _signature_misfit(self, call: ast.Call) -> str:
        """Why a call plainly fails; empty where it doesn't."""
        function = call.func
        if isinstance(function, ast.Name):
            known = None if function.id in self.replaced else self.signatures.imported(self.path, function.id)
            if known is None or known[1].name in self.replaced:
                return ""
            signature = self.signatures.signature(*known)
            return f"{known[1].name}, which {signature.misfit(call)}" if signature and signature.misfit(call) else ""
        if not isinstance(function, ast.Attribute) or function.attr in self.replaced:
            return ""
        if isinstance(function.value, ast.Name) and (module := self.signatures.module(self.path, function.value.id)):
            known = self.signatures.imported(module, function.attr)
            signature = self.signatures.signature(*known) if known else None
            return f"{function.attr}, which {signature.misfit(call)}" if signature and signature.misfit(call) else ""
        made = self._made(function.value)
        known = self.signatures.imported(self.path, made) if made and made not in self.replaced else None
        if known is None or not isinstance(known[1], ast.ClassDef):
            return ""
        method = self.signatures.method(known[0], known[1], function.attr)
        return f"{made}.{function.attr}, which {method.misfit(call)}" if method and method.misfit(call) else ""

    def _made(self, value: ast.expr) -> str:
        """The class that an expression's object is surely made of: at once, held by a name that is set once, or by a fixture."""
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            return value.func.id
        if not isinstance(value, ast.Name):
            return ""
        bound = self.bound.get(value.id, [])
        held = [h for b in bound if isinstance(b, ast.Name) and (h := self.held.get(id(b), ""))]
        if len(bound) == 1 and held:
            return held[0]
        fixture = self.fixtures.get(value.id)
        if fixture is None or not all(b is fixture or isinstance(b, ast.arg) for b in bound):
            return ""
        handed = [n.value for n in ast.walk(fixture) if isinstance(n, ast.Return | ast.Yield)]
        one = handed[0] if len(handed) == 1 else None
        return one.func.id if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) else ""


def _held(tree: ast.Module) -> dict[int, str]:
    """Names that are given an object of a class, each name's node with what makes the object."""
    found = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call) or not isinstance(node.value.func, ast.Name):
            continue
        for target in node.targets:
            found[id(target)] = node.value.func.id
    return found


def _marked(node: Method) -> bool:
    return any(FIXTURE.search(_name(d)) for d in node.decorator_list)


def _replaced(tree: ast.Module) -> Iterator[str]:
    """Names that a file may replace: those that end its texts, and attributes that it sets."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < LONGEST:
            yield node.value.rsplit(".", 1)[-1]
        elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            yield node.attr


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        return _name(node.func)
    if isinstance(node, ast.Attribute):
        before = _name(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return node.id if isinstance(node, ast.Name) else ""
