"""Which metrics an evaluation scores, by the names its tools give them and the words of its own code."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from rung.facts.catalogue import Tool, glob_matches
from rung.facts.code.source import Call, Source, Value
from rung.link.data_files import locate
from rung.link.project import Project
from rung.regex import regex

SCORING = regex(
    r"\b(?:scores?|rat(?:e|ing)|grade|judge|evaluat\w+|criteri\w+|scale|how well|number only|verdict|assess|weigh|compare the answers?"
    r"|check (?:the |an |each |whether the )?(?:answers?|replies|reply|responses?)"
    r"|(?<!question )(?<!quotation )(?<!exclamation )(?<!punctuation )marks?|stars)\b",
    re.IGNORECASE,
)
# What asks for one verdict, whatever it weighs, and what for several.
ONE = regex(
    r"\b(?:one|single) (?:overall |final |combined )?(?:verdict|score|grade|rating|number|word|letter|integer|mark|digit)\b"
    r"|\b(?:overall|combined) (?:verdict|score|grade|rating|mark)\b|\b(?:pass or fail|yes or no|(?:in)?correct or (?:in)?correct)\b"
    r"|\b(?:only|just|nothing but) (?:with )?(?:the |a |an |one |that )?(?:word|number|score|digit|integer|verdict|letter)\b"
    r"|\b(?:that |the )?(?:word|number|digit|integer|verdict|letter) (?:only|alone)\b",
    re.IGNORECASE,
)
EACH = regex(
    r"\b(?:each|every|both|all|per|following|separate\w*|two|three|four|five|six|several)\b.{0,30}?"
    r"\b(?:criteri\w+|dimensions?|aspects?|scores?|ratings?|metrics?|grades?|axes|numbers?)\b"
    r"|\b(?:criteri\w+|dimensions?|aspects?) (?:separately|on its own|one by one)"
    r"|[\"']\w{3,30}[\"']\s{0,3}:[^\n]{0,60}\n?[^\n]{0,40}[\"']\w{3,30}[\"']\s{0,3}:",
    re.IGNORECASE,
)
# What a judge calls accuracy is correctness against written criteria.
ACCURATE = regex(r"\b(?:accuracy|accurate|factual\w*)\b", re.IGNORECASE)
SCALE = regex(
    r"\b(?:1|one|0|zero)(?:\.0)?\s*(?:\([^()\n]{1,60}\)\s*)?(?:-|\u2013|\.\.|to|and|through)\s*(?:5|10|100|1|five|ten)\b"
    r"|\b(?:marks?|scores?|stars|rat(?:e|ing)s?|scale|grades?)\s(?:of\s|from\s|between\s|in\s){1,2}[01]\s*(?:-|\u2013|\.\.|to|and)\s*\d{1,3}\b"
    r"|\bout of (?:5|10|100)\b|\bscore\b|\b(?:yes|no|true|false|pass|fail)\b.*\b(?:only|word)\b"
    r"|\b(?:pass|yes|true|correct|good|right)\W{0,4}(?:or|/|\|)\W{0,4}(?:fail|no|false|incorrect|bad|wrong)\b",
    re.IGNORECASE,
)
# What the name of a judge's prompt has besides its metric.
PROMPT_PART = regex(
    r"^(?:rag|qna|qa|gpt|llm|answer|response|eval\w*|judge|score|grade|check)[_-]|(?:[_-](?:prompt|template|judge|eval\w*|scor(?:e|er|ing)|grader?|v\d+))+$",
    re.IGNORECASE,
)
SCORED = regex(r"score|(?<!ri)eval|metric|rating|(?<!up)grade|judge|_avg|mean|check", re.IGNORECASE)
EVALUATES = regex(r"score|(?<!ri)eval|metric|rating|(?<!up)grade|judge|check", re.IGNORECASE)
HANDED = regex(r"metric|evaluator|scor", re.IGNORECASE)
# How the metric begins that is a criterion of a judge's own rubric, and none of the vocabulary's.
OWN = "criterion:"
CRITERIA_FILE = regex(r"[\w-]+\.(?:json|ya?ml|toml)$")
CRITERIA = frozenset(
    {"criteria", "criterion", "evaluation_steps", "evaluationsteps", "evaluation_criteria", "rubric", "grading_instructions", "scoring"}
)
OPTIONS_DEEP = 2


def of_tools(source: Source, tools: list[Tool]) -> dict[str, int]:
    """Metric ids that a source takes from its evaluation tools, with lines."""
    found: dict[str, int] = {}
    for tool in tools:
        for glob, metric in tool.entry.get("metrics", {}).items():
            for call in source.calls:
                tails = (call.callee, call.callee.rsplit(".", 1)[-1])
                if any(glob_matches(glob, t) for t in tails):
                    found.setdefault(f"{metric}:{glob}", call.line)
                elif given := next((v for v in _handed(call) if _names(glob, v)), None):
                    found.setdefault(f"{metric}:{glob}", given.line or call.line)
            for imported in source.imports:
                if any(glob_matches(glob, n) for n, _ in imported.names):
                    # an imported instance such as `faithfulness` is handed on by name
                    found.setdefault(f"{metric}:{glob}", imported.line)
    return {key.split(":")[0]: line for key, line in sorted(found.items(), key=lambda kv: kv[1])}


def _handed(call: Call) -> Iterator[Value]:
    """Metrics that a call is handed by name: constants of the tool, and words under a keyword that says so (`metrics=["fluency"]`)."""
    yield from _told(call.arguments, OPTIONS_DEEP)


def _told(value: Value, deep: int) -> Iterator[Value]:
    """What `_handed` finds among values, in objects of options too (`{ metrics: [Metric.FLUENCY] }`)."""
    for key, given in zip(value.keys or ("",) * len(value.items), value.items, strict=False):
        for inner in (given, *given.items) if given.kind in ("list", "name", "string") else ():
            if (inner.kind == "name" and "." in inner.text) or (inner.kind == "string" and HANDED.search(key)):
                yield inner
        for inner in (given, *(given.items if given.kind == "list" else ())):
            if inner.kind == "mapping" and deep:
                yield from _told(inner, deep - 1)


def _names(glob: str, value: Value) -> bool:
    """Whether what is handed over is the metric of a glob; an attribute in small letters only where the glob means attributes."""
    tail = value.text.rsplit(".", 1)[-1]
    if value.kind == "name" and tail == tail.lower() and not glob.startswith("*."):
        return False
    return glob_matches(glob, value.text) or glob_matches(glob, tail)


def grade(project: Project, metric: str) -> str:
    """The kind of a metric: advanced, judged or basic; a criterion of a judge's own rubric is advanced."""
    known = project.vocabulary["metrics"].get(metric, {}).get("kind", "basic")
    return "advanced" if metric.startswith(OWN) else str(known)


def kinds(project: Project, metrics: dict[str, int]) -> tuple[int, int]:
    """How many advanced metrics and how many others there are."""
    advanced = sum(1 for m in metrics if grade(project, m) == "advanced")
    return advanced, len(metrics) - advanced


@cache
def _words(pairs: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (
            metric,
            re.compile(
                r"(?<![a-z])(?:"
                + "|".join(re.escape(w).replace(r"\ ", r"[\s_-]?").replace("_", r"[\s_-]?") for w in words)
                + r")(?![a-z])",
                re.IGNORECASE,
            ),
        )
        for metric, words in pairs
    )


def patterns(vocabulary: Any) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(metric id, pattern of its words) for the advanced metrics."""
    table = vocabulary["metrics"]
    return _words(tuple((m, tuple(e["words"])) for m, e in table.items() if e["kind"] == "advanced"))


def named(project: Project, name: str) -> bool:
    """Whether a name says one of the advanced metrics."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return any(pattern.search(spaced) for _, pattern in patterns(project.vocabulary))


def of_names(project: Project, source: Source) -> dict[str, int]:
    """Advanced metrics that home-made code scores: names of functions, fields and result keys, and criteria in judge prompts."""
    found: dict[str, int] = {}
    names = [(f.name, f.line) for f in source.functions] + [(a.name, a.line) for a in source.assignments]
    names += [(k, v.line or a.line) for a in source.assignments for k, v in zip(a.value.keys, a.value.items, strict=False)]
    names += [(k, c.line) for c in source.calls for k in c.arguments.keys if k]
    # a schema that a judge's answer must have: `z.object({ relevance: z.number() })`
    names += [(k, v.line or c.line) for c in source.calls for v in c.arguments.items if v.kind == "mapping" for k in v.keys if k]
    for metric, pattern in patterns(project.vocabulary):
        for name, line in names:
            spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
            scored = pattern.search(spaced) and SCORED.search(spaced)
            # in a file that evaluates, the bare metric is a score too (`def relevance(run, example)`), but not any name that holds its word
            if scored or (EVALUATES.search(source.path) and pattern.fullmatch(PROMPT_PART.sub("", spaced))):
                found.setdefault(metric, line)
    for text in source.texts:
        if len(text.value) > 60 and SCORING.search(text.value) and SCALE.search(text.value):
            for metric in of_prompt(project, text.value, accurate=True):
                found.setdefault(metric, text.line)
    return found


def of_prompt(project: Project, text: str, *, accurate: bool = False) -> list[str]:
    """The advanced metrics that a judge's prompt speaks of; the one that it says most of where it asks for a single verdict.

    With `accurate`, what the prompt calls accuracy is correctness.
    """
    said = {m: sum(1 for _ in pattern.finditer(text)) for m, pattern in patterns(project.vocabulary)}
    if accurate:
        said["correctness"] = said.get("correctness", 0) + sum(1 for _ in ACCURATE.finditer(text))
    found = [m for m, count in said.items() if count]
    if len(found) > 1 and ONE.search(text) and not EACH.search(text):
        return [max(found, key=said.__getitem__)]
    return found


def of_criteria(project: Project, source: Source) -> dict[str, tuple[str, int]]:
    """Advanced metrics for which a data file that a source names holds written criteria, steps or a rubric, by the metric's name."""
    found: dict[str, tuple[str, int]] = {}
    for text in source.texts:
        if not CRITERIA_FILE.search(text.value) or len(text.value) > 120 or "\n" in text.value:
            continue
        target = locate(project, source.path, text.value)
        for name in _with_criteria(project.data(target), 4) if target else ():
            for metric, pattern in patterns(project.vocabulary):
                if pattern.fullmatch(name):
                    found.setdefault(metric, (str(target), 1))
    return found


def _with_criteria(data: Any, deep: int) -> Iterator[str]:
    """Names in parsed data under which criteria for a judge stand."""
    if isinstance(data, list):
        for item in data:
            if isinstance(item, dict) and isinstance(item.get("name"), str) and CRITERIA & {str(k).lower() for k in item}:
                yield item["name"]
            elif deep:
                yield from _with_criteria(item, deep - 1)
    elif isinstance(data, dict):
        for key, value in data.items():
            if isinstance(value, dict) and CRITERIA & {str(k).lower() for k in value}:
                yield str(key)
            elif isinstance(value, (dict, list)) and deep:
                yield from _with_criteria(value, deep - 1)


def of_prompt_files(project: Project, folder: str) -> dict[str, tuple[str, int]]:
    """Advanced metrics for which a judge prompt stands below a folder (`groundedness.prompty`, `relevance.jinja2`)."""
    found: dict[str, tuple[str, int]] = {}
    for path in project.paths:
        if not path.startswith(f"{folder}/" if folder else ""):
            continue
        stem, suffix = posixpath.splitext(posixpath.basename(path))
        if suffix.lower() in (".prompty", ".jinja2", ".jinja", ".j2", ".txt", ".md", ".prompt", ".yaml", ".yml") and project.is_own(path):
            for metric, pattern in patterns(project.vocabulary):
                if pattern.fullmatch(PROMPT_PART.sub("", stem)):
                    text = project.text(path) or ""
                    if SCORING.search(text):
                        found.setdefault(metric, (path, 1))
    return found


def of_result_keys(project: Project, folder: str) -> dict[str, tuple[str, int]]:
    """Advanced metrics that the code of an evaluation flow names among its results (`gpt_relevance`)."""
    found: dict[str, tuple[str, int]] = {}
    for path in project.code:
        source = project.source(path) if posixpath.dirname(path) == folder and path.endswith(".py") else None
        for text in source.texts if source else ():
            name = PROMPT_PART.sub("", text.value.strip()) if len(text.value) < 40 else ""
            if name == text.value.strip():
                continue  # the bare word may be anything's key: only one that says who scored it, or that it is a score
            for metric, pattern in patterns(project.vocabulary):
                if pattern.fullmatch(name):
                    found.setdefault(metric, (path, text.line))
    return found


def judged(source: Source) -> int:
    """The line of a text that asks a model for a score or verdict on an answer; 0 when there is none."""
    for text in source.texts:
        if len(text.value) > 40 and SCORING.search(text.value) and SCALE.search(text.value):
            return text.line
    return 0
