"""Committed results of experiments that are data: scores by model or by variant, in CSV, JSON or YAML."""

from __future__ import annotations

import csv
import io
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rung.link.project import Project
from rung.regex import regex

# What a file of results is called.
RESULTS = regex(
    r"(?:result|leaderboard|score|comparison|compare|summary|metrics|report|experiment|ablation|baseline)[^/]*(?:/[^/]+)?\.(?:csv|tsv|json|jsonl|ya?ml)$",
    re.IGNORECASE,
)
# Keys under which a score stands, and keys that tell one variant from another.
SCORE = regex(
    r"accura|correct|score|pass_?(?:rate|ed|@)|win_?rate|\bf1\b|recall|precision|faithful|relevan|grounded|quality|rating|bleu|rouge|meteor|success|solved|resolved",
    re.IGNORECASE,
)
VARIANT = regex(
    r"^(?:prompt|prompt_?(?:version|variant|name|id|template)|variant|config(?:uration)?|strategy|chunk_?(?:size|ing\w*)|temperature|top_?k|retriever|reranker|embedding_?model|method|approach|arm|experiment)$",
    re.IGNORECASE,
)
# Model lists and prices are no results.
NO_RESULTS = regex(
    r"^(?:(?:max_?)?context_?(?:window|length|size)|max_?(?:input_|output_)?tokens|(?:\w+_)?pric(?:e|es|ing)|\w*cost_per_\w+|description)$",
    re.IGNORECASE,
)
# A report in sentences: files that are called one, a share, and what it is a share of.
REPORT = regex(r"(?:^|/)[^/]*(?:evaluation|evals?|benchmark|experiment|results|leaderboard|ablation)[^/]*\.(?:md|mdx|rst)$", re.IGNORECASE)
SHARE = regex(r"(?<![\w.])\d{1,3}(?:\.\d+)?\s?%")
SHARE_OF = regex(
    r"accura|correct|score|pass(?:ed|es)?\b|pass rate|win rate|\bf1\b|recall|precision|success|solved|resolved|quality|performance",
    re.IGNORECASE,
)
COMPARED = regex(
    r"\b(?:compar(?:ed|able|ison)|better|worse|improve[ds]?|higher|lower|outperform\w*|drops?|dropped|up from|down from|regress\w*|than)\b",
    re.IGNORECASE,
)
QUOTED_NAME = regex(r"[`*\"(]([\w.:/@-]{3,60})[`*\")]")
PROMPTS = regex(r"prompt|template|variant|config|strateg|experiment", re.IGNORECASE)
FEWEST_FIGURES = 2
FEWEST_SHARES = 3
LONGEST = 400_000
MOST = 100  # files of results that are read: what compares stands at the top, single runs below


def comparing(project: Project, is_model: Callable[[str], bool], harness: str) -> Iterator[str]:
    """Paths of files that give scores for two models or variants at least, by a key that the harness's code names too."""
    named = [p for p in project.paths if RESULTS.search(p) and project.repository.in_scope(p)]
    for path in sorted(named, key=lambda p: (p.count("/"), p))[:MOST]:
        text = project.text(path) or ""
        listed = len(text) <= LONGEST and SCORE.search(text) and _compares(list(_rows(project, path, text)), is_model, harness)
        if listed or (posixpath.basename(path) in harness and _by_variant(project, project.data(path), is_model)):
            yield path


def told(path: str, text: str) -> int:
    """The line at which a report tells in sentences what an evaluation came to, compared with something; 0 where it does not."""
    if not REPORT.search(path):
        return 0
    lines = text.splitlines()
    found: list[int] = []
    for number, line in enumerate(lines, 1):
        around = " ".join(lines[max(0, number - 2) : number + 1])
        shares = [] if line.lstrip().startswith("|") else SHARE.findall(line)
        if shares and SHARE_OF.search(around) and (len(set(shares)) > 1 or COMPARED.search(around)):
            found += [number] * len(shares)
    return found[0] if len(found) >= FEWEST_SHARES else 0


def told_of(text: str, is_model: Callable[[str], bool]) -> frozenset[str]:
    """The models that a report names as such."""
    return frozenset(name for name in QUOTED_NAME.findall(text) if is_model(name))


def _by_variant(project: Project, data: Any, is_model: Callable[[str], bool]) -> bool:
    """Whether data are figures by model, or by the names of files that stand in one folder (prompts, settings)."""
    figures = [str(k) for k, v in data.items() if isinstance(v, float)] if isinstance(data, dict) and len(data) <= MOST else []
    if len(figures) < FEWEST_FIGURES or len(figures) < len(data):
        return False
    folders: dict[str, set[str]] = {}
    for path in project.paths:
        folder, _, name = path.rpartition("/")
        if (stem := name.partition(".")[0]) in figures and PROMPTS.search(folder):
            folders.setdefault(folder, set()).add(stem)
    return all(map(is_model, figures)) or any(len(stems) >= FEWEST_FIGURES for stems in folders.values())


def _rows(project: Project, path: str, text: str) -> Iterator[Mapping[str, Any]]:
    """The records of a file: rows, or entries under names (which stand under `name` then)."""
    if path.endswith((".csv", ".tsv")):
        try:
            yield from csv.DictReader(io.StringIO(text), delimiter="\t" if path.endswith(".tsv") else ",")
        except csv.Error:
            return
        return
    yield from _records(project.data(path), 2)


def _records(data: Any, deep: int) -> Iterator[Mapping[str, Any]]:
    if isinstance(data, list):
        yield from (d for d in data if isinstance(d, dict))
    elif isinstance(data, dict):
        for key, value in data.items():
            if isinstance(value, dict) and any(_is_figure(v) for v in value.values()):
                yield {"name": key, **{str(k): v for k, v in value.items()}}
            elif isinstance(value, (dict, list)) and deep:
                yield from _records(value, deep - 1)


def _is_figure(value: Any) -> bool:
    if isinstance(value, str):
        return bool(re.fullmatch(r"\d+(?:\.\d+)?%?", value.strip()))
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _compares(rows: list[Mapping[str, Any]], is_model: Callable[[str], bool], harness: str) -> bool:
    models: set[str] = set()
    variants: dict[str, set[str]] = {}
    for row in rows[:500]:
        keys = [str(k) for k in row]
        scored = [k for k in keys if SCORE.search(k) and _is_figure(row[k])]
        if any(NO_RESULTS.search(k) for k in keys) or not any(re.sub(r"[_-]?\d+$", "", k) in harness for k in scored):
            continue
        models |= {v for v in row.values() if isinstance(v, str) and len(v) < 80 and is_model(v.split(" ")[0])}
        for key in keys:
            if VARIANT.match(key) and isinstance(row[key], (str, int, float)):
                variants.setdefault(key, set()).add(str(row[key]))
    return len(models) >= 2 or any(2 <= len(values) <= 30 for values in variants.values())
