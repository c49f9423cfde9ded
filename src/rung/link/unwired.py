"""Modules that stand in an application, and that nothing of it uses or starts."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property

from rung.facts.code import language_of
from rung.link.graph import Graph
from rung.link.project import Project
from rung.regex import regex

STEPS = 4
# Notebooks, and parts of an interface.
PARTS = (".ipynb", ".vue", ".svelte", ".astro", ".tsx", ".jsx", ".d.ts")
# Files that a platform, a framework or a command starts or finds by their names and places.
STARTED = regex(
    r"(?:^|/)(?:__\w+__|main|_?app|server|index|cli|wsgi|asgi|manage|settings|conftest|setup|run|start|bot|worker|\w*handler|lambda_function|function_app"
    r"|tasks?|celery\w*|urls|models|admin|apps|views|signals|schema|middleware|instrumentation[\w.-]*|gunicorn[\w.]*|sitecustomize|[\w.-]+\.config"
    r"|page|layout|route|proxy|hooks[\w.]*|\+[\w.]+|entry[\w.-]*|streamlit\w*|\w+_app)\.\w+$"
    r"|(?:^|/)(?:pages|app|routes|api|functions|plugins|extensions|management|templatetags|migrations|scripts|bin|dags|lambdas?|handlers|netlify|supabase|public|static)/"
)
ROUTER = regex(r"(?m)^\w+(?:\s*:\s*\w+)?\s*=\s*(?:\w+\.)?(?:APIRouter|Blueprint|APIBlueprint)\(")
# Lines by which a Python module does something as it is loaded, and decorators that hand a function to somebody else.
DOES = regex(r"(?m)^(?:[A-Za-z_][\w.]*\(|with |for |while |if __name__|async with |def (?:main|lambda_handler|handler)\()")
HANDED = regex(
    r"(?m)^@(?!(?:\w{0,40}router|bp|blueprint|\w{1,40}_bp|dataclass|dataclasses|contextmanager|asynccontextmanager|lru_cache|cache|functools|contextlib|observe|traceable|traced?|weave|opik|langfuse|tracer|\w{0,20}retry|staticmethod|beartype|typing|overload)\b)"
)
LOADS = regex(r"import_module\(|__import__\(|iter_modules\(|walk_packages\(|readdirSync\(|require\.context|import\.meta\.glob|autoload\(")
BUILT = regex(r"(?m)^\[build-system\]|^\[tool\.poetry\]")
SETTINGS = regex(
    r"(?:^|/)(?:[Dd]ockerfile[\w.-]*|Procfile|Makefile|justfile|[\w.-]+\.(?:toml|cfg|ini|ya?ml|sh|tf|bicep|html|env|conf)|package\.json"
    r"|tsconfig[\w.]*\.json|[\w-]*\.?host\.json|project\.json)$"
)
PACKAGED = regex(r'"(?:exports|bin|files|types|module)"\s*:')


class Unwired:
    """Tells which files plainly never run, as far as one can see: no other file uses them, and nothing names or starts them."""

    def __init__(self, project: Project, graph: Graph) -> None:
        self.project, self.graph = project, graph
        self._known: dict[str, bool] = {}

    def holds(self, path: str) -> bool:
        """Whether a file is one that nothing leads to."""
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = self._is_unwired(path, STEPS)
        return known

    def is_alone(self, path: str) -> bool:
        """Whether a module's functions can be called by its own code alone: no other file imports it, and others get no package."""
        users = [u for u in self.graph.used.get(path, ()) if u != path and not self._is_test(u)]
        language = language_of(path)
        if users or language not in ("python", "javascript") or path.endswith(PARTS) or STARTED.search(path):
            return False
        given = self.is_library if language == "python" else self.is_package
        return not self.loads_by_name and not given and not self._is_named(path)

    def is_spoken_of(self, path: str, name: str) -> bool:
        """Whether another file of the application's code holds a name, as it may where a framework imports by itself."""
        return any(p != path and name in (self.project.text(p) or "") for p in self.project.code if self.project.is_application(p))

    def _is_unwired(self, path: str, steps: int) -> bool:
        language = language_of(path)
        if not steps or path in self.graph.leading or not self.project.is_application(path):
            return False
        if language == "go":
            return self._is_unused_package(path, steps)
        if language not in ("python", "javascript") or path.endswith(PARTS):
            return False
        router = language == "python" and bool(ROUTER.search(self.project.text(path) or ""))
        if (STARTED.search(path) and not router) or path.endswith(("/__init__.py", "/__main__.py")):
            return False
        users = [u for u in self.graph.used.get(path, ()) if u != path and not self._is_test(u)]
        if users:
            return all(self._is_unwired(u, steps - 1) for u in users)
        return self._is_alone(path, language, router) and not self._is_named(path)

    def _is_test(self, path: str) -> bool:
        return not self.project.is_application(path)

    def _is_alone(self, path: str, language: str, router: bool) -> bool:
        """Whether a module that nobody imports does nothing by itself, and isn't offered to other projects."""
        text = self.project.text(path) or ""
        if self.loads_by_name:
            return False
        if language == "python":
            return not DOES.search(text) and not HANDED.search(text) and (router or not self.is_library)
        return not self.is_package

    def _is_unused_package(self, path: str, steps: int) -> bool:
        """Whether no other Go package imports that of a file, in a program or below `internal`, where no other module may."""
        folder = posixpath.dirname(path)
        parts = folder.split("/")
        if not folder or re.search(r"(?m)^package main\b", self.project.text(path) or ""):
            return False
        if "internal" not in parts and (not self._is_program or "pkg" in parts):
            return False
        users = {
            u
            for p in self._packages.get(folder, ())
            for u in self.graph.used.get(p, ())
            if posixpath.dirname(u) != folder and not self._is_test(u)
        }
        return all(self._is_unwired(u, steps - 1) for u in sorted(users))

    @cached_property
    def _packages(self) -> dict[str, list[str]]:
        """Go's files by their folder."""
        found: dict[str, list[str]] = {}
        for path in self.project.code:
            if path.endswith(".go"):
                found.setdefault(posixpath.dirname(path), []).append(path)
        return found

    def _is_named(self, path: str) -> bool:
        """Whether settings, a command or another file's text names a module."""
        stem = posixpath.basename(path).split(".")[0]
        name = re.escape(stem)
        named = re.compile(rf"(?:[./\"'`\s:=-]){name}(?:\.(?:py|[mc]?[jt]sx?)\b|[:\"'`])|\w\.{name}\.[A-Za-z_]")
        return any(p != path and stem in (text := self.project.text(p) or "") and named.search(text) for p in self._telling)

    @cached_property
    def _telling(self) -> list[str]:
        code = {p for p in self.project.code if language_of(p) in ("python", "javascript")}
        return [p for p in self.project.paths if p in code or SETTINGS.search(p)]

    @cached_property
    def _is_program(self) -> bool:
        """Whether the Go module's root is a program, so that no other project imports it."""
        roots = [p for p in self.project.code if p.endswith(".go") and "/" not in p]
        return any(re.search(r"(?m)^package main\b", self.project.text(p) or "") for p in roots)

    @cached_property
    def loads_by_name(self) -> bool:
        files = [p for p in self.project.code if self.project.is_application(p) and language_of(p) in ("python", "javascript")]
        return any(LOADS.search(self.project.text(p) or "") for p in files)

    @cached_property
    def is_library(self) -> bool:
        """Whether the Python code is built as a package that others may install."""
        if any(posixpath.basename(p) == "setup.py" for p in self.project.paths):
            return True
        return any(posixpath.basename(p) == "pyproject.toml" and BUILT.search(self.project.text(p) or "") for p in self.project.paths)

    @cached_property
    def is_package(self) -> bool:
        manifests = [p for p in self.project.paths if posixpath.basename(p) == "package.json"]
        return any(PACKAGED.search(text := self.project.text(p) or "") and '"private": true' not in text for p in manifests)
