"""What loops and callbacks of any language are given one by one, and where two lists are held against each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Source, Value
from rung.regex import regex

# Functions that call what they are handed with each of a list, by the last part of their name.
CALLS_EACH = regex(
    r"(?:^|[._])(?:map\w*|for_?[eE]ach\w*|ForEach\w*|each\w*|filter\w*|flat_?[mM]ap|collect|select\w*|Select\w*|reject|partition|sum\w*|Sum|count\w*|Count|all|any|All"
    r"|Any|every|some|find\w*|Where|Average|average\w*|reduce|inject|fold|associate\w*|group_?[bB]y|to_h|array_map|array_filter|noneMatch|anyMatch|allMatch"
    r"|pMap|mapSeries|mapLimit|sumOf|none)\??$"
)
WORD = regex(r"[A-Za-z_]\w{0,80}")
KEYWORDS = frozenset(
    [
        *(
            "for",
            "foreach",
            "await",
            "const",
            "let",
            "var",
            "val",
            "of",
            "in",
            "as",
            "range",
            "final",
            "auto",
            "mut",
            "async",
            "each",
            "do",
        ),
        *("int", "string", "dynamic", "iter", "ref", "loop", "with_index", "object", "auto", "double", "long", "record"),
    ]
)
MEANT = regex(r"\{|\bdo\b")
SET_OPERATION = regex(r"([A-Za-z_$][\w.$\[\]()\"']{0,80})\s(?:&|\^|-)\s([A-Za-z_$][\w.$\[\]()\"']{0,80})")
HEADER = 3
DEEPEST = 5


def each(source: Source) -> list[tuple[int, tuple[str, ...], str]]:
    """Functions that are handed over to be called with each of a list: index, parameters, and what the list is made of, as a text."""
    found = []
    for index, function in enumerate(source.functions):
        called = next((d for d in function.decorators if CALLS_EACH.search(d)), "")
        if called and function.parameters:
            made = [c for c in source.calls if function.line - HEADER <= c.line <= function.line and called.startswith(c.callee)]
            given = " ".join(_words(c.arguments, DEEPEST) for c in made)
            found.append((index, function.parameters, f"{called.rpartition('.')[0]} {given}"))
    return found


def header(source: Source, line: int, iterable: str) -> str:
    """The names that a loop gives its elements, as a text, in languages other than Python."""
    text = " ".join(t.strip() for t in source.lines[line - 1 : line - 1 + HEADER])
    text = text.replace(" ".join(iterable.split()), " ", 1)
    if source.language not in ("javascript", "php") or not re.match(r".{0,40}\{[^}]{1,120}\}\s*(?:of|\))", text):
        text = MEANT.split(text, maxsplit=1)[0]
    else:  # `for (const { question, expected } of cases)`
        text = text.partition("}")[0]
    return " ".join(w for w in WORD.findall(text) if w not in KEYWORDS and not w[0].isupper())


def set_operations(source: Source) -> Iterator[tuple[str, str, int, int]]:
    """Both sides of what is cut or taken away from something else (`got & want`), with line and function."""
    values = [(v, c.line, c.function) for c in source.calls for v in c.arguments.items]
    values += [(a.value, a.line, a.function) for a in source.assignments]
    for value, line, function in values:
        for match in SET_OPERATION.finditer(value.text) if value.kind == "other" else ():
            yield match[1], match[2], value.line or line, function
    for comparison in source.comparisons:
        for match in SET_OPERATION.finditer(f"{comparison.left} {comparison.right}"):
            yield match[1], match[2], comparison.line, comparison.function


def _words(value: Value, deep: int) -> str:
    inner = " ".join(_words(item, deep - 1) for item in value.items) if deep else ""
    return inner if value.kind in ("string", "function") else f"{value.text} {inner}"
