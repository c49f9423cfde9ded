"""Names in a test that count right answers or sum up scores, and what is worked out from them: `right++`, `accuracy = right / all`."""

from __future__ import annotations

from rung.facts.code.source import Source
from rung.link.checks import mentions
from rung.link.declared_tests import TestUnit
from rung.regex import regex

# What a line adds to: `right++`, `total += 1`, `scores.push(x)`, `failed = append(failed, x)`, `rows << x`.
ADDS = regex(
    r"(?<![\w.])(?P<sum>[\w.]{1,60})(?:\+\+|\s?\+=(?!=))"
    r"|\+\+(?P<before>\w{1,40})"
    r"|(?<![\w.])(?P<list>[\w.]{1,60}?)\.(?:append|push|push_back|add|Add|incrementAndGet|getAndIncrement)\("
    r"|(?<![\w.])(?P<slice>[\w.]{1,60})\s?=\s?append\("
    r"|^\s{0,80}(?P<shovel>\w{1,40})\s<<\s"
)
CONDITION = regex(r"\b(?:if|elsif|unless|when|match)\b|\?")
# Functions that count what holds for each of a list, in one expression.
COUNTS = regex(
    r"(?:^|[.\s])(?:filter|count|Count|sum|Sum|average|Average|averagingDouble|mapToInt|mapToDouble|reduce|select|partition|fold)\b"
)
SET = regex(
    r"^\s{0,80}(?:(?:const|let|var|val|mut|final|double|float|int|long|auto)\s+){0,3}([A-Za-z_]\w{0,60})(?:\s?:\s?[\w<>\[\]]{1,40})?\s?:?=(?![=>])"
)
# What sees only that something came back, how much of it, or how a call went.
FORM = regex(
    r"[!=]==?\s?(?:\"\"|''|nil\b|null\b|None\b|undefined\b)|\blen\(|\.length\b|\.Length\b|\.size\(|[eE]mpty|[bB]lank|[pP]resent\?|IsNullOr|status|Status"
    r"|\bnil\?|isinstance|instanceof|typeof|\.is_(?:ok|err|some|none)\(|[pP]arse|valid|Valid|schema|format|[eE]lapsed|[lL]atency|[tT]okens|[uU]sage|[cC]ost"
)
FAILURES = frozenset({"err", "error", "e", "ex", "exc", "exception"})
NEAR_ABOVE = 3
ROUNDS = 4


def tallies(source: Source, unit: TestUnit, names: frozenset[str]) -> frozenset[str]:
    """Names that a test adds to as answers are right or scored, and those worked out from them; `names` hold answers."""
    lines = source.lines[unit.line - 1 : unit.end_line]
    added = [(n, name) for n, text in enumerate(lines) for name in _added(text)]
    known = set(names - FAILURES)
    found: set[str] = set()
    for _ in range(ROUNDS):
        before = len(found)
        for number, name in added:
            if name not in found and (_says(_after(lines[number], name), known) or _under(lines, number, known)):
                found.add(name)
        for text in lines:
            match = SET.match(text)
            right = text[match.end() :] if match else ""
            if match and (mentions(right, found) or (COUNTS.search(right) and _says(right, known))):
                found.add(match[1])
        known |= found
        if len(found) == before:
            break
    return frozenset(found)


def _added(text: str) -> list[str]:
    groups = (next(g for g in m.groups() if g) for m in ADDS.finditer(text))
    return [group.rsplit(".", 1)[-1] for group in groups]


def _after(text: str, name: str) -> str:
    """What stands after a name: what is added to it."""
    return text.partition(name)[2]


def _under(lines: list[str], number: int, names: set[str]) -> bool:
    """Whether a line runs under a condition, on it or right above, that names one of these."""
    if CONDITION.search(lines[number]) and _says(lines[number], names):
        return True
    depth = _indent(lines[number])
    for text in reversed(lines[max(0, number - NEAR_ABOVE) : number]):
        if text.strip() and _indent(text) < depth:
            return bool(CONDITION.search(text)) and _says(text, names)
    return False


def _says(text: str, names: set[str]) -> bool:
    """Whether a text looks at what one of these says, not only at its form."""
    return mentions(text, names) and not FORM.search(text)


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
