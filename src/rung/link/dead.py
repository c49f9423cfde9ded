"""What plainly can't run at this commit."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property

from rung.facts.code.source import Source
from rung.link.project import Project

SCRIPT = re.compile(r"^\s*[\w-]+\s*=\s*[\"']([\w.]+):\w+[\"']", re.MULTILINE)
SCRIPTS = re.compile(r"^\[(?:project\.scripts|tool\.poetry\.scripts)\]\n((?:[^\[\n].*\n|\n)*)", re.MULTILINE)


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

    def reason(self, source: Source) -> str:
        """Why an evaluation plainly can't run: it imports a module of the repository that is gone."""
        if source.language != "python":
            return ""
        for imported in source.imports:
            if self._gone(imported.module):
                return f"it imports {imported.module}, which is gone"
        return ""

    def _gone(self, module: str) -> bool:
        if module.startswith("."):
            return False
        head = module.split(".", maxsplit=1)[0]
        if "." not in module or head not in self._own_names:
            return False
        tail = module.replace(".", "/")
        return not any(p.endswith(f"{tail}.py") or f"{tail}/" in p for p in self.project.repository.files)

    @cached_property
    def _own_names(self) -> frozenset[str]:
        """Names of the importable packages and modules that are surely the repository's own: named by its manifests, or at the top."""
        found = set()
        for path in self.project.paths:
            folder, name = posixpath.split(path)
            if name == "pyproject.toml":
                match = re.search(r"^name\s*=\s*[\"']([\w.-]+)[\"']", self.project.text(path) or "", re.MULTILINE)
                found |= {re.sub(r"[-.]+", "_", match.group(1))} if match else set()
            elif name == "__init__.py" and folder.count("/") == 0 and folder not in ("tests", "test"):
                found.add(folder)
        return frozenset(n for n in found if any(p.endswith(f"{n}.py") or f"{n}/" in p for p in self.project.paths))
