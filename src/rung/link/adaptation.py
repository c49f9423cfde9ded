"""How the application is fitted to its needs: generation parameters, few-shot examples, experiments that compare variants."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rung.facts.code.source import Call, Source, Value
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.cached_answers import CachedAnswers
from rung.link.evaluation import Evaluation
from rung.link.experiments import Experiments
from rung.link.glance import MODEL_CATEGORIES
from rung.link.models import Models
from rung.link.optimizing import Optimizing
from rung.link.project import Project
from rung.link.request_bodies import ASKED, Given, parts
from rung.link.uses import Uses
from rung.regex import regex

# Calls that write down whatever they are given.
SERIALIZES = regex(r"(?:^|\.)(?:dumps?|stringify|jsonify|json|print\w*|info|debug|push|append|write\w*|format)$")
# `WithTemperature(0)`, `.with_top_p(0.9)`, `->usingTemperature(0.5)`
OPTION = regex(r"^(?:With|with_?|Set|set_?|Using|using_?|Use|use_?)(?=[A-Z]|(?<=_)[a-z])")
LOADED = regex(r"\.(?:load|read|get)", re.IGNORECASE)


class Adaptation:
    """Facts of kind `parameter`, `few-shot`, `cached-answer`, `optimization` and `experiment`."""

    def __init__(
        self, project: Project, uses: Uses, asking: Asking, models: Models, evaluations: list[Evaluation], prompts: list[Fact]
    ) -> None:
        self.project, self.uses, self.asking, self.models = project, uses, asking, models
        self.evaluations = [e for e in evaluations if not e.dead]
        self.parameters = tuple(project.vocabulary["parameters"]["generation"])
        words = project.vocabulary["parameters"]
        self.requests = frozenset([ASKED, *words["request_keys"], *words["option_keys"]])
        self.conversations, self.tools = frozenset(words["request_keys"]), frozenset(words["tool_keys"])
        self.wanted = self.tools.union(self.parameters)
        self.prompts = prompts
        names = "|".join(self.parameters)
        self.declared = regex(rf"^[ \t]*[\"']?(?:{names})[\"']?[ \t]*[:=][ \t]*[\"']?-?[\d.]+[\"']?,?[ \t]*(?:#.*)?$")
        self.few_shot = regex(project.vocabulary["parameters"]["few_shot"])

    def facts(self) -> list[Fact]:
        """All facts of this room."""
        found: list[Fact] = []
        for path in self.project.code:
            if self.project.is_application(path):
                found += [*self._given(path), *self._of_code(path)]
        for setting in self.project.settings:
            if (
                setting.fields["name"] in self.parameters
                and re.fullmatch(r"-?\d+(?:\.\d+)?", str(setting.fields["value"]))
                and self.project.is_application(setting.location.path)
            ):
                found.append(Fact("parameter", setting.location, setting.text, {"role": "application", "sets": "generation"}))
        found += self._in_definitions()
        found += CachedAnswers(self.project, self.asking).facts()
        found += Optimizing(self.project, self.asking, self.evaluations).facts()
        return [*found, *Experiments(self.project, self.asking, self.models, self.evaluations).facts()]

    def _in_definitions(self) -> Iterator[Fact]:
        """Parameters in prompt definitions, at whatever depth (`model.parameters.temperature` in front matter)."""
        for prompt in self.prompts:
            if prompt.fields["structured"] and prompt.fields["form"] == "definition":
                path = prompt.location.path
                line = next((n for n, t in enumerate((self.project.text(path) or "").splitlines(), 1) if self.declared.match(t)), 0)
                if line and self.project.is_application(path):
                    yield self.project.fact("parameter", path, line, sets="generation")
                    return

    def _of_code(self, path: str) -> Iterator[Fact]:
        if path not in self.asking.graph.near:
            return
        if self.uses.glance.holds(path, "few-shot"):
            source = self.project.source(path)
            for assignment in source.assignments if source else ():
                filled = assignment.value.items or LOADED.search(assignment.value.text)
                if filled and self.few_shot.search(assignment.name) and (self.asking.names(path) or self.asking.calls(path)):
                    yield self.project.fact("few-shot", path, assignment.line)
                    break

    def _given(self, path: str) -> Iterator[Fact]:
        """Generation parameters and tools that a file gives a model: by a call's keywords, a builder's chain or in a request's body."""
        if not self._makes_requests(path):
            return
        text = self.project.text(path) or ""
        sets, equips = any(p in text for p in self.parameters), any(t in text for t in self.tools)
        if not (sets or equips):
            return
        source = self.project.source(path)
        if source is None:
            return
        asked = self.asking.direct(path)
        direct = frozenset(id(c) for c in asked)
        near = any(self.project.catalogue.by_id[t].category in MODEL_CATEGORIES for t in self.uses.imported(path))
        set_by = next((c.line for c in source.calls if (id(c) in direct or near) and self._sets(c)), 0) if sets else 0
        lines = {"generation": set_by or (self._spread(source, asked) if sets else 0), "tools": 0}
        handed = frozenset(p.lstrip("*&") for f in source.functions for p in f.parameters)
        for part in parts(source, direct, self.wanted):
            kind = "tools" if part.key in self.tools else "generation"
            passed_on = kind == "tools" and part.value.kind == "name" and part.value.text in handed
            if not lines[kind] and not passed_on and self._is_handed(part, kind):
                lines[kind] = part.line
        for kind, line in lines.items():
            if line:
                yield self.project.fact("parameter", path, line, sets=kind)

    def _spread(self, source: Source, asked: list[Call]) -> int:
        """The line of a call that is handed all of an object (`{ ...config, messages }`) whose declared type has a generation parameter."""
        declared = re.compile(rf"^\s*(?:readonly )?(?:{'|'.join(self.parameters)})\??\s?:")
        fields = {c.name: source.lines[c.line - 1 : c.end_line] for c in source.classes} if source.language == "javascript" else {}
        kinds = {name for name, lines in fields.items() if any(map(declared.match, lines))}
        for call in asked if kinds else ():
            for given in call.arguments.items:
                spread = {v.text for k, v in zip(given.keys, given.items, strict=False) if not k and v.kind == "name"}
                written = " ".join(source.lines[a.line - 1] + a.annotation for a in source.assignments if a.name in spread)
                if not kinds.isdisjoint(re.findall(r"\w+", written)):
                    return call.line
        for call in asked:
            if line := self._put_together(source, call):
                return line
        return 0

    def _put_together(self, source: Source, call: Call) -> int:
        """The line that sets a generation parameter in an object made before, all of which a call is handed (`options.temperature = 0`)."""
        given = [v for item in (call.arguments, *(i for i in call.arguments.items if i.kind == "mapping")) for v in _unnamed(item)]
        names = {v.text for v in given if v.kind == "name"} - {"self", "this"}

        def sets(keys: Sequence[str], items: Sequence[Value]) -> bool:
            return any(k in self.parameters and v.kind not in ("null", "string") for k, v in zip(keys, items, strict=False))

        for a in source.assignments if names else ():
            head, _, tail = a.name.rpartition(".")
            if a.function not in (-1, call.function) and "." not in (head or a.name):
                continue
            if head in names and sets((tail,), (a.value,)):
                return a.line
            if a.name in names and a.value.kind in ("mapping", "call") and sets(a.value.keys, a.value.items):
                return a.line
        for c in source.calls if names else ():
            head, _, tail = c.callee.rpartition(".")
            if head not in names or c.function != call.function or tail not in ("setdefault", "update", "put", "set"):
                continue
            first = c.arguments.items[0] if c.arguments.items else None
            named = first is not None and first.kind == "string" and sets((first.text,), c.arguments.items[1:2])
            if named or sets(c.arguments.keys, c.arguments.items) or (first is not None and sets(first.keys, first.items)):
                return c.line
        return 0

    def _makes_requests(self, path: str) -> bool:
        """Whether a file may ask a model, or what does uses it (a builder of requests), or it uses what does (and hands it a request)."""
        graph = self.asking.graph
        return path in graph.near or graph.leading.get(path) == 1 or any(user in graph.near for user in graph.used.get(path, ()))

    def _is_handed(self, part: Given, kind: str) -> bool:
        """Whether a part stands in a request to a model: beside messages, a model or the like, or among options of a call that asks one."""
        if part.value.kind == "null" or part.around.isdisjoint(self.requests):
            return False
        if kind == "tools":
            filled = part.value.items or part.value.kind in ("name", "call", "choice", "other")
            return bool(filled) and not part.around.isdisjoint(self.conversations)
        return part.value.kind != "string" and "type" not in part.value.keys  # a schema's description of a value, or what was measured

    def _sets(self, call: Call) -> bool:
        """Whether a call sets a generation parameter, as a keyword or in a builder's chain (`.temperature(0.2)`)."""
        value = call.argument(*self.parameters)
        if value is not None:
            return value.kind not in ("null", "string") and not SERIALIZES.search(call.callee)
        name = OPTION.sub("", call.callee.rsplit(".", 1)[-1])
        return bool({name, name[:1].lower() + name[1:]} & set(self.parameters)) and len(call.arguments.items) == 1


def _unnamed(value: Value) -> Iterator[Value]:
    """What a call or an object is given without a name: all of another object, or an argument by its place."""
    return (v for k, v in zip(value.keys or ("",) * len(value.items), value.items, strict=False) if not k)
