"""What plainly can't run at this commit."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from rung.facts.code.source import Import, Source
from rung.link.aliases import Aliases
from rung.link.project import Project
from rung.regex import regex
from rung.repository import Role

SCRIPT = regex(r"^\s*[\w-]+\s*=\s*[\"']([\w.]+):\w+[\"']", re.MULTILINE)
SCRIPTS = regex(r"^\[(?:project\.scripts|tool\.poetry\.scripts)\]\n((?:[^\[\n].*\n|\n)*)", re.MULTILINE)
# What is made when the project is built or installed, and so never stands in the repository.
MADE = regex(
    r"_pb2(?:_grpc)?(?:$|[./])|_pb(?:$|[./])|(?:^|[./_-])_*(?:generated|gen|dist|build|out|target|pkg|wasm|proto|protos|stubs?|types?|version|vendor|external|third_?party"
    r"|artifacts|baml_client|prisma|bindings|native|node_modules)_*(?:$|[./])|\.prisma|\$\w+|\+types|routeTree|_routes|_rs$|_rust$|_cpp$|_C$|_ext$",
    re.IGNORECASE,
)
# A module that gives names which don't stand in it.
GIVES_MORE = regex(
    r"import\s*\*|export\s*\*|__getattr__|globals\(\)|setattr\(|sys\.modules|__path__|\bexec\(|importlib|module\.exports|lazy_?(?:load|import)|_LazyModule"
)
GIVES_MODULES = regex(r"sys\.modules|__path__|extend_path|declare_namespace|_LazyModule")
SCRIPT_SUFFIXES = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
INSTALLS = regex(r"\bpip3? install\b|\buv pip\b|%pip\b")


def can_be_built(project: Project, path: str) -> bool:
    """Whether a Python package's manifest names only entry points that are there."""
    section = SCRIPTS.search((project.text(path) or "") + "\n") if path.endswith("pyproject.toml") else None
    modules = SCRIPT.findall(section.group(1)) if section else []
    files = project.repository.files
    return all(any(p.endswith((f"{m.replace('.', '/')}.py", f"{m.replace('.', '/')}/__init__.py")) for p in files) for m in modules)


class Dead:
    """Tells why a source file can't run, where its own imports say so."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._aliases = Aliases(project)

    def reason(self, source: Source) -> str:
        """Why a file plainly can't run: it imports a module of the repository that is gone, or a name that its module has no more."""
        for imported in source.imports:
            if MADE.search(imported.module) or _may_fail(source, imported):
                continue
            if source.language == "python":
                gone = self._gone_in_python(source, imported)
            elif source.language == "javascript":
                gone = self._gone_in_script(source, imported)
            else:
                return ""
            if gone:
                return f"it imports {gone}, which is gone"
        return ""

    def _gone_in_python(self, source: Source, imported: Import) -> str:
        """The module or name of an import that the repository has no more; empty when there is none."""
        module = imported.module
        if module.startswith("."):
            folder = posixpath.dirname(source.path)
            for _ in range(len(module) - len(module.lstrip(".")) - 1):
                folder = posixpath.dirname(folder)
            place = posixpath.normpath(posixpath.join(folder, module.lstrip(".").replace(".", "/")))
            if place.startswith("..") or source.path.endswith(".ipynb") or self._is_elsewhere(place):
                return ""
            found = [p for p in (f"{place}.py", f"{place}/__init__.py") if p in self.project.repository.files]
            if not found:
                return "" if self._has(place) else module
            return self._missing(found, imported, place)
        head = module.split(".", maxsplit=1)[0]
        if head not in self.own_names or any(INSTALLS.search(line) and head in re.split(r"\W+", line) for line in source.lines):
            return ""
        tail = module.replace(".", "/")
        if "." in module and not self._ends_with(tail):
            return "" if self._gives_more(tail) or self._is_elsewhere(tail) else module
        found = [p for p in self.python_files[posixpath.basename(tail)] if p.endswith((f"/{tail}.py", f"/{tail}/__init__.py"))]
        return self._missing([p[1:] for p in found], imported, tail) if found else ""

    def _gives_more(self, tail: str) -> bool:
        """Whether a package or module around this one gives modules that stand in no file of their own."""
        while tail := posixpath.dirname(tail):
            around = [p for p in self.python_files[posixpath.basename(tail)] if p.endswith((f"/{tail}.py", f"/{tail}/__init__.py"))]
            if any(GIVES_MODULES.search(self.project.text(p[1:]) or "") for p in around):
                return True
        return False

    def _missing(self, modules: list[str], imported: Import, place: str) -> str:
        """A name that an import takes and that stands nowhere in any file which the module may be."""
        texts = [self.project.text(m) for m in modules]
        for name, _ in imported.names:
            if name in ("*", "default") or name.startswith("_") or MADE.search(name):
                continue
            if any(t is None or GIVES_MORE.search(t) or re.search(rf"\b{re.escape(name)}\b", t) for t in texts):
                continue
            if self._ends_with(f"{place}/{name}") or self._has(f"{place}/{name}"):
                continue
            return f"{name} from {imported.module}"
        return ""

    def _gone_in_script(self, source: Source, imported: Import) -> str:
        """The module or name of an import that the repository has no more; empty when there is none."""
        module = imported.module.split("?", 1)[0]
        if module.startswith("."):
            places = [posixpath.normpath(posixpath.join(posixpath.dirname(source.path), module))]
        else:
            places = [posixpath.normpath(p) for p in self._aliases.targets(source.path, module)] if "*" not in module else []
        if not places or any(p.startswith("..") or MADE.search(p) or self._is_elsewhere(p) for p in places):
            return ""
        suffix = posixpath.splitext(module)[1]
        if suffix in (".json", ".css", ".md", ".mdx", ".txt", ".svg", ".png", ".yaml", ".yml", ".html", ".vue", ".svelte", ".node"):
            return ""
        found = [t for p in places for t in self._scripts(p)]
        if not found:
            return "" if any(self._has(p) or self._has(posixpath.splitext(p)[0]) for p in places) else imported.module
        if any(t.endswith(".d.ts") or not t.endswith(SCRIPT_SUFFIXES) for t in found):
            return ""
        return self._missing(found, imported, places[0])

    def _scripts(self, place: str) -> list[str]:
        files = self.project.repository.files
        stems = (place, posixpath.splitext(place)[0], f"{place}/index")
        names = [place, *(f"{stem}{suffix}" for stem in stems for suffix in (*SCRIPT_SUFFIXES, ".d.ts"))]
        return [n for n in dict.fromkeys(names) if n in files and posixpath.splitext(n)[1]]

    def _has(self, place: str) -> bool:
        """Whether anything of that name stands there, whatever its ending."""
        return place in self._stems or place in self.project.folders

    def _ends_with(self, tail: str) -> bool:
        return any(p.endswith(f"{tail}.py") or f"{tail}/" in p for p in self.project.repository.files)

    def _is_elsewhere(self, place: str) -> bool:
        """Whether a place is one that git ignores or takes from another repository."""
        names, paths = self._ignored
        fixed = (*paths, *self._modules)
        if any(f"/{place}/".startswith(f"/{p}/") or f"/{p}/".endswith(f"/{place}/") for p in fixed):
            return True
        return any(part in names for part in place.split("/"))

    @cached_property
    def _ignored(self) -> tuple[frozenset[str], tuple[str, ...]]:
        """What .gitignore files name, wildcards apart: names wherever they are, and paths at one place, without their endings."""
        names, paths = set(), set()
        for path in self.project.repository.files:
            for line in (self.project.text(path) or "").splitlines() if path.endswith(".gitignore") else ():
                pattern = line.strip().removesuffix("*").rstrip("/")
                if not pattern or "*" in pattern or pattern.startswith(("#", "!")):
                    continue
                if "/" in pattern:
                    paths.add(posixpath.splitext(posixpath.join(posixpath.dirname(path), pattern.lstrip("/")))[0])
                else:
                    names |= {pattern, posixpath.splitext(pattern)[0]}
        return frozenset(names - {""}), tuple(sorted(paths))

    @cached_property
    def _modules(self) -> tuple[str, ...]:
        return tuple(re.findall(r"^\s*path\s*=\s*(\S+)", self.project.text(".gitmodules") or "", re.MULTILINE))

    @cached_property
    def _stems(self) -> frozenset[str]:
        return frozenset(posixpath.join(posixpath.dirname(p), posixpath.basename(p).split(".")[0]) for p in self.project.repository.files)

    @cached_property
    def python_files(self) -> dict[str, list[str]]:
        """Python modules by the last part of their name, each with a slash before its path."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in self.project.repository.files:
            if path.endswith(".py"):
                stem = posixpath.basename(path)[:-3]
                found[posixpath.basename(posixpath.dirname(path)) if stem == "__init__" else stem].append("/" + path)
        return found

    @cached_property
    def own_names(self) -> frozenset[str]:
        """Names of the importable packages that are surely the repository's own: named by its manifests, or the roots of its packages."""
        found = set()
        for path in self.project.paths:
            if posixpath.basename(path) == "pyproject.toml":
                match = re.search(r"^name\s*=\s*[\"']([\w.-]+)[\"']", self.project.text(path) or "", re.MULTILINE)
                found |= {re.sub(r"[-.]+", "_", match.group(1))} if match else set()
        found |= {"src", *self._roots()}  # a folder that no package which is installed is called
        return frozenset(n for n in found if any(p.endswith(f"{n}.py") or f"{n}/" in p for p in self.project.paths))

    def _roots(self) -> Iterator[str]:
        """Packages that stand in no other package, and are not called as one that is installed."""
        installed = {str(d.fields["name"]).replace("-", "_").lower() for d in self.project.dependencies}
        modules = self.project.catalogue.imports.get("python")
        for path in self.project.paths:
            folder, name = posixpath.split(path)
            if name != "__init__.py" or not folder:
                continue
            above, root = posixpath.split(folder)
            if f"{above}/__init__.py".lstrip("/") in self.project.repository.files or root in ("tests", "test"):
                continue
            known = bool(modules and modules.find(root)) or root.lower() in installed
            if not known and (above == "" or self.project.role(path) is Role.APPLICATION) and not self._extends(path):
                yield root

    def _extends(self, path: str) -> bool:
        """Whether a package takes in what stands in other folders or packages."""
        return bool(GIVES_MODULES.search(self.project.text(path) or ""))


def _may_fail(source: Source, imported: Import) -> bool:
    """Whether an import stands under a condition, or where its failure is caught; in a script's lines those above it tell."""
    depth = _depth(source, imported.line)
    for number in range(imported.line - 1, 0, -1) if depth else ():
        above = _depth(source, number)
        text = _code(source, number).strip()
        if text and above < depth:
            if re.match(r"(?:try|if|elif|else|except|with|for|while|switch|case)\b|\}\s*else|\S+\s*=>|.*\bcatch\b", text):
                return True
            depth = above
            if not depth:
                return False
    return False


def _code(source: Source, line: int) -> str:
    """A line as code; in a notebook it stands in quotes."""
    text = source.lines[line - 1]
    return re.sub(r'^\s*"', "", text) if source.path.endswith(".ipynb") else text


def _depth(source: Source, line: int) -> int:
    text = _code(source, line)
    return len(text) - len(text.lstrip())
