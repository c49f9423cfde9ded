"""What functions and classes of the repository's Python code take when they are called, where their definitions say it plainly."""

from __future__ import annotations

import ast
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from rung.facts.code.python_syntax import syntax_tree
from rung.link.dead import Dead
from rung.link.project import Project
from rung.regex import regex

Method = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Method | ast.ClassDef
# Decorators that leave a function's parameters as they are.
HARMLESS = regex(
    r"(?:^|\.)(?:cache|lru_cache|contextmanager|asynccontextmanager|staticmethod|classmethod|abstractmethod|override|final|no_grad|inference_mode|fixture)$"
)
DATACLASS = regex(r"^(?:dataclasses\.)?dataclass$")
# Bases that take no part in how an object is made, and those whose fields are handed over by name.
PLAIN = regex(r"^(?:object|(?:abc\.)?ABC|(?:typing\.)?(?:Generic|Protocol))$")
MODEL = regex(r"^(?:pydantic\.)?BaseModel$")
# What makes a model of fields take other names or values than its fields say.
BENDS = regex(r"alias|model_validator|root_validator|__init__|__new__|populate_by|settings|construct|__getattr__|wrap")
STEPS = 4  # modules over which a name is handed on, and bases of bases


@dataclass(frozen=True, slots=True)
class Signature:
    """What a call may give and must give; `loose` where what is given beside it is passed over."""

    positional: tuple[str, ...]
    keywords: frozenset[str]
    required: tuple[str, ...]
    rest: bool = False
    loose: bool = False

    def misfit(self, call: ast.Call) -> str:
        """What plainly doesn't fit in a call, as a predicate of what is called; empty when nothing is."""
        spread = any(isinstance(a, ast.Starred) for a in call.args)
        unpacked = any(k.arg is None for k in call.keywords)
        given = [k.arg for k in call.keywords if k.arg]
        unknown = [] if self.loose else [k for k in given if k not in self.keywords]
        if unknown:
            return f"takes no {unknown[0]}"
        if not spread and not self.rest and len(call.args) > len(self.positional):
            return f"takes {len(self.positional)} arguments"
        filled = {*given, *self.positional[: len(call.args)]}
        missing = [] if spread or unpacked else [r for r in self.required if r not in filled]
        return f"must be given {missing[0]}" if missing else ""


class Signatures:
    """Finds definitions by the names that a file imports, and says what they take."""

    def __init__(self, project: Project, dead: Dead) -> None:
        self.project, self.dead = project, dead
        self._trees: dict[str, ast.Module | None] = {}
        self._bound: dict[str, dict[str, list[ast.AST]]] = {}
        self._given: dict[str, dict[str, list[ast.AST]]] = {}

    def tree(self, path: str) -> ast.Module | None:
        """A Python file or notebook as a syntax tree; None where it can't be read."""
        if path not in self._trees:
            self._trees[path] = syntax_tree(path, self.project.text(path) or "")
        return self._trees[path]

    def bound(self, path: str) -> dict[str, list[ast.AST]]:
        """The names that a module binds anywhere, each with what binds it."""
        if path not in self._bound:
            tree = self.tree(path)
            self._bound[path] = bindings(tree) if tree else {}
        return self._bound[path]

    def imported(self, path: str, name: str) -> tuple[str, Definition] | None:
        """The function or class of the repository, and its file, that a name of a file surely means by its import or definition."""
        return self._meant(path, name, self.bound(path).get(name, []), STEPS)

    def module(self, path: str, name: str) -> str:
        """The file of the repository's module that a name of a file surely means; empty for none."""
        found = {self._module_of(path, b, name) for b in self.bound(path).get(name, ())}
        return found.pop() if len(found) == 1 else ""

    def _module_of(self, path: str, binding: ast.AST, name: str) -> str:
        if isinstance(binding, ast.Import):
            whole = [a.name for a in binding.names if a.asname == name or (a.asname is None and a.name == name)]
            return self.target(path, whole[0], 0) if whole else ""
        if isinstance(binding, ast.ImportFrom):
            taken = [a.name for a in binding.names if (a.asname or a.name) == name]
            return self.target(path, ".".join(x for x in (binding.module or "", taken[0]) if x), binding.level) if taken else ""
        return ""

    def _defined(self, path: str, name: str, steps: int) -> tuple[str, Definition] | None:
        """What a module gives by a name."""
        if path not in self._given:
            tree = self.tree(path)
            self._given[path] = bindings(tree, inside=False) if tree else {}
        return self._meant(path, name, self._given[path].get(name, []), steps)

    def _meant(self, path: str, name: str, bound: list[ast.AST], steps: int) -> tuple[str, Definition] | None:
        if len(bound) == 1 and isinstance(bound[0], Definition):
            tree = self.tree(path)
            return (path, bound[0]) if tree and bound[0] in tree.body else None
        found = set()
        for binding in bound:
            taken = [a.name for a in binding.names if (a.asname or a.name) == name] if isinstance(binding, ast.ImportFrom) else []
            target = self.target(path, binding.module or "", binding.level) if taken and isinstance(binding, ast.ImportFrom) else ""
            found.add((target, taken[0]) if target else ("", ""))
        if len(found) != 1 or not steps:
            return None
        target, original = found.pop()
        return self._defined(target, original, steps - 1) if target and target != path else None

    def target(self, path: str, module: str, level: int) -> str:
        """The one file of the repository that a module surely is; empty where it may be another's."""
        files = self.project.repository.files
        if level:
            folder = posixpath.dirname(path)
            for _ in range(level - 1):
                folder = posixpath.dirname(folder)
            place = posixpath.normpath(posixpath.join(folder, module.replace(".", "/"))) if module else folder
            return next((p for p in (f"{place}.py", f"{place}/__init__.py") if p in files), "")
        head, tail = module.split(".", 1)[0], module.replace(".", "/")
        if not head or (head in self._others and head not in self.dead.own_names):
            return ""
        found = [p for p in self.dead.python_files[posixpath.basename(tail)] if p.endswith((f"/{tail}.py", f"/{tail}/__init__.py"))]
        return found[0][1:] if len(found) == 1 else ""

    @cached_property
    def _others(self) -> frozenset[str]:
        """Names of modules that are installed, so that a folder of the same name may not be meant."""
        installed = {re.split(r"[^\w]", str(d.fields["name"]))[0].lower() for d in self.project.dependencies}
        installed |= {str(d.fields["name"]).replace("-", "_").lower() for d in self.project.dependencies}
        modules = self.project.catalogue.imports.get("python")
        roots = {
            p.strip("/").split("/")[i] for ps in self.dead.python_files.values() for p in ps for i in range(p.strip("/").count("/") or 1)
        }
        return frozenset(r for r in {x.removesuffix(".py") for x in roots} if r.lower() in installed or (modules and modules.find(r)))

    def signature(self, path: str, found: Definition) -> Signature | None:
        """What a function or class takes; None where it isn't plain."""
        if isinstance(found, ast.ClassDef):
            return self._of_class(path, found)
        return of_function(found, bound=False)

    def method(self, path: str, owner: ast.ClassDef, name: str) -> Signature | None:
        """What a method of a class takes when it is called on an object; None where it isn't plain."""
        for _, one in self.line_of(path, owner) or ():
            found = [n for n in one.body if isinstance(n, Method) and n.name == name]
            if len(found) > 1 or name in _fields(one):
                return None
            if found:
                return of_function(found[0], bound="staticmethod" not in [_dotted(d) for d in found[0].decorator_list])
        return None

    def line_of(self, path: str, owner: ast.ClassDef, steps: int = STEPS) -> list[tuple[str, ast.ClassDef]] | None:
        """A class and those of the repository that it derives from, in the order in which they are asked; None if one isn't known."""
        if owner.keywords or not all(DATACLASS.search(_dotted(d)) for d in owner.decorator_list):
            return None
        found = [(path, owner)]
        for base in owner.bases:
            name = _dotted(base)
            if PLAIN.search(name) or MODEL.search(name):
                continue
            known = self._defined(path, name, STEPS) if name and "." not in name else None
            above = self.line_of(known[0], known[1], steps - 1) if known and isinstance(known[1], ast.ClassDef) and steps else None
            if above is None:
                return None
            found += above
        return found

    def _of_class(self, path: str, owner: ast.ClassDef) -> Signature | None:
        line = self.line_of(path, owner)
        if line is None:
            return _of_own_init(owner)
        if any(isinstance(n, ast.FunctionDef) and n.name == "__new__" for _, c in line for n in c.body):
            return None
        if any(MODEL.search(_dotted(b)) for _, c in line for b in c.bases):
            return self._of_model(line)
        if any(c.decorator_list for _, c in line):
            return _of_dataclass(line)
        for _, one in line:
            made = [n for n in one.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
            if made:
                return of_function(made[0], bound=True) if len(made) == 1 else None
            if any(
                not isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.Expr | ast.Pass | ast.Assign | ast.AnnAssign)
                for n in one.body
            ):
                return None
        return Signature((), frozenset(), ()) if len(line) == 1 and not owner.bases else None

    def _of_model(self, line: list[tuple[str, ast.ClassDef]]) -> Signature | None:
        """What a model of fields must be given; what it isn't known to have is passed over, unless it says that it forbids it."""
        written = [ast.unparse(c) for _, c in line]
        if len({id(c) for _, c in line}) > STEPS or any(BENDS.search(w) for w in written) or any(c.decorator_list for _, c in line):
            return None
        fields: dict[str, bool] = {}
        for _, one in reversed(line):
            fields |= _fields(one)
        strict = any(re.search(r"extra=['\"]forbid|extra = ['\"]forbid|'extra': 'forbid'|Extra\.forbid", w) for w in written)
        must = tuple(f for f, needed in fields.items() if needed)
        return Signature((), frozenset(fields), must, loose=not strict)


def bindings(tree: ast.Module, inside: bool = True) -> dict[str, list[ast.AST]]:
    """The names that a module binds, each with what binds it; `inside` functions too, in which a name may mean something else."""
    found: dict[str, list[ast.AST]] = defaultdict(list)
    for node in _nodes(tree, inside):
        for name in _names(node):
            found[name].append(node)
    return dict(found)


def _nodes(tree: ast.Module, inside: bool) -> Iterator[ast.AST]:
    """The nodes of a module, methods of classes left out, and all of functions but what they say is global."""
    waiting: list[tuple[ast.AST, bool, bool]] = [(n, False, False) for n in tree.body]
    while waiting:
        node, member, deep = waiting.pop()
        if not member and (inside or not deep or isinstance(node, ast.Global)):
            yield node
        deeper = deep or isinstance(node, Method | ast.ClassDef | ast.Lambda | ast.comprehension)
        assigns = isinstance(node, ast.Assign | ast.AnnAssign)
        for child in ast.iter_child_nodes(node):
            inner = isinstance(node, ast.ClassDef) and isinstance(child, Method | ast.Assign | ast.AnnAssign)
            waiting.append((child, inner or (member and assigns), deeper))


def _names(node: ast.AST) -> list[str]:
    """The names that a node binds."""
    if isinstance(node, Definition):
        return [node.name]
    if isinstance(node, ast.Import):
        return [a.asname or a.name.split(".")[0] for a in node.names]
    if isinstance(node, ast.ImportFrom):
        return [a.asname or a.name for a in node.names]
    if isinstance(node, ast.Name):
        return [] if isinstance(node.ctx, ast.Load) else [node.id]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, ast.Global | ast.Nonlocal):
        return node.names
    if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        return [node.name] if node.name else []
    return []


def of_function(found: Method, bound: bool) -> Signature | None:
    """What a function takes; `bound` where its first parameter is given by an object or class. None where a decorator may change it."""
    if not all(HARMLESS.search(_dotted(d)) for d in found.decorator_list):
        return None
    a = found.args
    places = [x.arg for x in (*a.posonlyargs, *a.args)]
    needed = places[: len(places) - len(a.defaults)]
    only = {x.arg for x in a.posonlyargs}
    if bound:
        if not places:
            return None
        places, needed = places[1:], needed[1:]
    needed = [*needed, *(x.arg for x, d in zip(a.kwonlyargs, a.kw_defaults, strict=True) if d is None)]
    names = frozenset([*(p for p in places if p not in only), *(x.arg for x in a.kwonlyargs)])
    return Signature(tuple(places), names, tuple(needed), rest=a.vararg is not None, loose=a.kwarg is not None)


def _of_own_init(owner: ast.ClassDef) -> Signature | None:
    """What a class takes that derives from another's, where it says itself how its objects are made."""
    made = [n for n in owner.body if isinstance(n, ast.FunctionDef) and n.name in ("__init__", "__new__")]
    if owner.keywords or owner.decorator_list or len(made) != 1 or made[0].name != "__init__":
        return None
    return (
        None
        if any(re.search(r"Enum|Flag|Tuple|Dict|Singleton|Meta", _dotted(b)) for b in owner.bases)
        else of_function(made[0], bound=True)
    )


def _of_dataclass(line: list[tuple[str, ast.ClassDef]]) -> Signature | None:
    if len(line) > 1 and not all(c.decorator_list for _, c in line):
        return None
    written = [ast.unparse(d) for _, c in line for d in c.decorator_list]
    texts = [ast.unparse(c) for _, c in line]
    if any("init" in w or "kw_only" in w for w in written) or any("__init__" in t or "KW_ONLY" in t or "init=" in t for t in texts):
        return None
    fields: dict[str, bool] = {}
    for _, one in reversed(line):
        fields |= _fields(one, private=True)
    return Signature(tuple(fields), frozenset(fields), tuple(f for f, needed in fields.items() if needed))


def _fields(owner: ast.ClassDef, private: bool = False) -> dict[str, bool]:
    """The annotated fields of a class, and whether each must be given."""
    found = {}
    for node in owner.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and (private or not node.target.id.startswith("_")):
            kind = ast.unparse(node.annotation)
            if "ClassVar" not in kind and node.target.id != "model_config":
                found[node.target.id] = not re.search(r"Optional|\bNone\b|default|\bAny\b|InitVar", kind) and _is_needed(node.value)
    return found


def _is_needed(value: ast.expr | None) -> bool:
    """Whether a field's value is none: nothing, an ellipsis, or a field without a default."""
    if value is None:
        return True
    if isinstance(value, ast.Constant):
        return value.value is Ellipsis
    if not (isinstance(value, ast.Call) and _dotted(value.func).rsplit(".", 1)[-1] in ("Field", "field")):
        return False
    if value.args:
        return isinstance(value.args[0], ast.Constant) and value.args[0].value is Ellipsis
    return not any(k.arg is None or "default" in k.arg or k.arg in ("factory", "init") for k in value.keywords)


def _dotted(node: ast.AST) -> str:
    """The dotted name of a name, attribute, call or subscript; empty for anything else."""
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""
