"""Committed results of evaluations that are told by what they hold: tables in documents, and files of scores that runs left behind."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from rung.link.project import Project
from rung.link.prose import sections
from rung.regex import regex

PAGE = regex(r"\.(?:md|mdx|rst|adoc)$", re.IGNORECASE)
ROW = regex(r"^\s*\|(.+)\|\s*$")
FIGURE = regex(r"^[~≈]?\d{1,4}(?:[.,]\d+)?\s?%?$|^\d+\s?(?:/|of)\s?\d+$")
# What stands in a table's head over figures of quality, and over what was compared.
QUALITY = regex(
    r"accura|\bf1\b|\brecall|precision|faithful|grounded|relevan|correct|pass(?:ed|[ -]?rate|@)|win[ -]?rate|hit[ -]?rate|\bmrr\b|ndcg"
    r"|bleu|rouge|exact match|agreement|hallucinat|coheren|fluen|similarity|complete|judge|\bscore|\bgrade|\bquality|\bsuccess|\bsolved"
    r"|\bresolved|\bright\b|helpful",
    re.IGNORECASE,
)
COMPARED = regex(
    r"^(?:llm|models?|prompts?|variants?|versions?|configs?|configurations?|setups?|runs?|dates?|approach|strategy|method|chunk\w*|retrievers?"
    r"|embeddings?|temperature|experiments?|programs?|attempts?|settings?|systems?|pipelines?|metrics?|criteri\w+|measures?|change|commit|release)\b",
    re.IGNORECASE,
)
# Words of one's own runs.
OWN = regex(
    r"\b(?:we|our|ours|runs?|ran|measured|evaluat\w+|graded|grading|grades?|judged?|compared?|comparison|cases|questions|samples|examples"
    r"|test ?set|labelled|labeled|baseline|golden|held-out)\b|`[^`\n]{2,80}`",
    re.IGNORECASE,
)
# Files that a run leaves behind, by folder or name; thresholds, settings and load tests are no results.
LEFT = regex(
    r"(?:^|/)(?:[\w-]*(?:runs?|results?|scores?|grades?|grading|gradings|marks|history|measurements?|outcomes?|records?|trials|studies|lab|judge?ments?))/(?:[^/]+/)*[^/]+"
    r"\.(?:json|jsonl|csv|tsv|ya?ml)$|(?:^|/)[^/]*(?:results?|scores|grades|20\d\d-?\d\d(?:-?\d\d)?)[^/]*\.(?:json|jsonl|csv|tsv|ya?ml)$",
    re.IGNORECASE,
)
# Tables that are called after an evaluation: results where a column holds what was answered, else its cases.
SCORED = regex(r"(?:^|/)[^/]*eval[^/]*\.(?:csv|tsv)$", re.IGNORECASE)
ANSWERED = regex(r"(?:^|[,\t\s\"_])(?:responses?|answers?|outputs?|predictions?|generated\w*|completions?)(?:[,\t\s\"]|$)", re.IGNORECASE)
NOT_LEFT = regex(
    r"(?:^|/)(?:migrations?|fixtures?|testdata|seeds?|locales?|schemas?|config|configs|settings|public|static|assets|node_modules|load|perf|k6|locust|\.\w+)/"
    r"|threshold|schema|package|tsconfig|manifest|pric|changelog",
    re.IGNORECASE,
)
LONGEST = 200_000
FEWEST = 2


def table(project: Project, path: str, families: re.Pattern[str], published: re.Pattern[str]) -> int:
    """The line of a table in a document that gives own figures of quality for what was compared; 0 where there is none."""
    text = project.text(path) or "" if PAGE.search(path) else ""
    if "|" not in text or not QUALITY.search(text) or len(text) > LONGEST:
        return 0
    parts = list(sections(text)) or [(1, text)]
    for number, section in parts:
        told = "\n".join(line for line in section.splitlines() if not ROW.match(line))
        if OWN.search(told) and not published.search(section):
            line = _compared(section, families)
            if line:
                return number + line - 1
    return 0


def _compared(section: str, families: re.Pattern[str]) -> int:
    """The line of a table's head, where two rows below give figures for models or variants."""
    head: list[str] = []
    start = rows = 0
    for number, line in enumerate(section.splitlines(), 1):
        row = ROW.match(line)
        cells = [c.strip(" *`_") for c in row[1].split("|")] if row else []
        if not cells:
            head, rows = [], 0
        elif not head:
            head, start = cells, number
        elif any(FIGURE.match(c) for c in cells[1:]):
            named = bool(COMPARED.search(head[0])) or bool(families.search(cells[0]))
            measured = any(QUALITY.search(c) and FIGURE.match(v) for c, v in zip(head[1:], cells[1:], strict=False))
            across = bool(QUALITY.search(cells[0])) and bool(COMPARED.search(head[0]) or any(families.search(c) for c in head[1:]))
            rows += (named and measured) or across
            if rows >= FEWEST:
                return start
    return 0


def left_behind(project: Project, path: str) -> bool:
    """Whether a data file is what a run of an evaluation came to: mostly figures, or rows of them, under names of quality."""
    if not (LEFT.search(path) or SCORED.search(path)) or NOT_LEFT.search(path):
        return False
    text = project.text(path) or ""
    if not QUALITY.search(text) or len(text) > LONGEST:
        return False
    if path.lower().endswith((".csv", ".tsv")):
        told = LEFT.search(path) or ANSWERED.search(text.partition("\n")[0])
        return bool(told) and _rows(text, "\t" if path.lower().endswith(".tsv") else ",")
    scored = list(_scored(project.data(path), "", 5))
    return sum(isinstance(v, float) for v in scored) >= FEWEST and len(scored) >= FEWEST


def _rows(text: str, delimiter: str) -> bool:
    try:
        rows = [row for _, row in zip(range(50), csv.DictReader(io.StringIO(text), delimiter=delimiter), strict=False)]
    except csv.Error:
        return False
    cells = ((k, v.strip()) for row in rows for k, v in row.items() if isinstance(k, str) and isinstance(v, str))
    found = [v for k, v in cells if QUALITY.search(k) and FIGURE.match(v)]
    return len(found) >= FEWEST and any("." in v or "%" in v for v in found)


def _scored(data: object, key: str, depth: int) -> Iterator[float | int]:
    """The figures that stand under names of quality."""
    if isinstance(data, dict) and depth:
        for name, value in list(data.items())[:200]:
            yield from _scored(value, name if isinstance(name, str) and not isinstance(value, (dict, list)) else key, depth - 1)
    elif isinstance(data, list) and depth:
        for value in data[:200]:
            yield from _scored(value, key, depth - 1)
    elif isinstance(data, (int, float)) and not isinstance(data, bool) and QUALITY.search(key):
        yield data
