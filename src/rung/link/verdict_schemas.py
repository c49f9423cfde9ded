"""Schemas of verdicts: what a judge's answer must hold, a number for each criterion, declared in code of any language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Source, Value
from rung.link.metrics import patterns
from rung.link.project import Project
from rung.regex import regex

# What a harness keeps of a case or a run is no schema of a judge's verdict.
OUTCOME = regex(r"Result|Report|Summary|Run|Config|Case|Record|Metrics|Totals?|Row")
NUMBER = regex(
    r"\b(?P<behind>\w{3,40})[\"']?\??\s{0,12}:?\s{1,12}(?:Optional\[)?(?:int|float|conint|confloat|float64|float32|f64|f32|u8|i32|Double|Float|Int|Literal\[\s?\d"
    r"|Annotated\[(?:int|float))\b"
    r"|\b(?:double|float|int|decimal|Double|Integer|BigDecimal)\??\s{1,4}\$?(?P<before>\w{3,40})"
)
# The same in a schema of JSON that is written out as data, and by helpers of libraries.
WRITTEN = regex(
    r"[\"']?\b(\w{3,40})[\"']?\s{0,4}(?::|=>)\s{0,4}[\[{(]\s{0,40}[\"']?type[\"']?\s{0,4}(?::|=>)\s{0,4}[\"'](?:number|integer)[\"']"
    r"|\bNumberSchema\(\s{0,40}(?:name:\s?)?[\"'](\w{3,40})[\"']|^\s{0,20}(?:number|integer)\s:(\w{3,40})\b"
)
SUFFIX = regex(r"[_\s-]?(?:score|rating|grade)$", re.IGNORECASE)


def verdict_line(project: Project, source: Source) -> int:
    """The line of a schema by which a judge scores one of the field's metrics; 0 when there is none."""
    return next((line for names, line in verdicts(source) if any(_is_metric(project, n) for n in names)), 0)


def verdicts(source: Source) -> Iterator[tuple[list[str], int]]:
    """Names of the numbers that each schema of a source declares, with its line."""
    for call in source.calls:
        for value in call.arguments.items if call.callee.rsplit(".", 1)[-1] in ("object", "strictObject") else ():
            if value.kind == "mapping":
                yield [k for k, v in zip(value.keys, value.items, strict=False) if _is_number(v)], call.line
    for declared in source.classes:
        if not OUTCOME.search(declared.name) and source.language != "javascript":
            lines = source.lines[declared.line - 1 : declared.end_line]
            yield [m["behind"] or m["before"] for line in lines for m in NUMBER.finditer(line.partition("#")[0])], declared.line
    lines = source.lines if any("umber" in line or "integer" in line for line in source.lines) else []
    written = [(m[1] or m[2] or m[3], n) for n, line in enumerate(lines, 1) for m in WRITTEN.finditer(line[:400])]
    if written:
        yield [name for name, _ in written], written[0][1]


def _is_number(value: Value) -> bool:
    return value.kind == "call" and (".number" in value.text or ".int" in value.text)


def _is_metric(project: Project, name: str) -> bool:
    spaced = SUFFIX.sub("", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name))
    return any(pattern.fullmatch(spaced) for _, pattern in patterns(project.vocabulary))
