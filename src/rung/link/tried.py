"""Where a harness tries out what the application made: it runs tests, a task's own check or the code itself, and looks at how that ends."""

from __future__ import annotations

import re

from rung.facts.catalogue import Catalogue
from rung.facts.code.source import Call, Source, Value
from rung.link.commands import STARTS, TESTS, chained, flat_words, started
from rung.link.direct import owners
from rung.regex import regex

# A task's own check, by the name of what holds the command (`task.test_command`) or of the script (`verify.sh`).
CHECK = regex(
    r"(?:^|[._])(?:\w+_)?(?:tests?|verify|verif(?:ication|ier)|check(?:er)?|eval(?:uation)?|grad(?:e|er|ing)|validat(?:e|ion|or)|oracle)"
    r"_(?:commands?|cmds?|script|sh)$",
    re.IGNORECASE,
)
SCRIPT = regex(
    r"(?:^|[/ }])(?:(?:run[-_])?tests?|verify|verifier|check|grade|grader|validate|eval)\.(?:sh|bash)$"
    r"|(?:^|[/ }])(?:verify|verifier|grade|grader)\.(?:py|[jt]s)$"
)
RUNS = regex(r"(?:run|exec|shell|spawn|verif|check|command|cmd|bash|system|popen|evaluate|grade|validate)\w*$", re.IGNORECASE)
INTERPRETERS = regex(r"(?:^|[./])(?:python3?|node|deno|bun|ruby|sys\.executable|process\.execPath)$")
ENDED = regex(r"return_?code|exit_?code|exit_?status|\.status\b|\.wait\(|waitFor|check_call|check=True", re.IGNORECASE)
# What a function has to do with that runs code in order to see whether it is right.
TRIES = regex(r"\b(?:tests?|test_\w+|\w+_tests?|assert\w*|check\w*|candidate|solution|completion|generated\w*|entry_point)\b")


def tried(catalogue: Catalogue, source: Source) -> list[int]:
    """The lines at which a source file tries out what was made."""
    found = [line for tool, line in started(catalogue, source) if tool.category == "test-runner"]
    starting = [call for call in source.calls if STARTS.match(call.callee)]
    found += [c.line for c in starting if TESTS.match(" ".join(flat_words(c) + chained(source, c)))]
    found += [c.line for c in source.calls if RUNS.search(c.callee) and any(_is_check(v) for v in c.arguments.items)]
    if starting:
        found += [t.line for t in source.texts if len(t.value) < 80 and SCRIPT.search(t.value)]
    found += [c.line for c in source.calls if _runs_code(source, c)]
    return sorted(found)


def trying(catalogue: Catalogue, source: Source) -> frozenset[str]:
    """Names of a file's functions that try out what was made."""
    lines = tried(catalogue, source)
    return frozenset(f.name for f in source.functions if f.name and any(f.line <= line <= f.end_line for line in lines))


def _is_check(value: Value) -> bool:
    """A task's own command, as it is handed over: by its name, split into words, or in a longer command."""
    name = value.text.removesuffix(".split") if value.kind in ("name", "call") else ""
    if name and CHECK.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)):
        return True
    return value.kind in ("list", "template", "call") and any(_is_check(inner) for inner in value.items)


def _runs_code(source: Source, call: Call) -> bool:
    """Code that stands in a variable is executed, or a program whose path does and whose end is looked at, in a function that tests."""
    items = call.arguments.items
    if call.callee == "exec" and source.language == "python":
        return bool(items) and items[0].kind in ("name", "other", "call") and bool(TRIES.search(_around(source, call)))
    words = items[0].items if items and items[0].kind == "list" else items
    if not STARTS.match(call.callee) or len(words) < 2 or not INTERPRETERS.search(words[0].text):
        return False
    around = _around(source, call)
    return words[1].kind == "name" and bool(ENDED.search(around)) and bool(TRIES.search(around))


def _around(source: Source, call: Call) -> str:
    """The function in which a call stands; some lines around it at the top level."""
    name = owners(source, call.function)[0]
    spans = [f for f in source.functions if f.name == name and f.line <= call.line <= f.end_line]
    if spans:
        return "\n".join(source.lines[spans[0].line - 1 : spans[0].end_line])
    return "\n".join(source.lines[max(0, call.line - 12) : call.line + 12])
