"""What asks a model: calls that have a model generate language, and the functions that lead to them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from rung.facts.code.source import Call, Source
from rung.link.called import PARTS, Called
from rung.link.decorated import LANGUAGES, made, makers
from rung.link.direct import Direct, owners
from rung.link.given import literal_methods, returned_types
from rung.link.graph import BARREL, Graph
from rung.link.objects import CALLED, defines
from rung.link.project import Project
from rung.link.uses import Uses
from rung.regex import regex
from rung.repository.names import words

EVERYWHERE = 9
BETWEEN = 2
# How many files an object may be handed through before its methods are no longer looked for.
HOPS = 4
# Methods of everybody's containers, streams and loggers: calling one of them on an unknown object says nothing.
COMMON = words("""
    get set add update items keys values append extend pop close open read write join split format strip copy sort index count insert
    remove log info debug warn warning error print println map filter forEach push then catch finally toString json text send end on
    use listen replace trim lower upper encode decode exists load loads dump dumps save commit rollback all first find match test it
    describe expect assert len str int float list dict tuple range sorted sum min max any isinstance super init __init__ main new
    constructor setup render configure Name String Error Errorf Printf Println Sprintf
""")
# Names that say nothing unless it is known of which class they are.
BY_OBJECT = COMMON | frozenset(CALLED)
# A method without a body: its type, its name, the end of its line.
BODILESS = regex(
    r"\s*(?!(?:return|new|throw|else)\b)(?:fun\s+|(?:[\w.]+(?:<.*>)?(?:\[\])?)\s+)(\w+)\((?:[^=;{]*\)\s*;?|[^=;{)]*)(?:\s*:\s*[\w<>.?]+)?$"
)
# RSpec's name for the class that a file of tests is about; Go's way to start a part of a test.
DESCRIBED, DESCRIBES = "described_class", regex(r"\s*(?:RSpec\.)?describe\s*\(?\s*([A-Z][\w:]*)")
RUNS_TEST = regex(r"(?:t|b|f|s|suite)\.Run$")
DEFAULT = regex(
    r"\bexport\s+default\s+(?:async\s+)?(?:function\b\s*\*?\s*|class\s+|new\s+)?(?P<name>\w+)?"
    r"|\bmodule\.exports\s*=\s*(?:new\s+)?(?P<other>\w+)?"
)


class Asking:
    """Tells for each file which of its calls ask a model, directly or through functions of the repository."""

    def __init__(self, project: Project, graph: Graph, uses: Uses) -> None:
        self.project, self.graph, self.uses = project, graph, uses
        self._direct = Direct(project, graph, uses)
        self._names: dict[str, frozenset[str]] = {}
        self._own: dict[str, frozenset[str]] = {}
        self._making: dict[tuple[str, frozenset[str]], frozenset[str]] = {}
        self._called = Called()

    def direct(self, path: str) -> list[Call]:
        """Calls of a file that have a model generate language themselves."""
        return self._direct.calls(path)

    def driving(self, path: str) -> list[Call]:
        """Calls of a file that start an agent's command line."""
        return self._direct.driving(path)

    def names(self, path: str) -> frozenset[str]:
        """Names of a file's functions that lead to a model's answer, each step through a file nearer to the model; "" is its top level."""
        known = self._names.get(path)
        if known is None:
            source = self.project.source(path) if path in self.graph.leading else None
            self._names[path] = self._within(path) if source else frozenset()  # breaks cycles; replaced below
            known = self._names[path] = self._closure(source) if source else frozenset()
        return known

    def _closure(self, source: Source) -> frozenset[str]:
        found = {n for call in self.direct(source.path) for n in owners(source, call.function)} | self._declared(source)
        # A file that only looks as if it asked a model itself takes what leads there from others, as any file between does.
        steps = self.graph.leading[source.path] or (0 if found else BETWEEN)
        outside, making = self._outside(source, steps), self._makers(source, steps)
        while True:
            names = found | outside
            more = {n for c in self._leading(source, names) for n in owners(source, c.function)}
            more = (more | made(source, making | makers(source, names), lambda name: self._direct.generates(source, name))) - found
            if not more:
                return frozenset(found | outside if BARREL.search(source.path) else found)
            found |= more

    def _within(self, path: str) -> frozenset[str]:
        """Names of a file's functions that lead to a call in the file that asks a model itself."""
        known = self._own.get(path)
        if known is None:
            source = self.project.source(path) if self.direct(path) else None
            found = {n for call in self.direct(path) for n in owners(source, call.function)} if source else set()
            more = found
            while more and source:
                more = {n for c in self._leading(source, found) for n in owners(source, c.function)} - found
                found |= more
            known = self._own[path] = frozenset(found)
        return known

    def _makers(self, source: Source, steps: int) -> frozenset[str]:
        """Names that a file takes from others, nearer to a model than so many steps, of what makes functions that ask."""
        found: set[str] = set()
        used = frozenset(
            {n for i in source.imports for n, _ in i.names} | {d.rsplit(".", 1)[-1] for f in source.functions for d in f.decorators}
        )
        for target, taken in self.graph.touches(source.path).items() if source.language in LANGUAGES else ():
            if self.graph.leading.get(target, steps + 1) > steps or not self.project.is_own(target):
                continue
            for giver in self._givers(target, taken or used):
                asking = self.names(giver)
                names = self._making.get((giver, asking)) if asking else frozenset()
                if names is None:
                    other = self.project.source(giver)
                    names = self._making[giver, asking] = makers(other, asking) if other else frozenset()
                found |= names if taken is None else names & taken
        return frozenset(found)

    def _declared(self, source: Source) -> set[str]:
        """Methods of an interface that a framework implements with a model, told by its annotations; such methods have no body."""
        if source.language != "java" or source.path not in self.graph.near:
            return set()
        said = {c.callee.rsplit(".", 1)[-1] for c in source.calls} | {d.rsplit(".", 1)[-1] for c in source.classes for d in c.decorators}
        if said.isdisjoint(self.project.vocabulary["asking"]["declared"]):
            return set()
        spans = [(c.line, c.end_line) for c in source.classes if re.search(r"\binterface\s", source.lines[c.line - 1])]
        lines = (text for first, last in spans for text in source.lines[first:last])
        return {m[1] for line in lines if (m := BODILESS.match(line))}

    def _outside(self, source: Source, steps: int, passed: frozenset[str] = frozenset()) -> set[str]:
        """Names that a file takes from files nearer to a model than so many steps; `passed` are the files on the way here."""
        found: set[str] = set()
        passed |= {source.path}
        for target, taken in self.graph.touches(source.path).items():
            nearer = self.graph.leading.get(target, steps)
            beside = nearer >= steps and nearer > 0  # as far from the model's client: what it asks itself by a client of another file
            if (beside and nearer > steps) or target not in self.graph.leading or not self.project.is_own(target):
                continue
            asking = self._within(target) if beside else self.names(target)
            maker = self.project.source(target) if taken else None
            if maker is not None and taken:
                found |= self._direct.asked_of_made(source, maker, taken)
            if beside and not asking:
                continue
            if taken is None:
                found |= asking | self._of_returned(source, target)
                continue
            givers = self._givers(target, taken)
            asking = asking.union(*(self.names(giver) for giver in givers[1:]))  # the package may be what is being worked out
            found |= {n for n in asking if n in taken or any(_is_method(self.project, giver, n, taken) for giver in givers)}
            if "default" in taken and source.language == "javascript":
                found |= self._by_default(source, target, asking)
            other = self.project.source(target) if _holds_object(self.project, target, taken) else None
            if other is not None:
                found |= {f.name for f in other.functions if f.owner and f.name in asking}
            if asking and (whole := self.project.source(target)) is not None:
                found |= literal_methods(whole, taken, asking)
            if other is not None and target not in passed and len(passed) < HOPS:
                found |= self._outside(other, self.graph.leading[target], passed)
        found.discard("")
        return found

    def _of_returned(self, source: Source, target: str) -> set[str]:
        """Methods that ask of the types which a file's methods return to `source`, whether or not it names these types itself."""
        other = self.project.source(target) if source.language in ("java", "csharp") else None
        types = returned_types(other, self._called.by_name(source).keys()) if other is not None else ()
        files = {p for name in types for p in self.graph.declaring(name) if p != target and p in self.graph.leading}
        return {n for p in sorted(files) if self.project.is_own(p) for n in self.names(p)}

    def _givers(self, path: str, taken: frozenset[str], deep: int = 2) -> list[str]:
        """A file, and behind a package or folder those from which it takes these names to give them on."""
        found = [path]
        for target, names in sorted(self.graph.touches(path).items()) if deep and BARREL.search(path) else ():
            if target in self.graph.leading and (names is None or not names.isdisjoint(taken)):
                found += self._givers(target, taken, deep - 1)
        return found

    def _by_default(self, source: Source, target: str, asking: frozenset[str]) -> set[str]:
        """What a file may call of another one's default export: the local name of a function, the methods of an object or class."""
        exported = DEFAULT.search(self.project.text(target) or "")
        other = self.project.source(target)
        if exported is None or other is None:
            return set()
        methods = {f.name for f in other.functions if f.owner and f.name in asking}
        if (exported["name"] or exported["other"] or "") not in asking:
            return methods
        stem = posixpath.splitext(target)[0].removesuffix("/index").rsplit("/", 1)[-1]
        named = (i for i in source.imports if stem in i.module.rsplit("/", 1)[-1])
        return methods | {alias or name for i in named for name, alias in i.names if name == "default"}

    def _leading(self, source: Source, names: set[str] | frozenset[str]) -> Iterator[Call]:
        """The calls of a file that are of one of these names, and not of a method that everything has."""
        by_name = self._called.by_name(source)
        for name in names & by_name.keys():
            yield from (call for call, parts in by_name[name] if _is_own(source, parts))
        if not names.isdisjoint(BY_OBJECT):
            for call, kind, methods in self._called.of_objects(source):
                wanted = {n for n in methods if n in names and n in BY_OBJECT}
                if wanted and self._of_object(source, kind, wanted):
                    yield call

    def _of_object(self, source: Source, kind: str, names: set[str]) -> bool:
        """Whether one of these methods of a class, whatever it is called, is of a class of the repository's own that asks."""
        for target, taken in self.graph.touches(source.path).items():
            for giver in self._givers(target, taken or frozenset({kind})) if target in self.graph.leading else ():
                other = self.project.source(giver)
                if other is not None and defines(other, kind, names & self.names(giver)):
                    return True
        return defines(source, kind, names)

    def calls(self, path: str) -> list[Call]:
        """All calls of a file that ask a model, directly or through functions of the repository."""
        source = self.project.source(path) if path in self.graph.leading else None
        if source is None:
            return []
        direct = {id(c) for c in self.direct(path)}
        names = self.names(path) | self._outside(source, EVERYWHERE)
        leading = {id(c) for c in self._leading(source, names) if id(c) not in direct and not self._of_others(source, c)}
        return [c for c in source.calls if id(c) in direct or id(c) in leading]

    def _of_others(self, source: Source, call: Call) -> bool:
        """Whether a call plainly isn't of what asks a model: of a test's runner, or of a class that defines the method and doesn't ask."""
        if source.path.endswith("_test.go") and RUNS_TEST.match(call.callee):
            return True
        parts = [p for p in PARTS.split(call.callee) if p not in ("new", "self", "this")]
        owner = _type_of(source, parts[-2]) if len(parts) > 1 else ""
        if not owner[:1].isupper():
            return False
        defining = [
            target
            for target in self.graph.touches(source.path)
            for other in (self.project.source(target) if owner in (self.project.text(target) or "") else None,)
            if other and any(f.name == parts[-1] and f.owner.split("::")[-1] == owner for f in other.functions)
        ]
        return bool(defining) and not any(parts[-1] in self.names(target) for target in defining)


def _is_own(source: Source, parts: Sequence[str]) -> bool:
    """Whether what is called by these parts of a name may be the repository's own."""
    name = parts[-1]
    if len(parts) == 2 and parts[0] in ("self", "this"):
        return name not in COMMON or any(f.name == name and f.owner for f in source.functions)
    return name not in COMMON and (len(parts) == 1 or parts[0] not in _foreign(source))


def _type_of(source: Source, name: str) -> str:
    """The class that a receiver is or was made of, as far as its file says; the name itself where it doesn't."""
    if name == DESCRIBED:
        said = next((m[1] for line in source.lines if (m := DESCRIBES.match(line))), "")
        return said.split("::")[-1]
    made = next((a.value.text for a in source.assignments if a.name.rsplit(".", 1)[-1].lstrip("@") == name and a.value.kind == "call"), "")
    return re.split(r"[.:]+", made.removesuffix(".new"))[-1] if made else name


def _is_method(project: Project, path: str, name: str, taken: frozenset[str]) -> bool:
    source = project.source(path)
    return source is not None and any(f.name == name and f.owner in taken for f in source.functions)


def _holds_object(project: Project, path: str, taken: frozenset[str]) -> bool:
    """Whether a name is an object made at the file's top level, or a function that may make one, whose methods stand elsewhere."""
    source = project.source(path)
    if source is None:
        return False
    made = any(a.name in taken and a.value.kind == "call" and a.function < 0 for a in source.assignments)
    return made or any(f.name in taken and f.parent < 0 and not f.owner for f in source.functions)


def _foreign(source: Source) -> frozenset[str]:
    """Heads that are modules from elsewhere, so that their methods are not the repository's."""
    heads = set()
    for imported in source.imports:
        if imported.module.startswith((".", "@/", "~/")):
            continue
        if not imported.names:
            heads.add(imported.alias or imported.module.split(".")[0])
    return frozenset(
        heads
        & {"os", "sys", "re", "json", "time", "logging", "math", "random", "shutil", "subprocess", "np", "pd", "requests", "fs", "path"}
    )
