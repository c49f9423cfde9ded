"""The simple commands of a shell text, in the order in which they run."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rung.facts.code.tree import bounded
from rung.facts.pipelines.shell_run import run_shell
from rung.facts.pipelines.types import Command
from rung.regex import regex

_LONGEST_TEXT = 1_000_000
_MOST_HEREDOCS = 1_000  # the parser looks for the end of each
_ABSURD = regex(r"(?:[({\[<]\s?){200}")  # no text that a person wrote, and seconds for the parser
_PLAIN = regex(r"[A-Za-z0-9_./][A-Za-z0-9_./:@%+,=\- ]*")
_TEMPLATE = regex(
    r"\$\{\{.*?\}\}"  # GitHub
    r"|<<\s*[\w-]+(?:\.[\w-]+)+\s*>>"  # CircleCI
    r"|\{\{.*?\}\}"  # Jinja, Go, just
    r"|\$\{\w+(?:\.\w+)+\}"  # Groovy
)
_MARK = regex(r"tEmPlAtE(\d+)x")
_BACKTICK_CONTINUATION = regex(r"(?<=[ \t])`[ \t]*(?=\n)")
# words that a plain line may not begin with: they are grammar, or change what follows
_SPECIAL = frozenset({
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "function", "select", "time",
    "coproc", "cd", "pushd", "popd", "export", "declare", "local", "readonly", "typeset", "unset", "exit", "exec", "return",
    "eval", "source", "shift", "bash", "sh", "zsh", "dash",
})  # fmt: skip


def parse_shell(text: str, first_line: int = 1, environment: Mapping[str, str] | None = None, *, script: str = "") -> tuple[Command, ...]:
    """All simple commands that a POSIX or bash text runs, in order.

    `first_line` is the file's line on which `text` begins. `environment` holds variables known from outside, positional ones
    ("1", "2" ...) included; it is used for substitution and not repeated in `Command.environment`. `script` is the
    repository-relative path of the text if it is a script of its own, which tells what `$0` is. A `Command.folder` or a word that
    begins with `//` counts from the repository's top. Text that is no shell gives what could be read; nothing is raised.
    """
    stripped = text.strip()
    if _PLAIN.fullmatch(stripped):
        words = stripped.split()
        if "=" not in words[0] and words[0].rsplit("/", 1)[-1] not in _SPECIAL:
            line = first_line + text[: len(text) - len(text.lstrip())].count("\n")
            return (Command(tuple(words), line, " ".join(words)),)
    if not stripped or len(text) > _LONGEST_TEXT or text.count("<<") > _MOST_HEREDOCS or _ABSURD.search(stripped):
        return ()
    masked, templates = _mask(_BACKTICK_CONTINUATION.sub("\\\\", bounded(text.replace("\r\n", "\n"))))
    commands = run_shell(masked, first_line, environment or {}, script)
    if not templates:
        return commands
    return tuple(_unmasked(command, templates) for command in commands)


def _mask(text: str) -> tuple[str, list[str]]:
    """Put a plain word in the place of every template expression, since these are no shell."""
    templates: list[str] = []

    def mark(found: re.Match[str]) -> str:
        templates.append(found[0])
        return f"tEmPlAtE{len(templates) - 1}x"

    return _TEMPLATE.sub(mark, text), templates


def _unmasked(command: Command, templates: list[str]) -> Command:
    def restore(text: str) -> str:
        return _MARK.sub(lambda found: templates[int(found[1])] if int(found[1]) < len(templates) else found[0], text)

    return Command(
        words=tuple(map(restore, command.words)),
        line=command.line,
        text=restore(command.text),
        folder=restore(command.folder),
        environment={name: restore(value) for name, value in command.environment.items()},
    )
