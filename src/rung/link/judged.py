"""Answers of production that a judge of the application's own scores, and whose scores are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from rung.facts.code.source import Call, Function, Source, Value
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.entities import Entity, snake
from rung.link.kept_answers import KeptAnswers, plain_name
from rung.link.metrics import SCALE, SCORING
from rung.link.project import Project
from rung.regex import regex

# What takes stored records out, in any language.
READS = regex(
    r"(?i)\b(?:select\w*|filter\w*|find\w*|where\w*|query\w*|fetch\w*|scan|objects|scalars|aggregate|from|all|list\w*|get\w*|load\w*|recent\w*|each)\b"
)
# What is called like storing, and shows, logs or answers.
TELLS = regex(r"(?i)(?:^|\.)(?:console|logg\w*|log|res|resp|response|reply|sockets?|io|st|toast|print\w*|span|logfire|tqdm)\.")
NEAR, DEPTH = 2, 5


class Judged:
    """Facts of kind `judged-answer`: a stored answer of the application, and what a judge says of it there or in a record of its own."""

    def __init__(self, project: Project, asking: Asking) -> None:
        self.project, self.asking = project, asking
        words = project.vocabulary["monitoring"]
        names = ["judged_fields", "answered_fields", "not_judged", "judges", "answer_fields", "call_fields", "scored", "not_scored"]
        names.append("judging")
        self.patterns = {k: regex(words[k], re.IGNORECASE) for k in names}
        self.stores = regex(words["stores"])
        self._is_scored = cache(self._is_score)  # the same names are met in file after file
        self._told: set[str] = set()
        self._unsure: set[str] = set()
        self._given = KeptAnswers(asking, self.stores, self.patterns["judging"])

    def facts(self, entities: list[Entity]) -> Iterator[Fact]:
        """At most one fact: the record that keeps an answer and its scores, or the place where scores of stored answers are kept."""
        judged, answered = self.patterns["judged_fields"], self.patterns["answered_fields"]
        for entity in entities:
            place = f"{entity.path} {snake(entity.name)}"
            if not entity.kept or not ANSWER.search(entity.name) or self.patterns["not_judged"].search(place):
                continue
            if any(judged.search(n) for n in entity.spaced) and any(answered.search(n) for n in entity.spaced) and self._has_judge():
                yield self.project.fact("judged-answer", entity.path, entity.line, entity=entity.name)
                return
        answers = [e for e in entities if e.kept and any(self.patterns["answer_fields"].search(n) for n in e.spaced)]
        self._told = {plain_name(e.name) for e in answers if any(self.patterns["call_fields"].search(n) for n in e.spaced)}
        yield from self._by_jobs(answers)

    def _has_judge(self) -> bool:
        """Whether code of the application that leads to a model has and calls a function that is called after a judge and asks a model."""
        word, elsewhere = self.patterns["judges"], self.patterns["not_judged"]
        for path in sorted(self.asking.graph.leading):
            if not self.project.is_application(path) or elsewhere.search(path) or not word.search(self.project.text(path) or ""):
                continue
            source = self.project.source(path)
            asking = {n for n in self.asking.names(path) if n and word.search(snake(n))} if source else set()
            users = (path, *self.asking.graph.used.get(path, ()))
            if any(
                f"{n}(" in (self.project.text(u) or "").replace(f"def {n}(", "") for n in asking for u in users if not elsewhere.search(u)
            ):
                return True
        return False

    def _is_answer(self, name: str) -> bool:
        """Whether a record is of what a model answered: what only a call has tells, or what it is made with."""
        return name in self._told or (name in self._unsure and self._given.holds_answer(name))

    def _by_jobs(self, answers: list[Entity]) -> Iterator[Fact]:
        """A function that takes stored answers, has a judge look at them, and stores what it says."""
        fields: dict[str, set[str]] = {}
        for entity in answers:
            own = {f for f in entity.fields if self.patterns["answer_fields"].search(snake(f))}
            fields.setdefault(plain_name(entity.name), set()).update(own)
        self._unsure = set(fields) - self._told
        for path in sorted(self.asking.graph.leading) if fields else ():
            text = self.project.text(path) or "" if self.project.is_application(path) else ""
            plain = text.lower().replace("_", "")  # cheaper than the expression, and mostly without any of the records
            if ELSEWHERE.search(path) or not any(f.replace("_", "") in plain for f in fields) or not self._speaks(text):
                continue
            source = self.project.source(path)
            line = self._judging(source, fields) if source else 0
            if line:
                yield self.project.fact("judged-answer", path, line, entity="")
                return

    def _speaks(self, text: str) -> bool:
        """Whether a file's text has a word of judging or a name of a score."""
        return bool(self.patterns["judging"].search(text)) or any(map(self._is_scored, set(re.findall(r"\w{5,40}", text))))

    def _judging(self, source: Source, fields: dict[str, set[str]]) -> int:
        """The line of a function's judge over stored answers whose word is kept; 0 for none."""
        asking = self.asking.calls(source.path)
        for function in self._asking_functions(source, asking):
            inside = [function, *self._helpers(source, function)]
            names = {f for f in fields if _reads(source, inside, f)}
            if not names or self.patterns["not_scored"].search(snake(function.name)):
                continue
            if not self._keeps(source, inside, {id(c) for c in asking}):
                continue
            asked = next((c for c in asking if _within(c, inside) and self._judges(source, c, function)), None)  # takes long
            answered = {a for n in sorted(names) if asked and self._is_answer(n) for a in fields[n]}
            body = "\n".join("\n".join(source.lines[f.line - 1 : f.end_line]) for f in inside)
            if asked and any(re.search(rf"(?:\.|\[[\"':]|[{{,(\s]){re.escape(a)}\b", body, re.IGNORECASE) for a in answered):
                return asked.line
        return 0

    @staticmethod
    def _asking_functions(source: Source, asking: list[Call]) -> list[Function]:
        """Functions in which a model is asked, and those that call one of them; the file as a whole where it has none."""
        if not source.functions:
            return [Function("", 1, len(source.lines))]
        direct = [f for f in source.functions if any(f.line <= c.line <= f.end_line for c in asking)]
        names = {f.name for f in direct if f.name}
        lines = [c.line for c in source.calls if c.callee.rsplit(".", 1)[-1] in names]
        return [f for f in source.functions if any(f is d for d in direct) or any(f.line <= n <= f.end_line for n in lines)]

    def _helpers(self, source: Source, function: Function) -> list[Function]:
        """Functions of the same file that a function calls."""
        called = {c.callee.rsplit(".", 1)[-1] for c in source.calls if _within(c, [function])}
        return [f for f in source.functions if f.name and f.name in called and f is not function]

    def _judges(self, source: Source, call: Call, function: Function) -> bool:
        """Whether a call is one of a judge, as it, its function, its arguments, its prompt or what holds its answer say."""
        told = [function.name, function.owner, call.callee, *(v.text for v in _walk(call.arguments, DEPTH)), *call.arguments.keys]
        told += [a.name for a in source.assignments if a.line <= call.line <= a.value.line and a.value.text == call.callee]
        return any(self.patterns["judging"].search(snake(t)) for t in told if t) or self._has_judges_prompt(source, call)

    def _has_judges_prompt(self, source: Source, call: Call) -> bool:
        """Whether a call is handed a text, kept by a name here or in a module that the file uses, which asks for marks on a scale."""
        names = {v.text.rsplit(".", 1)[-1] for v in _walk(call.arguments, DEPTH) if v.kind in ("name", "call")} - {""}
        near = (t for t in sorted(self.asking.graph.touches(source.path)) if any(n in (self.project.text(t) or "") for n in names))
        for other in (source, *(o for t in near if self.project.is_application(t) and (o := self.project.source(t)))):
            spans = [(f.line, f.end_line) for f in other.functions if f.name in names]
            spans += [
                (a.line, max(a.line, a.value.line)) for a in other.assignments if a.name.rsplit(".", 1)[-1] in names and a.function < 0
            ]
            for text in other.texts if spans else ():
                if any(first <= text.line <= last for first, last in spans) and SCORING.search(text.value) and SCALE.search(text.value):
                    return True
        return False

    def _keeps(self, source: Source, inside: list[Function], asking: set[int]) -> bool:
        """Whether a function stores something that is called a score."""
        filled = any(
            self._is_scored(a.name.rsplit(".", 1)[-1]) and "." in a.name
            for a in source.assignments
            for f in inside
            if f.line <= a.line <= f.end_line
        )
        for call in source.calls:
            if id(call) in asking or not _within(call, inside) or not self.stores.search(call.callee) or TELLS.search(call.callee):
                continue
            row = "\n".join(source.lines[max(0, call.line - 1) : call.end_line])
            named = [*re.findall(r"\w+", call.callee), *(k for v in _walk(call.arguments, DEPTH) for k in v.keys if k)]
            named += re.findall(r"\w+", row)
            if "." in call.callee or "->" in row or "::" in row:
                if filled or any(self._is_scored(n) for n in named):
                    return True
            elif self._is_scored(call.callee):
                return True
        return False

    def _is_score(self, name: str) -> bool:
        spaced = snake(name)
        return bool(self.patterns["scored"].search(spaced)) and not self.patterns["not_scored"].search(spaced)


# Folders of evaluations that are run by hand, of tests and of notebooks.
ELSEWHERE = regex(r"(?:^|/)(?:\w*evals?|evaluations?|\w*bench\w*|experiments?|tests?|notebooks?|examples?)/", re.IGNORECASE)
ANSWER = regex(
    r"answer|message|conversation|chat|trace|response|run|session|prompt|question|llm|generation|completion|interaction|query|suggestion",
    re.IGNORECASE,
)


def _reads(source: Source, inside: list[Function], name: str) -> bool:
    """Whether a function takes records of a name out of where they are stored."""
    bare = name.replace("_", "")
    for function in inside:
        for number in range(function.line - 1, min(function.end_line, len(source.lines))):
            row = source.lines[number]
            if bare not in row.lower().replace("_", "") or not any(plain_name(w) == name for w in re.findall(r"[A-Za-z_]\w*", row)):
                continue
            near = source.lines[max(function.line - 1, number - NEAR) : number + NEAR + 1]
            if any(READS.search(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", n).replace("_", " ")) for n in near):
                return True
    return False


def _within(call: Call, functions: list[Function]) -> bool:
    return any(f.line <= call.line <= f.end_line for f in functions)


def _walk(value: Value, depth: int) -> Iterator[Value]:
    yield value
    for item in value.items if depth else ():
        yield from _walk(item, depth - 1)
