"""Which tools a command is, by the catalogue: in a pipeline, or as words that code hands to a process."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence

from rung.facts.catalogue import Catalogue, Tool
from rung.facts.code.source import Call, Source, Value
from rung.regex import regex

STARTS = regex(
    r"^(?:subprocess\.(?:run|Popen|call|check_call|check_output)|os\.(?:system|popen)|exec(?:Sync|a|File|FileSync)?|spawn(?:Sync)?|exec\.Command(?:Context)?|asyncio\.create_subprocess_(?:exec|shell)"
    r"|child_process\.\w+|Popen|run|check_call|system|Kernel\.system|Process\.Start|ProcessStartInfo|(?:\w+\.)*Command\.new|execaCommand|execaSync|\$"
    r"|ProcessBuilder|Runtime\.getRuntime\.exec|CommandLine\.parse|Bun\.spawn|Deno\.Command"
    r"|(?:\w+\.)*(?:exec_run|exec_in_container|commands\.run|execSync|spawnSync))$"
)
# The tests of whatever project stands in the folder.
TESTS = regex(r"(?:npm|pnpm|yarn|bun|make|just|task)(?: run)? test\b|\S*(?:gradlew?|mvnw?)(?: -\S+)* test\b")


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
    given += [(Value("string", " ".join([*flat_words(call), *more])), call.line) for call in starting if (more := chained(source, call))]
    given += [(value, a.line) for a in source.assignments for value in (a.value, *a.value.items) if value.kind == "list"]
    found: dict[str, tuple[Tool, int]] = {}
    for value, line in given:
        words = _unwrapped(_words(value))
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


def flat_words(call: Call) -> list[str]:
    """The words that a call starting a process is handed, as far as they are written out."""
    return [w for item in call.arguments.items[:2] for w in _words(item)]


def chained(source: Source, call: Call) -> list[str]:
    """The words that a builder of commands is handed after the program, one by one or in lists (`.arg("test")`)."""
    if not call.callee.endswith("Command.new"):
        return []
    near = [c for c in source.calls if call.line <= c.line <= call.line + 8 and re.search(r"\.args?$", c.callee)]
    return [w for c in sorted(near, key=lambda c: (c.line, c.column)) for item in c.arguments.items for w in _words(item)]


def _unwrapped(words: list[str]) -> list[str]:
    """The command that a shell is handed as one text (`bash -c "cd task && go test ./..."`), or the words as they are."""
    if len(words) > 2 and words[0].rsplit("/", 1)[-1] in ("bash", "sh", "zsh") and re.fullmatch(r"-\w*c", words[1]):
        words = " ".join(words[2:]).split()
    if words and words[0] == "cd" and "&&" in words:
        words = words[words.index("&&") + 1 :]
    return words


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
