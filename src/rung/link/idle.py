"""What is written and never called: functions, classes and objects that the application's code names nowhere else."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from rung.facts.code import language_of
from rung.facts.code.source import Call, Class, Function, Source
from rung.link.project import Project
from rung.link.unwired import SETTINGS, STARTED, Unwired
from rung.regex import regex

SHORTEST = 4
KNOWN = frozenset({"python", "javascript", "go", "java", "csharp", "ruby", "php", "rust"})
# Languages in which any type may be what an interface asks for, without saying so.
STRUCTURAL = frozenset({"go", "rust"})
# Functions and classes that something outside of the code calls by their names.
ENTRIES = regex(
    r"__\w+__|(?:main|run|start|setup|init|handler?|lambda_handler|handle_?request|middleware|proxy|dispatch|loader|action|default|configure|config|register|forward|"
    r"process|invoke|execute|call|apply|on_?\w+|before_?\w+|after_?\w+|GET|POST|PUT|PATCH|DELETE|inlet|outlet|pipe|predict\w*|call_api|get_assert|activate|deactivate"
    r"|getServerSideProps|getStaticProps|generateMetadata|\w*[mM]iddleware)(?:_?async)?",
    re.IGNORECASE,
)
FOUND_BY_NAME = regex(r"Filter|Pipelines?|Pipe|Tools?|Action|Plugin|Model|Predictor|EndpointHandler|Handler|Program|Startup")
# How many files may name something before it is taken for a common word, and how many callers are followed.
MOST, STEPS = 6, 3
TEMPLATES = (
    "langgraph.json",
    "function.json",
    "vercel.json",
    "manifest.json",
    "plugin.json",
    "serverless.json",
    ".http",
    ".erb",
    ".cshtml",
    ".razor",
    ".blade.php",
    ".twig",
    ".jinja",
    ".xml",
    ".conf",
)
# Lines that name a thing and call nothing: imports, exports, comments.
SILENT = {
    "python": regex(
        r"(?m)^[ \t]*from[ \t]+[\w.]+[ \t]+import[ \t]*(?:\([^()]{0,4000}\)|[^\n(]*)|^[ \t]*import [^\n]*"
        r"|__all__[^\n=]{0,40}=\s*[\[(][^\])]{0,8000}[\])]|^[ \t]*#[^\n]*"
    ),
    "javascript": regex(
        r"(?m)^[ \t]*import\b[^;'\"()]{0,4000}?from[ \t]*['\"][^'\"\n]*['\"]|\bexport\s*(?:type\s*)?\{[^}]{0,4000}\}"
        r"|\b(?:const|let|var)\s*\{[^}]{0,2000}\}\s*=\s*(?:await\s+import|require)\([^\n]*"
        r"|\bmodule\.exports\s*=\s*\{[^}]{0,4000}\}|\bexports\.\w+\s*=\s*\w+\s*;?[ \t]*$"
        r"|^[ \t]*(?://|/?\*)[^\n]*"
    ),
}
OTHERS = regex(r"(?m)^[ \t]*(?:import\b[^\n]*|using\s+(?:static\s+)?[\w.]+\s*;|(?:pub\s+)?use\s[^;]{0,2000};|(?://|/?\*|#(?!\[))[^\n]*)")
# Decorators that leave a function to those who call it.
HARMLESS = regex(
    r"(?:^|\.)(?:\w*cache\w*|staticmethod|classmethod|property|contextmanager|asynccontextmanager|wraps|overload|override|retry\w*|observe|traceable|traced?|timed|timeit"
    r"|instrument\w*|\w*span\w*|beartype|validate_call|typechecked|deprecated|singledispatch|inline|must_use|doc|allow|Override|Nullable|NotNull|NonNull|SuppressWarnings|JvmStatic|Throws"
    r"|Deprecated|Obsolete|Transactional|Timed|Retryable)$"
)
# Decorators of classes whose objects a container gives to who asks for them, and those that write code for one.
GIVEN_OUT = regex(
    r"(?:^|\.)(?:Component|Service|Singleton|Injectable|ApplicationScoped|RequestScoped|Named|injectable|singleton|Slf4j|Log4j2|\w{0,12}ArgsConstructor|Lazy|Primary"
    r"|ConditionalOn\w{1,20}|Profile)$"
)
# Where a container is told of a type that it makes for whoever asks for it.
REGISTERS = regex(r"(?:^|\.)(?:Try)?Add(?:Keyed)?(?:Singleton|Scoped|Transient)(?:<|$)")
PUBLISHED = regex(
    r"maven-publish|<PackageId>|GeneratePackageOnBuild|<IsPackable>true|\"type\"\s*:\s*\"library\"|mavenPublishing|central-publishing"
)
MANIFESTS = regex(r"(?:^|/)(?:pom\.xml|composer\.json|[\w.-]+\.(?:csproj|gradle|gradle\.kts|gemspec)|Cargo\.toml|lib\.rs|main\.rs)$")


class Idle:
    """Tells of functions and objects whether anything of the application can get to them, as far as names say."""

    def __init__(self, project: Project, unwired: Unwired) -> None:
        self.project, self.unwired = project, unwired
        self._spoken: dict[str, list[str] | None] = {}
        self._plain: dict[str, str] = {}
        self._known: dict[tuple[str, int], bool] = {}

    def is_called(self, source: Source, function: Function, steps: int = STEPS) -> bool:
        """Whether code names a function, apart from itself, imports and functions that nothing calls; true where one can't tell."""
        key = (source.path, function.line)
        if key not in self._known:
            self._known[key] = True  # of those that call each other
            self._known[key] = self._is_called(source, function, steps)
        return self._known[key]

    def _is_called(self, source: Source, function: Function, steps: int) -> bool:
        if source.path in self.unwired.graph.leading:  # what asks the model is what the application is for
            return True
        if not steps or len(function.name) < SHORTEST or self.is_given(source.language) or self._is_started(source, function):
            return True
        if any(not HARMLESS.search(d.split("(", 1)[0]) for d in function.decorators):
            return True
        own = next((c for c in source.classes if c.name == function.owner), None)
        if function.owner and (source.language in STRUCTURAL or own is None or not is_given_out(own) or FOUND_BY_NAME.fullmatch(own.name)):
            return True
        if own is not None and own.bases and not all(self._is_own_type(b) for b in own.bases):
            return True  # a method that a framework may call
        extends = source.language == "csharp"  # where methods of a class that is named nowhere may be called on others
        if (
            own is not None
            and not extends
            and len(own.name) >= SHORTEST
            and not self.is_named(source, own.name, own.line, own.end_line, steps)
        ):
            return False
        return self.is_named(source, function.name, function.line, function.end_line, steps)

    def is_orphan(self, source: Source, function: Function) -> bool:
        """Whether a plain function of a program is named nowhere, also where its file may ask a model."""
        plain = len(function.name) >= SHORTEST and not function.owner and not function.decorators
        if not plain or self.is_given(source.language) or self._is_started(source, function):
            return False
        return not self.is_named(source, function.name, function.line, function.end_line)

    def _is_started(self, source: Source, function: Function) -> bool:
        """Whether something outside of the code calls a function by its name or place."""
        if source.language not in KNOWN or ENTRIES.fullmatch(function.name):
            return True
        row = source.lines[function.line - 1]
        if source.language == "javascript" and (
            "export default" in row or re.search(rf"export default (?:async )?{re.escape(function.name)}\b", "\n".join(source.lines[-5:]))
        ):
            return True
        return bool(STARTED.search(source.path))

    def _is_own_type(self, base: str) -> bool:
        """Whether a class or interface is the project's own."""
        name = re.split(r"[<(\[]", base)[0].rsplit(".", 1)[-1]
        declared = re.compile(rf"\b(?:class|interface|trait)\s+{re.escape(name)}\b")
        return any(declared.search(self.project.text(p) or "") for p in self._files(name) or ())

    def is_named(self, source: Source, name: str, start: int, end: int, steps: int = STEPS) -> bool:
        """Whether something that runs names a thing of a file, outside of the lines where it is made."""
        files = self._files(name)
        if files is None:
            return True
        for path in files:
            rows = self._rows(path, name)
            if path == source.path:
                rows = [r for r in rows if not start <= r <= end]
            other = self.project.source(path) if rows and path in self._code else None
            if rows and (other is None or any(self._runs(other, r, name, steps) for r in rows)):
                return True
        return False

    def speaks_of(self, path: str, names: set[str]) -> bool:
        """Whether a file names one of these things anywhere but where it imports them."""
        return any(self._rows(path, n) for n in sorted(names))

    def is_looked_at(self, source: Source, call: Call) -> bool:
        """Whether what a call makes is used: not one that is only put into a name, or registered by its type, that nothing names again."""
        around = [c for c in source.calls if c is not call and c.line <= call.line and call.end_line <= c.end_line]
        if any(REGISTERS.search(c.callee) for c in around):
            return self._is_wanted(call)
        kept = [
            a
            for a in source.assignments
            if a.line == call.line and a.function == call.function and call.callee in (a.value.text, f"new {a.value.text}")
        ]
        if len(kept) != 1 or kept[0].value.kind != "call":
            return True
        name = kept[0].name.rsplit(".", 1)[-1]
        if not name.isidentifier() or len(name) < SHORTEST or (kept[0].function < 0 and self.is_given(source.language)):
            return True
        if kept[0].function >= 0 and "." not in kept[0].name:
            return any(r != call.line for r in self._rows(source.path, name))
        return self.is_named(source, name, call.line, call.end_line)

    def _is_wanted(self, call: Call) -> bool:
        """Whether code asks for the type that a container was told of."""
        name = call.callee.rsplit(".", 1)[-1]
        files = self._files(name) if name[:1].isupper() else None
        if files is None:
            return True
        made = re.compile(rf"\bnew {name}\b|Add(?:Keyed)?(?:Singleton|Scoped|Transient)\b")
        return any(not made.search(self._line(p, r)) for p in files for r in self._rows(p, name))

    def is_unused(self, source: Source, tool: str) -> bool:
        """Whether all calls of what a file imports of a tool stand in functions that nothing calls."""
        names = self.taken(source, tool)
        calls = [c for c in source.calls if any(m.tool.id == tool for m in self.project.catalogue.calls.find(c.callee))]
        calls += list(made_by(source, names))
        inside = [[f for f in source.functions if f.line <= c.line <= f.end_line and f.parent < 0 and f.name] for c in calls]
        inside += [[f] for f in source.functions if any(re.split(r"[.(]", d)[0] in names for d in f.decorators)]
        return bool(inside) and all(around and not any(self.is_called(source, f) for f in around) for around in inside)

    def taken(self, source: Source, tool: str) -> set[str]:
        """Names by which a file knows what it imports of a tool."""
        modules = self.project.catalogue.imports.get(source.language)
        joint = "/" if source.language == "javascript" else "."
        names: set[str] = set()
        for i in source.imports if modules and source.language in ("python", "javascript") else ():
            if modules and any(m.id == tool for n in (i.module, *(f"{i.module}{joint}{n}" for n, _ in i.names)) for m in modules.find(n)):
                names |= {alias or name for name, alias in i.names} | ({i.alias} if i.alias else set())
                names |= set() if i.names or i.alias else {i.module.split(".")[0]}
        return names

    def is_given(self, language: str) -> bool:
        """Whether code of a language is made for other projects, which may call what this one doesn't."""
        known = self._libraries.get(language)
        return known if known is not None else bool(self._published)

    @cached_property
    def _libraries(self) -> dict[str, bool]:
        code = self._code
        go = not any(p.endswith(".go") and re.search(r"(?m)^package main\b", self.project.text(p) or "") for p in code)
        rust = not any(p.endswith("main.rs") for p in code)
        return {
            "python": self.unwired.is_library or self.unwired.loads_by_name,
            "javascript": self.unwired.is_package or self.unwired.loads_by_name,
            "go": go,
            "rust": rust,
        }

    @cached_property
    def _published(self) -> bool:
        found = [p for p in self.project.paths if MANIFESTS.search(p) and not p.endswith(".rs")]
        return any(p.endswith(".gemspec") or PUBLISHED.search(self.project.text(p) or "") for p in found)

    @cached_property
    def _code(self) -> frozenset[str]:
        return frozenset(p for p in self.project.code if self.project.is_application(p))

    @cached_property
    def _telling(self) -> list[str]:
        return [p for p in self.project.paths if p in self._code or ((SETTINGS.search(p) or p.endswith(TEMPLATES)) and self._is_setting(p))]

    def _is_setting(self, path: str) -> bool:
        return posixpath.basename(path) not in ("package.json", "pyproject.toml") and not path.endswith("lock.yaml")

    def _files(self, name: str) -> list[str] | None:
        """The files that hold a name; none where they are too many to tell anything."""
        if name not in self._spoken:
            found: list[str] | None = []
            for path in self._telling:
                if name in (self.project.text(path) or "") and self._rows(path, name):
                    if found is None or len(found) == MOST:
                        found = None
                        break
                    found.append(path)
            self._spoken[name] = found
        return self._spoken[name]

    def _rows(self, path: str, name: str) -> list[int]:
        """The lines of a file that name something, but for imports and comments."""
        text = self._text(path)
        aliased = re.search(rf"\b{re.escape(name)}\s+as\s+(\w+)", self.project.text(path) or "")
        names = {name, aliased[1]} if aliased else {name}
        found = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(names)))})(?![\w-])")
        return [i for i, row in enumerate(text.split("\n"), 1) if any(n in row for n in names) and found.search(row)]

    def _line(self, path: str, row: int) -> str:
        rows = self._text(path).split("\n")
        return rows[row - 1] if row <= len(rows) else ""

    def _text(self, path: str) -> str:
        if path not in self._plain:
            silent = SILENT.get(language_of(path) or "", OTHERS if path in self._code else None)
            text = self.project.text(path) or ""
            self._plain[path] = silent.sub(lambda m: "\n" * m.group().count("\n"), text) if silent else text
        return self._plain[path]

    def _runs(self, source: Source, row: int, name: str, steps: int) -> bool:
        """Whether a line stands where it may run: not the head of a function of that name, and in none that nothing calls."""
        around = [f for f in source.functions if f.line <= row <= f.end_line and f.name and f.parent < 0]
        if any(f.name == name and f.line == row for f in source.functions):
            return False
        return not around or any(self.is_called(source, f, steps - 1) for f in around)


def is_given_out(declared: Class) -> bool:
    """Whether a container alone makes a class's objects, for those who ask for them, or nothing but the project's own code does."""
    return all(GIVEN_OUT.search(d.split("(", 1)[0]) for d in declared.decorators)


def made_by(source: Source, names: set[str]) -> Iterator[Call]:
    """Calls of names that a file imports, and of what they give."""
    return (c for c in source.calls if re.split(r"[.:(]", c.callee)[0] in names)
