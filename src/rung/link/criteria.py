"""What decides on a run of an evaluation: an exit code, a raised error, an assertion on a score, a recorded baseline."""

from __future__ import annotations

import posixpath
import re

from rung.facts.code.source import Call, Source
from rung.link.checks import assertions
from rung.link.project import Project

EXIT = re.compile(
    r"^(?:sys\.exit|exit|quit|SystemExit|process\.exit|os\.Exit|Kernel\.exit|abort|std\.process\.exit|std::process::exit|Environment\.Exit|System\.exit)$"
)
RAISED = re.compile(
    r"^(?:AssertionError|Error|RuntimeError|ValueError|Exception|\w+Error|\w+Exception|panic|panic!|log\.Fatal\w*|pytest\.fail)$"
)
BAR = re.compile(r"score|threshold|minimum|accura|pass|fail|rate|wrong|correct|baseline|ratio|mean|avg|f1|regress", re.IGNORECASE)
SCORE_CALL = re.compile(
    r"(?:^|\.)(?:ratio|SequenceMatcher|rouge\w*|bleu\w*|compute|sentence_bleu|levenshtein\w*|distance|cosine\w*|similarity|f1_score|accuracy_score|"
    r"precision_score|recall_score|classification_report|startsWith|startswith|includes|search|match|test|equals)$",
    re.IGNORECASE,
)
RESULTS = re.compile(
    r"(?:^|/)(?:[\w.-]*(?:results?|baselines?|reports?|summary|scores|leaderboard|benchmarks?|history)[\w.-]*)(?:/.*)?\.(?:json|jsonl|csv|md|tsv|html|txt|ya?ml)$",
    re.IGNORECASE,
)


def criterion(source: Source) -> tuple[str, int] | None:
    for call in source.calls:
        if call.callee.rsplit(".", 1)[-1].startswith("assert_"):
            return source.path, call.line
        if EXIT.match(call.callee) and _decides(source, call):
            return source.path, call.line
        if RAISED.match(call.callee) and any(
            0 <= call.line - c.line <= 4 and BAR.search(f"{c.left} {c.right}") for c in source.comparisons
        ):
            return source.path, call.line
    for assignment in source.assignments:
        if assignment.name == "process.exitCode" and assignment.value.text != "0":
            return source.path, assignment.line
    for call in assertions(source):
        if BAR.search(source.lines[call.line - 1]):
            return source.path, call.line
    return None


def _decides(source: Source, call: Call) -> bool:
    items = call.arguments.items
    if not items:
        return False
    if items[0].kind not in ("number", "null", "boolean", "string"):
        return not re.fullmatch(r"(?:asyncio\.run|main|run|cli|app|await main|pytest\.main)", items[0].text)
    if items[0].text == "0" or items[0].kind == "null":
        return False
    return any(0 <= call.line - c.line <= 6 and BAR.search(f"{c.left} {c.right}") for c in source.comparisons)


def baseline(project: Project, path: str) -> tuple[str, int] | None:
    """A recorded baseline beside the evaluation, with figures in it."""
    folder = posixpath.dirname(path)
    for other in project.repository.files:
        if (
            folder
            and other.startswith(folder + "/")
            and re.search(r"baseline", other[len(folder) :], re.IGNORECASE)
            and RESULTS.search(other)
        ):
            return other, 1
    return None
