"""Named criteria by which a judge of the project's own scores: in a rubric file, a table of the code, a verdict's schema, a prompt."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rung.facts.code.source import Source, Value
from rung.link.data_files import locate
from rung.link.metrics import OWN, PROMPT_PART, SCALE, SCORING, judged, of_prompt, patterns
from rung.link.metrics import named as named_metric
from rung.link.project import Project
from rung.link.verdict_schemas import verdict_line, verdicts
from rung.regex import regex

Places = dict[str, tuple[str, int]]

# What holds criteria: a key, a variable, a file. Each of them has one of the names, and says more about itself.
HOLDS = regex(
    r"(?:^|[_\W]|(?<=[a-z]))(?:criteri(?:a|on)|rubrics?|dimensions|aspects|(?:judge|quality|scoring|grading|evaluation)_?(?:metrics|axes|scheme))"
    r"(?:$|[_\W])",
    re.IGNORECASE,
)
NAMES = ("name", "id", "key", "criterion", "criteria", "criteria_description", "dimension", "aspect", "metric", "label", "title")
TELLING = frozenset({"criterion", "criteria_description", "dimension", "aspect"})
MORE = regex(
    r"^(?:description|definition|details?|text|question|prompt|guid\w+|levels?|scale|anchors|weight|rubric|instructions?|points|max_?score|checks?"
    r"|pass|fail|score_?\d\w*|criteria|evaluation_steps)$",
    re.IGNORECASE,
)
CASE = frozenset({"input", "inputs", "query", "expected", "expected_output", "ground_truth", "answer", "reference", "output"})
# What a verdict holds beside the scores, what sums them up, and what no judge is needed for.
NO_CRITERION = regex(
    r"^(?:overall|total|final|score|rating|verdict|reason\w*|explanations?|rationale|feedback|comments?|confidence|id|index|justification|summary"
    r"|average|mean|weighted\w*|pass(?:ed)?|label|grade|evidence|thoughts?|latency\w*|cost\w*|\w*tokens?|duration\w*|\w*length|exact\w*|regex"
    r"|contains|bleu|rouge\w*|\w*count|timestamp|min|max|name|quality|result|value|type|model|start|end|lines?|page|year|age|price|amount|quantity"
    r"|step|turn|num_\w+|n_\w+|\w+_(?:id|index|ms|seconds))$",
    re.IGNORECASE,
)
SUFFIX = regex(r"[_\s-]?(?:score|rating|grade)$", re.IGNORECASE)
SCORES = regex(r"score|judg|grad(?:e|ing)|rating|rubric|evaluation|verdict|assessment", re.IGNORECASE)
# What a harness keeps of a case or a run is no schema of a judge's verdict.
OUTCOME = regex(r"Result|Report|Summary|Run|Config|Case|Record|Metrics")
NUMBER = regex(r"^\s*(\w+)\s*:\s*(?:Optional\[)?(?:int|float|conint|confloat|Literal\[\s*\d|Annotated\[(?:int|float))")
# A key of the answer that a prompt asks for, with a number under it.
ASKED = regex(
    r"[\"'](\w{3,30})[\"']\s*:\s*(?:[<\[{(]\s*)?"
    r"(?:int(?:eger)?|float|number|score|\d(?:\.\d+)?\s*(?:-|\u2013|to|\.\.\.?|\|)\s*\d+|\d(?:\.\d)?\s*[,}\n]"
    r"|(?:[nNxX#?_]|\.\.\.|\u2026)\s*[,}\n>\])])"
)
# A type of what a judge says, in any language, and its fields that are numbers.
VERDICT = regex(
    r"\b(?:type|interface|class|struct|record)\s+(?P<name>\w{0,40}(?:Scores?|Marks?|Judge?ment|Grades?|Ratings?|Verdict|Assessment)\w{0,40})"
    r"[^\n{(]{0,80}\n?[ \t]{0,12}(?P<open>[{(])"
)
FIELD = regex(
    r"(?:^|[\s{(,;])(?:(?P<named>[A-Za-z]\w{2,40})\??(?:\s*:\s*|\s+)(?:number|Int|Double|Float|int|u?int\d{1,2}|float\d{0,2}|[uif]\d{1,2})\b(?!\s+\w+\s*[,;){=])"
    r"|(?:int|double|float|decimal|short|byte)\s+(?P<typed>[A-Za-z]\w{2,40})\s*[,;){=])"
)
BODY = 1500
PROMPT_FILE = regex(r"[\w./-]+\.(?:prompt|prompty|md|txt|jinja2?|j2|ya?ml|toml|st|stg?|mustache|hbs|handlebars|liquid|tmpl|tpl|ftl|erb)$")
PROMPT_NAME = regex(r"[A-Za-z][\w-]{2,50}(?:/[\w-]{1,50}){0,3}")  # by which code loads one
JUDGE_FILE = regex(r"judg|(?<!ri)eval|(?<!up)grad(?:e|ing)|scor|rubric|criteri|assess|critic", re.IGNORECASE)
RESULT = regex(r"\[\[?(?:RESULT|rating|score)\]?\]", re.IGNORECASE)
DATA = regex(r"[\w./-]+\.(?:json|ya?ml|toml)$")
LONGEST = 40
FEWEST = 2


def judge_file(project: Project, source: Source) -> str:
    """The prompt file of a judge that a source names, "" where there is none."""
    return next(_judge_files(project, source), "")


def _judge_files(project: Project, source: Source) -> Iterator[str]:
    """The prompt files of judges that a source names, by their paths or by the names under which they are loaded (`load("judge")`)."""
    named = dict.fromkeys(_named(project, source, PROMPT_FILE))
    short = dict.fromkeys(t.value for t in source.texts if PROMPT_NAME.fullmatch(t.value))
    names = [n for n in short if JUDGE_FILE.search(n) or named_metric(project, n)]
    named |= dict.fromkeys(p for n in names for p in project.having(f"**/{n}.*") if PROMPT_FILE.fullmatch(p) and project.is_own(p))
    for path in named:
        if JUDGE_FILE.search(path) and judges_in(project.text(path) or ""):
            yield path


def judges(project: Project, source: Source) -> bool:
    """Whether a source has a judge's prompt, in it or in a file that it names."""
    return bool(judged(source) or judge_file(project, source) or verdict_line(project, source))


def named_criteria(project: Project, source: Source) -> Places:
    """Metrics that a source's judge scores one by one, each with its place; nothing where it has but one criterion."""
    if not judges(project, source):
        return {}
    found: Places = {}
    for path in _named(project, source, DATA):
        stem = posixpath.splitext(posixpath.basename(path))[0]
        for names in _groups(project.data(path), stem, 3):
            _add(project, found, names, (path, 1))
    scored = (found for found in verdicts(source) if verdict_line(project, source))
    for names, line in (*_in_code(source), *scored):
        _add(project, found, names, (source.path, line))
    for file in _judge_files(project, source):
        for metric, place in asked_for(project, project.text(file) or "", (file, 1)).items():
            found.setdefault(metric, place)
        stem = PROMPT_PART.sub("", posixpath.splitext(posixpath.basename(file))[0])
        for metric, pattern in patterns(project.vocabulary):
            if pattern.fullmatch(stem):  # a judge of one metric, by its name
                found.setdefault(metric, (file, 1))
    return found


def asked_for(project: Project, prompt: str, place: tuple[str, int]) -> Places:
    """The criteria that a judge's prompt, which stands at `place`, asks for."""
    found: Places = {}
    _add(project, found, ASKED.findall(prompt), place)
    for metric in of_prompt(project, prompt):
        found.setdefault(metric, place)
    return found


def _named(project: Project, source: Source, pattern: re.Pattern[str]) -> Iterator[str]:
    """Files that a source names."""
    for text in source.texts:
        if len(text.value) < 120 and pattern.fullmatch(text.value) and (target := locate(project, source.path, text.value)):
            yield target


def judges_in(text: str) -> bool:
    """Whether a text is a prompt that asks for a score or verdict."""
    return bool(SCORING.search(text)) and bool(SCALE.search(text) or RESULT.search(text))


def _add(project: Project, found: Places, names: list[str], place: tuple[str, int]) -> None:
    """Takes a group of criteria, by the vocabulary's metric where it has one; a single one is no rubric."""
    plain = dict.fromkeys(
        p for n in names if (p := SUFFIX.sub("", n.split(":")[0].strip())) and len(p) <= LONGEST and not NO_CRITERION.match(p)
    )
    if len(plain) < FEWEST:
        return
    for name in plain:
        spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
        metric = next((m for m, pattern in patterns(project.vocabulary) if pattern.match(spaced)), "")
        found.setdefault(metric or OWN + re.sub(r"\W+", "-", spaced.lower()).strip("-"), place)


def _groups(data: Any, called: str, deep: int) -> Iterator[list[str]]:
    """Names of criteria that stand together in parsed data; `called` is what holds the data."""
    if isinstance(data, list):
        entries = [d for d in data if isinstance(d, dict) and not CASE & {str(k).lower() for k in d}]
        keys = {str(k) for d in entries for k in d}
        if entries and (HOLDS.search(called) or TELLING & keys) and any(MORE.match(k) for k in keys):
            yield [str(name) for d in entries if (name := next((d[k] for k in NAMES if isinstance(d.get(k), str)), ""))]
    elif isinstance(data, dict):
        told = [
            v for v in data.values() if (isinstance(v, str) and " " in v) or (isinstance(v, dict) and any(MORE.match(str(k)) for k in v))
        ]
        if HOLDS.search(called) and len(told) == len(data):
            yield [str(k) for k in data]
        for key, value in data.items() if deep else ():
            yield from _groups(value, str(key), deep - 1)


def _in_code(source: Source) -> Iterator[tuple[list[str], int]]:
    """Names of criteria in tables of the code, in schemas of verdicts and in answers that prompts ask for, with lines."""
    for assignment in source.assignments:
        if HOLDS.search(assignment.name):
            yield _of_value(assignment.value), assignment.line
    for declared in source.classes:
        if declared.bases and SCORES.search(declared.name) and not OUTCOME.search(declared.name):
            fields = (NUMBER.match(line) for line in source.lines[declared.line : declared.end_line])
            yield [m[1] for m in fields if m], declared.line
    yield from _in_types(source)
    for call in source.calls:
        for value in call.arguments.items:
            if value.kind == "mapping" and call.callee.endswith(".object"):
                yield [k for k, v in zip(value.keys, value.items, strict=False) if v.kind == "call" and ".number" in v.text], call.line
    for text in source.texts:
        if len(text.value) > LONGEST and SCORING.search(text.value) and SCALE.search(text.value):
            yield ASKED.findall(text.value), text.line


def _in_types(source: Source) -> Iterator[tuple[list[str], int]]:
    """Names of the numbers in the types of a judge's verdicts, with lines."""
    text = "\n".join(source.lines) if source.language != "python" else ""
    for declared in VERDICT.finditer(text):
        if OUTCOME.search(declared["name"]):
            continue
        rest = text[declared.end("open") : declared.end("open") + BODY]
        closing = ")" if declared["open"] == "(" else "}"
        first, _, _ = rest.partition("\n")
        body = rest.partition(closing)[0] if closing in first or closing == ")" else re.split(r"\n\s{0,12}\}", rest, maxsplit=1)[0]
        yield [m["named"] or m["typed"] for m in FIELD.finditer(body + closing)], text.count("\n", 0, declared.start()) + 1


def _of_value(value: Value) -> list[str]:
    """The names of the criteria that a table in code holds."""
    if value.kind == "mapping":
        return [
            k
            for k, v in zip(value.keys, value.items, strict=False)
            if k and v.kind in ("string", "template", "mapping", "call", "number", "list")
        ]
    found = []
    for item in value.items if value.kind in ("list", "call") else ():
        entry: Mapping[str, Value] = {k.lower(): v for k, v in zip(item.keys, item.items, strict=False) if k}
        name = next((entry[k] for k in NAMES if k in entry), item.items[0] if item.kind == "call" and item.items else item)
        if name.kind == "string" and not (item.kind == "string" and name.text.count(" ") > 1):
            found.append(name.text)
    return found
