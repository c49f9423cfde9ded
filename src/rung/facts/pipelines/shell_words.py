"""What the words of a shell text stand for: quotes removed, variables substituted where they are known."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rung.regex import regex

if TYPE_CHECKING:
    from ast_grep_py import SgNode

TOP = "//"  # a folder or word that begins so counts from the repository's top
WORD_KINDS = frozenset({
    "command_name", "word", "string", "raw_string", "ansi_c_string", "translated_string", "concatenation", "simple_expansion",
    "expansion", "number", "command_substitution", "process_substitution", "arithmetic_expansion", "brace_expression",
    "extglob_pattern", "regex", "variable_name",
})  # fmt: skip
_DOUBLED_TOP = regex(r"(?:(?<==)|^)///+")
_LONGEST_VALUE = 4000
_UNQUOTED_ESCAPE = regex(r"\\(\n[ \t]*|.)", re.DOTALL)
_QUOTED_ESCAPE = regex(r'\\(\n|["\\$`])')
_ANSI_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_WINDOWS_PATH = regex(r"(?:[A-Za-z]:\\|\.{1,2}\\)?[\w.-]+(?:\\[\w.-]+)+")
_EXPANSION = regex(r"\$\{(\w+|[@*])(?:\[(\d+|[@*])\])?(?:(:?[-=+?]|%%?|##?)(.*))?\}", re.DOTALL)
_SILENCED = regex(r"\s*(?:[12&]?>\s*/dev/null|2>&1)\s*")
_DEFAULTS = frozenset({"-", ":-", "=", ":="})
_DIRECTORY = regex(
    r"""\$\(dirname(?: --)? (?P<path>.+)\)|\$\(cd(?: --)? (?P<cd>.+?) ?(?:&&|;) ?pwd(?: -P)?\)|"""
    r"""\$\((?:realpath|readlink -f)(?: --)? (?P<real>.+)\)|\$\((?P<top>git rev-parse --show-toplevel)\)""",
    re.DOTALL,
)


def join_folder(folder: str, target: str) -> str:
    """The folder that `cd target` leads to from `folder`; "" stands for the folder at the start."""
    if target.startswith("/") or re.match(r"\$|~|[A-Za-z]:[\\/]", target):
        joined = posixpath.normpath(target)
    else:
        joined = posixpath.normpath(posixpath.join(folder, target))
    if target.startswith(TOP) or (folder.startswith(TOP) and joined.startswith("/")):
        joined = TOP + joined.lstrip("/")
    return "" if joined == "." else joined


def literal(node: SgNode) -> tuple[str, ...]:
    """The words of a command as written, nothing substituted; () where the node is no simple command."""
    return tuple(node.text().split()) if node.kind() == "command" else ()


@dataclass(slots=True)
class Scope:
    """The variables of a shell at one place: those given from outside, those of the text, arrays, and the working folder."""

    given: Mapping[str, str]
    own: dict[str, str] = field(default_factory=dict)
    arrays: dict[str, tuple[str, ...]] = field(default_factory=dict)
    folder: str = ""
    script: str = ""  # repository-relative path of the script, if the text is one

    def copy(self) -> Scope:
        """A scope for a subshell or a branch."""
        return Scope(self.given, self.own, dict(self.arrays), self.folder, self.script)

    def get(self, name: str) -> str | None:
        """The value of a variable, or None where it is unknown."""
        if name.isdecimal() and name != "0" and "@" in self.arrays:
            return dict(zip(map(str, range(1, len(self.arrays["@"]) + 1)), self.arrays["@"], strict=True)).get(name)
        if name in self.own:
            return self.own[name]
        if name in self.given:
            return self.given[name]
        if self.script and name in ("0", "BASH_SOURCE"):
            return TOP + self.script
        if name == "PWD":
            return self.folder if self.folder.startswith(TOP) else None
        return None

    def set(self, name: str, value: str) -> None:
        """Assign; commands keep the mapping that they were made with, so it is replaced and never changed."""
        self.own = {**self.own, name: value[:_LONGEST_VALUE]}

    def unset(self, name: str) -> None:
        """Forget what the text assigned."""
        self.own = {key: value for key, value in self.own.items() if key != name}


class WordReader:
    """Turns word nodes into text; commands inside `$(...)` are handed to `on_substitution`."""

    def __init__(self, source: str, scope: Scope, on_substitution: Callable[[SgNode], object]) -> None:
        self.source = source
        self.scope = scope
        self.on_substitution = on_substitution
        self.defaulted = False  # a `${X:-default}` was taken: the value may be another one at run time

    def words(self, node: SgNode) -> list[str]:
        """The words that a word node expands to: none, one or several."""
        kind = node.kind()
        children = [child for child in node.children() if child.is_named()] if kind == "string" else []
        inner = children[0] if len(children) == 1 and children[0].text() == node.text()[1:-1] else node
        if inner.kind() in ("simple_expansion", "expansion"):
            several = self._array(inner.text().strip())
            if several is not None:
                return list(several)
        value = self.value(node)
        if kind in ("simple_expansion", "expansion") and value != node.text() and "$(" not in value and "`" not in value:
            return value.split()
        value = _DOUBLED_TOP.sub(TOP, value)
        return [join_folder("", value) if value.startswith(TOP) and "/.." in value else value]

    def value(self, node: SgNode) -> str:
        """The text that a word node stands for."""
        kind = node.kind()
        if kind == "raw_string":
            return node.text()[1:-1]
        if kind == "ansi_c_string":
            return re.sub(r"\\(.)", lambda found: _ANSI_ESCAPES.get(found[1], found[1]), node.text()[2:-1])
        if kind == "string_content":
            return _QUOTED_ESCAPE.sub(lambda found: found[1].strip("\n"), node.text())
        if kind in ("string", "translated_string"):
            return self._joined(node).removeprefix("$").removeprefix('"').removesuffix('"')
        if kind in ("concatenation", "command_name"):
            return self._joined(node)
        if kind in ("simple_expansion", "expansion"):
            return self._expanded(node)
        if kind in ("command_substitution", "process_substitution"):
            return self._substituted(node)
        return _unescaped(node.text())

    def _joined(self, node: SgNode) -> str:
        """All children and what stands between them, which the grammar leaves out (newlines in strings)."""
        parts: list[str] = []
        at = node.range().start.index
        for child in node.children():
            span = child.range()
            parts.append(self.source[at : span.start.index])
            parts.append(self.value(child) if child.is_named() else child.text())
            at = span.end.index
        parts.append(self.source[at : node.range().end.index])
        return "".join(parts)

    def _array(self, text: str) -> tuple[str, ...] | None:
        found = re.fullmatch(r"\$\{(\w+)\[[@*]\]\}", text)
        if found:
            return self.scope.arrays.get(found[1])
        if text in ("$@", "$*", "${@}", "${*}"):
            return self.scope.arrays.get("@")
        return None

    def _expanded(self, node: SgNode) -> str:
        raw = node.text()
        text = raw.lstrip()
        blank = raw[: len(raw) - len(text)]
        several = self._array(text)
        if several is not None:
            return blank + " ".join(several)
        found = _EXPANSION.fullmatch(text if text.startswith("${") else "${" + text[1:] + "}")
        if not found:
            return raw
        name, index, operator, operand = found.groups()
        value = self._element(name, index) if index else self.scope.get(name)
        if operator in _DEFAULTS:
            return blank + (value or self._default(node, name, operator, value))
        if value is None:
            return raw
        return blank + _edited(value, operator or "", operand or "", raw)

    def _element(self, name: str, index: str) -> str | None:
        values = self.scope.arrays.get(name, ())
        if index.isdecimal() and len(index) < 5 and int(index) < len(values):
            return values[int(index)]
        return self.scope.get(name) if index == "0" else None

    def _default(self, node: SgNode, name: str, operator: str, value: str | None) -> str:
        if value == "" and ":" not in operator:
            return ""
        self.defaulted = True
        children = node.children()
        at = next((i for i, child in enumerate(children) if child.kind() == operator), None)
        text = "" if at is None else "".join(self.value(child) for child in children[at + 1 : -1])
        if operator in ("=", ":="):
            self.scope.set(name, text)
        return text

    def _substituted(self, node: SgNode) -> str:
        text = node.text()
        inner = text[2:-1] if text.startswith("$(") else ""
        if re.fullmatch(r"[A-Za-z_][\w.]*", inner):  # `$(name)` is also how pipelines write a variable of theirs
            value = self.scope.get(inner)
            if value is not None or "." in inner:
                return text if value is None else value
        place = self._place(node)
        if place is not None:
            return place
        self.on_substitution(node)
        return text

    def _place(self, node: SgNode) -> str | None:
        """The folder that `$(dirname "$0")`, `$(cd x && pwd)` and `$(git rev-parse --show-toplevel)` stand for."""
        text = node.text()
        text = f"$({text[1:-1]})" if text.startswith("`") else text
        found = _DIRECTORY.fullmatch(_SILENCED.sub(" ", text).replace(" )", ")"))
        if not found:
            return "." if text == "$(pwd)" and not self.scope.folder else None
        if found["top"]:
            return TOP
        command = next((child for child in node.children() if child.is_named()), None)
        while command is not None and command.kind() in ("list", "redirected_statement"):
            command = next((child for child in command.children() if child.is_named()), None)
        arguments = [child for child in command.children() if child.is_named()][1:] if command is not None else []
        path = next((value for value in map(self.value, arguments) if value != "--"), "")
        if found["path"]:
            path = posixpath.dirname(path)
        return join_folder("", path) or TOP if path.startswith(TOP) else None


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    if _WINDOWS_PATH.fullmatch(text):
        return text.replace("\\", "/")
    return _UNQUOTED_ESCAPE.sub(lambda found: "" if found[1].startswith("\n") else found[1], text)


def _edited(value: str, operator: str, operand: str, raw: str) -> str:
    """`${X%.py}` and the like, where the pattern is plain text or `*`."""
    if not operator or operator in ("?", ":?"):
        return value
    if operator in ("+", ":+"):
        return operand.strip("\"'") if value and "$" not in operand else raw if value else ""
    plain = operand.strip("*")
    if operator == "%" and operand.endswith("*") and plain in value and plain:
        return value[: value.rindex(plain)]
    if operator == "##" and operand.startswith("*") and plain in value and plain:
        return value[value.rindex(plain) + len(plain) :]
    if "*" in operand or "$" in operand:
        return raw
    return value.removesuffix(plain) if operator.startswith("%") else value.removeprefix(plain)
