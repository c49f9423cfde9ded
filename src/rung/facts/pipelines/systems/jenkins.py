"""Jenkins: declarative and scripted Jenkinsfiles, read by their tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from rung.facts.pipelines.paths import inside
from rung.facts.pipelines.systems import groovy
from rung.facts.pipelines.systems.document import Scalar
from rung.facts.pipelines.systems.scripts import commands
from rung.facts.pipelines.systems.sources import Sources
from rung.facts.pipelines.types import Job, Pipeline, PipelineStep
from rung.regex import regex

TOKEN = regex(
    r"(?P<skip>[ \t\r]+|//[^\n]*|/\*.*?(?:\*/|\Z))|(?P<line>\n)"
    r"|(?P<string>'''(?:\\.|[^\\])*?(?:'''|\Z)|\"\"\"(?:\\.|[^\\])*?(?:\"\"\"|\Z)|'(?:\\.|[^'\\\n]){0,2000}+'|\"(?:\\.|[^\"\\\n]){0,2000}+\")"
    r"|(?P<word>[A-Za-z_][\w.]*)|(?P<other>.)",
    re.DOTALL,
)
SHELLS = {"sh": "", "bat": "cmd", "powershell": "pwsh", "pwsh": "pwsh"}
USUAL = frozenset({"push", "pull_request"})
LONGEST, DEEPEST = 500_000, 60


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    line: int


@dataclass(slots=True)
class Block:
    """What surrounds a step: its stage, folder, environment, and what `when` leaves."""

    header: tuple[Token, ...] = ()
    stage: str = "build"
    line: int = 1
    folder: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    triggers: frozenset[str] | None = None
    live: bool = True
    manual: bool = False


def read(path: str, text: str, sources: Sources | None = None) -> list[Pipeline]:
    """The pipeline of a Jenkinsfile. `cron` makes it scheduled; otherwise it builds branches and pull requests, as multibranch jobs do.

    `sources` gives the Groovy files that it loads, and the steps of a shared library that stand in the same repository.
    """
    if len(text) > LONGEST:
        return []
    reader = _Reader(list(_tokens(groovy.given(text, text))))
    reader.read()
    jobs = tuple(Job(name, line, tuple(steps)) for (name, line), steps in reader.stages.items())
    others = groovy.taken_in(text)
    if sources is None and others:
        return [Pipeline("jenkins", path, path, 1, USUAL, jobs)]
    for other in groovy.files(text, sources) if sources and others else ():
        body = sources.text(other) if sources else None
        inner = _Reader(list(_tokens(groovy.given(body[:LONGEST], text, other)))) if body else None
        if inner is not None:
            inner.read()
            reader.cron = reader.cron or inner.cron
            jobs += tuple(Job(n, line, tuple(replace(s, path=other) for s in steps)) for (n, line), steps in inner.stages.items())
    triggers = frozenset({"schedule"}) if reader.cron else USUAL
    if any("tag" in (step.triggers or ()) for job in jobs for step in job.steps):
        triggers |= {"tag"}  # the job is set up to build tags too
    return [Pipeline("jenkins", path, path, 1, triggers, jobs)] if jobs else []


def _tokens(text: str) -> Iterator[Token]:
    line = 1
    for match in TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind != "skip":
            yield Token(kind, match[0], line)
        line += match[0].count("\n")


class _Reader:
    """Walks the tokens with a stack of blocks."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.stages: dict[tuple[str, int], list[PipelineStep]] = {}
        self.cron = False
        self.stack = [Block()]
        self._uses_docker = any(t.kind == "word" and t.text.startswith(("docker.build", "docker.withRegistry")) for t in tokens)

    def read(self) -> None:
        statement: list[Token] = []
        for at, token in enumerate(self.tokens):
            if token.text == "{":
                if len(self.stack) >= DEEPEST:
                    return
                self.stack.append(self._opened(statement))
                statement = []
            elif token.text == "}":
                if len(self.stack) > 1:
                    self._closed(self.stack.pop(), statement)
                statement = []
            elif token.kind == "line":
                if statement and not self._continues(statement, at):
                    self._statement(statement)
                    statement = []
            elif token.text == ";":
                self._statement(statement)
                statement = []
            else:
                statement.append(token)
                if token.text in SHELLS and self._begins(statement):
                    self._shell(at)
                elif self._uses_docker and (token.text.endswith(".push") or (token.text == "push" and self._chained(statement))):
                    self._pushed(token)

    def _continues(self, statement: list[Token], at: int) -> bool:
        """A statement goes on while a bracket is open, and a header while its brace comes on the next line."""
        depth = sum((token.text in ("(", "[")) - (token.text in (")", "]")) for token in statement)
        following = next((token for token in self.tokens[at : at + 5] if token.kind != "line"), None)
        return depth > 0 or (following is not None and following.text == "{")

    def _begins(self, statement: list[Token]) -> bool:
        before = statement[-2].text if len(statement) > 1 else ""
        return before not in (".", ":", "def") and not (self.tokens and before == "-")

    def _opened(self, header: list[Token]) -> Block:
        outer = self.stack[-1]
        words = [token.text for token in header]
        first = words[0] if words else ""
        text = next((_unquoted(token.text) for token in header if token.kind == "string"), "")
        block = replace(outer, header=tuple(header), environment=dict(outer.environment))
        if first == "stage":
            block.stage, block.line = text or outer.stage, header[0].line
        elif first == "dir":
            block.folder = inside(outer.folder, text)
        elif first in ("withEnv", "withCredentials"):
            pairs = (_unquoted(token.text).partition("=") for token in header if token.kind == "string")
            block.environment.update({name: value for name, equals, value in pairs if equals})
        elif first == "if" and "".join(words[1:]) == "(false)":
            block.live = False
        elif first == "input":
            outer.manual = True
        return block

    def _closed(self, block: Block, statement: list[Token]) -> None:
        self._statement(statement, block)
        first = block.header[0].text if block.header else ""
        if first in ("when", "environment", "expression", "not", "anyOf", "allOf") and self.stack:
            outer = self.stack[-1]
            if first == "environment":
                outer.environment.update(block.environment)
            elif first == "expression":
                outer.live = block.live and outer.live
            elif first in ("anyOf", "allOf") or (first == "when" and block.triggers is not None):
                outer.triggers = block.triggers
            if first == "when":
                outer.live = outer.live and block.live

    def _statement(self, statement: list[Token], block: Block | None = None) -> None:
        block = block or self.stack[-1]
        if not statement:
            return
        words = [token.text for token in statement]
        first, header = words[0], block.header[0].text if block.header else ""
        if first in ("cron", "parameterizedCron") or ("cron" in words and "pipelineTriggers" in words):
            self.cron = True
        if header == "environment" and len(words) > 2 and words[1] == "=" and statement[2].kind == "string":
            block.environment[first] = _unquoted(words[2])
        elif header == "expression" and [word for word in words if word != "return"] == ["false"]:
            block.live = False
        elif header in ("when", "anyOf", "allOf"):
            narrowed = _condition(words)
            if narrowed:
                block.triggers = (
                    narrowed if block.triggers is None or header == "when" else block.triggers | narrowed if header == "anyOf" else narrowed
                )
        elif first == "input" and header != "when":
            self.stack[-1].manual = True

    def _shell(self, at: int) -> None:
        """The text that follows `sh`, alone, in brackets, or as `script:`."""
        block = self.stack[-1]
        for token in self.tokens[at + 1 : at + 12]:
            if token.kind == "string":
                found = commands(_script(token), block.environment, SHELLS[self.tokens[at].text])
                step = PipelineStep(
                    block.stage, token.line, found, "", {}, block.folder, dict(block.environment), block.live, block.triggers
                )
                if block.manual:
                    step = replace(step, triggers=frozenset({"manual"}))
                self.stages.setdefault((block.stage, block.line), []).append(step)
                return
            if token.kind == "word" and token.text not in ("script", "label", "returnStdout", "returnStatus", "true", "false", "encoding"):
                return
            if token.text in ("{", "}", ";"):
                return

    def _chained(self, statement: list[Token]) -> bool:
        """Whether the last word is a method of what stands before it."""
        return len(statement) > 2 and statement[-2].text == "."

    def _pushed(self, token: Token) -> None:
        """`image.push(...)` of an image that the Docker plugin built."""
        block = self.stack[-1]
        triggers = frozenset({"manual"}) if block.manual else block.triggers
        step = PipelineStep(block.stage, token.line, uses="docker.push", live=block.live, triggers=triggers)
        self.stages.setdefault((block.stage, block.line), []).append(step)


def _condition(words: list[str]) -> frozenset[str] | None:
    """What a condition of `when` leaves of the triggers; None for one that says nothing of them."""
    if words[0] == "changeRequest":
        return frozenset({"pull_request"})
    if words[0] in ("branch", "buildingTag", "tag"):
        return frozenset({"push"} if words[0] == "branch" else {"tag"})
    if words[0] == "triggeredBy":
        joined = " ".join(words)
        return frozenset({"schedule"} if "Timer" in joined else {"manual"} if "User" in joined else {"other"})
    return None


def _unquoted(text: str) -> str:
    quotes = 3 if text.startswith(("'''", '"""')) else 1
    return text[quotes:-quotes]


def _script(token: Token) -> Scalar:
    body = _unquoted(token.text)
    body = re.sub(r"\\([\\'\"$])", r"\1", body)
    body = re.sub(r"\$\{(?:env|params)\.(\w+)\}", r"${\1}", body)
    return Scalar.make(body, token.line, token.line, True)
