"""Whether a test looks at the content of the answer that a model gave in it, and whether it could get one at all."""

from __future__ import annotations

import re

from rung.facts.code.source import Call, Source
from rung.link.checks import FORM_ONLY, assertions, derived, mentions, on_content
from rung.link.criteria import BAR
from rung.link.declared_tests import TestUnit
from rung.link.graph import Graph
from rung.link.project import Project
from rung.link.tallies import tallies
from rung.regex import regex

HELD = regex(r"Assert\.(?:True|False|IsTrue|IsFalse|All|InRange|Multiple)$")
FAILS = regex(r"\.(?:Error|Errorf|Fatal|Fatalf)$|^panic!?$")
LOOKS = regex(r"(?:^|\.)(?:Contains|EqualFold|MatchString|HasPrefix|HasSuffix|contains|is_match|starts_with|ends_with)$")
# Functions that administrate what is stored or set, by their first word, or by that and what it is done to: they return no answer.
ADMINISTRATES = regex(
    r"_*a?(?:(?:delete|drop|upload|download|register|unregister|upsert|recreate|rebuild|reindex|ingest|purge|login|logout|subscribe)(?:_\w+)?"
    r"|(?:create|update|get|fetch|list|add|set|search|find|count|patch|put|make|build|init|initialize|setup|remove|insert|rename|load|save|index|import|export|clear|reset)_"
    r"\w*?(?:knowledge_?base|kb|doc|document|file|collection|index|vector_?store|store|user|tenant|account|workspace|data_?set|chunk|config|setting|model|session"
    r"|thread|api_?key|token|permission|profile|connection|project)(?:s|es)?(?:_(?:by|before|after|for|from|to|in)_\w+)?)"
)
FORMAL = regex(
    r"\bnil\b|len\(|\berr\b|status|(?:^|\s)\"\"(?:\s|$)|\.(?:sub)?type\b|\.role\b|\.\w*ID\b|\w*count\b|\.is_?error\b|\.stop_?reason\b|cost|usage|tokens\b|duration|\.num_?turns\b|_ms\b|(?:^|\s)0(?:\s|$)",
    re.IGNORECASE,
)
# What holds that the call went wrong: no model answered in that test.
WENT_WRONG = regex(
    r"""\[["'](?:status|state|type)["']\]\)?\s{0,3}(?:,|==|\.to\w{2,12}\()\s{0,3}["'](?:error|fail\w{0,4}|invalid)["']|\.(?:is_error|isError)\b(?!\s*(?:is|==|,)\s*[fF]alse)"""
)
# A number held against another one.
COMPARED = regex(
    r"[<>]=?\s*[\w.(]|[gG]reater|[lL]ess|[bB]etween|AtLeast|AtMost|\bbe\s*[<>]=?|InDelta|BeInRange|[iI]nRange|must_be\b|\bassert_operator\b"
)
BOOKKEPT = regex(r"\blen\(\w+\)\s*[<>=]|usage|[tT]okens?\b|[eE]lapsed|[dD]uration|[lL]atency|[cC]ost|\.[sS]ince\(")


def judges_answer(source: Source, unit: TestUnit, asking: list[Call], given: frozenset[str] = frozenset()) -> bool:
    """Whether a test asserts on the content of what these calls of it return, or of answers that it is `given`."""
    names = derived(source, unit, asking, given)
    lines = {call.line for call in asking}
    counted = tallies(source, unit, names) if names else names
    asserted = assertions(source, unit.functions)
    if any(WENT_WRONG.search(" ".join(source.lines[c.line - 1 : c.end_line])) for c in asserted):
        return False
    for call in asserted:
        if source.language == "go" and FAILS.search(call.callee):
            continue  # only says that it failed; the condition before it looks at something
        text = " ".join(source.lines[call.line - 1 : call.end_line])
        if (mentions(text, names) or any(call.line <= line <= call.end_line for line in lines)) and on_content(source, call):
            return True
        if mentions(text, counted) and COMPARED.search(text) and not BOOKKEPT.search(text):
            return True
    return _helper_judges(source, unit, names, lines) or _fails_by_hand(source, unit, names, counted)


def administrates(call: Call) -> bool:
    """Whether a call, by its name, creates, lists or deletes what is stored, and so returns no model's answer."""
    name = re.split(r"[.:]+", call.callee)[-1]
    return bool(ADMINISTRATES.fullmatch(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()))


def asserts_content(source: Source, unit: TestUnit, scorers: frozenset[str] | set[str]) -> bool:
    """Whether a scored test can fail on what the answer says: it asserts on content, or hands it to something that scores and asserts."""
    own = assertions(source, unit.functions)
    if any(on_content(source, c) or c.callee.rsplit(".", 1)[-1].startswith(("assert_", "Assert")) for c in own) or _fails(source, unit):
        return True
    if any(HELD.match(c.callee) and not FORM_ONLY.search(" ".join(source.lines[c.line - 1 : c.end_line])) for c in own):
        return True
    judging = {source.functions[c.function].name for c in assertions(source) if c.function >= 0 and on_content(source, c)}
    called = {c.callee.rsplit(".", 1)[-1] for c in source.calls if c.function in unit.functions}
    return bool(called & judging) or any(name.startswith("assert") for name in called & set(scorers))


def _fails(source: Source, unit: TestUnit) -> bool:
    return any(FAILS.search(c.callee) or c.callee.endswith("pytest.fail") for c in source.calls if c.function in unit.functions)


def _helper_judges(source: Source, unit: TestUnit, names: frozenset[str], lines: set[int]) -> bool:
    """The answer is handed to a helper of the file that asserts on content."""
    helpers = {
        source.functions[c.function].name
        for c in assertions(source)
        if c.function >= 0
        and c.function not in unit.functions
        and on_content(source, c)
        and not (source.language == "go" and FAILS.search(c.callee))
    }
    for call in source.calls:
        if call.function in unit.functions and call.callee.rsplit(".", 1)[-1] in helpers:
            text = " ".join(source.lines[call.line - 1 : call.end_line])
            if mentions(text, names) or any(call.line <= line <= call.end_line for line in lines):
                return True
    return False


def _fails_by_hand(source: Source, unit: TestUnit, names: frozenset[str], counted: frozenset[str]) -> bool:
    """Go's way: `if !strings.Contains(got, want) { t.Errorf(...) }`, or `if accuracy < 0.8` of what was counted or comes from answers."""
    if not any(FAILS.search(c.callee) for c in source.calls if c.function in unit.functions):
        return False
    looks = [c for c in source.calls if c.function in unit.functions and LOOKS.search(c.callee)]
    compared = [
        c
        for c in source.comparisons
        if c.function in unit.functions and c.operator in ("==", "!=") and not FORMAL.search(f"{c.left} {c.right}")
    ]
    measured = [c for c in source.comparisons if c.function in unit.functions and c.operator in ("<", "<=", ">", ">=")]
    for c in measured:
        sides = f"{c.left} {c.right}"
        if (mentions(sides, counted) or (mentions(sides, names) and BAR.search(sides))) and not BOOKKEPT.search(sides):
            return True
    return any(mentions(" ".join(source.lines[c.line - 1 : c.end_line]), names) for c in looks) or any(
        mentions(c.left, names) != mentions(c.right, names)
        for c in compared  # two parts of one answer compared say nothing of it
    )


def can_be_called(project: Project, graph: Graph, source: Source, call: Call) -> bool:
    """False where a Python call plainly leaves out an argument that every function of that name must be given."""
    text = " ".join(source.lines[call.line - 1 : call.end_line])
    if source.language != "python" or "*" in text:
        return True
    name = call.callee.rsplit(".", 1)[-1]
    needed = []
    for path in (source.path, *graph.touches(source.path)):
        other = project.source(path)
        for index, function in enumerate(other.functions if other else ()):
            if function.name == name and other is not None:
                needed.append(_required(other, index))
    given = len(call.arguments.items)
    return not needed or any(given >= n for n in needed)


def _required(source: Source, index: int) -> int:
    """How many arguments a function must be given at least."""
    function = source.functions[index]
    if function.decorators:
        return 0
    defaults = {
        a.name
        for a in source.assignments
        if a.function == index and a.name in function.parameters and a.line <= function.line + len(function.parameters) + 2
    }
    header = re.split(
        r"\)\s*(?:->[^:]*)?:", " ".join(source.lines[function.line - 1 : function.line + len(function.parameters) + 2]), maxsplit=1
    )[0]
    names = [p for p in function.parameters if p not in ("self", "cls") and not p.startswith("*") and p not in defaults]
    return len([p for p in names if not re.search(rf"\*{re.escape(p)}\b|\b{re.escape(p)}\s*(?::[^,=]*)?=", header)])
