"""Which tools a command is, by the catalogue: in a pipeline, or as words that code hands to a process."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence

from rung.facts.catalogue import Catalogue, Tool
from rung.facts.code.source import Source, Value

STARTS = re.compile(
    r"^(?:subprocess\.(?:run|Popen|call|check_call|check_output)|os\.(?:system|popen)|exec(?:Sync|a|File|FileSync)?|spawn(?:Sync)?|exec\.Command(?:Context)?|asyncio\.create_subprocess_(?:exec|shell)"
    r"|child_process\.\w+|Popen|run|check_call|system|Kernel\.system|Process\.Start|Command::new|execaCommand|(?:\w+\.)*(?:exec_run|commands\.run|execSync|spawnSync))$"
)
# The tests of whatever project stands in the folder.
TESTS = re.compile(r"(?:npm|pnpm|yarn|bun|make|just|task)(?: run)? test\b|\S*(?:gradlew?|mvnw?)(?: -\S+)* test\b")


def command_tools(catalogue: Catalogue, program: str, words: Sequence[str]) -> list[Tool]:
    """The tools that a program with these arguments is."""
    found = [tool for rest, tool in catalogue.commands.get(program, ()) if _follows(rest, list(words)) and allowed(tool, words, words)]
    return list(dict.fromkeys(found))


def started(catalogue: Catalogue, source: Source) -> list[tuple[Tool, int]]:
    """Tools that a source file starts as processes, each with the line; lists of words are commands where the file starts any process."""
    starting = [call for call in source.calls if STARTS.match(call.callee)]
    if not starting:
        return []
    given = [(item, call.line) for call in starting for item in call.arguments.items[:1]]
    given += [(Value("list", line=call.line, items=call.arguments.items), call.line) for call in starting if len(call.arguments.items) > 1]
    given += [(value, a.line) for a in source.assignments for value in (a.value, *a.value.items) if value.kind == "list"]
    found: dict[str, tuple[Tool, int]] = {}
    for value, line in given:
        words = _words(value)
        if words[:2] == ["", "-m"]:  # behind an interpreter that a variable holds
            words = words[2:]
        while words and words[0] in (
            "python",
            "python3",
            "-m",
            "npx",
            "uv",
            "run",
            "uvx",
            "poetry",
            "pnpm",
            "bunx",
            "-y",
            "{sys.executable}",
        ):
            words = words[1:]
        for tool in command_tools(catalogue, words[0], words[1:]) if words else ():
            found.setdefault(tool.id, (tool, line))
    return list(found.values())


def runs_tests(catalogue: Catalogue, source: Source) -> int:
    """The line at which a source file starts a test runner or a project's tests as a process; 0 when it does not."""
    found = [line for tool, line in started(catalogue, source) if tool.category == "test-runner"]
    for call in source.calls:
        if STARTS.match(call.callee):
            words = [w for item in call.arguments.items[:2] for w in _words(item)]
            found += [call.line] if TESTS.match(" ".join(words)) else []
    return min(found, default=0)


def _words(value: Value) -> list[str]:
    if value.kind in ("string", "template"):
        return value.text.split()[:12]
    if value.kind != "list":
        return []
    flat = [inner for item in value.items[:12] for inner in (item.items if item.kind == "list" else (item,))][:12]
    return [item.text if item.kind in ("string", "template") else "" for item in flat]


def _follows(rest: tuple[str, ...], words: list[str]) -> bool:
    """Whether a command's words stand at the head of the arguments, options between them passed over."""
    plain = [w for w in words if not w.startswith("-")]
    if all(r.startswith("-") for r in rest):
        return all(r in words for r in rest)
    wanted = [r for r in rest if not r.startswith("-")]
    options = [r for r in rest if r.startswith("-")]
    if not all(o in words for o in options):
        return False
    position = 0
    for word in plain[: len(wanted) + 3]:
        if position < len(wanted) and word == wanted[position]:
            position += 1
        elif position:
            break
    return position == len(wanted)


def allowed(tool: Tool, given: Sequence[str], words: Sequence[str]) -> bool:
    """Whether a tool's entry excludes none of these words, and has one that it needs, if it needs any."""
    excluded = [e.lower() for e in tool.strings("excludes")]
    needed = [n.lower() for n in tool.strings("needs")]
    present = [w.lower() for w in (*given, *words)]

    def there(word: str) -> bool:
        plain = re.sub(r"\s+", "", word)
        return any(
            p == word or p.startswith(word + "=") or re.sub(r"\s+", "", p) == plain or ("*" in word and fnmatch.fnmatchcase(p, word))
            for p in present
        )

    return not any(there(e) for e in excluded) and (not needed or any(there(n) for n in needed))
