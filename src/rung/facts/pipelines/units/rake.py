"""Rakefiles: tasks with their prerequisites, and the tasks that RSpec's and Minitest's task classes define."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rung.facts.code.tree import bounded
from rung.facts.pipelines.shell import parse_shell
from rung.facts.pipelines.types import Command, Unit
from rung.facts.pipelines.units.common import command, folder_of
from rung.regex import regex

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_DEEPEST = 60
_LONGEST = 500_000
_TEXTS = regex(r":?[\"']([^\"'\n]*)[\"']|:(\w+)")
_ARRAY = regex(r"%[wi][\[({]([^\])}]*)[\])}]")
_HOLE = regex(r"#\{(?:args\s*(?:\[\s*[:\"'](\w+)[\"']?\s*\]|\.(\w+))|([^{}]*))\}")
_CLASSES = {"RSpec::Core::RakeTask": ("rspec", "spec"), "Rake::TestTask": ("minitest", "test"), "Minitest::TestTask": ("minitest", "test")}
_STARTS = regex(r"\s*(?:(?:sh|system|exec|ruby|puts|print|desc|end|Rake::Task|Dir\.chdir|cd)\b|[})#]|%x|`)")
_SETTING = regex(r"\.(pattern|test_files|test_globs|rspec_opts)\s*=\s*(.+)")


@dataclass(slots=True)
class _Task:
    name: str
    line: int
    needs: list[str] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)


def read_rakefile(path: str, text: str) -> list[Unit]:
    """The tasks, named with their namespaces; `#{args[:x]}` in a command becomes `{x}`."""
    from ast_grep_py import SgRoot

    if len(text) > _LONGEST:
        return []
    reader = _Reader(path.rpartition("/")[2])
    reader.walk(SgRoot(bounded(text), "ruby").root(), "", None, 0)
    folder = "." if path.endswith(".rake") else folder_of(path)  # a file that a Rakefile takes in runs where that stands
    units = []
    for task in reader.tasks.values():
        needs = tuple(dict.fromkeys(reader.resolved(need, task.name) for need in task.needs))
        units.append(Unit("rake", task.name, path, task.line, folder, tuple(task.commands), needs, task.name == "default"))
    return units


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.tasks: dict[str, _Task] = {}

    def resolved(self, need: str, task: str) -> str:
        """The full name of a prerequisite, which is looked for in the task's own namespace first."""
        namespace = task.rpartition(":")[0]
        while namespace:
            if f"{namespace}:{need}" in self.tasks:
                return f"{namespace}:{need}"
            namespace = namespace.rpartition(":")[0]
        return need

    def walk(self, node: SgNode, namespace: str, task: _Task | None, depth: int) -> None:
        """Go through a tree; commands belong to the task whose block they stand in."""
        if depth > _DEEPEST:
            return
        kind = node.kind()
        if kind == "call":
            namespace, task = self._call(node, namespace, task)
        elif kind == "subshell" and task is not None:
            task.commands += parse_shell(_filled(node.text()[1:-1]), _line(node))
        for child in node.children():
            if child.is_named():
                self.walk(child, namespace, task, depth + 1)

    def _call(self, node: SgNode, namespace: str, task: _Task | None) -> tuple[str, _Task | None]:
        method = node.field("method")
        receiver = node.field("receiver")
        arguments = node.field("arguments")
        name = method.text() if method else ""
        text = arguments.text() if arguments else ""
        if receiver is not None:
            return namespace, self._received(node, receiver.text(), name, text, namespace, task)
        if name == "namespace" and arguments is not None:
            return namespace + (_names(text) or ["?"])[0] + ":", task
        if name in ("task", "multitask") and arguments is not None:
            task = self._define(text, namespace, _line(node))
            if _works(node):
                task.commands.append(command(["ruby", self.file], task.line))
            return namespace, task
        if name in ("sh", "system", "exec", "ruby") and arguments is not None and task is not None:
            task.commands += self._shell(arguments, name)
        return namespace, task

    def _shell(self, arguments: SgNode, name: str) -> tuple[Command, ...]:
        prefix = ["ruby"] if name == "ruby" else []
        given = [child for child in arguments.children() if child.is_named() and child.kind() not in ("pair", "hash")]
        words = [_filled(child.text()[1:-1] if child.kind() == "string" else "#{" + child.text() + "}") for child in given]
        if len(words) > 1:
            return (command([*prefix, *words], _line(arguments)),)
        return parse_shell(" ".join([*prefix, *words]), _line(arguments))

    def _received(self, node: SgNode, receiver: str, name: str, text: str, namespace: str, task: _Task | None) -> _Task | None:
        if receiver.startswith("Rake::Task[") and name in ("invoke", "execute", "reenable") and task is not None:
            task.needs += _names(receiver.partition("[")[2])[:1] if name != "reenable" else []
        elif receiver in _CLASSES and name in ("new", "create"):
            program, usual = _CLASSES[receiver]
            made = self._define(text or f":{usual}", namespace, _line(node))
            settings = dict(_SETTING.findall(node.text()))
            pattern = next((_filled(_value(settings[key])) for key in ("pattern", "test_files", "test_globs") if key in settings), usual)
            options = _filled(_value(settings.get("rspec_opts", ""))).split()
            made.commands.append(command([program, pattern, *options], made.line))
            return made
        return task

    def _define(self, text: str, namespace: str, line: int) -> _Task:
        """`:name`, `:name, [:argument] => [:need]`, `name: :need`, `"name" => %w[a b]`."""
        bare = text.removeprefix("(").removesuffix(")")
        keyword = re.match(r"([\w-]+):\s+(.*)", bare, re.DOTALL)
        head, _, rest = (keyword[1], "", keyword[2]) if keyword else bare.partition("=>")
        name = namespace + (head if keyword else (_names(head) or ["?"])[0])
        task = self.tasks.setdefault(name, _Task(name, line))
        task.needs += _names(rest)
        return task


def _works(node: SgNode) -> bool:
    """Whether a task's block does something itself, in Ruby, besides starting commands."""
    block = next((child for child in node.children() if child.kind() in ("do_block", "block")), None)
    return block is not None and any(line.strip() and not _STARTS.match(line) for line in block.text().splitlines()[1:])


def _names(text: str) -> list[str]:
    listed = _ARRAY.search(text)
    return listed[1].split() if listed else [found[0] or found[1] for found in _TEXTS.findall(text)]


def _value(text: str) -> str:
    found = re.search(r"\"([^\"]*)\"|'([^']*)'", text)
    return (found[1] or found[2] or "") if found else ""


def _filled(text: str) -> str:
    def hole(found: re.Match[str]) -> str:
        name = found[1] or found[2] or found[3]
        return "{" + (name if re.fullmatch(r"\w+", name) else "value") + "}"

    return _HOLE.sub(hole, text)


def _line(node: SgNode) -> int:
    return int(node.range().start.line) + 1
