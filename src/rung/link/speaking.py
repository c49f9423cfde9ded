"""Whether a name that a file gives is a prompt's text, or something in which one stands or is named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Source, Value
from rung.link.graph import Graph
from rung.link.project import Project
from rung.regex import regex

# A class that is called after what it gives.
SPEAKS = regex(r"prompt|template|message|instruct|conversation", re.IGNORECASE)
PROMPT_LENGTH = 40
DEEPEST, HOPS = 5, 3
# Where a long text is for people: errors, logs, help.
FOR_PEOPLE = regex(r"\braise\b|Error\b|Exception\b|\bthrow\b|\blog\w*\.|\bprint\w*\(|\bwarn|\bhelp=|console\.|\bpanic\(|Field\(|argument\(")
QUOTED = regex(r"[\"'`][^\"'`]{40}")


class Speaking:
    """Looks at what stands behind names."""

    def __init__(self, project: Project, graph: Graph) -> None:
        self.project, self.graph = project, graph

    def gives(self, path: str, name: str, hops: int = HOPS) -> bool:
        """Whether a name of a file is a text as long as a prompt, or a function, chain or class in which one stands or is named."""
        source = self.project.source(path) if hops else None
        if source is None:
            return False
        values = [a.value for a in source.assignments if a.name == name and a.function < 0]
        if any(_is_text(v) for v in values):
            return True
        spans = [(f.line, f.end_line) for f in source.functions if f.name == name and f.parent < 0]
        spans += [(c.line, c.end_line) for c in source.classes if c.name == name and SPEAKS.search(name)]
        if any(first <= line <= last for line in _texts(source) for first, last in spans):
            return True
        bodies = ["\n".join(source.lines[first:last]) for first, last in spans] + [" ".join(words(v)) for v in values]
        named = {w for body in bodies for w in re.findall(r"\w+", body)} - {name}
        return any(self.gives(p, n, hops - 1) for p, n in self._behind(source, named))

    def _behind(self, source: Source, named: set[str]) -> Iterator[tuple[str, str]]:
        """The files and names in them that stand behind names which a file's code uses."""
        own = {a.name for a in source.assignments if a.function < 0} | {f.name for f in source.functions if f.parent < 0 and not f.owner}
        yield from ((source.path, n) for n in sorted(named & own))
        for target, taken in sorted(self.graph.touches(source.path).items()):
            if self.project.is_application(target):
                yield from ((target, n) for n in sorted(named & (taken or frozenset())))


def _texts(source: Source) -> list[int]:
    """Lines of a file's texts that are as long as a prompt and meant for no person."""
    long = (t.line for t in source.texts if len(t.value) >= PROMPT_LENGTH and " " in t.value)
    return [n for n in long if not any(FOR_PEOPLE.search(line) for line in source.lines[max(0, n - 2) : n])]


def _is_text(value: Value, deep: int = DEEPEST) -> bool:
    """Whether a value is or holds a text as long as a prompt."""
    if value.kind in ("string", "template"):
        return len(value.text) >= PROMPT_LENGTH and " " in value.text
    if value.kind == "other":
        return bool(QUOTED.search(value.text)) and " " in value.text
    return any(_is_text(item, deep - 1) for item in value.items) if deep else False


def words(value: Value, deep: int = DEEPEST) -> Iterator[str]:
    """The names in a value and in all that stands in it."""
    if value.kind not in ("string", "number"):
        yield from re.findall(r"\w+", value.text)
    for item in value.items if deep else ():
        yield from words(item, deep - 1)
