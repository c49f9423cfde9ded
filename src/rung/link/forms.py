"""The form of an answer: comparisons and calls that see only punctuation, headings, case, ranges or a set of choices, and no content."""

from __future__ import annotations

import re

from rung.facts.code.source import Call
from rung.regex import regex

# A literal that is a mark, a heading or a tag: whoever looks for it looks at form.
MARK = regex(r"(?:[^\w]|_){0,20}|#{1,6} ?[\w][\w &/-]{0,60}\n?|</?[\w!-]{1,30}[^<>]{0,60}>?|```\w{0,12}\n?|https?://|data:[\w/]{0,30}")
LITERAL = regex(r"""[rbuf]{0,2}("(?:[^"\\]|\\.){0,200}"|'(?:[^'\\]|\\.){0,200}')""", re.IGNORECASE)
# What leaves a text or list the same but for its case, blanks, order or repetition.
SAME = frozenset(
    [
        "lower",
        "upper",
        "strip",
        "rstrip",
        "lstrip",
        "title",
        "capitalize",
        "casefold",
        "sorted",
        "set",
        "list",
        "tuple",
        "len",
        "dict",
        "fromkeys",
        "str",
        "int",
        "float",
        "round",
        "isoformat",
    ]
)
CHOICES = regex(
    r"(?:^|[_.])(?:labels|categories|classes|choices|options|allowed|valid|queues|types|levels|kinds|intents|statuses|languages|severities|priorities|enum"
    r"|__members__)(?:_|$|\(|\b)|get_args\(|\bfor \w{1,30} in [A-Z]\w{0,60}\]?$|list\([A-Z][a-z]\w{0,60}\)",
    re.IGNORECASE,
)
ABOUT_EXPECTED = regex(r"expect|gold|truth|reference|ideal|correct", re.IGNORECASE)
ABOUT_FORM = regex(r"(?:headings?|headers?|sections?|columns?|fields?|keys?|tags?|markers?|delimiters?|prefix|suffix)", re.IGNORECASE)
SIZE = regex(r"^len\(|\.(?:length|size|Length|count\(\))$|seconds|elapsed|latency|duration|\btook\b", re.IGNORECASE)
COMMON = regex(r"&|intersect|expect|overlap|hits|missing|wrong|mistake|errors", re.IGNORECASE)
LOWEST = regex(r"(?:^|\W)-?[01](?:\.0)?\s*<=?\s")
HIGHEST = regex(r"(?:1|1\.0|5|5\.0|10|10\.0|100|100\.0)")
# Calls that look at a text, with what they look for.
LOOK = regex(r"\.(?:startswith|endswith)\(([^()]{0,200})\)|\bre\.(?:search|match|fullmatch|findall)\(\s*([^\n]{0,200})")
IS_CASE = regex(r"\.is(?:digit|upper|lower|alpha|alnum|title|numeric|decimal|ascii|space|identifier|printable)\(\)")
# A look for something in a text whose place or number is then held against a bound.
LOOKED = regex(r"indexOf|\.find|count|filter|search|split")
# What of a pattern stands for any letter or figure.
SHAPE = regex(r"\\[a-zA-Z]|\[(?:[^\]\\]|\\.){0,60}\]|\{\d{0,4},?\d{0,4}\}|\(\?[a-zA-Z:]{1,6}")

# Assertions of truth, in languages that have them as calls, and what only tells that something parsed, fits a schema or didn't throw.
TRUTH = regex(r"(?:^|[.:])(?:ok|[tT]rue|isTrue|IsTrue|assertTrue|assert!?|toBeTruthy|be_truthy)$")
PATH = regex(r"[!&*]{0,2}[$A-Za-z_]\w{0,60}(?:(?:\??\.|->|::|!\.)\w{1,60}|\[[\w.\"']{1,40}\]){0,6}[!?]?")
FITS = regex(
    r"not\.toThrow|[dD]oes_?[nN]ot_?[tT]hrow|doesNotReject|nothing_raised|not_to raise_error|\.safeParse\w{0,10}\([^\n]{0,120}\)\.success"
    r"|\.is_(?:ok|some)\(\)|json\.Valid\(|\b(?:validate|isValid\w{0,30}|is_valid\w{0,30}|isJson\w{0,10}|is_json)\(|\.success\b\)?[,;)]"
)
VERDICT = regex(
    r"pass|correct|score|match|grade|success|right|contain|found|hit|simil|valid|equal|include|verdict|faithful|relevan", re.IGNORECASE
)
POSITIVE = regex(
    r"(?:toBeGreaterThan(?:OrEqual)?|isGreaterThan|isPositive|assertGreaterThan\w*|Greater|Positive)\("
    r"\s*(?:t,\s*)?(?:[01]?\s*(?:\)|,)|[\w.]{1,60}, [01]\))"
)


def formal_comparison(left: str, operator: str, right: str) -> bool:
    """Whether a comparison looks at an answer's form alone."""
    left, right = left.strip(), right.strip()
    if operator in ("==", "!=") and (_words(left) or _words(right)):
        return _words(left) == _words(right) or _mark(left) or _mark(right)
    if operator in ("in", "not in"):
        return (
            bool(ABOUT_FORM.fullmatch(left))
            or _mark(left)
            or _mark(right)
            or (bool(CHOICES.search(right)) and not ABOUT_EXPECTED.search(right))
        )
    if operator in ("<", "<=", ">", ">=") and SIZE.search(left) and not (COMMON.search(left) or VERDICT.search(left)):
        return True  # how long an answer is, or how long it took
    if operator in ("<", "<=") and right.endswith(".keys()"):
        return True
    if operator in (">", ">=") and right in ("0", "1"):
        return bool(PATH.fullmatch(left)) and not VERDICT.search(left)  # `recipe.servings > 0`: that something is there
    if operator in ("<", "<=") and HIGHEST.fullmatch(right):
        return bool(LOWEST.match(left))  # `0 <= confidence <= 1`
    return False


def formal_text(text: str) -> bool:
    """Whether an expression without a comparison looks at form alone (`answer.endswith(".")`, `re.fullmatch(r"\\d+", code)`)."""
    looked = [(m[1], m[2]) for m in LOOK.finditer(text)]
    if not looked:
        return bool(IS_CASE.search(text))
    return all(_marks(ends) if ends else _shape(pattern) for ends, pattern in looked)


def formal_call(call: Call, text: str) -> bool:
    """Whether an assertion of a unit-test class looks at form alone (`self.assertRegex(code, r"^\\d+$")`)."""
    name, given = call.callee.rsplit(".", 1)[-1], call.arguments.items
    if name in ("assertTrue", "assertFalse"):
        return formal_text(text) and not re.search(r"[=!<>]=| in ", text)
    if len(given) < 2:
        return False
    if name in ("assertIn", "assertNotIn") and given[0].kind == "string":
        return bool(MARK.fullmatch(given[0].text))
    if name == "assertRegex" and given[1].kind == "string":
        return not re.search(r"\w", SHAPE.sub("", given[1].text))
    return False


def formal_truth(call: Call, text: str) -> bool:
    """Whether an assertion only sees that a value is there, that it parses or fits a schema (`assert.ok(recipe)`, `isTrue(x.is_ok())`)."""
    if FITS.search(text):
        return True
    given = [v for v in call.arguments.items if v.text not in ("t", "s.T()")]
    if TRUTH.search(call.callee) and given and given[0].kind == "name":
        return bool(PATH.fullmatch(given[0].text)) and not VERDICT.search(given[0].text)
    looked = POSITIVE.search(text)
    return looked is not None and not VERDICT.search(text[: looked.start()].replace("expect", "")) and not LOOKED.search(text)


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[A-Za-z_]\w{0,80}", text)) - SAME if not LITERAL.match(text) else frozenset()


def _mark(side: str) -> bool:
    match = LITERAL.fullmatch(side)
    return bool(match) and bool(MARK.fullmatch(match[1][1:-1])) if match else False


def _marks(given: str) -> bool:
    found = LITERAL.findall(given)
    return bool(found) and all(MARK.fullmatch(text[1:-1]) for text in found) and not _words(LITERAL.sub("", given))


def _shape(given: str) -> bool:
    match = LITERAL.match(given)
    return bool(match) and not re.search(r"\w", SHAPE.sub("", match[1][1:-1])) if match else False
