"""What can be seen of requests in production, and how production is watched and learnt from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from rung.facts.code.source import Source
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.project import Project
from rung.repository import Role

SQL_TABLE = re.compile(r"create\s+table\s+(?:if\s+not\s+exists\s+)?[\"'`\[]?([\w.]+)[\"'`\]]?\s*\((.*?)\)\s*;", re.IGNORECASE | re.DOTALL)
PRISMA = re.compile(r"^model\s+(\w+)\s*\{(.*?)^\}", re.MULTILINE | re.DOTALL)


# What a file holds that declares a stored record of calls or feedback, and where such files stand.
SPEAKS = re.compile(
    r"(?:[Ii]nput|[Oo]utput|[Pp]rompt|[Cc]ompletion|[Tt]otal|[Cc]ached?)_?[Tt]okens?|[Tt]oken_?(?:[Uu]sage|[Cc]ount)|[Tt]okens(?:_[Uu]sed)?\b|"
    r"[Cc]ost|[Ff]eedback|[Vv]otes?|[Rr]ating|[Tt]humb|[Hh]elpful"
)
KEEPS = re.compile(
    r"\((?:[\w.]+\.)?(?:Model|Base|SQLModel|Document|Entity|Table)\b|create_table|createTable|CreateTable|(?:pg|sqlite|mysql)Table|ApplicationRecord|ActiveRecord|@Entity|@Table|@Document|Schema\(|defineTable|mapped_column|Column\(|Node\b"
)
STORING = re.compile(
    r"(?:^|/)(?:models?|entities|entity|schema|storage|repositories|repository|db|database|tables|persistence)(?:/|\.|_)", re.IGNORECASE
)


LOG_FILE = re.compile(r"\.(?:jsonl|ndjson|csv|db|sqlite)\b")
# Calls of metrics libraries.
MEASURES = re.compile(
    r"Counter|Histogram|Gauge|counter\(|histogram\(|put_metric|putMetric|PutMetric|[tT]rack_?[mM]etric|add_metric|addMetric|statsd|set_attribute|setAttribute|SetTag|set_tag"
)
# Stars of a shop's articles are no feedback on an answer: what is voted on must be one, and an average is no vote.
AGGREGATE = re.compile(r"(?:^|_)(?:avg|average|mean|total|count)(?:_|$)", re.IGNORECASE)
ANSWER = re.compile(
    r"answer|message|conversation|chat|trace|response|run|session|prompt|question|llm|generation|completion|interaction|query|suggestion",
    re.IGNORECASE,
)
# A route or a function that takes feedback.
HANDLES = re.compile(
    r"""["'`/][\w{}:$./-]*(?:feedback|votes?|rating|rate|thumbs|like)\b|(?:def|func|function|fun|async|void|Task)\W+(?:\w+\W+){0,3}?\w*(?:feedback|vote|rating|thumb)|(?:const|let)\s+\w*(?:feedback|vote|rating)\w*\s*=""",
    re.IGNORECASE,
)


class Entity:
    """A stored record: a table, an ORM class, a migration; with its field names."""

    def __init__(self, path: str, line: int, name: str, fields: list[str]) -> None:
        self.path, self.line, self.name, self.fields = path, line, name, fields


class Monitoring:
    """Facts of kind `call-record`, `metric`, `feedback` and `analytics-view`."""

    def __init__(self, project: Project, asking: Asking) -> None:
        self.project, self.asking = project, asking
        self.glance = asking.uses.glance
        words = project.vocabulary["monitoring"]
        self.patterns = {k: re.compile(v, re.IGNORECASE) for k, v in words.items()}
        self.persistence = re.compile(words["persistence"])
        self.tables = re.compile(words["tables"])
        self.metric_calls = re.compile(words["metric_calls"])
        self.stores = re.compile(words["stores"])

    def facts(self) -> list[Fact]:
        """All facts of this room."""
        entities = [e for path in self.project.paths for e in self._entities(path)]
        return [*self._records(entities), *self._metrics(), *self._feedback(entities), *self._views()]

    def _entities(self, path: str) -> Iterator[Entity]:
        if not self.project.is_application(path):
            return
        if path.endswith(".sql"):
            text = self.project.text(path) or ""
            for match in SQL_TABLE.finditer(text):
                fields = [w.strip().split()[0].strip("\"'`[]") for w in match.group(2).split(",") if w.strip()]
                yield Entity(path, text.count("\n", 0, match.start()) + 1, match.group(1), fields)
            return
        if path.endswith(".prisma"):
            text = self.project.text(path) or ""
            for match in PRISMA.finditer(text):
                fields = [w.split()[0] for w in match.group(2).splitlines() if w.strip() and not w.strip().startswith(("//", "@@"))]
                yield Entity(path, text.count("\n", 0, match.start()) + 1, match.group(1), fields)
            return
        if path not in self._code or not self.glance.holds(path, "record"):
            return
        if not STORING.search(path) and not (self.glance.holds(path, "stored") and KEEPS.search(self.project.text(path) or "")):
            return
        if not SPEAKS.search(self.project.text(path) or ""):
            return
        source = self.project.source(path)
        if source is not None:
            yield from self._of_source(source)

    @cached_property
    def _code(self) -> frozenset[str]:
        return frozenset(self.project.code)

    def _of_source(self, source: Source) -> Iterator[Entity]:
        storing = STORING.search(source.path)
        for declared in source.classes:
            kept = any(self.persistence.search(b) for b in declared.bases) or any(
                re.search(r"Entity|Table|Document|dataclass_json", d) for d in declared.decorators
            )
            if kept or (
                storing
                and source.language != "javascript"
                and not re.search(r"Request|Response|Input|Output|Schema$|Props|DTO|Dto|Params", declared.name)
            ):
                fields = [a.name.rsplit(".", 1)[-1] for a in source.assignments if a.owner == declared.name and a.function < 0]
                yield Entity(source.path, declared.line, declared.name, fields)
        for call in source.calls:
            if self.tables.search(call.callee):
                name = next((v.text for v in call.arguments.items if v.kind == "string"), "")
                inside = [c for c in source.calls if call.line <= c.line <= call.end_line]
                fields = [v.text for c in inside for v in c.arguments.items[:2] if v.kind == "string"]
                fields += [k for c in inside for v in c.arguments.items for k in v.keys if k]
                yield Entity(source.path, call.line, name, fields)

    def _records(self, entities: list[Entity]) -> Iterator[Fact]:
        """Stored per-call records of the project's own: an entity with token or cost fields beside what was called."""
        token, record = self.patterns["token_fields"], self.patterns["record_fields"]
        for entity in entities:
            names = [re.sub(r"(?<=[a-z])(?=[A-Z])", "_", f) for f in entity.fields]
            if (
                any(token.search(n) for n in names)
                and any(record.search(n) for n in names)
                and not re.search(
                    r"migrations?/.*initial|eval|bench|auth|session|verification|oauth|refresh|api_?key",
                    f"{entity.path} {entity.name}",
                    re.IGNORECASE,
                )
            ):
                if any(re.search(r"token", n, re.IGNORECASE) and not token.search(n) for n in names) and not any(
                    re.search(r"tokens|usage|cost", n, re.IGNORECASE) for n in names
                ):
                    continue
                yield self.project.fact("call-record", entity.path, entity.line, entity=entity.name)
        for path in sorted(self.asking.graph.leading):
            if self.project.is_application(path) and LOG_FILE.search(self.project.text(path) or ""):
                source = self.project.source(path)
                for text in source.texts if source else ():
                    if self.patterns["call_logs"].search(text.value) and len(text.value) < 120:
                        yield self.project.fact("call-record", path, text.line, entity=text.value)
                        break

    def _metrics(self) -> Iterator[Fact]:
        """Token, cost or latency metrics of model calls, through a metrics library."""
        names = self.patterns["metric_names"]
        for path in self.project.code:
            if not self.glance.holds(path, "metric") or not self.project.is_application(path):
                continue
            text = self.project.text(path) or ""
            if not MEASURES.search(text) or not names.search(text):
                continue
            source = self.project.source(path)
            for call in source.calls if source else ():
                if self.metric_calls.search(call.callee):
                    named = [v.text for v in call.arguments.items if v.kind in ("string", "template")][:2]
                    keyword = call.argument("name")
                    if any(names.search(n) for n in (*named, keyword.text if keyword else "")):
                        yield self.project.fact("metric", path, call.line)
                        break

    def _feedback(self, entities: list[Entity]) -> Iterator[Fact]:
        """User feedback that is captured and stored."""
        word = self.patterns["feedback"]
        for entity in entities:
            spaced = [re.sub(r"(?<=[a-z])(?=[A-Z])", "_", n) for n in (entity.name, *entity.fields)]
            votes = [n for n in spaced if word.search(n) and not AGGREGATE.search(n)]
            on_answer = "feedback" in entity.name.lower() or any(ANSWER.search(n) for n in spaced)
            if votes and on_answer and not re.search(r"deprecated|eval|bench", f"{entity.path}{entity.name}", re.IGNORECASE):
                yield self.project.fact("feedback", entity.path, entity.line)
                return
        for path in self.project.code:
            if not self.glance.holds(path, "feedback") or not self.project.is_application(path):
                continue
            if not (HANDLES.search(self.project.text(path) or "")):
                continue
            source = self.project.source(path)
            line = self._stored(source) if source else 0
            if line:
                yield self.project.fact("feedback", path, line)
                return

    def _stored(self, source: Source) -> int:
        """The line where a feedback route or handler stores what it gets; 0 when none does."""
        word, routes = self.patterns["feedback"], self.patterns["feedback_routes"]
        routed = [t for t in source.texts if len(t.value) < 100 and routes.search(t.value)]
        for index, function in enumerate(source.functions):
            spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", function.name)
            handles = any(function.line - 4 <= t.line <= function.line + 1 for t in routed) or word.search(spaced)
            if not handles or self.project.role(source.path) is not Role.APPLICATION:
                continue
            for call in source.calls:
                tail = call.callee.rsplit(".", 1)[-1]
                if (
                    call.function == index
                    and self.stores.search(call.callee)
                    and "." in call.callee
                    and not re.search(
                        r"set_?State|useState|console|logger|logging|dispatch|router|headers|classList|Map|st\.|toast|localStorage",
                        call.callee,
                    )
                    and tail != "set"
                ):
                    return call.line
        return 0

    def _views(self) -> Iterator[Fact]:
        """An analytics view of usage that the application ships."""
        for path in self.project.paths:
            if self.patterns["analytics_paths"].search(path) and self.project.is_application(path):
                text = self.project.text(path) or ""
                words = {w.lower() for w in self.patterns["analytics_words"].findall(text)}
                if len(words) >= 2 and re.search(r"admin|usage|analytics|cost", path, re.IGNORECASE):
                    line = next((i for i, row in enumerate(text.splitlines(), 1) if self.patterns["analytics_words"].search(row)), 1)
                    yield self.project.fact("analytics-view", path, line)
                    return
