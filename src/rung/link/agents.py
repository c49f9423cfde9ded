"""Calls that start an agent's command line as a process: the program asks a model, and so does who drives it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Call, Source, Value
from rung.link.commands import chained
from rung.link.project import Project
from rung.regex import regex

# Functions that start a process, and those that surely do nothing else, so that a program's bare name is enough.
STARTING = regex(
    r"Command\.new$|(?:run|exec|spawn|command|shell|process|launch|popen|start|system|check_output|check_call|call|\$)\w*$", re.IGNORECASE
)
SURELY = regex(
    r"(?:^|\.)(?:spawn(?:Sync)?|exec(?:Sync|a|File|FileSync|FileAsync|Async|aSync|aCommand)?|execa\.\w+|exec\.Command(?:Context)?|Command\.new|Deno\.Command"
    r"|create_subprocess_(?:exec|shell)|subprocess\.\w+|Popen|check_output|check_call|open_process|run_process|os\.(?:system|popen)|\$|Process\.Start"
    r"|ProcessStartInfo|ProcessBuilder|Cli\.Wrap)$"
)
# Calls that look a program up or read its path, and leave its name what it is.
LOOKUP = regex(
    r"LookPath|which|getenv|environ|env\b|\.env\.|(?:^|\.)(?:get|from|str|string|Path|PathBuf|resolve\w*|find\w*|to_string|join|split|var)(?:\.|$)",
    re.IGNORECASE,
)
LAUNCHERS = frozenset(
    ["npx", "bunx", "uvx", "pnpm", "dlx", "yarn", "-y", "--yes", "--", "exec", "x", "sudo", "env", "cmd", "cmd.exe", "/c", "bun"]
)
SHELL = regex(r"(?:^|/)(?:ba|z)?sh$")
# Programs in which another one is started, and what stands between commands of a shell.
HOSTS = frozenset(
    [
        "tmux",
        "screen",
        "docker",
        "podman",
        "kubectl",
        "ssh",
        "nohup",
        "timeout",
        "wsl",
        "wsl.exe",
        "script",
        "stdbuf",
        "nice",
        "gosu",
        "runuser",
        "su",
    ]
)
JOINTS = regex(r"\|\|?|&&|;|\$\(|\n")
OWN_RUNTIME = ("process.execPath", "sys.executable", "process.argv0")
GIVEN = ("args", "cmd", "command", "FileName", "Arguments", "fileName", "file")
# Folders of what a team keeps for its own work.
ERRANDS = regex(r"(?:^|/)(?:scripts?|hack|ci|dev|devtools|tooling|contrib|\.[\w-]+)/")
UNKNOWN = ""


class Agents:
    """Tells for each file which of its calls drive an agent's command line."""

    def __init__(self, project: Project) -> None:
        self.project = project
        words = project.vocabulary["models"]
        self.names = frozenset(words["agent_commands"])
        self.packages = frozenset(words["agent_packages"])
        self.ambiguous = frozenset(words["ambiguous_agent_commands"])
        self.errands, self.asking = frozenset(words["agent_errands"]), frozenset(words["agent_asking"])
        self._found: dict[str, list[Call]] = {}

    def literals(self) -> list[str]:
        """Texts of which a file that starts an agent holds one."""
        ends = ('"', "'", "`", " ")
        named = [f"{quote}{name}{end}" for name in self.names for quote in ('"', "'", "`", "/") for end in ends]
        piped = [f" {name} -" for name in self.names - self.ambiguous]
        return [*named, *piped, *self.packages]

    def calls(self, path: str) -> list[Call]:
        """Calls of a file that hand an agent a task."""
        known = self._found.get(path)
        if known is None:
            source = self.project.source(path) if not ERRANDS.search(path) else None
            known = self._found[path] = list(self._driving(source)) if source else []
        return known

    def _driving(self, source: Source) -> Iterator[Call]:
        held = self._held(source)
        for call in source.calls:
            if not STARTING.search(call.callee) or not call.arguments.items:
                continue
            words = self._words(source, call, held)
            if words and self._asks(words, bare=bool(SURELY.search(call.callee))) and not self._starts_other(source, call):
                yield call

    def _starts_other(self, source: Source, call: Call) -> bool:
        """Whether a call is of a function of its own file that starts another program with what it is handed."""
        for function in source.functions:
            if function.name != call.callee or not function.name:
                continue
            for inner in source.calls:
                if function.line <= inner.line <= function.end_line and SURELY.search(inner.callee) and inner.arguments.items:
                    first = inner.arguments.items[0]
                    first = first.items[0] if first.kind == "list" and first.items else first
                    word = first.text.split(" ")[0].rsplit("/", 1)[-1]
                    if first.text in OWN_RUNTIME or (first.kind == "string" and word and not self._may_start(word)):
                        return True
        return False

    def _may_start(self, word: str) -> bool:
        return word in self.names or word in LAUNCHERS or word in HOSTS or bool(SHELL.search(word))

    def _asks(self, words: list[str], *, bare: bool) -> bool:
        """Whether a command, an agent and what it is handed, has it ask its model."""
        name, rest = words[0], words[1:]
        plain = [w for w in rest if w != UNKNOWN]
        if rest and rest[0] in self.errands:
            return False
        told = any(w.split("=")[0] in self.asking for w in plain)
        return told or (bare and name not in self.ambiguous)

    def _held(self, source: Source) -> dict[str, list[str]]:
        """Commands of agents by the name of the variable, field or key that holds them."""
        held: dict[str, list[str]] = {}
        for _ in range(2):  # handed on once
            for assignment in source.assignments:
                self._hold(source, held, assignment.name, assignment.value)
            for call in source.calls:
                for key, item in zip(call.arguments.keys, call.arguments.items, strict=False):
                    if key:
                        self._hold(source, held, key, item)
        return held

    def _hold(self, source: Source, held: dict[str, list[str]], name: str, value: Value, deep: int = 3) -> None:
        name = name.rsplit(".", 1)[-1]
        words = (
            self._command(source, value, held)
            if name.lower() not in ("name", "id", "provider", "type", "title", "label", "slug", "model")
            else []
        )
        if words:
            held.setdefault(name, words)
        if value.kind in ("mapping", "list", "call") and deep:
            keys = value.keys or ("",) * len(value.items)
            for key, item in zip(keys, value.items, strict=False):
                if key or item.kind in ("mapping", "call"):
                    self._hold(source, held, key, item, deep - 1)

    def _words(self, source: Source, call: Call, held: dict[str, list[str]]) -> list[str]:
        """The words of the command that a call starts, from the agent on; empty where it starts none."""
        items = [v for v, k in zip(call.arguments.items, call.arguments.keys, strict=False) if not k or k in GIVEN]
        for start, item in enumerate(items[:2]):  # a context may stand first
            words = self._command(source, item, held)
            if words:
                return [*words, *(w for more in items[start + 1 :] for w in _plain(source, more)), *chained(source, call)]
            if item.kind not in ("name", "call"):
                break
        # behind a launcher or a shell: `spawn("npx", ["-y", "agent"])`, `exec.Command("sh", "-c", "agent ...")`
        flat = [w for item in items for w in _plain(source, item)] + chained(source, call)
        if flat and (flat[0] in HOSTS or (len(flat) > 1 and flat[0] == "sudo" and flat[1] in HOSTS)):
            place = next((i for i, w in enumerate(flat) if w in self.names - self.ambiguous), 0)
            return flat[place:] if place else []
        return self._behind(flat) if flat and (flat[0] in LAUNCHERS or SHELL.search(flat[0])) else []

    def _command(self, source: Source, value: Value, held: dict[str, list[str]]) -> list[str]:
        """The words of a command that a value is, from the agent on."""
        if value.kind in ("string", "template"):
            return next((words for part in JOINTS.split(value.text) if (words := self._behind(part.split()))), [])
        if value.kind == "choice":
            return next((words for item in value.items if (words := self._command(source, item, held))), [])
        if value.kind == "name":
            return held.get(value.text.rsplit(".", 1)[-1], [])
        if value.kind == "call" and LOOKUP.search(value.text):
            return next((words[:1] for item in value.items if (words := self._command(source, item, held))), [])
        if value.kind == "call":
            return self._made(source, value.text.rsplit(".", 1)[-1], held)
        if value.kind == "list" and value.items:
            first = self._command(source, value.items[0], held)
            if first:
                return [*first, *(w for item in value.items[1:] for w in _plain(source, item))]
            return self._behind([w for item in value.items for w in _plain(source, item)])
        if value.kind == "other" and (match := re.match(r"\[?\s*\*?([\w.]+)\s*[+,]", value.text)):
            return held.get(match[1].rsplit(".", 1)[-1], [])
        return []

    def _made(self, source: Source, name: str, held: dict[str, list[str]]) -> list[str]:
        """The command that a function of the file gives: an agent's name, or what holds one, with the words beside it."""
        for function in source.functions:
            if function.name != name or not name:
                continue
            words = [t.value for t in source.texts if function.line <= t.line <= function.end_line]
            body = "\n".join(source.lines[function.line : function.end_line])
            program = next((w for w in words if w in self.names), "") or next(
                (w[0] for n, w in held.items() if re.search(rf"\b{re.escape(n)}\b", body)), ""
            )
            if program:
                return [program, *(w for w in words if w != program)]
        return []

    def _behind(self, words: list[str]) -> list[str]:
        """The words of a command from an agent's program on, what only launches it passed over."""
        if len(words) > 2 and SHELL.search(words[0]) and re.fullmatch(r"-\w*c", words[1]):
            words = " ".join(words[2:]).split()
        while words and words[0] in LAUNCHERS:
            words = words[1:]
        if not words:
            return []
        name = words[0].rsplit("/", 1)[-1].removesuffix(".exe").removesuffix(".cmd")
        package = words[0] if words[0].count("@") <= 1 and words[0].startswith("@") else words[0].rpartition("@")[0] or words[0]
        if package in self.packages:
            return [package, *words[1:]]
        return [name, *words[1:]] if name in self.names else []


def _plain(source: Source, value: Value) -> list[str]:
    """The words that a value hands over, in order; an unknown one is empty, and a list's name stands for what it was made with."""
    if value.kind in ("string", "template"):
        return value.text.split() or [UNKNOWN]
    if value.kind == "list":
        return [w for item in value.items[:20] for w in (_plain(source, item) if item.kind in ("string", "template") else [UNKNOWN])]
    if value.kind == "name":
        made = next((a.value for a in source.assignments if a.name == value.text and a.value.kind == "list" and a.value.items), None)
        if made is not None:
            return _plain(source, made)
    return [UNKNOWN]
