"""Prompts that annotations and decorators give to functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rung.facts.code.source import Source
from rung.facts.fact import Fact
from rung.regex import regex

if TYPE_CHECKING:
    from rung.link.prompts import Prompts

ANNOTATED = (".java", ".kt", ".py")
WORDS = regex(r"[^\W\d_]{2,}(?:\s+|[,.;:]\s*)[^\W\d_]{2,}")
SHORTEST = 40
LONG = 250


def annotated(prompts: Prompts) -> list[Fact]:
    """Facts of kind `prompt` for annotated functions, one a file; none where as many files keep longer prompts among their logic."""
    project, names = prompts.project, prompts.words["annotations"]
    near = [
        p for p in sorted(prompts.graph.near) if p.endswith(ANNOTATED) and project.is_application(p) and not prompts.not_paths.search(p)
    ]
    if not any(f"@{name}" in (project.text(p) or "") for p in near for name in names):
        return []
    found: list[Fact] = []
    scattered = 0
    for source in (s for p in near if (s := project.source(p))):
        covered = _covered(source, names)
        texts = [t for t in source.texts if len(t.value) >= SHORTEST and WORDS.search(t.value)]
        scattered += any(t.line not in covered and len(t.value) >= LONG and prompts.is_prompt(source, t.value, t.line) for t in texts)
        found += [prompts.prompt(source.path, t.line, "named") for t in texts if t.line in covered][:1]
    return found if len(found) > scattered else []


def _covered(source: Source, names: list[str]) -> set[int]:
    """The lines of a file's annotations of these names."""
    calls = (c for c in source.calls if c.callee.rsplit(".", 1)[-1] in names and source.lines[c.line - 1].lstrip().startswith("@"))
    return {number for call in calls for number in range(call.line, call.end_line + 1)}
