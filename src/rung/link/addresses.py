"""Addresses of providers in source files of languages that are not parsed (shell, Swift, Dart, Elixir ...)."""

from __future__ import annotations

from collections.abc import Iterator

from rung.facts.code import language_of
from rung.facts.fact import Fact
from rung.link.glance import MODEL_CATEGORIES
from rung.link.project import Project
from rung.link.uses import Uses, hosts_of
from rung.regex import regex
from rung.repository.role import CODE, suffix

COMMENT = regex(r"\s*(?:#|//|--|\*|/\*|;|%|\"\"\")")
ADDRESS = regex(r"https?://[^\s\"'`<>\\)]+")


def addresses(project: Project, uses: Uses) -> Iterator[Fact]:
    """Uses of a provider by its HTTP API: a line of code, no comment, has its address, and the file a path by which models generate."""
    generating = [str(path) for path in project.vocabulary["asking"]["generating_paths"]]
    for path in project.paths:
        if suffix(path) not in CODE or language_of(path) or not project.is_application(path):
            continue
        text = project.text(path) or ""
        if "://" not in text or not any(word in text for word in generating):
            continue
        for number, line in enumerate(text.split("\n"), start=1):
            if "://" in line and not COMMENT.match(line):
                hosts = [host for match in ADDRESS.finditer(line) for host in hosts_of(match.group())]
                tools = {
                    m.tool.id: m.tool for host in hosts for m in project.catalogue.hosts.find(host) if m.tool.category in MODEL_CATEGORIES
                }
                for tool in tools.values():
                    yield uses.use(tool, path, number, "host")
