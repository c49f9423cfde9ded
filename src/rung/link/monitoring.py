"""What can be seen of requests in production, and how production is watched and learnt from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.fact import Fact
from rung.link.analytics import Analytics
from rung.link.asking import Asking
from rung.link.entities import Entities, Entity, snake
from rung.link.feedback import Feedback
from rung.link.judged import Judged
from rung.link.meters import Meters
from rung.link.project import Project
from rung.link.records import Records
from rung.link.unwired import Unwired
from rung.link.unwritten import Unwritten
from rung.regex import regex

USAGE = regex(r"^(?:token_)?usage$|^model_stats$|^(?:usage|token)_(?:data|json|stats)$")
# A field of what is searched: a count of tokens beside it is the passage's.
PASSAGE = regex(r"(?:^|_)embeddings?(?:$|_(?!tokens|cost))")
PRICE = regex(r"cost|price")
LOG_FILE = regex(r"\.(?:jsonl|ndjson|csv|db|sqlite)\b")


class Monitoring:
    """Facts of kind `call-record`, `metric`, `feedback`, `analytics-view` and `judged-answer`."""

    def __init__(self, project: Project, asking: Asking) -> None:
        self.project, self.asking = project, asking
        self.unwired, self.unwritten = Unwired(project, asking.graph), Unwritten(project)
        words = project.vocabulary["monitoring"]
        self.patterns = {k: regex(v, re.IGNORECASE) for k, v in words.items()}

    def facts(self) -> list[Fact]:
        """All facts of this room."""
        entities = [e for e in Entities(self.project, self.asking).all if not self._is_idle(e)]
        found = [
            *self._records([e for e in entities if not self._is_unfilled(e)]),
            *Records(self.project, self.asking).facts(),
            *Meters(self.project, self.asking).facts(),
            *Feedback(self.project, self.asking, self.unwired, self.patterns).facts(entities),
            *Analytics(self.project, self.asking, self.patterns).facts(),
            *Judged(self.project, self.asking).facts(entities),
        ]
        written = (f.kind == "metric" or f.fields.get("entity") == "" for f in found)  # by the code that stands there
        return [f for f, here in zip(found, written, strict=True) if not here or not self.unwired.holds(f.location.path)]

    def _is_idle(self, entity: Entity) -> bool:
        """Whether a record that would be one of votes or calls stands in a module that only such modules use as nothing leads to."""
        word, token = self.patterns["feedback"], self.patterns["token_fields"]
        telling = any(word.search(n) or token.search(n) for n in (snake(entity.name), *entity.spaced))
        return telling and entity.path in self.asking.graph.used and self.unwired.holds(entity.path)

    def _is_unfilled(self, entity: Entity) -> bool:
        """Whether nothing ever writes the tokens or the cost of a record."""
        counted = [f for f in entity.fields if self.patterns["token_fields"].search(snake(f))]
        return self.unwritten.holds(entity.path, entity.name, counted)

    def _records(self, entities: list[Entity]) -> Iterator[Fact]:
        """Stored per-call records of the project's own: an entity with token or cost fields beside what was called."""
        token, record, calls = self.patterns["token_fields"], self.patterns["record_fields"], self.patterns["call_entities"]
        for entity in entities:
            names = entity.spaced
            place = f"{entity.path} {snake(entity.name)}"
            if not entity.kept or self.patterns["not_call_entities"].search(place):
                continue
            paired = any(self.patterns["tokens_in"].search(n) for n in names) and any(self.patterns["tokens_out"].search(n) for n in names)
            if self.patterns["sessions"].search(place) and not paired and not self._is_run(entity):
                continue
            if any(PASSAGE.search(n) for n in names):
                continue
            tokens = any(token.search(n) for n in names if n != "token") or (
                calls.search(snake(entity.name)) and any(USAGE.search(n) for n in names)
            )
            if not tokens or not any(record.search(n) for n in names):
                continue
            if all(PRICE.search(n) for n in names if token.search(n)) and not (
                calls.search(snake(entity.name)) or any(self.patterns["model_fields"].search(n) for n in names)
            ):
                continue
            credentials = any(re.search(r"token", n) and not token.search(n) for n in names)
            if credentials and not any(re.search(r"tokens|usage|cost|token_count", n) for n in names):
                continue
            yield self.project.fact("call-record", entity.path, entity.line, entity=entity.name)
        for path in sorted(self.asking.graph.leading):
            whole = (self.project.text(path) or "") if self.project.is_application(path) else ""
            if LOG_FILE.search(whole) and self.patterns["call_logs"].search(whole):
                source = self.project.source(path)
                for text in source.texts if source else ():
                    if self.patterns["call_logs"].search(text.value) and len(text.value) < 120:
                        yield self.project.fact("call-record", path, text.line, entity=text.value)
                        break

    def _is_run(self, entity: Entity) -> bool:
        """A session that is one run of a model or agent: what was asked, with which model, and how long it took."""
        wanted = (self.patterns["asked_fields"], self.patterns["model_fields"], self.patterns["lasting_fields"])
        return all(any(pattern.search(n) for n in entity.spaced) for pattern in wanted)
