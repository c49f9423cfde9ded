"""Code or configuration that chooses between models by rule: routers, fallback lists, conditions, tables by task or tier."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from rung.facts.code.source import Assignment, Source, Value
from rung.facts.fact import Fact
from rung.link.capabilities import Capabilities, speaks_of_models
from rung.link.conditions import BRANCH, Conditions
from rung.link.fallbacks import Fallbacks
from rung.link.internal_packages import InternalPackages
from rung.link.models import EVALUATES, Models
from rung.link.tiers import Tiers
from rung.regex import regex

BY_FOLDER = (".go", ".rs", ".cs", ".java", ".kt")
HOLDS = ("list", "mapping", "call")
# Functions that choose, as their names say, and not those that count or price what was used.
CHOOSES = regex(r"model|llm|engine|select|choose|pick|rout|resolve", re.IGNORECASE)
COUNTS = regex(r"cost|pric|count|limit|encod|token|window|context|support|usage|valid", re.IGNORECASE)
# Functions that choose a model by their name, and a condition in them.
PICKS = regex(
    r"^_*(?:async_)?(?:select|choose|pick|rout|determine|decide|resolve|get|model)\w*(?:model|llm|engine)|^_*model_?(?:for|by)",
    re.IGNORECASE,
)
TASK = regex(r"(?:==|in|is|case|when|===|\(|,|:)\s*\(?[\"'`]([\w-]+)[\"'`]")
NO_TASK = ("default", "chat")
MEMBER = regex(r"\b[A-Z]\w*(?:\.|::)(\w+)\s*\]?\s*(?::(?!:)|=>|->|=(?!=)|,)")
# An arm of a switch or match: `case DRAFT ->`, `TaskKind.Summary =>`, `"draft" =>`.
ARM = regex(r"^\s*(?:case\s+)?(?:\w+(?:\.|::))*[\"']?(\w+)[\"']?\s*(?:=>|->|:(?!:))")
SWITCH = regex(r"\b(?:switch|match|when)\b")
GIVEN = regex(r"[A-Za-z_][\w.]*")
# Calls that make a table, and what a table is asked for: a name, or what an object has of that name.
MADE = regex(
    r"(?:^|\.)(?:Immutable|Enum)?Map\.of(?:Entries)?$|^(?:mutable|hash)?[mM]apOf$|^(?:HashMap|BTreeMap)(?:::|\.)from$|^new Map$|^Map$"
)
MEMBER_OF = regex(r"\.|::")
LOOKED = r"(?:\w{1,40}(?:\.|->|::)){0,4}(\w{2,40})(?:\(\))?\s{0,4}[\]),]"
ASKED_FOR = regex(rf"\w(?:\?\.)?(?:\[|\.get\()\s{{0,4}}{LOOKED}")
LISTS = regex(r"^_*(?:filter|list|sort|group|find|search|count|valid|test)", re.IGNORECASE)
SPARE = regex(r"fall_?back", re.IGNORECASE)
# What stands before a name that only fills in for a setting that is absent, or whose list is only shown or given back.
DEFAULTED = regex(r"(?:\|\||\?\?|\bor\b|\b(?:getenv|get|env|Getenv|unwrap_or|default\w*)\(.*,?|\w*default\w*\s*[=:])\s*$")
BEFORE = 60
# How a table is asked for what a name holds, in the usual languages.
LOOKUP = (
    r"!{0,2}(?:\?\.)?(?:\[|\.(?:get|fetch|at|dig|getValue|getOrDefault|getOrElse|GetValueOrDefault|TryGetValue|[gG]et_or\w{0,10})\()"
    r"\s*(?![\"'\d])[&*$:]{0,2}([A-Za-z_][\w.]*(?:(?:::|->)\w+)*)"
)
SHOWS = regex(r"\s*\.(?:map|length|forEach)\b")
SHOWN = regex(rf"{DEFAULTED.pattern}|(?:\breturn|\b(?:set|use[A-Z])\w*\(|=>|[=:])\s*\[?(?:\.\.\.)?$")
FALLBACK = regex(r"(?:^|[._])fallbacks?(?:\.\d+)*$", re.IGNORECASE)


class Routing:
    """Facts of kind `model-routing`."""

    def __init__(self, models: Models) -> None:
        self.models, self.project = models, models.project
        words = self.project.vocabulary["models"]
        self.routing = regex(words["routing"])
        self.parameters = regex(words["rule_parameters"], re.IGNORECASE)
        self.keys = regex(words["rule_keys"], re.IGNORECASE)
        self.not_rules = regex(words["not_rules"], re.IGNORECASE)
        self.subjects = regex(words["subjects"], re.IGNORECASE)
        self.conditions, self.capabilities = Conditions(models), Capabilities(words["capabilities"])
        self._packages = InternalPackages(self.project, models.graph)
        self.fallbacks, self.tiers = Fallbacks(models, self.conditions), Tiers(models)

    def facts(self) -> list[Fact]:
        """All facts of this room."""
        found = [fact for path in self.project.code if self._matters(path) for fact in self._in_code(path)]
        found += [fact for path in self.project.code for fact in self._in_tiers(path)]
        found = [fact for fact in found if not self._packages.is_unused(fact.location.path)]
        configured = [
            s
            for s in self.project.settings
            if (self.routing.search(key := str(s.fields["key"])) or FALLBACK.search(key)) and self.models.is_model(str(s.fields["value"]))
        ]
        found += (Fact("model-routing", s.location, s.text, {"role": "application"}) for s in configured)
        return self.models.retired.without(found)

    def _matters(self, path: str) -> bool:
        glance = self.models.uses.glance
        if not self.project.is_application(path) or EVALUATES.search(path):
            return False
        return (
            path in self.models.graph.near
            or glance.holds(path, "in-turn")
            or (glance.holds(path, "routing") and any(u in self.models.graph.near for u in self.models.graph.used.get(path, ())))
            or self._may_search(path)
            or (glance.names_model(path) and (glance.holds(path, "routing") or glance.holds(path, "rule")))
        )

    def _may_search(self, path: str) -> bool:
        """Whether a file may look for a model by what it can do.

        It leads to a model, or lies in one folder with a file that does, where files of a folder need no imports.
        """
        near = path in self.models.graph.leading or (path.endswith(BY_FOLDER) and posixpath.dirname(path) in self._folders)
        return near and self.models.uses.glance.holds(path, "capability") and speaks_of_models(self.project.text(path) or "")

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(posixpath.dirname(p) for p in self.models.graph.leading)

    def _in_code(self, path: str) -> Iterator[Fact]:
        source = self.project.source(path)
        if source is None:
            return
        lines = [f.line for f in source.functions if self.routing.search(f.name) and not LISTS.search(f.name)]
        for assignment in source.assignments:
            filled = assignment.value.kind == "string" or (assignment.value.kind in HOLDS and assignment.value.items)
            if filled and self.routing.search(assignment.name) and not self._only_default(source, assignment):
                lines.append(assignment.line)
        lines += [loop.line for loop in source.loops if self.routing.search(loop.iterable)]
        lines += self.fallbacks.lines(source)
        lines += self.conditions.lines(source)
        if self._may_search(path):
            lines += self.capabilities.lines(source)
        for line in [*lines, *self._by_parameter(source), *self._by_subject(source), *self._by_key(source)]:
            yield self.project.fact("model-routing", path, line)

    def _in_tiers(self, path: str) -> Iterator[Fact]:
        fits = self.project.is_application(path) and not EVALUATES.search(path) and self.tiers.may_hold(path)
        source = self.project.source(path) if fits else None
        for line in self.tiers.lines(source) if source else ():
            yield self.project.fact("model-routing", path, line)

    def _only_default(self, source: Source, assignment: Assignment) -> bool:
        """Whether a `fallback model` is only what stands where no model is set, or a list that is only shown."""
        name = assignment.name.rsplit(".", 1)[-1]
        if not SPARE.search(name):
            return False
        if assignment.owner or "." in assignment.name:
            return not self._is_mentioned(source, name)
        word = re.compile(rf"(?<![\w.]){re.escape(name)}\b(?!\s*=(?!=))")
        users = (self.project.text(u) or "" for u in self.models.graph.used.get(source.path, ()) if self.project.is_application(u))
        texts = ["\n".join(t for n, t in enumerate(source.lines, 1) if n != assignment.line), *users]
        found = ((t, m) for t in texts for m in word.finditer(t) if not SHOWS.match(t, m.end()))
        uses = [t[max(0, m.start() - BEFORE) : m.start()].rsplit("\n", 1)[-1].rstrip("$") for t, m in found]
        uses = [u for u in uses if not re.match(r"\s*(?:from|import|export)\b|\s*const\s*\{", u)]
        shown = SHOWN if assignment.value.kind in HOLDS else DEFAULTED
        return all(shown.search(u) for u in uses)

    def _is_mentioned(self, source: Source, name: str) -> bool:
        """Whether a field is read anywhere beside the place that defines it."""
        word = re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)
        texts = (self.project.text(p) or "" for p in self.project.code if p != source.path and self.project.is_application(p))
        return len(word.findall("\n".join(source.lines))) > 1 or any(word.search(t) for t in texts)

    def _by_parameter(self, source: Source) -> Iterator[int]:
        """Functions that are told the task or the tier and name two models or more."""
        for index, function in enumerate(source.functions):
            chooses = CHOOSES.search(function.name) and not COUNTS.search(function.name)
            if not chooses or not any(self.parameters.match(p.lstrip("*")) for p in function.parameters):
                continue
            models = {t.value for t in source.texts if t.function == index and self.models.is_model(t.value)}
            if len(models) >= 2:
                yield function.line

    def _by_subject(self, source: Source) -> Iterator[int]:
        """Functions called after choosing a model whose condition looks at what is asked, or compares it with a task's or tier's name."""
        for index, function in enumerate(source.functions):
            if not PICKS.search(function.name) or COUNTS.search(function.name):
                continue
            subjects = [p.lstrip("*") for p in function.parameters if self.subjects.match(p.lstrip("*"))]
            if subjects or function.parameters:
                lines = source.lines[function.line - 1 : function.end_line]
                tells = any(self._looks_at(line, subjects) for line in lines) or self._has_arms(lines)
                if tells and len(self._given(source, index)) >= 2:
                    yield function.line

    def _looks_at(self, line: str, subjects: list[str]) -> bool:
        if not BRANCH.search(line) or self.not_rules.search(line):
            return False
        tasks = [k for k in TASK.findall(line) if self.keys.match(k) and k.lower() not in NO_TASK]
        return bool(tasks) or any(re.search(rf"\b{re.escape(s)}\b(?!\s*[=:]{{2,3}}\s*[\"'])", line) for s in subjects)

    def _has_arms(self, lines: list[str]) -> bool:
        """Whether a switch has arms for two tasks or tiers."""
        if not any(SWITCH.search(line) and not self.not_rules.search(line) for line in lines):
            return False
        tasks = {m.group(1).lower() for line in lines if (m := ARM.match(line)) and self.keys.match(m.group(1))}
        return len(tasks - set(NO_TASK)) >= 2

    def _given(self, source: Source, index: int) -> set[str]:
        """Models that a function names to give them, not to compare with them."""
        function = source.functions[index]
        compared = {side.strip("\"'`") for c in source.comparisons if c.function == index for side in (c.left, c.right)}
        found = {t.value for t in source.texts if t.function == index and self.models.is_model(t.value)} - compared
        told = {a.name: a.value for a in source.assignments if a.function < 0}
        calls = [a for a in source.assignments if a.function == index and a.value.kind == "call"]
        made = {a.name for a in calls if not any(self._is_setting(i) for i in a.value.items)}
        for line in source.lines[function.line - 1 : function.end_line]:
            arm = ARM.match(line)
            for name in GIVEN.findall(line.partition("return")[2] if "return" in line else line[arm.end() :] if arm else ""):
                tail = name.rsplit(".", 1)[-1]
                value = told.get(name)
                if name in made:
                    continue  # made of a model that is among the texts, or of none
                known = self.models.is_constant(source, name) or (value is not None and self.models.definitions.names(source, value))
                if self.models.name.search(tail) or known:
                    found.add(tail)
        return found

    def _is_setting(self, value: Value) -> bool:
        """Whether a value is a model's name that is kept elsewhere (`settings.fast_model`, `FAST_MODEL`)."""
        tail = value.text.rsplit(".", 1)[-1]
        return value.kind == "name" and ("." in value.text or tail.isupper()) and bool(self.models.name.search(tail))

    def _by_key(self, source: Source) -> Iterator[int]:
        """Tables that give each task or tier its model, looked up by a name that holds the task."""
        for assignment in (a for a in source.assignments if not COUNTS.search(a.name)):
            table = assignment.name.rsplit(".", 1)[-1]
            for name, value in _tables(table, assignment.value):
                keys, items = _entries(source, value, assignment.line)
                if len(items) < 2 or len(keys) != len(items):
                    continue
                named = {n for item in items for n in self.models.definitions.names(source, item, 1)}
                looked = self._looked_up_by(source, table, name) if len(named) >= 2 else []
                by_name = any(self.parameters.match(n) and not self.not_rules.search(n) for n in looked)
                known = looked and (by_name or all(self.keys.match(k) for k in keys))
                if known or (name == table and len(named) >= 2 and self._is_spread(source, table)):
                    yield value.line or assignment.line

    def _users(self, source: Source) -> list[str]:
        """The texts of a file and of those that use it."""
        users = (self.project.text(u) or "" for u in self.models.graph.used.get(source.path, ()) if self.project.is_application(u))
        return ["\n".join(source.lines), *users]

    def _is_spread(self, source: Source, table: str) -> bool:
        """Whether each entry of a table of plans or tasks is made into something that is then looked up by one of these."""
        gone_over = re.compile(
            rf"\b{re.escape(table)}\.(?:forEach|entrySet|items|map|each|entries|iter)\b|\b(?:in|of|range|entries\()\s{{0,4}}{re.escape(table)}\b"
        )
        texts = self._users(source)
        return bool(gone_over.search(texts[0])) and any(self.parameters.match(m[1]) for text in texts for m in ASKED_FOR.finditer(text))

    def _looked_up_by(self, source: Source, table: str, name: str) -> list[str]:
        """By which names a table is asked, in its file or in one that uses it; a table of tables by two."""
        steps = r"(?:\.\w+|\[[^\]\n]+\])*?"
        lookup = re.compile(rf"\b(?:{re.escape(table)}{steps}|{re.escape(name)}){LOOKUP}")
        found = (m[1] for text in self._users(source) for m in lookup.finditer(text))
        return [re.split(r"\.|::|->", n.rstrip("."))[-1] for n in found]


def _entries(source: Source, value: Value, line: int) -> tuple[list[str], list[Value]]:
    """The keys of a table and what stands there: of a mapping, or of a call that is handed them in turn or in pairs."""
    if value.kind == "mapping":
        return [*(value.keys if any(value.keys) else _enumerated(source, value, line))], [*value.items]
    items = list(value.items)
    if items and all(i.kind == "call" and len(i.items) == 2 for i in items):  # `Map.ofEntries(entry(FAST, "..."))`, `mapOf(pair(...))`
        pairs = [(i.items[0], i.items[1]) for i in items]
    else:
        pairs = list(zip(items[::2], items[1::2], strict=False)) if len(items) % 2 == 0 else []
    return [MEMBER_OF.split(k.text)[-1] for k, _ in pairs], [v for _, v in pairs]


def _enumerated(source: Source, value: Value, line: int) -> list[str]:
    """The keys of a mapping whose keys are members of an enumeration: `Tier.FAST: ...`, `[Task.Draft]: ...`, `Tier::Fast => ...`."""
    last = max(i.line for i in value.items)
    return MEMBER.findall("\n".join(source.lines[(value.line or line) - 1 : last]))


def _tables(name: str, value: Value, depth: int = 2) -> Iterator[tuple[str, Value]]:
    """A mapping and those in it, with the name that each is found by."""
    if value.items and (value.kind == "mapping" or (value.kind == "call" and MADE.search(value.text))):
        yield name, value
        for key, item in zip(value.keys, value.items, strict=False) if depth else ():
            yield from _tables(key or name, item, depth - 1)
