"""Walks the syntax tree of a shell text as a shell would, and notes the simple commands that it comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING

from rung.facts.pipelines.shell_commands import SHELLS, start
from rung.facts.pipelines.shell_words import WORD_KINDS, Scope, WordReader, literal
from rung.facts.pipelines.types import Command

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_DEEPEST = 60
_MOST_STATEMENTS = 20_000
_MOST_COMMANDS = 4_000
_MOST_ROUNDS = 20
_SEQUENCES = frozenset({"program", "compound_statement", "do_group", "else_clause"})
_NEVER_TRUE, _ALWAYS_TRUE = ("false",), (("true",), (":",))


def run_shell(text: str, first_line: int, environment: Mapping[str, str], script: str) -> tuple[Command, ...]:
    """The commands of a text whose templates are masked; see `parse_shell`."""
    scope = Scope(environment, script=script)
    positional = sorted((name for name in environment if name.isdigit() and name != "0"), key=lambda name: (len(name), name))
    if positional:
        scope.arrays["@"] = tuple(environment[name] for name in positional)
    runner = Runner(scope)
    runner.run_text(text, first_line)
    return tuple(runner.commands)


class Runner:
    """One walk: `scope` is where it stands; `commands` what it has come to."""

    deepest = _DEEPEST

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.commands: list[Command] = []
        self.functions: dict[str, SgNode] = {}
        self.calls: list[str] = []  # functions being called
        self.returned = False  # what ended last was a function, not the shell
        self.sound = True  # the text parses as a shell's; otherwise nothing is said to be dead
        self.folders: list[str] = []  # pushd
        self.previous = ""  # cd -
        self.depth = 0
        self.statements = 0
        self.first_line = 1
        self.reader = WordReader("", scope, self._subshell)
        self.handlers: dict[str, Callable[[SgNode], bool]] = {
            "list": self._list,
            "pipeline": self._pipeline,
            "redirected_statement": self._redirected,
            "subshell": self._subshell,
            "negated_command": self._branch,
            "command": self._command,
            "declaration_command": self._assignments,
            "variable_assignments": self._assignments,
            "variable_assignment": self._assignment,
            "unset_command": self._unset,
            "if_statement": self._if,
            "while_statement": self._while,
            "for_statement": self._for,
            "c_style_for_statement": lambda node: self._branch(*node.children()),
            "case_statement": self._case,
            "function_definition": self._function,
            "test_command": self._test,
            "ERROR": self._broken,
        }
        for kind in _SEQUENCES:
            self.handlers[kind] = self._sequence

    # -- entering and leaving

    def run_text(self, text: str, first_line: int) -> bool:
        """Parse and run a text in the present scope; True when it ends the shell."""
        from ast_grep_py import SgRoot

        before = self.reader, self.first_line, self.depth, self.sound
        if self.depth > _DEEPEST // 4:
            return False
        self.depth += 10
        self.reader, self.first_line = WordReader(text, self.scope, self._subshell), first_line
        root = SgRoot(text, "bash").root()
        self.sound = root.find(kind="ERROR") is None
        ended = self._run(root)
        self.reader, self.first_line, self.depth, self.sound = before
        return ended

    def _run(self, node: SgNode) -> bool:
        """Run one statement; True when nothing after it runs (`exit` and the like)."""
        handler = self.handlers.get(node.kind())
        self.statements += 1
        if handler is None or self.depth > _DEEPEST or self.statements > _MOST_STATEMENTS or len(self.commands) > _MOST_COMMANDS:
            return False
        self.depth += 1
        ended = handler(node)
        self.depth -= 1
        return ended

    def call(self, name: str) -> bool:
        """Run a function's body; True when it ends the shell."""
        return self._run(self.functions[name])

    def within(self, scope: Scope, action: Callable[[], bool]) -> bool:
        """Do something in another scope and come back to the present one."""
        outer = self.scope
        self.scope = self.reader.scope = scope
        ended = action()
        self.scope = self.reader.scope = outer
        return ended

    def _branch(self, *nodes: SgNode) -> bool:
        """Run what may not run: what it assigns holds afterwards only where nothing was known before."""
        inner = self.scope.copy()
        self.within(inner, lambda: self._run_all(nodes[0].children() if nodes[0].kind() == "negated_command" else nodes))
        self.scope.own = {**inner.own, **{name: value for name, value in self.scope.own.items() if value or name not in inner.own}}
        self.scope.arrays = {**inner.arrays, **self.scope.arrays}
        return False

    def _run_all(self, nodes: Sequence[SgNode]) -> bool:
        return any(self._run(node) for node in nodes)

    def _line(self, node: SgNode) -> int:
        return self.first_line + node.range().start.line

    # -- compound statements

    def _sequence(self, node: SgNode) -> bool:
        return self._run_all(node.children())

    def _list(self, node: SgNode) -> bool:
        """`a && b || c`: the grammar nests to the left, and a long chain is deep, so it is flattened first."""
        links: list[tuple[str, SgNode]] = []
        while node.kind() == "list":
            parts = node.children()
            links += [(parts[1].kind(), child) for child in parts[2:3]]
            node = parts[0]
        if self._run(node):
            return True
        plain = literal(node)
        for operator, right_node in reversed(links):
            if (operator == "&&" and plain == _NEVER_TRUE) or (operator == "||" and plain in _ALWAYS_TRUE):
                continue
            plain = literal(right_node)
            if operator == "||":
                self._branch(right_node)
            else:
                self._run(right_node)
        return False

    def _pipeline(self, node: SgNode) -> bool:
        for child in node.children():
            self._run(child)
        return False

    def _subshell(self, node: SgNode) -> bool:
        self.within(self.scope.copy(), lambda: self._sequence(node))
        return False

    def _redirected(self, node: SgNode) -> bool:
        """The statement itself, then what the grammar hangs under a heredoc's first line (`| sort`, `&& next`)."""
        ended = False
        for child in node.children():
            if child.kind() == "heredoc_redirect":
                self._fed(child)
                self._run_all(child.children())
            elif child.kind() in ("file_redirect", "herestring_redirect"):
                for part in child.children():
                    if part.is_named():
                        self.reader.value(part)
            else:
                ended = self._run(child) or ended
        return ended

    def _fed(self, heredoc: SgNode) -> None:
        """What a heredoc gives to a shell is run; given to a remote one it is an argument of the command."""
        body = next((part for part in heredoc.children() if part.kind() == "heredoc_body"), None)
        if body is None or not self.commands:
            return
        last = self.commands[-1]
        program = last.words[0].rsplit("/", 1)[-1]
        if program in SHELLS and set(last.words[1:]) <= {"-", "-s", "-e", "-x", "-ex"}:
            self.within(self.scope.copy(), partial(self.run_text, body.text(), self._line(body)))
        elif program == "ssh":
            self.commands[-1] = replace(last, words=(*last.words, body.text()))

    def _if(self, node: SgNode) -> bool:
        """Conditions run; each branch may run, unless its condition is a plain `false` or comes after a plain `true`."""
        parts: list[SgNode] = []
        condition: tuple[str, ...] = ()
        for child in [*node.children(), None]:
            kind = "" if child is None else child.kind()
            if child is not None and kind == "then":
                self._run_all(parts)
                condition = literal(parts[0]) if parts else ()
                parts = []
            elif child is None or kind in ("elif_clause", "else_clause", "fi"):
                if parts and condition != _NEVER_TRUE:
                    self._branch(*parts)
                parts = []
                if condition in _ALWAYS_TRUE:
                    return False
                if child is not None and kind in ("elif_clause", "else_clause"):
                    self._if(child) if kind == "elif_clause" else self._branch(child)
            elif child.is_named():
                parts.append(child)
        return False

    def _while(self, node: SgNode) -> bool:
        children = node.children()
        conditions = [child for child in children if child.kind() != "do_group"]
        self._run_all(conditions)
        first = next((literal(child) for child in conditions if child.is_named()), ())
        if first != (_NEVER_TRUE if children[0].kind() == "while" else ("true",)):
            self._branch(*(child for child in children if child.kind() == "do_group"))
        return False

    def _for(self, node: SgNode) -> bool:
        """Once for each word where all are known, once with the variable left as it is where they are not."""
        name = ""
        items: list[str] = []
        body: list[SgNode] = []
        for child in node.children():
            if child.kind() == "variable_name" and not name:
                name = child.text()
            elif child.kind() in ("do_group", "compound_statement"):
                body.append(child)
            elif child.kind() in WORD_KINDS:
                items += self.reader.words(child)
        known = items if items and not any("$" in item or "`" in item for item in items) else []
        self.scope.unset(name)
        for item in known[:_MOST_ROUNDS]:
            self.scope.set(name, item)
            self._branch(*body)
        if not known:
            self._branch(*body)
        return False

    def _case(self, node: SgNode) -> bool:
        self.reader.defaulted = False
        subject: str | None = None
        for child in node.children():
            if child.kind() != "case_item" and child.kind() in WORD_KINDS:
                subject = self.reader.value(child)
                if "$" in subject or "`" in subject or self.reader.defaulted:
                    subject = None
            elif child.kind() == "case_item":
                patterns, body = self._case_item(child)
                if subject is None or any(fnmatchcase(subject, pattern) for pattern in patterns):
                    self._branch(*body)
                    if subject is not None:
                        return False
        return False

    def _case_item(self, node: SgNode) -> tuple[list[str], list[SgNode]]:
        children = node.children()
        at = next((i for i, child in enumerate(children) if child.kind() == ")"), len(children))
        return [self.reader.value(child) for child in children[:at] if child.is_named()], children[at:]

    def _function(self, node: SgNode) -> bool:
        children = [child for child in node.children() if child.is_named()]
        if len(children) >= 2:
            self.functions[children[0].text()] = children[-1]
        return False

    def _test(self, node: SgNode) -> bool:
        for found in node.find_all(kind="command_substitution"):
            self._subshell(found)
        return False

    def _broken(self, node: SgNode) -> bool:
        """Where the grammar gives up (other shells' syntax), statements are still found; loose words of a line make a command."""
        loose: list[SgNode] = []
        for child in [*node.children(), None]:
            if child is not None and child.kind() in WORD_KINDS and (not loose or self._line(child) == self._line(loose[0])):
                loose.append(child)
                continue
            if loose and loose[0].kind() in ("command_name", "word"):
                self._simple(loose)
            loose = []
            if child is not None:
                self._run(child)
        return False

    # -- assignments

    def _assignments(self, node: SgNode) -> bool:
        for child in node.children():
            if child.kind() == "variable_assignment":
                self._assignment(child)
        return False

    def _unset(self, node: SgNode) -> bool:
        for child in node.children():
            if child.kind() == "variable_name":
                self.scope.unset(child.text())
        return False

    def _assignment(self, node: SgNode) -> bool:
        children = node.children()
        name = children[0].text()
        adding = len(children) > 1 and children[1].kind() == "+="
        value = children[-1]
        if value.kind() == "array":
            values = tuple(word for child in value.children() if child.is_named() for word in self.reader.words(child))
            self.scope.arrays[name] = (self.scope.arrays.get(name, ()) if adding else ()) + values
            return False
        text = self.reader.value(value) if len(children) > 2 else ""
        self.scope.set(name, (self.scope.get(name) or "") + text if adding else text)
        return False

    # -- simple commands

    def _command(self, node: SgNode) -> bool:
        """The grammar sometimes runs on over the end of a line, so a new line without a backslash begins a new command."""
        ended = False
        group: list[SgNode] = []
        for child in node.children():
            if not child.is_named() or child.kind() in ("file_redirect", "herestring_redirect", "heredoc_redirect"):
                continue
            if group:
                between = self.reader.source[group[-1].range().end.index : child.range().start.index]
                if "\n" in between and "\\\n" not in between:
                    ended = self._simple(group)
                    group = []
                    if ended:
                        return True
            group.append(child)
        return self._simple(group) if group else ended

    def _simple(self, nodes: Sequence[SgNode]) -> bool:
        outer = self.scope
        inner = outer.copy()
        words: list[str] = []
        starts: list[SgNode] = []
        self.scope = self.reader.scope = inner
        for node in nodes:
            if node.kind() == "variable_assignment":
                self._assignment(node)
                continue
            more = self.reader.words(node) if node.kind() != "command_name" else self._name(node)
            words += more
            starts += [node] * len(more)
        self.scope = self.reader.scope = outer
        if not words:
            if any(node.kind() == "variable_assignment" for node in nodes):
                outer.own, outer.arrays = inner.own, inner.arrays
            return False
        return start(self, words, [self._line(node) for node in starts], nodes, inner)

    def _name(self, node: SgNode) -> list[str]:
        children = node.children()
        return self.reader.words(children[0]) if len(children) == 1 else [self.reader.value(node)]
