"""Uses of tools in source files: imported where it matters, called, or switched on by a keyword."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from rung.facts.catalogue import Tool, glob_matches
from rung.facts.code.source import Assignment, Call, Source, Value
from rung.facts.fact import Fact
from rung.link.glance import MODEL_CATEGORIES, Glance
from rung.link.graph import BARREL, Graph
from rung.link.project import Project
from rung.regex import regex

SPACE = regex(r"\s")
# Tools whose objects are made in one file and called in others.
HANDED = ("llm-observability",)
SHARED = frozenset(
    ["approval", "guardrail", "injection-detection", "llm-observability", "moderation", "pii-redaction", "prompt-registry", "user-feedback"]
)
DEEP = 3  # mappings in mappings through which a keyword is looked for
URL_HOST = regex(r"(?:https?|wss?|grpc)://([\w.-]+(?::\d+)?)|^([\w-]+(?:\.[\w-]+)+)(?::\d+)?(?:/|$)")


class Uses:
    """Which tools a source file uses, and at which line."""

    def __init__(self, project: Project, graph: Graph, glance: Glance) -> None:
        self.project = project
        self.graph = graph
        self.catalogue = project.catalogue
        self._imported: dict[str, dict[str, int]] = {}
        self._used_by: dict[str, frozenset[str]] = {}
        self._mentioned: dict[str, frozenset[str]] = {}
        self._found: dict[str, list[Fact]] = {}
        self._called_names: dict[str, frozenset[str]] = {}
        self.glance = glance

    def imported(self, path: str) -> dict[str, int]:
        """Ids of the tools that a file imports (their `names` regarded), with the line."""
        known = self._imported.get(path)
        if known is None:
            source = self.project.source(path) if self.glance.tools(path) else None
            known = self._imported[path] = dict(self._imports(source)) if source else {}
        return known

    def mentioned(self, path: str) -> frozenset[str]:
        """Ids of the tools that a file may use, itself or by an object that another file of the repository's makes; told by a glance."""
        known = self._mentioned.get(path)
        if known is None:
            given = {i for t in self.graph.glanced(path) for i in self.glance.tools(t)}
            shared = [i for i in given if self.catalogue.by_id[i].category in SHARED]
            text = self.project.text(path) or "" if shared else ""
            known = self._mentioned[path] = self.glance.tools(path).union(i for i in shared if any(t in text for t in self._methods(i)))
        return known

    def _methods(self, tool: str) -> frozenset[str]:
        """Parts of names of which a file holds one where it uses an object of a tool."""
        known = self._used_by.get(tool)
        if known is None:
            entry = self.catalogue.by_id[tool]
            globs = (g.rsplit(".", 1)[-1] for kind in ("calls", "names") for g in entry.strings(kind))
            known = self._used_by[tool] = frozenset(max(g.split("*"), key=len) for g in globs)
        return known

    def available(self, path: str, tool: str) -> bool:
        """Whether a file imports the tool or gets a name from a file that does."""
        if tool in self.imported(path) or tool in self.glance.typed(path):
            return True
        near = dict(self.graph.touches(path))
        for package, taken in tuple(near.items()):
            if taken and BARREL.search(package):  # names that a package takes from one of its files and gives on
                near |= {t: given for t, given in self.graph.touches(package).items() if given and not given.isdisjoint(taken)}
        return any(tool in self.glance.tools(t) and tool in self.imported(t) for t in sorted(near))

    def _imports(self, source: Source) -> Iterator[tuple[str, int]]:
        modules = self.catalogue.imports.get(source.language)
        if modules is None:
            return
        found: dict[str, int] = {}
        for imported in source.imports:
            names = [name for name, _ in imported.names]
            dotted = [imported.module, *(f"{imported.module}{_joint(source.language)}{n}" for n in names)]
            for module in dotted:
                for tool in modules.find(module):
                    if self._resolves_to_own(source, imported.module) or not self._named(tool, names, source):
                        continue
                    found.setdefault(tool.id, imported.line)
        if source.language in ("ruby", "csharp", "rust"):
            # These name a library's constants without a line that imports it (Bundler, implicit usings, full paths).
            for call in source.calls:
                head = re.split(r"[.:]", call.callee)[0]
                for tool in modules.find(head):
                    if self._named(tool, [], source):
                        found.setdefault(tool.id, call.line)
        yield from sorted(found.items(), key=lambda item: (item[1], item[0]))

    def _resolves_to_own(self, source: Source, module: str) -> bool:
        """A module of the repository's own that happens to be called like a package."""
        if source.language == "php":
            return self.graph.owns(module)
        if source.language != "python":
            return False
        head, files = module.split(".", maxsplit=1)[0], self.project.repository.files
        folder = source.path.rpartition("/")[0]
        return head in self._own_packages or f"{head}.py" in files or (bool(folder) and f"{folder}/{head}.py" in files)

    @cached_property
    def _own_packages(self) -> frozenset[str]:
        tops = set()
        for path in self.project.paths:
            parts = path.split("/")
            if path.endswith(".py"):
                for depth in (0, 1):
                    if len(parts) > depth + 1 and f"{'/'.join(parts[: depth + 1])}/__init__.py" in self.project.repository.files:
                        tops.add(parts[depth])
        return frozenset(tops)

    def _named(self, tool: Tool, names: list[str], source: Source) -> bool:
        wanted = tool.strings("names")
        if not wanted:
            return True
        if any(glob_matches(w, name) for w in wanted for name in names):
            return True
        tails = self._tails(source)
        return any(glob_matches(w, tail) for w in wanted for tail in tails)

    def _tails(self, source: Source) -> frozenset[str]:
        """All names that a file calls, decorates with or derives from."""
        known = self._called_names.get(source.path)
        if known is not None:
            return known
        tails = {part for call in source.calls for part in re.split(r"[.:]+", call.callee)}
        tails |= {decorator.rsplit(".", 1)[-1] for decorator, _ in _decorators(source)}
        tails |= {b.rsplit(".", 1)[-1] for c in source.classes for b in c.bases}
        known = self._called_names[source.path] = frozenset(tails)
        return known

    def in_source(self, path: str) -> list[Fact]:
        """Facts of kind `use` for a file, one a tool, at the most telling line."""
        known = self._found.get(path)
        if known is None:
            source = self.project.source(path) if self.mentioned(path) else None
            known = self._found[path] = self._of(source) if source else []
        return known

    def _of(self, source: Source) -> list[Fact]:
        path = source.path
        found: dict[str, tuple[int, str]] = {}
        for identifier, line in self.imported(path).items():
            tool = self.catalogue.by_id[identifier]
            if "calls" not in tool.entry and "keywords" not in tool.entry and not _is_excluded(tool, source):
                found[identifier] = (line, "import")
        for call in source.calls:
            for tool in (t for c in (call, *_handed_on(call)) for t in self._called(path, c)):
                found.setdefault(tool.id, (call.line, "call"))
        for tool, line, via in (*self._decorated(source), *self._addressed(source), *self._set(source), *self._handed(source)):
            found.setdefault(tool.id, (line, via))
        return [self.use(self.catalogue.by_id[i], path, line, via) for i, (line, via) in sorted(found.items())]

    def _decorated(self, source: Source) -> Iterator[tuple[Tool, int, str]]:
        """Tools that a decorator, annotation or attribute without arguments is a call of."""
        for decorator, line in _decorators(source):
            for match in self.catalogue.calls.find(decorator):
                if not match.tool.strings("arguments") and (
                    "imports" not in match.tool.entry or self.available(source.path, match.tool.id)
                ):
                    yield match.tool, line, "call"

    def _handed(self, source: Source) -> Iterator[tuple[Tool, int, str]]:
        """Recorders of calls that another file of the repository's makes or gives on, where what is taken from there is called."""
        for target, taken in sorted(self.graph.touches(source.path).items()):
            if not taken:
                continue
            tools = [t for i in sorted(self.glance.tools(target)) if (t := self.catalogue.by_id[i]).category in HANDED]
            tools = [t for t in tools if t.strings("names") and "calls" not in t.entry and self._is_package(target, t)]
            told = [(c.callee, c.line) for c in source.calls] if tools else []
            for callee, line in (*told, *(_decorators(source) if tools else ())):
                head, *rest = re.split(r"(?:\(\))?[.:]+", callee)
                name = rest[-1] if rest else head
                if head in taken:
                    yield from ((t, line, "call") for t in tools if any(glob_matches(w, name) for w in t.strings("names")))

    def _is_package(self, path: str, tool: Tool) -> bool:
        """Whether a file imports a tool's package, whatever it takes from there."""
        source = self.project.source(path)
        modules = self.catalogue.imports.get(source.language) if source else None
        if source is None or modules is None:
            return False
        imported = (i.module for i in source.imports if not self._resolves_to_own(source, i.module))
        return any(found.id == tool.id for module in imported for found in modules.find(module))

    def _addressed(self, source: Source) -> Iterator[tuple[Tool, int, str]]:
        """Tools whose HTTP API a string constant is an address of; an address within prose is no call."""
        for text in source.texts:
            for host in hosts_of(text.value) if not SPACE.search(text.value) else ():
                for match in self.catalogue.hosts.find(host):
                    yield match.tool, text.line, "host"
            if "/" in text.value and len(text.value) < 300 and " " not in text.value:
                for tool in self.addressed(source.path, text.value):
                    if tool.category not in MODEL_CATEGORIES:  # a server may offer such a path: only who calls it uses the model
                        yield tool, text.line, "call"

    def addressed(self, path: str, text: str) -> Iterator[Tool]:
        """Tools whose HTTP API a text of a file is a path of, wherever that is hosted."""
        for match in self.catalogue.paths.find(text):
            if self.glance.speaks_of(path, match.tool.id):
                yield match.tool

    def _set(self, source: Source) -> Iterator[tuple[Tool, int, str]]:
        """Tools that an assigned option or environment variable switches on."""
        for assignment in source.assignments:
            for tool in self._assigned(source.path, assignment):
                yield tool, assignment.line, "call"
            for tool in self._switched(assignment.name.rsplit(".", 1)[-1], assignment.value.text):
                yield tool, assignment.line, "environment"

    def _called(self, path: str, call: Call) -> Iterator[Tool]:
        for match in self.catalogue.calls.find(call.callee):
            needs_keyword = match.tool.strings("keywords")
            if needs_keyword and not any(not _switched_off(match.tool, v, k) for k in needs_keyword if (v := self._given(path, call, k))):
                continue
            if not has_argument(match.tool, call):
                continue
            if not needs_keyword and _is_excluded(match.tool, self.project.source(path)):
                continue
            if "imports" not in match.tool.entry and path.endswith(".php") and not self.imported(path):
                continue  # a relation of the application's own that is called like a client's method
            if "imports" not in match.tool.entry or self.available(path, match.tool.id):
                yield match.tool
        keywords = self.catalogue.keywords
        for key in _keywords(call):
            for tool in keywords.get(key, ()):
                if "calls" in tool.entry or _switched_off(tool, call.argument(key), key):
                    continue
                if "imports" not in tool.entry or self.available(path, tool.id):
                    yield tool
        for match in self.catalogue.resources.find(call.callee.split(".")[-1]):
            yield match.tool

    def _given(self, path: str, call: Call, key: str) -> Value | None:
        """What a call is given by a keyword: by itself, in a mapping however deep, or in one that it is handed by name."""
        value = call.argument(key) or _inside(call.arguments, key, DEEP)
        names = {v.text for v in call.arguments.items if v.kind == "name"} if value is None else set()
        source = self.project.source(path) if names else None
        for assignment in source.assignments if source else ():
            if assignment.name in names and assignment.value.kind == "mapping" and assignment.function in (call.function, -1):
                value = _inside(assignment.value, key, DEEP) or value
        return value

    def _assigned(self, path: str, assignment: Assignment) -> Iterator[Tool]:
        """Keywords that are set on an options object (`options["guardrailConfig"] = ...`) or stand in a mapping."""
        tail = assignment.name.rsplit(".", 1)[-1]
        given = [(tail, assignment.value)] if "." in assignment.name else []
        given += [(k, v) for k, v in zip(assignment.value.keys, assignment.value.items, strict=False) if assignment.value.kind == "mapping"]
        for key, value in given:
            for tool in self.catalogue.keywords.get(key, ()):
                if (
                    "calls" not in tool.entry
                    and not _switched_off(tool, value, key)
                    and ("imports" not in tool.entry or self.available(path, tool.id))
                ):
                    yield tool

    def _switched(self, name: str, value: str) -> Iterator[Tool]:
        if name.isupper():
            yield from self.catalogue.switched(name, value)

    def use(self, tool: Tool, path: str, line: int, via: str, text: str | None = None) -> Fact:
        """A fact of kind `use` of a tool at a place."""
        return self.project.fact(
            "use", path, line, text, tool=tool.id, category=tool.category, via=via, protects=list(tool.strings("protects"))
        )


def _handed_on(call: Call) -> Iterator[Call]:
    """Methods that a call is handed uncalled, with what they are to be called with: `to_thread(client.check, text)`."""
    for index, value in enumerate(call.arguments.items):
        if value.kind == "name" and "." in value.text and not call.arguments.keys[index]:
            given = call.arguments._replace(items=call.arguments.items[index + 1 :], keys=call.arguments.keys[index + 1 :])
            yield call._replace(callee=value.text, arguments=given)


def _inside(value: Value, key: str, depth: int) -> Value | None:
    """The value under a key of a mapping or of one that stands in it."""
    found = value.get(key) if value.kind == "mapping" else None
    inner = (v for v in value.items if v.kind in ("mapping", "list")) if found is None and depth else ()
    return found or next((v for item in inner if (v := _inside(item, key, depth - 1))), None)


def _decorators(source: Source) -> Iterator[tuple[str, int]]:
    """Decorators of functions and classes, with the line of what they decorate."""
    for function in source.functions:
        yield from ((d, function.line) for d in function.decorators)
    for declared in source.classes:
        yield from ((d, declared.line) for d in declared.decorators)


def has_argument(tool: Tool, call: Call) -> bool:
    """Whether a call has one of the string arguments, or keys of a mapping, that the tool's entry asks for, if it asks for any."""
    wanted = tool.strings("arguments")
    if not wanted:
        return True
    given = [v.text for v in call.arguments.items if v.kind in ("string", "template")]
    given += [k for v in call.arguments.items if v.kind == "mapping" for k in v.keys if k]
    return any(glob_matches(w, text) for w in wanted for text in given)


def hosts_of(text: str) -> list[str]:
    """The hosts of the URLs in a text."""
    if "." not in text and "localhost" not in text:
        return []
    hosts = []
    for match in URL_HOST.finditer(text):
        host = match.group(1) or match.group(2)
        hosts += [host, host.split(":")[0]] if ":" in host else [host]
    return hosts


def _keywords(call: Call) -> Iterable[str]:
    yield from (k for k in call.arguments.keys if k)
    for item in call.arguments.items:
        if item.kind == "mapping":
            yield from (k for k in item.keys if k)
            for inner in item.items:  # options within what a call is handed
                if inner.kind == "mapping":
                    yield from (k for k, v in zip(inner.keys, inner.items, strict=False) if k and v.text != "false" and v.kind != "null")


def _switched_off(tool: Tool, value: Value | None, key: str) -> bool:
    """A keyword whose value says no: null, false, an empty list, or what the tool's entry excludes (`approval_mode: never_require`)."""
    if value is None or value.kind == "null" or (value.kind == "boolean" and value.text == "false"):
        return value is not None
    if value.kind == "list" and not value.items:
        return True
    given = f"{key}: {value.text or ' '.join(i.text for i in value.items)}"
    return any(glob_matches(f"{e}*", given) for e in tool.strings("excludes"))


def _is_excluded(tool: Tool, source: Source | None) -> bool:
    """Whether a file sets, in a call or by assigning it, what makes a tool of calls or imports no use (`auto_run: true`)."""
    keys = {e.partition(":")[0] for e in tool.strings("excludes") if ": " in e}
    if not keys or source is None:
        return False
    given = [(k, v) for c in source.calls for a in (c.arguments, *c.arguments.items) for k, v in zip(a.keys, a.items, strict=False)]
    given += [(a.name.rsplit(".", 1)[-1], a.value) for a in source.assignments]
    return any(glob_matches(f"{e}*", f"{k}: {v.text}") for k, v in given if k in keys for e in tool.strings("excludes"))


def _joint(language: str) -> str:
    return {"javascript": "/", "rust": "::"}.get(language, ".")
