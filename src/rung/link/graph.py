"""Which of the repository's files a file uses, by its imports and, in languages without file imports, by the types it names."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from functools import cached_property

from rung.facts.code import language_of
from rung.facts.code.source import Source
from rung.link.declared_types import BY_TYPE, DeclaredTypes
from rung.link.glance import Glance
from rung.link.javascript_imports import JavaScriptImports, upward
from rung.link.namespaces import Namespaces
from rung.link.ports import Ports
from rung.link.project import Project
from rung.regex import regex

LEADS = 3
# Files by which a package or folder gives what stands in others.
BARREL = regex(r"(?:^|/)(?:__init__\.py|(?:index|mod)\.[mc]?[jt]sx?|(?:lib|mod)\.rs)$")
WORD = regex(r"\w+")
NAMESPACE = regex(r"^[ \t]*(?:<\?php\s+)?namespace\s", re.MULTILINE)
UNTYPED = ("python", "javascript", "ruby", "php")
LAYERED = ("java", "csharp")
PORTS = 2  # steps from a model within which what implements an interface is looked for


class Graph:
    """Resolves imports to files. `touches` maps a file's targets to the names taken from each (None: everything)."""

    def __init__(self, project: Project, glance: Glance) -> None:
        self.project, self.glance = project, glance
        self._touches: dict[str, dict[str, frozenset[str] | None]] = {}
        self._namespaces, self._scripts, self._types = Namespaces(project), JavaScriptImports(project), DeclaredTypes(project)
        self._named: dict[str, frozenset[str]] = {}
        self._glanced: dict[str, frozenset[str]] = {}
        self._candidates: dict[str, list[str]] = {}

    def touches(self, path: str) -> dict[str, frozenset[str] | None]:
        """The files that this file uses directly."""
        known = self._touches.get(path)
        if known is None:
            source = self.project.source(path)
            known = self._touches[path] = self._resolve(source) if source else {}
        return known

    @cached_property
    def leading(self) -> dict[str, int]:
        """Code files that lead to a model by their imports or by the types that they name, with the number of steps; 0 may ask one itself.

        Told from a glance at the text, so that only these need to be parsed.
        """
        wave = {p for p in self.project.code if self.glance.may_ask(p)}
        found = dict.fromkeys(wave, 0)
        for steps in range(1, LEADS + 1):
            wave = {user for path in wave for user in self.used.get(path, ())} - found.keys()
            found.update(dict.fromkeys(wave, steps))
        return found

    @cached_property
    def near(self) -> frozenset[str]:
        """Code files that may ask a model, and those that use one of these, also through its package, and need not name a client's type."""
        asking = {p for p in self.project.code if self.glance.may_ask(p)}
        users = {user for path in asking for user in self.used.get(path, ())}
        users |= {user for path in users if BARREL.search(path) for user in self.used.get(path, ())}
        return frozenset(asking | {u for u in users if language_of(u) in UNTYPED or self.glance.holds(u, "generates")})

    @cached_property
    def used(self) -> dict[str, list[str]]:
        """The files that seem to use each file."""
        users: dict[str, list[str]] = defaultdict(list)
        for path in self.project.code:
            for target in self.glanced(path):
                users[target].append(path)
        return dict(users)

    def glanced(self, path: str) -> frozenset[str]:
        """The files that a file seems to use, from a glance at its text, those behind interfaces included."""
        known = self._glanced.get(path)
        if known is None:
            found = self._glance(path)
            known = self._glanced[path] = found.union(self._ports.behind(path, found))
        return known

    @cached_property
    def _ports(self) -> Ports:
        return Ports(self.project, self._implementing, self._glance)

    @cached_property
    def _implementing(self) -> list[str]:
        """Files that may ask a model; in languages in which everything is given by its interface, also what leads to these."""
        found = {p for p in self.project.code if self.glance.may_ask(p)}
        typed = [p for p in self.project.code if language_of(p) in LAYERED and self.project.is_application(p)]
        for _ in range(PORTS if found and typed else 0):
            found |= {p for p in typed if not found.isdisjoint(self._glance(p))}
        return sorted(found)

    def _glance(self, path: str) -> frozenset[str]:
        """The files that a file's text names."""
        known = self._named.get(path)
        if known is None:
            known = self._named[path] = frozenset(self._look(path))
        return known

    def _look(self, path: str) -> set[str]:
        language = language_of(path) or ""
        found: set[str] = set()
        for module, names in self.glance.modules(path):
            taken = frozenset(WORD.findall(names)) - {"as"}
            found |= {target for target, _ in self._targets(language, path, module, taken)}
        if language in BY_TYPE:
            found |= set(self._types.named(language, path, self.project.text(path) or ""))
        if language == "rust":
            found |= set(self._by_crate(self.project.text(path) or "")) - {path}
        if path.endswith("_test.go"):  # other files of a package are taken to lead to a model only by what they import themselves
            found |= set(self._package(path))
        return found

    def _resolve(self, source: Source) -> dict[str, frozenset[str] | None]:
        found: dict[str, frozenset[str] | None] = {}
        for imported in source.imports:
            taken = frozenset(name for name, _ in imported.names)
            for target, names in self._targets(source.language, source.path, imported.module, taken):
                if target == source.path:
                    continue
                before = found.get(target, frozenset())
                found[target] = None if names is None or before is None else before | names
        if source.language in BY_TYPE:
            for target in self._types.named(source.language, source.path, "\n".join(source.lines)):
                found.setdefault(target, None)
        if source.language == "rust":
            for target in self._by_crate("\n".join(source.lines)):
                if target != source.path:
                    found.setdefault(target, None)
        if source.language == "go":
            for target in self._package(source.path):
                found.setdefault(target, None)
        for target in self._ports.behind(source.path, sorted(self._glance(source.path))):
            found.setdefault(target, None)
        return found

    def declaring(self, name: str) -> list[str]:
        """The files that declare a type of that name, in languages whose files name others by types."""
        return self._types.declaring(name)

    def owns(self, module: str) -> bool:
        """Whether a PHP namespace, or a class without one, is the repository's own."""
        if self._namespaces.owns(module):
            return True
        declaring = (p for p in self._types.declaring(module) if p.endswith(".php") and self.project.is_own(p))
        return any(not NAMESPACE.search(self.project.text(p) or "") for p in declaring)

    def _package(self, path: str) -> list[str]:
        """The other files of a Go file's package."""
        return [t for t in self._go_files.get(posixpath.dirname(path), ()) if t != path]

    def _targets(self, language: str, path: str, module: str, names: frozenset[str]) -> list[tuple[str, frozenset[str] | None]]:
        """The files that an import means, each with the names taken from it (None: everything)."""
        if language == "python":
            return [(self._copied.get(t, t), taken) for t, taken in self._python(path, module, names)]
        if language == "javascript":
            return [(t, names or None) for t in self._scripts.targets(path, module)]
        if language == "go":
            return [(t, None) for t in self._go(module)]
        if language == "ruby":
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), module))
            return [(t, None) for t in (target, f"{target}.rb", *self._load_path(path, module)) if t in self.project.repository.files]
        if language == "php":
            return [(t, None) for t in self._namespaces.targets(path, module, names)]
        if language == "rust":
            if own := self._crate(module):
                return own
            parts = [p for p in module.split("::") if p not in ("crate", "self", "super")]
            if module.split("::", 1)[0] in ("crate", "self", "super"):  # what is taken may be a module itself
                parts += sorted(n for n in names if n.islower() and n not in parts)
            found: list[tuple[str, frozenset[str] | None]] = [(t, None) for part in parts for t in self._stems.get((part, ".rs"), ())]
            return found[:4]
        return []

    def _python(self, path: str, module: str, names: frozenset[str]) -> list[tuple[str, frozenset[str] | None]]:
        folder = None
        if module.startswith("."):
            level = len(module) - len(module.lstrip("."))
            folder = posixpath.dirname(path)
            for _ in range(level - 1):
                folder = posixpath.dirname(folder)
            module = module.lstrip(".")
        found: list[tuple[str, frozenset[str] | None]] = []
        submodules = set()
        for name in sorted(names):
            target = self._python_module(f"{module}.{name}" if module else name, folder, path)
            if target:
                found.append((target, None))
                submodules.add(name)
        rest = names - submodules
        if module and (rest or not names) and (target := self._python_module(module, folder, path)):
            found.append((target, rest or None))
        return found

    def _python_module(self, module: str, folder: str | None, importer: str) -> str:
        """The file of a Python module, "" where the repository has none; of several the one that shares most folders with the importer."""
        parts = module.replace(".", "/")
        endings = (f"{parts}.py", f"{parts}/__init__.py")
        if folder is not None:
            options = (posixpath.normpath(posixpath.join(folder, e)) for e in endings)
            return next((t for t in options if t in self.project.repository.files or t in self._copied), "")
        if module not in self._candidates:
            stem = posixpath.basename(parts)
            near = (*self._stems.get((stem, ".py"), ()), *self._packages.get(stem, ()))
            self._candidates[module] = [p for p in near if p in endings or p.endswith(("/" + endings[0], "/" + endings[1]))]
        return min(self._candidates[module], key=lambda p: (-_shared(p, importer), len(p), p), default="")

    def _go(self, module: str) -> list[str]:
        for name, folder in self._go_modules:
            if module == name or module.startswith(name + "/"):
                inside = posixpath.normpath(posixpath.join(folder, module[len(name) + 1 :]))
                inside = "" if inside == "." else inside
                return self._go_files.get(inside, [])
        return []

    def _load_path(self, path: str, module: str) -> list[str]:
        """Where Ruby finds what is required by name: in a folder `lib` at or above the file."""
        if module.startswith("."):
            return []
        places = (posixpath.join(above, "lib", f"{module}.rb") for above in upward(posixpath.dirname(path)))
        return [p for p in places if p in self.project.repository.files and p != path][:1]

    def _crate(self, module: str) -> list[tuple[str, frozenset[str] | None]]:
        """The files that a path through a crate of the repository means: its modules, or else its library's root."""
        head, *parts = module.split("::")
        folder = self._crates.get(head)
        if folder is None:
            return []
        base = posixpath.join(folder, "src")
        named = [t for part in parts for t in self._stems.get((part, ".rs"), ()) if t.startswith(f"{base}/")]
        root = posixpath.join(base, "lib.rs")
        return [(t, None) for t in [*named, *([root] if root in self.project.repository.files else [])][:4]]

    def _by_crate(self, text: str) -> list[str]:
        """The files that a Rust file means by full paths, without a line that imports them (`desk::ask(...)`)."""
        named = (m for head in self._crates if f"{head}::" in text for m in re.findall(rf"(?<![\w:]){re.escape(head)}(?:::\w+)*", text))
        return sorted({t for module in dict.fromkeys(named) for t, _ in self._crate(module)})

    @cached_property
    def _crates(self) -> dict[str, str]:
        """Folders of the repository's crates by the name that code calls them."""
        found = {}
        for path in self.project.paths:
            if posixpath.basename(path) == "Cargo.toml":
                data = self.project.data(path)
                for table in ("package", "lib") if isinstance(data, dict) else ():
                    named = data.get(table)
                    if isinstance(named, dict) and isinstance(named.get("name"), str):
                        found[named["name"].replace("-", "_")] = posixpath.dirname(path)
        return found

    @cached_property
    def _copied(self) -> dict[str, str]:
        """Shipped files by the paths that users copy them to."""
        return {plain: path for path, plain in self.project.shipped.items()}

    @cached_property
    def _stems(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for path in self.project.paths:
            if language_of(path):
                known = self.project.shipped.get(path, path)
                stem, suffix = posixpath.splitext(posixpath.basename(known))
                found[(stem, suffix)].append(known)
                if path.endswith("/mod.rs"):
                    found[(posixpath.basename(posixpath.dirname(path)), ".rs")].append(path)
        return found

    @cached_property
    def _packages(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.project.paths:
            if path.endswith("/__init__.py"):
                found[posixpath.basename(posixpath.dirname(path))].append(path)
        return found

    @cached_property
    def _go_files(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.project.paths:
            if path.endswith(".go") and not path.endswith("_test.go"):
                found[posixpath.dirname(path)].append(path)
        return found

    @cached_property
    def _go_modules(self) -> list[tuple[str, str]]:
        found = []
        for path in self.project.paths:
            if posixpath.basename(path) == "go.mod":
                match = re.search(r"^module\s+(\S+)", self.project.text(path) or "", re.MULTILINE)
                if match:
                    found.append((match.group(1), posixpath.dirname(path)))
        return sorted(found, key=lambda pair: -len(pair[0]))


def _shared(one: str, other: str) -> int:
    """How many leading folders two paths share."""
    count = 0
    for a, b in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if a != b:
            break
        count += 1
    return count
