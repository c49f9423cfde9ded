"""What users say of answers: votes, stars, reactions and corrections that the application stores."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rung.facts.code.source import Function, Source
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.entities import Entity, snake
from rung.link.expression import Expression
from rung.link.project import Project
from rung.link.unwired import Unwired
from rung.link.written import Written
from rung.regex import regex

# Stars of a shop's articles are no feedback on an answer: what is voted on must be one, and an average is no vote.
AGGREGATE = regex(r"(?:^|_)(?:avg|average|mean|total|count)(?:_|$)", re.IGNORECASE)
ANSWER = regex(
    r"answer|message|conversation|chat|trace|response|run|session|prompt|question|llm|generation|completion|interaction|query|suggestion",
    re.IGNORECASE,
)
STORES = regex(
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
NO_STORES = regex(
    r"set_?State|useState|console|logger|logging|dispatch|router|headers|classList|Map|st\.|toast|localStorage"
    r"|(?:[vV]iew|[sS]ize|[lL]ayout|[wW]idget|[cC]ontent|[dD]isplay|[sS]creen)s?$|(?:[iI]nput|[vV]iew(?:port)?|[sS]pinner|[tT]ext_?[aA]rea)\.\w+$"
)
# What is told of an event, and is no telemetry: a log, the other side of a connection, a parent of a component, a mailbox.
NO_TELEMETRY = regex(
    r"(?:^|^this\.|^self\.)\$?(?:emit|log|send|report)$|(?:^|[._])(?:console|log|logg\w+|Log\w*|slog|sys|res|resp|response|reply|sockets?|ws|wss|io|emitter|(?:event_?)?bus"
    r"|events|props|parent|mail\w*|sms|channel|chat|bot|ctx|context|parentPort|port|window|broadcast\w*)\??\.\$?\w+$"
)
# What answers a request or speaks to whoever is connected.
ANSWERS = regex(
    r"^(?:this\.|self\.)?(?:res|resp|response|reply|rw|ctx|context|sockets?|ws|io|conn)\.(?:\w+\.){0,3}(?:send\w*|set|write\w*|index|post|submit\w*)$"
)
# A request with a vote to an address that was handed out for it, which is no route of the application's own.
POSTS = regex(r"(?:^|\.)(?:\$?fetch|ofetch|axios|ky|request|post|patch|put|sendBeacon|Post|PostAsync|PostAsJsonAsync)$")
FEEDBACK_ADDRESS = regex(r"^(?:[a-z_]{1,30}\.)?(?:\w{1,20}_)?feedback_?(?:token_)?(?:url|uri|link)s?(?:$|[.\[])")
SENDS = regex(r"[\"'](?:POST|PATCH|PUT|post|patch|put)[\"']|\.(?:post|patch|put|sendBeacon)\(|\bPost\w{0,12}\(")
VALUE = regex(r"\b(?:score|rating|vote|thumbs?|thumbs?_?(?:up|down)|is_?positive|is_?helpful|helpful)\b", re.IGNORECASE)
# A condition above a call.
BRANCH = regex(r"^\s*(?:\}\s*)?(?:if|elif|else if|case|when|switch)\b")
NEAR = 4
INSERTS = regex(r"\s*(?:insert\s+(?:or\s+\w+\s+|ignore\s+)?into|update\s+\w|replace\s+into|upsert\s)", re.IGNORECASE)
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
OPINIONS = regex(r"review|comment|testimonial|survey|response|guest", re.IGNORECASE)
STARS = regex(r"^(?:user_?)?(?:stars?|likes?|liked|score_by_user|thumb|was_helpful|user_score|satisfaction)(?:_(?:given|value))?$")


class Feedback:
    """Facts of kind `feedback`, one at most."""

    def __init__(self, project: Project, asking: Asking, unwired: Unwired, patterns: Mapping[str, re.Pattern[str]]) -> None:
        """`patterns` are the vocabulary's of monitoring, without regard to case."""
        self.project, self.asking, self.unwired, self.patterns = project, asking, unwired, patterns
        self.glance, self.written = asking.uses.glance, Written(project, asking)
        words = project.vocabulary["monitoring"]
        self.stores, self.events = regex(words["stores"]), regex(words["feedback_events"])
        self.scores, self.votes, self.judged = regex(words["score_calls"]), patterns["score_votes"], patterns["score_judges"]

    def facts(self, entities: list[Entity]) -> Iterator[Fact]:
        """User feedback that is captured and stored."""
        word = self.patterns["feedback"]
        for entity in entities:
            spaced = [re.sub(r"(?<=[a-z])(?=[A-Z])", "_", n) for n in (entity.name, *entity.fields)]
            votes = [n for n in spaced if word.search(n) and not AGGREGATE.search(n)]
            starred = self._is_starred(entity)
            votes += starred
            corrected = self._is_corrected(entity) + self._is_thumb(entity)
            votes += corrected
            on_answer = "feedback" in entity.name.lower() or any(
                ANSWER.search(n) or self.patterns["rated_fields"].search(n) for n in spaced
            )
            if (
                votes
                and (on_answer or starred or corrected or self.written.is_rated(entity))
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
            line = (self._stored(source) or self._told(source) or self._scored(source) or self._posted(source)) if source else 0
            if line:
                yield self.project.fact("feedback", path, line)
                return

    def _is_corrected(self, entity: Entity) -> list[str]:
        """The fields in which a person puts right what the model proposed, beside whether it was right or who says so."""
        corrected = [n for n in entity.spaced if self.patterns["corrections"].search(n)]
        if self.patterns["corrections"].search(snake(entity.name)):
            return [n for n in entity.spaced if self.patterns["proposed"].search(n)]
        return corrected if any(self.patterns["reviewed"].search(n) for n in entity.spaced) else []

    def _is_thumb(self, entity: Entity) -> list[str]:
        """The fields that say which way a thumb points, in a record of thumbs."""
        values = [n for n in entity.spaced if self.patterns["thumb_values"].search(n)]
        return values if self.patterns["thumbs"].search(snake(entity.name)) else []

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

    def _posted(self, source: Source) -> int:
        """The line where a vote is posted straight to the address that a recorder of calls gave for the feedback on a call; 0 for none."""
        for call in source.calls:
            given = call.arguments.items[:1]
            if not POSTS.search(call.callee) or not given or not FEEDBACK_ADDRESS.search(snake(given[0].text)):
                continue
            inside = [f for f in source.functions if f.line <= call.line <= f.end_line]
            first = min((f.line for f in inside), default=call.line)
            told = "\n".join(source.lines[first - 1 : call.end_line])
            if SENDS.search(told) and VALUE.search(told):
                return call.line
        return 0

    def _records_calls(self, path: str) -> bool:
        """Whether a file, or one that it uses, imports a recorder of model calls."""
        by_id = self.project.catalogue.by_id
        files = (path, *self.asking.graph.touches(path))
        return any(by_id[i].category == "llm-observability" for f in files for i in self.glance.tools(f))
