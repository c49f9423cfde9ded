"""Servers of canned answers that the repository starts beside its tests, and tests whose settings send them there instead of to a model."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from rung.facts.code.source import Source
from rung.link.project import Project
from rung.regex import regex

STUB = regex(
    r"wiremock|mockserver|mock-server|mountebank|mockoon|smocker|hoverfly|microcks|stubby|imposter|json-server|stub[_-]?(?:server|llm|\w{0,8}ai|api|model)"
    r"|(?:mock|fake|dummy)[_-]?(?:llm|\w{0,8}ai|api|model)\b|\b(?:llm|\w{0,8}ai|api|model)s?[_-]?(?:mock|stub|fake)",
    re.IGNORECASE,
)
WORDS = ("mock", "stub", "smocker", "hoverfly", "microcks", "imposter", "fake", "mountebank", "json-server", "dummy")
PORT = regex(r"(?:^|:)(\d{2,5})(?::\d{2,5})?(?:/tcp)?$")
PROFILES = regex(r"@ActiveProfiles\(([^)]{1,200})\)|spring\.profiles\.active=([\w,-]{1,80})")
SPRING = ("application.yml", "application.yaml", "application.properties")
# Files at or above a test that say with which settings tests run.
TOLD_BY = regex(
    r"(?:^|/)(?:\.env\.(?:test|testing|ci)|phpunit\.xml(?:\.dist)?|(?:vitest|jest)[\w.-]*\.config\.[mc]?[jt]s|(?:vitest|jest)[.-]setup\.[mc]?[jt]s|pytest\.ini|tox\.ini"
    r"|pyproject\.toml|setup\.cfg|conftest\.py|appsettings\.(?:[Tt]est\w*|CI|ci)\.json|environments/test\.rb|(?:spec|rails|test)_helper\.rb)$"
)


class StubServers:
    """Tells which tests are sent to a server of canned answers."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def stands_in(self, source: Source) -> bool:
        """Whether the settings of a file of tests send what asks a model to such a server."""
        if self._addresses is None:
            return False
        return any(self._addresses.search(self.project.text(path) or "") for path in self._settings(source))

    @cached_property
    def _addresses(self) -> re.Pattern[str] | None:
        """Addresses of the servers of canned answers that compose files and pipelines start."""
        found: set[str] = set()
        for path in self.project.repository.files:
            if not path.endswith((".yml", ".yaml")):
                continue
            text = (self.project.text(path) or "").lower()
            if "services:" in text and any(word in text for word in WORDS) and STUB.search(text):
                found |= {a for services in _services(self.project.data(path)) for a in _of(services)}
        return re.compile("(?:" + "|".join(map(re.escape, sorted(found))) + r")(?!\d)") if found else None

    def _settings(self, source: Source) -> Iterator[str]:
        files = self.project.repository.files
        if "/src/" in f"/{source.path}" and source.language == "java":
            root = f"/{source.path}".split("/src/")[0].lstrip("/")
            named = PROFILES.findall("\n".join(source.lines))
            profiles = [p for told in named for p in re.findall(r"[\w-]+", " ".join(told)) if p not in ("profiles", "value")]
            names = [*SPRING, *(f"application-{p}{posixpath.splitext(s)[1]}" for p in profiles for s in SPRING)]
            folders = [posixpath.join(root, "src/test/resources"), *([posixpath.join(root, "src/main/resources")] if profiles else ())]
            for folder in folders:
                fitting = names if "src/test" in folder else names[len(SPRING) :]
                yield from (p for name in fitting if (p := posixpath.join(folder, name)) in files)
            return
        yield from (p for p in self._told if source.path.startswith(_base(p)))

    @cached_property
    def _told(self) -> list[str]:
        return sorted(p for p in self.project.repository.files if TOLD_BY.search(p))


def _base(path: str) -> str:
    """The folder for whose tests a file of settings speaks."""
    folder = posixpath.dirname(path)
    for inner in ("config/environments", "spec", "test", "tests"):
        if folder == inner or folder.endswith(f"/{inner}"):
            folder = folder[: -len(inner)].rstrip("/") if not path.endswith("conftest.py") else folder
    return f"{folder}/" if folder else ""


def _services(data: object) -> Iterator[dict[object, object]]:
    """The tables of services of a compose file, and of a workflow's jobs."""
    if not isinstance(data, dict):
        return
    jobs = data.get("jobs")
    for table in (data, *(jobs.values() if isinstance(jobs, dict) else ())):
        services = table.get("services") if isinstance(table, dict) else None
        if isinstance(services, dict):
            yield services


def _of(services: dict[object, object]) -> Iterator[str]:
    """Addresses of those services of a table that give canned answers."""
    for name, service in services.items():
        if not isinstance(service, dict) or not STUB.search(f"{name} {service.get('image', '')} {service.get('build', '')}"):
            continue
        yield f"//{name}:"
        ports = service.get("ports")
        for port in ports if isinstance(ports, list) else ():
            told = str(port.get("published", "")) if isinstance(port, dict) else str(port)
            if match := PORT.search(told):
                yield from (f"//{host}:{match[1]}" for host in ("localhost", "127.0.0.1"))
