"""What decides on a run of an evaluation: an exit code, a raised error, an assertion on a score, a recorded baseline."""

from __future__ import annotations

import posixpath
import re

from rung.facts.code.source import Call, Comparison, Source, Value
from rung.link.checks import assertions
from rung.link.project import Project
from rung.regex import regex

EXIT = regex(
    r"^(?:sys\.exit|exit|quit|SystemExit|process\.exit|os\.Exit|os\._exit|Kernel\.exit|abort|std\.process\.exit|std::process::exit|Environment\.Exit|System\.exit|exitProcess|kotlin\.system\.exitProcess|exit!|Bun\.exit"
    r"|typer\.Exit|click\.exceptions\.Exit|ctx\.exit|Deno\.exit)$"
)
RAISED = regex(
    r"^(?:AssertionError|Error|RuntimeError|ValueError|Exception|\w+Error|\w+Exception|panic|panic!|log\.Fatal\w*|raise|pytest\.fail)$"
)
# Words of a name that holds what a run came to: scores, what passed, what failed, what it is held against.
_BARS = r"""scores? acc pct percent hits thresholds? minimum min accura\w* pass(?:es|ed|ing)? fails? failed failing failures? failure rates?
wrong incorrect correct\w* baselines? ratios? means? avg averages? medians? f1
regress\w* precision recall rouge bleu similarity grounded\w* faithful\w*
relevan\w* missed mistakes right mismatch\w* target quality verdicts?"""
BAR = regex(r"(?<![a-z])(?:" + "|".join(_BARS.split()) + r")(?![a-z])", re.IGNORECASE)
RESULTS = regex(
    r"(?:^|/)(?:[\w.-]*(?:results?|baselines?|reports?|summary|scores|leaderboard|benchmarks?|history)[\w.-]*)(?:/.*)?\.(?:json|jsonl|csv|md|tsv|html|txt|ya?ml)$",
    re.IGNORECASE,
)
# What an assertion or a raised error says of arguments and surroundings, not of answers.
SURROUNDINGS = regex(
    r"environ|getenv|\benv\b|argv|\bargs?\b|option|api_?key|credential|config|exists\(|is_file|is_dir|isinstance|Unsupported|Unknown|Missing"
    r"|required|must (?:be|provide|set)"
    r"|not (?:found|set|installed|supported)|Usage:",
    re.IGNORECASE,
)
GUARDED = regex(r"\b(?:if|unless|elsif|elif)\b|&&|\|\||\?")
SETS_UP = regex(r"assert_(?:never|type|env\w*|config\w*|setup|installed|exists|files?|paths?|keys?|dirs?|valid\w*|format\w*|schema\w*)$")
# A condition on what an answer says.
LOOKS = regex(
    r"(?:answer|output|response|reply|result|content|actual|got|completion)\w*(?:\.\w+)*\??"
    r"\.(?:includes|contains|match|startsWith|endsWith|startswith|endswith)\("
    r"|\bnot in (?:answer|output|response|reply|result)|\.test\((?:answer|output|response|reply|result)|expected",
    re.IGNORECASE,
)
# What a share is held against, whatever the share is called (`if total / len(cases) < 0.8`).
FRACTION = regex(r"\s*(?:[\w.()]{1,60}\s?\*\s?)?0?\.\d+(?:\s?\*\s?[\w.()]{1,60})?\s*")
# What a score is held against, as order alone tells.
HELD_AGAINST = regex(r"(?<![a-z])(?:floors?|bar|goal|was|previous|recorded|tolerance|allowed)(?![a-z])", re.IGNORECASE)
FAILURE = regex(r"return (?:1|2|False|false|(?:self|static|Command)::FAILURE);?")
COMMANDS = ("handle", "execute", "__invoke")  # what a console's command returns is its exit code
SHARE = regex(r"/\s*(?:max\(1,\s*)?(?:len\(|total|count|n\b)", re.IGNORECASE)
NEAR_ABOVE = 6
WITHIN = 8  # lines of an expression, or of what an `if` holds, that are looked through
# What is held against something, but is no score and no answer.
NO_SCORE = regex(r"\blen\(|version|\btime\b|elapsed|timeout|retr(?:y|ies)|attempt|__name__|\bNone\b|status")
EACH = regex(r"(?<!\w)(?:any|all|some|every|Any|All)\(")
TOLD = regex(r"expect|label|gold|truth|reference|ideal|answer|repl(?:y|ies)|response|output|predict|\bgot\b", re.IGNORECASE)
COLLECTS = regex(r"\s*(\w+)(?:\.(?:append|add|extend|update)\(|\[[^\]]{1,60}\]\s*=(?!=)|\s*(?:\+=|\|=|=(?!=)\s*(?:True|False|1)\b))")
# The same in other languages: `worse++`, `$bad[] = $name`, `ok = false`, `failures << row`; and right behind a condition.
COUNTS = regex(
    r"\s*[$@]?(\w{1,60})(?:\+\+|\.(?:push|append|push_back|add|Add|insert)\(|\[\]\s?=|\s?(?:\+=|\|\|?=|<<|=(?!=)\s?(?:true|false|1|append\()\b))"
)
AT_ONCE = regex(r"\)\s?\{?" + COUNTS.pattern)
GATHERS = regex(r"\s*[$@]?(\w{1,60})\s?(?:[|&+]=|\|\|=|&&=|=\s?[$@]?\1\s(?:or|and|\|\|?|&&?)\s)")
CONDITION = regex(r"\s*(?:\}\s?)?(?:if|elif|elsif|else if|unless)\b")
TOLD_APART = ("==", "!=", "===", "!==")
RETURNS = 2  # functions that hand a verdict on


def criterion(source: Source) -> tuple[str, int] | None:
    """Where a script's run is decided on: it ends with an error, or raises one, where the scores are not good enough."""
    for call in source.calls:
        tail = call.callee.rsplit(".", 1)[-1]
        if tail.startswith("assert_") and not SETS_UP.search(tail):
            return source.path, call.line
        if EXIT.match(call.callee) and _decides(source, call):
            return source.path, call.line
        if RAISED.match(call.callee) and _after_bar(source, call.line, 4) and not _of_surroundings(source, call.line, call.end_line):
            return source.path, call.line
    if source.language == "php" and any(_returns_verdict(source, name) for name in COMMANDS):
        return source.path, next(f.line for f in source.functions if f.name in COMMANDS)
    if source.language == "csharp" and (line := _program_returns(source)):
        return source.path, line
    for assignment in source.assignments:
        if assignment.name in ("process.exitCode", "Environment.ExitCode") and _ends_badly(source, assignment.value, assignment.line):
            return source.path, assignment.line
    for call in assertions(source):
        text = " ".join(source.lines[call.line - 1 : call.end_line])
        held = [c for c in source.comparisons if call.line <= c.line <= call.end_line and c.function == call.function]
        told = BAR.search(_plain(text)) or _compares_answers(source, call) or any(_on_score(c) for c in held)
        if told and not SURROUNDINGS.search(text) and not _counted(source, call):
            return source.path, call.line
    return None


def _counted(source: Source, call: Call) -> bool:
    """Whether what looks like an assertion hands on a verdict that is counted (`passed += check(answer)`)."""
    written = source.lines[call.line - 1]
    return bool(re.search(rf"(?:[+:]=|[^=!<>]=|\breturn)\s*(?:await\s+)?{re.escape(call.callee)}\s*\(", written))


def _program_returns(source: Source) -> int:
    """The line at which a program (its `Main`, or statements at the top level) returns an exit code by the scores; 0 when none does."""
    if _returns_verdict(source, "Main"):
        return next(f.line for f in source.functions if f.name == "Main")
    for number, line in enumerate(source.lines, 1):
        told = re.match(r"return\b.*[?<>]", line) is not None
        if told and (BAR.search(_plain(line)) or not _shortfalls(source).isdisjoint(re.findall(r"\w+", line))):
            return number
    return 0


def _decides(source: Source, call: Call) -> bool:
    return bool(call.arguments.items) and _ends_badly(source, call.arguments.items[0], call.line)


def _ends_badly(source: Source, value: Value, line: int) -> bool:
    """Whether an exit code says that scores were not good enough: it depends on them, or is given under a condition on them."""
    if value.text in ("0", "null") or value.kind == "null":
        return False
    if value.kind in ("number", "boolean", "string", "template"):
        return _after_bar(source, line, NEAR_ABOVE) and not _of_surroundings(source, line, line)
    written = _plain(source.lines[line - 1]).replace("Environment.Exit", "exit")
    if value.kind == "choice" or re.fullmatch(r"(?:int|bool|Number|any|all)", value.text):
        return not SURROUNDINGS.search(written)
    if value.kind == "call" and any(i.kind == "name" and BAR.search(_plain(i.text)) for i in value.items):
        return True  # `sys.exit(len(failures))`, `sys.exit("\n".join(failures))`
    if BAR.search(_plain(value.text)) or (BAR.search(written) and (GUARDED.search(written) or re.search("[<>]", written))):
        return True
    if any(c.line == line and _on_score(c) for c in source.comparisons):
        return True  # `sys.exit(total / len(cases) < 4)`
    names = re.findall(r"\w+", f"{value.text} {written}")
    if not _shortfalls(source).isdisjoint(names):
        return True
    return any(_returns_verdict(source, name) for name in names) or any(_holds_verdict(source, name) for name in names)


def _holds_verdict(source: Source, name: str) -> bool:
    """A variable, such as `exit_code`, that is set by the scores."""
    given = [a for a in source.assignments if a.name == name]
    return any(
        a.value.kind == "choice" or (a.value.kind in ("number", "boolean") and a.value.text != "0" and _after_bar(source, a.line, 4))
        for a in given
    )


def _returns_verdict(source: Source, name: str, deep: int = RETURNS) -> bool:
    """A function of the file, such as `main`, that returns an exit code by the scores, or what another such function returns."""
    for function in source.functions:
        if function.name != name:
            continue
        for number in range(function.line, min(function.end_line, len(source.lines)) + 1):
            line = source.lines[number - 1].strip()
            if not line.startswith("return") or re.fullmatch(r"return;?|return (?:0|None|True|true);?", line):
                continue
            telling = re.search(r"[<>]|\bif\b|\?|\bnot\b|!|int\(|bool\(|any\(|all\(", line)
            by_score = bool(telling) and bool(BAR.search(_plain(line)))
            told = "if" in line or "bool(" in line
            by_score = by_score or (bool(telling) and any(c.line == number and _held(c, line) for c in source.comparisons))
            by_score = by_score or (told and not _shortfalls(source).isdisjoint(re.findall(r"\w+", line)))
            if by_score or (
                re.fullmatch(r"return (?:1|2|False|false|(?:self|static|Command)::FAILURE);?", line) and _after_bar(source, number, 4)
            ):
                return True
            handed = set(re.findall(r"(\w+)\(", line)) - {name}
            if deep and any(_returns_verdict(source, other, deep - 1) for other in sorted(handed)):
                return True
    return False


def _held(comparison: Comparison, line: str) -> bool:
    """Whether a comparison by order holds a score against something, or every score against its own bar, whatever they are called."""
    if comparison.operator not in ("<", "<=", ">", ">=") or not _of_result(comparison):
        return False
    return bool(EACH.search(line)) or _on_score(comparison)


def _after_bar(source: Source, line: int, above: int) -> bool:
    """Whether a condition on a score stands in the lines above."""
    if any(0 <= line - c.line <= above and (_on_score(c) or _called_score(source, c)) for c in source.comparisons):
        return True
    for number in range(max(1, line - above), line + 1):
        written = source.lines[number - 1].strip()
        condition = re.match(r"(?:\}\s*)?(?:if|elif|else if|unless)\b\s*(.*)", written)
        if condition is None and number == line and source.language == "ruby":  # `exit 1 if failed.any?`
            condition = re.search(r"\s(?:if|unless)\s+(.*)", written)
        if (
            condition
            and (
                BAR.search(_plain(condition[1]))
                or LOOKS.search(condition[1])
                or not _shortfalls(source).isdisjoint(re.findall(r"\w+", condition[1]))
            )
            and not re.search(r"[=!]==?\s*[\"']", condition[1])
            and not SURROUNDINGS.search(written)
        ):
            return True
    return False


def _shortfalls(source: Source) -> frozenset[str]:
    """Names in a file that hold what was not good enough: picked by a comparison of scores or answers, or collected by or below one."""
    python = source.language == "python"
    held = [
        c for c in source.comparisons if _of_result(c) and (python or c.operator in TOLD_APART or _on_score(c) or _called_score(source, c))
    ]
    found = {
        a.name.rsplit(".", 1)[-1]
        for a in source.assignments
        if a.value.kind in ("other", "call", "list", "mapping", "choice")
        and any(a.line <= c.line < a.line + WITHIN and c.function == a.function and _picked(a.value, c) for c in held)
    }
    for comparison in held:
        condition = source.lines[comparison.line - 1]
        if match := GATHERS.match(condition):  # `failed |= mean < floor`
            found.add(match[1])
        if not CONDITION.match(condition):
            continue
        if not python and (match := AT_ONCE.search(condition)):
            found.add(match[1])
        margin = len(condition) - len(condition.lstrip())
        for line in source.lines[comparison.line : comparison.line + WITHIN]:
            if line.strip() and len(line) - len(line.lstrip()) <= margin and line.strip() != "{":
                break
            if match := (COLLECTS if python else COUNTS).match(line):
                found.add(match[1])
    return frozenset(found)


def _of_result(comparison: Comparison) -> bool:
    """A comparison by order, or of an answer with something, that is not about surroundings."""
    sides = f"{comparison.left} {comparison.right}"
    if NO_SCORE.search(sides) or SURROUNDINGS.search(sides):
        return False
    return comparison.operator in ("<", "<=", ">", ">=") or bool(TOLD.search(sides))


def _picked(value: Value, comparison: Comparison) -> bool:
    """Whether a comparison stands in what is assigned."""
    text = value.text if value.kind == "other" else " ".join(i.text for i in value.items)
    return comparison.right in text and comparison.left in text and bool(re.search(r"\b(?:if|any|all|not)\b|^\s*\w[\w.]*\s*[<>]", text))


def _called_score(source: Source, comparison: Comparison) -> bool:
    """A comparison by order of what a call gave named after a score (`now = mean_f1(variant)`), or was read of recorded scores."""
    sides = f"{comparison.left} {comparison.right}"
    if comparison.operator not in ("<", "<=", ">", ">=") or NO_SCORE.search(sides) or SURROUNDINGS.search(sides):
        return False
    given = [a.value for name in set(re.findall(r"\w+", sides)) for a in source.assignments if a.name == name and a.value.kind == "call"]
    return any(BAR.search(_plain(v.text)) or any(i.kind == "string" and RESULTS.search(i.text) for i in v.items) for v in given)


def _on_score(comparison: Comparison) -> bool:
    """A comparison of a score, not one of an option with a word."""
    sides = (comparison.left, comparison.right)
    if comparison.operator in ("<", "<=", ">", ">=") and any(SHARE.search(side) for side in sides):
        return True
    if any(side.strip().startswith(("'", '"', "`")) for side in sides) or SURROUNDINGS.search(" ".join(sides)):
        return False
    ordered = comparison.operator in ("<", "<=", ">", ">=")
    share = ordered and any(FRACTION.fullmatch(side) or HELD_AGAINST.search(_plain(side)) for side in sides)
    return share or bool(BAR.search(_plain(" ".join(sides))))


def _of_surroundings(source: Source, line: int, end: int) -> bool:
    return bool(SURROUNDINGS.search(" ".join(source.lines[line - 1 : end])))


def _compares_answers(source: Source, call: Call) -> bool:
    """An assertion that holds an answer against what was expected."""
    inside = [c for c in source.comparisons if call.line <= c.line <= call.end_line]
    return any(
        c.operator in ("==", "in", "===") and re.search(r"expect|truth|reference|gold|ideal|label|case\b|case\[", f"{c.left} {c.right}")
        for c in inside
    )


def _plain(text: str) -> str:
    """Camel-case names as words apart; texts in quotes left out."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", re.sub(r"\"[^\"]*\"|'[^']*'|`[^`]*`", "", text))


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
