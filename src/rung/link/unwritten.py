"""Columns that a table of the application declares and that nothing ever fills: they have defaults, and no writer of its rows names them.

Wherever something may be written that can't be told, the column counts as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from rung.facts.code.source import Call, Source, Value
from rung.link.project import Project
from rung.regex import regex

OPTIONAL = ("default", "server_default", "null", "nullable", "blank", "default_factory")
WRITES = regex(
    r"^(?:a|async_|force_|bulk_)?(?:save|insert|create|update|add|upsert|append|put|set|store|record|write|log|merge|replace|persist|values)(?:_|$|[A-Z])"
)
# What gives an object's own columns back.
OWN = regex(r"(?:^|[._])(?:to_dict|model_to_dict|as_dict|to_mongo|model_dump|dict|serialize|__data__)$")
GETS = regex(r"^(?:get|find|fetch|query|select|filter|first|one|by)(?:_|$)")
# What sends a mapping to somebody who asked.
ANSWERS = regex(r"(?:jsonify|json_result|_result|[rR]esponse|dumps|render\w*)$")
# What writes columns whose names are worked out.
WORKED_OUT = regex(
    r"\bsetattr\(|__dict__(?:\[[^\]\n]{1,60}\]\s{0,5}=(?!=)|\.update)|\bbulk_|insert_many|many\s?=|copy_from|read_sql|to_sql|model_class"
)
INSERTS = r"\b(?:insert\s+into|update\s+[\w.\"`]{1,60}\s+set)\b[^;]{0,600}\b"


class Unwritten:
    """Tells which columns of Python's declared tables nothing fills."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def holds(self, path: str, name: str, fields: Iterable[str]) -> bool:
        """Whether a declared table has these columns and nothing of the application may write any of them."""
        source = self.project.source(path) if path.endswith(".py") else None
        wanted = frozenset(fields)
        if source is None or not wanted or not all(_is_optional(source, name, field) for field in wanted):
            return False
        holders = self._holders(name)
        if holders is None:
            return False
        near = [s for p in self._naming(holders) if (s := self.project.source(p))]
        if any(_may_write(s, holders, wanted, _own_lines(source, name) if s.path == path else range(0)) for s in near):
            return False
        if any(c for s in near for c in s.calls if _is_write(s, c, holders)):
            return not self._inserted(wanted)
        return False

    @cached_property
    def _python(self) -> tuple[str, ...]:
        return tuple(p for p in self.project.code if p.endswith(".py") and self.project.is_application(p))

    def _naming(self, names: frozenset[str]) -> Iterator[str]:
        """Files that name one of these."""
        words = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b")
        yield from (p for p in self._python if any(n in (t := self.project.text(p) or "") for n in names) and words.search(t))

    def _holders(self, name: str) -> frozenset[str] | None:
        """A table's class with the classes that keep it as what they store; None where one can't tell."""
        found = {name}
        for path in self._naming(frozenset(found)):
            source = self.project.source(path)
            if source is None or any(b.rsplit(".", 1)[-1] == name for c in source.classes for b in c.bases):
                return None
            for a in source.assignments:
                if a.value.kind == "name" and a.value.text.rsplit(".", 1)[-1] == name:
                    if not a.owner or a.owner == "Meta" or a.function >= 0:
                        return None
                    found.add(a.owner)
        return frozenset(found)

    def _inserted(self, fields: frozenset[str]) -> bool:
        """Whether a statement somewhere writes a column of one of these names."""
        wanted = re.compile(INSERTS + f"(?:{'|'.join(map(re.escape, sorted(fields)))})\\b", re.IGNORECASE)
        texts = (self.project.text(p) or "" for p in self.project.code)
        return any(wanted.search(t) for t in texts if any(f in t for f in fields) and re.search(r"(?i)insert\s+into|update\s", t))


def _is_optional(source: Source, owner: str, field: str) -> bool:
    """Whether a column has a default, or may be empty."""
    declared = (a.value for a in source.assignments if a.owner == owner and a.name == field)
    return any(v.kind == "call" and any(k in OPTIONAL for k in v.keys) for v in declared)


def _own_lines(source: Source, owner: str) -> range:
    return next((range(c.line, c.end_line + 1) for c in source.classes if c.name == owner), range(0))


def _may_write(source: Source, holders: frozenset[str], fields: frozenset[str], own: range) -> bool:
    """Whether a file that names a table may write one of its columns."""
    # where it is declared, others that stand beside it work out names of their own
    text = "\n".join(source.lines[own.start - 1 : own.stop - 1] if own else source.lines)
    if WORKED_OUT.search(text):
        return True
    if any(a.name.rpartition(".")[2] in fields and "." in a.name for a in source.assignments):
        return True
    if any(k in fields for c in source.calls if c.line not in own for k in c.arguments.keys):
        return True
    keyed = re.compile(rf"[\"'](?:{'|'.join(map(re.escape, sorted(fields)))})[\"']\s*:")
    for number, line in enumerate(source.lines, 1):
        if number not in own and keyed.search(line) and not _is_answer(source, number, holders):
            return True
    for call in source.calls:
        if call.line in own:
            continue
        if any(v.kind == "name" and v.text in holders for v in call.arguments.items):
            return True
        if _is_write(source, call, holders) and any(not _is_known(source, call, v, k) for v, k in _given(call.arguments)):
            return True
    return False


def _given(arguments: Value) -> Iterator[tuple[Value, str]]:
    yield from zip(arguments.items, arguments.keys, strict=False)


def _is_write(source: Source, call: Call, holders: frozenset[str]) -> bool:
    """Whether a call makes or changes a row: of the table's class, of what keeps it, or within that."""
    head, _, tail = call.callee.partition(".")
    last = tail.rsplit(".", 1)[-1]
    inside = call.function >= 0 and source.functions[call.function].owner in holders
    if head in ("cls", "self") and inside:
        return bool(WRITES.search(last))
    return head in holders and (not tail or not GETS.search(last))


def _is_known(source: Source, call: Call, value: Value, key: str) -> bool:
    """Whether what a writer is given plainly holds no columns beyond those that are written out."""
    if key or value.kind in ("string", "number", "template", "boolean", "null", "other", "list", "choice"):
        return True
    if value.kind == "mapping":
        return all(k for k in value.keys)
    if value.kind == "call":
        return bool(OWN.search(value.text)) or "." in value.text
    if value.kind != "name" or "." in value.text:
        return True
    function = source.functions[call.function] if call.function >= 0 else None
    if function and function.owner and any(p.split(":")[0].strip() == value.text for p in function.parameters):
        return True  # handed on by a method of what keeps the table, whose callers are looked at
    made = [a.value for a in source.assignments if a.name == value.text and a.function in (call.function, -1)]
    return bool(made) and all(
        (v.kind == "mapping" and all(v.keys))
        or v.kind in ("string", "number")
        or (v.kind == "call" and bool(OWN.search(v.text) or _reads(v)))
        for v in made
    )


def _reads(value: Value) -> bool:
    return bool(GETS.search(value.text.rsplit(".", 1)[-1])) and value.text[:1].isupper()


def _is_answer(source: Source, number: int, holders: frozenset[str]) -> bool:
    """Whether the mapping at a line only goes to who asked: it is handed to an answer, or kept by a name that no writer is given."""
    held = [a for a in source.assignments if a.value.kind == "mapping" and a.function >= 0 and a.line <= number <= _end(source, a.line)]
    if held:
        last = held[-1]
        taking = [c for c in source.calls if c.function == last.function and any(v.text == last.name for v in c.arguments.items)]
        return bool(taking) and all(ANSWERS.search(c.callee) and not _is_write(source, c, holders) for c in taking)
    around = [c for c in source.calls if c.line <= number <= c.end_line]
    return bool(around) and any(ANSWERS.search(c.callee) for c in around) and not any(_is_write(source, c, holders) for c in around)


def _end(source: Source, line: int) -> int:
    """The last line of what begins at a line, told by its brackets."""
    depth = 0
    for number in range(line, min(line + 200, len(source.lines) + 1)):
        text = source.lines[number - 1]
        depth += sum(text.count(c) for c in "([{") - sum(text.count(c) for c in ")]}")
        if depth <= 0:
            return number
    return line
