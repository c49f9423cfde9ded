"""What can be seen of requests in production, and how production is watched and learnt from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.code.source import Function, Source
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.entities import Entities, Entity, snake
from rung.link.expression import Expression
from rung.link.judged import Judged
from rung.link.meters import Meters
from rung.link.project import Project
from rung.link.records import Records
from rung.link.unwired import Unwired
from rung.link.written import Written

USAGE = re.compile(r"^(?:token_)?usage$|^model_stats$|^(?:usage|token)_(?:data|json|stats)$")
# A field of what is searched: a count of tokens beside it is the passage's.
PASSAGE = re.compile(r"(?:^|_)embeddings?(?:$|_(?!tokens|cost))")
PRICE = re.compile(r"cost|price")
LOG_FILE = re.compile(r"\.(?:jsonl|ndjson|csv|db|sqlite)\b")
# Stars of a shop's articles are no feedback on an answer: what is voted on must be one, and an average is no vote.
AGGREGATE = re.compile(r"(?:^|_)(?:avg|average|mean|total|count)(?:_|$)", re.IGNORECASE)
ANSWER = re.compile(
    r"answer|message|conversation|chat|trace|response|run|session|prompt|question|llm|generation|completion|interaction|query|suggestion",
    re.IGNORECASE,
)
STORES = re.compile(
    r"(?:session|db|database|table|collection|col|repository|repo|store|storage|state|client|container|conn|cursor)\w*\)?\."
    r"(?:\w+\(?\)?\.)*(?:add|save|insert|update|put|create|upsert|set|execute)\w*\(",
    re.IGNORECASE,
)
# A route or a function that takes feedback.
HANDLES = Expression(
    r"""["'`/][\w{}:$./-]*(?:feedback|votes?|rating|rate|thumbs|like)\b|(?:def|func|function|fun|async|void|Task)\W+(?:\w+\W+){0,3}?\w*(?:feedback|vote|rating|thumb)|(?:const|let)\s+\w*(?:feedback|vote|rating)\w*\s*=|rate_?(?:answer|message|response|reply|summary|output)|reaction|["'][\w:-]*(?:thumb|vote|feedback|helpful)""",
    re.IGNORECASE,
)

# What is called like storing, and shows, logs or hands on.
NO_STORES = re.compile(
    r"set_?State|useState|console|logger|logging|dispatch|router|headers|classList|Map|st\.|toast|localStorage"
    r"|(?:[vV]iew|[sS]ize|[lL]ayout|[wW]idget|[cC]ontent|[dD]isplay|[sS]creen)s?$|(?:[iI]nput|[vV]iew(?:port)?|[sS]pinner|[tT]ext_?[aA]rea)\.\w+$"
)
# What is told of an event, and is no telemetry: a log, the other side of a connection, a parent of a component, a mailbox.
NO_TELEMETRY = re.compile(
    r"(?:^|^this\.|^self\.)\$?(?:emit|log|send|report)$|(?:^|[._])(?:console|log|logg\w+|Log\w*|slog|sys|res|resp|response|reply|sockets?|ws|wss|io|emitter|(?:event_?)?bus"
    r"|events|props|parent|mail\w*|sms|channel|chat|bot|ctx|context|parentPort|port|window|broadcast\w*)\??\.\$?\w+$"
)
# What answers a request or speaks to whoever is connected.
ANSWERS = re.compile(
    r"^(?:this\.|self\.)?(?:res|resp|response|reply|rw|ctx|context|sockets?|ws|io|conn)\.(?:\w+\.){0,3}(?:send\w*|set|write\w*|index|post|submit\w*)$"
)
# A condition above a call.
BRANCH = re.compile(r"^\s*(?:\}\s*)?(?:if|elif|else if|case|when|switch)\b")
NEAR, LONGEST_ROUTE = 4, 60
INSERTS = re.compile(r"\s*(?:insert\s+(?:or\s+\w+\s+|ignore\s+)?into|update\s+\w|replace\s+into|upsert\s)", re.IGNORECASE)
QUERIES = (
    "run",
    "query",
    "raw",
    "all",
    "get",
    "one",
    "none",
    "fetch",
    "fetchrow",
    "fetch_one",
    "prepare",
    "unsafe",
    "QueryRow",
    "QueryRowContext",
)
# What people write themselves.
OPINIONS = re.compile(r"review|comment|testimonial|survey|response|guest", re.IGNORECASE)
STARS = re.compile(r"^(?:user_?)?(?:stars?|likes?|liked|score_by_user|thumb|was_helpful|user_score|satisfaction)(?:_(?:given|value))?$")


class Monitoring:
    """Facts of kind `call-record`, `metric`, `feedback`, `analytics-view` and `judged-answer`."""

    def __init__(self, project: Project, asking: Asking) -> None:
        self.project, self.asking = project, asking
        self.glance, self.unwired = asking.uses.glance, Unwired(project, asking.graph)
        self.written = Written(project, asking)
        words = project.vocabulary["monitoring"]
        self.patterns = {k: re.compile(v, re.IGNORECASE) for k, v in words.items()}
        self.stores, self.events = re.compile(words["stores"]), re.compile(words["feedback_events"])
        self.scores, self.votes = re.compile(words["score_calls"]), re.compile(words["score_votes"], re.IGNORECASE)
        self.judged = re.compile(words["score_judges"], re.IGNORECASE)

    def facts(self) -> list[Fact]:
        """All facts of this room."""
        entities = [e for e in Entities(self.project, self.asking).all if not self._is_idle(e)]
        found = [
            *self._records(entities),
            *Records(self.project, self.asking).facts(),
            *Meters(self.project, self.asking).facts(),
            *self._feedback(entities),
            *self._views(),
            *Judged(self.project, self.asking).facts(entities),
        ]
        written = (f.kind == "metric" or f.fields.get("entity") == "" for f in found)  # by the code that stands there
        return [f for f, here in zip(found, written, strict=True) if not here or not self.unwired.holds(f.location.path)]

    def _is_idle(self, entity: Entity) -> bool:
        """Whether a record that would be one of votes or calls stands in a module that only such modules use as nothing leads to."""
        word, token = self.patterns["feedback"], self.patterns["token_fields"]
        telling = any(word.search(n) or token.search(n) for n in (snake(entity.name), *entity.spaced))
        return telling and entity.path in self.asking.graph.used and self.unwired.holds(entity.path)

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

    def _feedback(self, entities: list[Entity]) -> Iterator[Fact]:
        """User feedback that is captured and stored."""
        word = self.patterns["feedback"]
        for entity in entities:
            spaced = [re.sub(r"(?<=[a-z])(?=[A-Z])", "_", n) for n in (entity.name, *entity.fields)]
            votes = [n for n in spaced if word.search(n) and not AGGREGATE.search(n)]
            starred = self._is_starred(entity)
            votes += starred
            on_answer = "feedback" in entity.name.lower() or any(
                ANSWER.search(n) or self.patterns["rated_fields"].search(n) for n in spaced
            )
            if (
                votes
                and (on_answer or starred or self.written.is_rated(entity))
                and not self._is_about_other(entity)
                and not re.search(r"deprecated|(?<!ri)eval|bench", f"{entity.path}{entity.name}", re.IGNORECASE)
                and (entity.kept or self._is_handed_on(entity))
            ):
                yield self.project.fact("feedback", entity.path, entity.line)
                return
        for path in self.project.code:
            routed = bool(self.patterns["feedback_files"].search(path))
            if not (routed or self.glance.holds(path, "feedback")) or not self.project.is_application(path):
                continue
            if not (routed or HANDLES.search(self.project.text(path) or "")) or self.unwired.holds(path):
                continue
            source = self.project.source(path)
            line = (self._stored(source) or self._told(source) or self._scored(source)) if source else 0
            if line:
                yield self.project.fact("feedback", path, line)
                return

    def _is_starred(self, entity: Entity) -> list[str]:
        """The fields in which users rate what a model wrote and the application stored, where something takes ratings."""
        stars = [n for n in entity.spaced if STARS.search(n)]
        if not stars or OPINIONS.search(entity.name) or not self.written.is_written(entity):
            return []
        files = (p for p in self.project.code if self.glance.holds(p, "feedback") and self.project.is_application(p))
        return stars if any(HANDLES.search(self.project.text(p) or "") for p in files) else []

    def _is_about_other(self, entity: Entity) -> bool:
        """Whether votes are about a thing of the world, such as a course or the site, and none refers to an answer."""
        other = self.patterns["other_rated"]
        if not (other.search(snake(entity.name)) or any(self.patterns["other_rated_fields"].search(n) for n in entity.spaced)):
            return False
        return not any(ANSWER.search(n) or self.patterns["rated_fields"].search(n) for n in entity.spaced) and not self.written.is_rated(
            entity
        )

    def _is_handed_on(self, entity: Entity) -> bool:
        """Whether a file names a record that nothing says is stored, and stores something."""
        named = re.compile(rf"\b{re.escape(entity.name)}\b")
        return any(
            entity.name in (text := self.project.text(path) or "") and STORES.search(text) and named.search(text)
            for path in self.project.code
            if self.project.is_application(path)
        )

    def _stored(self, source: Source) -> int:
        """The line where a feedback route or handler stores what it gets; 0 when none does."""
        word, routes = self.patterns["feedback"], self.patterns["feedback_routes"]
        other = self.patterns["not_feedback_routes"]
        routed = [t for t in source.texts if len(t.value) < 100 and routes.search(t.value) and not other.search(t.value)]
        pressed = [t.line for t in source.texts if len(t.value) < 40 and word.search(t.value) and self._is_button(source, t.line)]
        by_place = bool(self.patterns["feedback_files"].search(source.path))
        for index, function in enumerate(source.functions):
            spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", function.name)
            handles = (
                any(function.line - 4 <= t.line <= function.line + 1 for t in routed)
                or bool(word.search(spaced) and not other.search(function.name))
                or bool(self.patterns["rated"].search(snake(function.name)))
                or (by_place and bool(self.patterns["feedback_handlers"].search(function.name)))
                or any(function.line - 2 <= line <= function.line for line in pressed)
                or self._reacts(source, function)
            )
            if handles and (line := self._keeps(source, index)):
                return line
        return 0

    def _is_button(self, source: Source, line: int) -> bool:
        return bool(self.patterns["buttons"].search(source.lines[line - 1]))

    def _reacts(self, source: Source, function: Function) -> bool:
        """Whether a function is handed the reactions of users to messages."""
        head = "\n".join(source.lines[max(0, function.line - 3) : function.line])
        return bool(self.patterns["reactions"].search(head))

    def _keeps(self, source: Source, index: int, *, hop: bool = True) -> int:
        """The line where a function stores something, itself or through one that it calls; 0 when it doesn't."""
        for call in source.calls:
            if call.function != index or NO_STORES.search(call.callee) or self.patterns["not_stores"].search(call.callee):
                continue
            if ANSWERS.search(call.callee):
                continue
            tail = call.callee.rsplit(".", 1)[-1]
            if "." in call.callee and tail != "set" and self.stores.search(call.callee):
                return call.line
            if "." in call.callee and tail in QUERIES and self._inserts(source, index, hop=hop):
                return call.line
            if hop and self._is_kept_by(source, tail, method="." in call.callee):
                return call.line
        return 0

    def _inserts(self, source: Source, index: int, *, hop: bool) -> bool:
        """Whether a function, or the file of one that keeps things for others, holds a statement that writes a row."""
        function = source.functions[index]
        return any(INSERTS.match(t.value) for t in source.texts if not hop or function.line <= t.line <= function.end_line)

    def _is_kept_by(self, source: Source, name: str, *, method: bool) -> bool:
        """Whether a function of the repository's own that a file calls stores something; `method`: one of an object's."""
        if method and not self.patterns["vote_keepers"].search(snake(name)):
            return False
        near = [t for t, names in self.asking.graph.touches(source.path).items() if names is None or name in names or method]
        for other in (source, *(o for t in near if self.project.is_application(t) and (o := self.project.source(t)))):
            for i, f in enumerate(other.functions):
                if f.name == name and (not method or f.owner) and self._keeps(other, i, hop=False):
                    return True
        return False

    def _told(self, source: Source) -> int:
        """The line where a user's vote is handed to telemetry as an event with its value; 0 when none is."""
        for call in source.calls:
            if not self.events.search(snake(call.callee.rsplit(".", 1)[-1])) or NO_TELEMETRY.search(call.callee):
                continue
            named = [v.text for v in call.arguments.items[:3] if v.kind in ("string", "template")]
            given = "\n".join(source.lines[call.line - 1 : call.end_line])
            if any(self.patterns["feedback"].search(n) for n in named) and self.patterns["feedback_values"].search(given):
                return call.line
        return 0

    def _scored(self, source: Source) -> int:
        """The line where a user's vote becomes the score of a trace in a recorder of calls; 0 when none does, or a judge's word does."""
        for call in source.calls:
            if not self.scores.search(call.callee) or not self._records_calls(source.path):
                continue
            given = "\n".join(source.lines[call.line - 1 : call.end_line])
            inside = [f for f in source.functions if f.line <= call.line <= f.end_line and f.name]
            name = max(inside, key=lambda f: f.line).name if inside else ""
            opened = [row for row in source.lines[max(0, call.line - NEAR - 1) : call.line - 1] if BRANCH.search(row)]
            told = "\n".join((given, name, *opened))
            voted = self.votes.search(told) or self.patterns["feedback_files"].search(source.path)
            if voted and not self.judged.search(f"{given}\n{name}"):
                return call.line
        return 0

    def _records_calls(self, path: str) -> bool:
        """Whether a file, or one that it uses, imports a recorder of model calls."""
        by_id = self.project.catalogue.by_id
        files = (path, *self.asking.graph.touches(path))
        return any(by_id[i].category == "llm-observability" for f in files for i in self.glance.tools(f))

    def _views(self) -> Iterator[Fact]:
        """An analytics view of usage that the application ships."""
        for path in self.project.paths:
            if self.patterns["analytics_scripts"].search(path) and self.project.is_application(path):
                text = self.project.text(path) or ""
                drawn = set(self.patterns["analytics_charts"].findall(text))
                told = {w.lower() for w in self.patterns["analytics_figures"].findall(text)}
                if len(drawn) >= 2 and len(told) >= 2:
                    line = next((i for i, row in enumerate(text.splitlines(), 1) if self.patterns["analytics_charts"].search(row)), 1)
                    yield self.project.fact("analytics-view", path, line)
                    return
            if self.patterns["analytics_paths"].search(path) and self.project.is_application(path):
                text = self.project.text(path) or ""
                words = {w.lower() for w in self.patterns["analytics_words"].findall(text)}
                if len(words) >= 2 and re.search(r"admin|usage|analytics|cost", path, re.IGNORECASE):
                    line = next((i for i, row in enumerate(text.splitlines(), 1) if self.patterns["analytics_words"].search(row)), 1)
                    yield self.project.fact("analytics-view", path, line)
                    return
        for path in self.project.code:
            line = self._listed(path) if self.glance.holds(path, "usage page") and self.project.is_application(path) else 0
            if line:
                yield self.project.fact("analytics-view", path, line)
                return
        for path in self.project.paths:
            line = self._charted(path) if self.patterns["analytics_components"].search(path) else 0
            if line:
                yield self.project.fact("analytics-view", path, line)
                return

    def _listed(self, path: str) -> int:
        """The line of a route that sums up recorded calls or votes and answers with a page of them; 0 for none."""
        source = self.project.source(path)
        rows = source.lines if source else []
        for text in source.texts if source else ():
            if len(text.value) > LONGEST_ROUTE or not self.patterns["usage_routes"].search(text.value):
                continue
            inside = [f for f in source.functions if f.line in range(text.line - 2, text.line + 4)] if source else []
            end = max((f.end_line for f in inside), default=text.line)
            body = "\n".join(rows[text.line - 1 : end])
            told = {w.lower() for w in self.patterns["usage_figures"].findall(body)}
            if len(told) >= 2 and self.patterns["usage_sums"].search(body) and self.patterns["usage_pages"].search(body):
                return text.line
        return 0

    def _charted(self, path: str) -> int:
        """The line of a chart in a component that shows how answers fare or are used, and that some page shows; 0 for none."""
        if not self.project.is_application(path) or self.patterns["not_analytics"].search(path):
            return 0
        text = self.project.text(path) or ""
        drawn = self.patterns["analytics_drawn"].search(text)
        told = {m.lastgroup for m in self.patterns["analytics_shown"].finditer(text)} if drawn else set()
        if drawn is None or len(told) < 2 or not self._is_mounted(path):
            return 0
        return text.count("\n", 0, drawn.start()) + 1

    def _is_mounted(self, path: str) -> bool:
        """Whether a page or the program's entry shows a component, itself or through others."""
        known, wave = {path}, {path}
        while wave:
            if any(self.patterns["analytics_entries"].search(p) for p in wave):
                return True
            wave = {u for p in wave for u in self.asking.graph.used.get(p, ()) if self.project.is_application(u)} - known
            known |= wave
        return False
