"""How the model is chosen: at the call sites, in one place, pinned to a version, or between models by rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from rung.facts.catalogue import PARTS, Tool
from rung.facts.code.source import Assignment, Call, Source, Value
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.files import matching
from rung.link.glance import MODEL_CATEGORIES
from rung.link.graph import Graph
from rung.link.project import Project
from rung.link.uses import Uses

MODEL_LINE = re.compile(
    r"^\s*-?\s*(?:model|model_name|azure_deployment|deployment_name|deployment|engine|modelId)\s*[:=]?\s*[\"']?([\w./:@-]+)[\"']?\s*$"
)
# A judge's model beside the main one says nothing of the choice of the main one.
EVALUATES = re.compile(r"(?:^|/)(?:\w*evals?|evaluations?|benchmarks?|experiments?|red-?_?team\w*)/", re.IGNORECASE)
# Files that hold settings, also where nothing in them leads to a model.
CONFIGURES = re.compile(
    r"(?:^|[/_.-])(?:configs?|settings?|constants?|options|env|environment|models?|llms?|defaults?|globals?|registry)(?:[/_.-]|\.\w+$)|(?:Config|Settings|Options|Constants)\.\w+$",
    re.IGNORECASE,
)
# What a repository's own wrapper around models is called.
WRAPPER = re.compile(r"model$|llm$|provider$|chat$|complet(?:e|ion)$|generate\w*$|ask$|prompt$", re.IGNORECASE)
COUNTS = re.compile(r"encod|token|count|price|cost|limit|supports", re.IGNORECASE)
# A function or class whose purpose is to make the models is the one place that names them.
FACTORY = re.compile(
    r"(?:^|[_ ])(?:init|create|get|make|build|load|setup|default)_?\w*_?(?:models?|llms?|clients?|provider)\b"
    r"|(?:Config|Configs|Settings|Factory|Registry|Options)\b|(?:create|get|make|build)(?:\w*)(?:Model|LLM|Client)\b"
)


class Models:
    """Facts about the choice of the model."""

    def __init__(self, project: Project, graph: Graph, uses: Uses, asking: Asking) -> None:
        self.project, self.graph, self.uses, self.asking = project, graph, uses, asking
        self._names: dict[str, frozenset[str]] = {}
        words = project.vocabulary["models"]
        self.family = re.compile(words["families"], re.IGNORECASE)
        self.other = re.compile(words["not_generative"], re.IGNORECASE)
        self.pinned = re.compile(words["pinned"])
        self.version = re.compile(words["version"])
        self.name = re.compile(words["names"], re.IGNORECASE)
        self.other_role = re.compile(words["other_roles"], re.IGNORECASE)
        self.version_name = re.compile(words["version_names"], re.IGNORECASE)
        self.keywords = tuple(words["keywords"])

    def is_model(self, text: str) -> bool:
        """Whether a text is the name of a generative language model."""
        variable = text.isupper() and "_" in text
        return (
            2 < len(text) < 120
            and not variable
            and " " not in text.strip()
            and bool(self.family.search(text))
            and not self.other.search(text)
        )

    def facts(self) -> list[Fact]:
        """Facts of kind `model-choice` (one a place) and one `model-control` that weighs the places."""
        choices = [*self._in_code(), *self._in_settings(), *self._in_prompt_files()]
        configured = [c for c in choices if c.fields["how"] != "literal"]
        literal = [c for c in choices if c.fields["how"] == "literal"]
        sites = [c for c in configured if c.fields["site"]]
        if literal and len(literal) > 2 * len(sites) and len(literal) >= 2:
            prevailing = "literal"
        else:
            prevailing = "configured" if configured else "literal"
        best = sorted(configured, key=lambda c: (not c.fields["site"], c.sort_key())) or literal
        control = []
        if best:
            first = best[0]
            control = [
                Fact(
                    "model-control",
                    first.location,
                    first.text,
                    {**first.fields, "configured": len(configured), "literal": len(literal), "prevailing": prevailing},
                )
            ]
        return [*choices, *control]

    def _choice(self, path: str, line: int, how: str, model: str = "", *, site: bool = False, pinned: bool | None = None) -> Fact:
        fixed = bool(model and self.pinned.search(model)) if pinned is None else pinned
        return self.project.fact("model-choice", path, line, how=how, model=model, pinned=fixed, site=site)

    def _in_code(self) -> Iterator[Fact]:
        for path in self.project.code:
            if not self.project.is_application(path) or EVALUATES.search(path) or not self._matters(path):
                continue
            source = self.project.source(path)
            if source is None:
                continue
            yield from self._sites(source)
            yield from self._definitions(source)

    def _matters(self, path: str) -> bool:
        if path in self.graph.near:
            return True
        return bool(CONFIGURES.search(path) or path in self.graph.leading) and self.uses.glance.names_model(path)

    def _sites(self, source: Source) -> Iterator[Fact]:
        direct = {id(c) for c in self.asking.direct(source.path)}
        for call in source.calls:
            value = self.model_value(source, call, id(call) in direct)
            if value is None:
                continue
            how, model = self.resolve(source, value, call)
            if (model and self.other.search(model)) or (model and how == "literal" and not self.is_model(model) and id(call) not in direct):
                continue
            if (
                how == "literal"
                and call.function >= 0
                and FACTORY.search(f"{source.functions[call.function].name} {source.functions[call.function].owner}")
            ):
                how = "factory"
            if how:
                yield self._choice(source.path, value.line or call.line, how, model, site=True, pinned=self._revision(call))

    def _revision(self, call: Call) -> bool | None:
        revision = call.argument("revision")
        return True if revision is not None and revision.kind in ("string", "name") and revision.text not in ("main", "master") else None

    def model_value(self, source: Source, call: Call, direct: bool) -> Value | None:
        """What a call is given in the model's place; None where it takes no model. `direct`: it is known to ask a model."""
        mine = direct or self._is_model_call(source, call)
        for match in self.project.catalogue.positions.find(call.callee):
            if call.arguments.items and (match.distinctive or self.uses.available(source.path, match.tool.id)):
                first = call.arguments.items[0]
                return first if not call.arguments.keys[0] else call.argument(*self.keywords)
        if not mine and call.function >= 0 and WRAPPER.search(call.callee.rsplit(".", 1)[-1]) and not COUNTS.search(call.callee):
            # the repository's own wrapper, handed a model's name
            named = call.argument(*self.keywords) or (call.arguments.items[0] if call.arguments.items else None)
            if named is not None and named.kind == "string" and self.is_model(named.text) and self.graph.touches(source.path):
                return named
        if not mine:
            tail = call.callee.rsplit(".", 1)[-1]
            builder = tail in self.keywords and len(call.arguments.items) == 1 and source.language in ("java", "csharp", "rust", "go")
            return call.arguments.items[0] if builder and self._near_model(source) else None
        return call.argument(*self.keywords)

    def _near_model(self, source: Source) -> bool:
        return any(self.uses.catalogue.by_id[t].category in MODEL_CATEGORIES for t in self.uses.imported(source.path))

    def _is_model_call(self, source: Source, call: Call) -> bool:
        head = PARTS.split(call.callee, maxsplit=1)[0]
        if head in self._model_names(source):
            return True
        if source.language in ("csharp", "ruby", "java"):
            return self._near_model(source) and call.argument(*self.keywords) is not None and bool(re.match(r"[A-Z]", head))
        return False

    def _model_names(self, source: Source) -> frozenset[str]:
        """Local names in a file that come from a model provider's or framework's modules."""
        known = self._names.get(source.path)
        if known is None:
            found: set[str] = set()
            for imported in source.imports:
                if any(t.category in MODEL_CATEGORIES for t in self._tools(source, imported.module)):
                    found |= {alias or name for name, alias in imported.names} | {imported.alias or _package(imported.module)}
            known = self._names[source.path] = frozenset(found)
        return known

    def _tools(self, source: Source, module: str) -> tuple[Tool, ...]:
        modules = self.project.catalogue.imports.get(source.language)
        return modules.find(module) if modules else ()

    def resolve(self, source: Source, value: Value, call: Call | None = None) -> tuple[str, str]:
        """(how, model) for a value in a model's place: literal, constant, environment, setting, parameter, or "" for what says nothing."""
        if value.kind in ("string", "template"):
            return ("literal", value.text) if value.text and "{" not in value.text else ("", "")
        if value.kind == "choice":
            parts = [self.resolve(source, item, call) for item in value.items]
            how = next((h for h, _ in parts if h not in ("", "literal")), "literal" if parts else "")
            return how, next((m for h, m in parts if m), "")
        if value.kind == "call":
            return self._resolve_call(source, value, call)
        if value.kind == "name":
            return self._resolve_name(source, value.text, call)
        return "", ""

    def _resolve_call(self, source: Source, value: Value, call: Call | None) -> tuple[str, str]:
        if re.search(r"getenv|environ|env\b|ENV\.|env::var|GetEnvironmentVariable|process\.env|config|Configuration|Getenv", value.text):
            default = next((i.text for i in value.items[1:] if i.kind == "string"), "")
            return "environment", default
        for match in self.project.catalogue.positions.find(value.text):
            if value.items and (match.distinctive or self.uses.available(source.path, match.tool.id)):
                return self.resolve(source, value.items[0], call)
        model = value.get("model") or next((i for i in value.items if i.kind == "string" and self.is_model(i.text)), None)
        if model is not None:
            return self.resolve(source, model, call)
        return ("setting", "") if self.name.search(value.text.rsplit(".", 1)[-1]) else ("", "")

    def _resolve_name(self, source: Source, name: str, call: Call | None) -> tuple[str, str]:
        if re.search(r"process\.env|import\.meta\.env|environ|^ENV\.|Deno\.env|Bun\.env", name):
            return "environment", self._environment_default(source, name.rsplit(".", 1)[-1])
        head = name.split(".", maxsplit=1)[0]
        if "." in name and head in self._model_names(source) and not self.assigned(source, head, call):
            return "literal", name  # a constant of the SDK
        found = self.assigned(source, name, call)
        if found is not None:
            how, model = self.resolve(source, found.value, None) if found.value.kind in ("string", "choice", "call") else ("", "")
            if found.function >= 0 and how == "literal":
                parameter = found.name in source.functions[found.function].parameters
                return ("parameter" if parameter else "literal"), model
            if how == "literal":
                return "constant", model
            return (how or "setting"), model
        if call is not None and call.function >= 0 and head in source.functions[call.function].parameters:
            return "parameter", ""
        return "setting", self._definition_of(name.rsplit(".", 1)[-1], source)

    def assigned(self, source: Source, name: str, call: Call | None) -> Assignment | None:
        """The assignment of a name that a call sees: in its own function, else at the top level."""
        options = [
            a for a in source.assignments if a.name == name or a.name == name.removeprefix("self.") or a.name == name.removeprefix("this.")
        ]
        inside = [a for a in options if call is not None and a.function == call.function]
        return next(iter(inside or [a for a in options if a.function < 0] or options), None)

    def _definition_of(self, name: str, source: Source) -> str:
        """The model that a name of another file stands for, where that file says so."""
        for target in self.graph.touches(source.path):
            other = self.project.source(target)
            for assignment in other.assignments if other else ():
                if assignment.name.rsplit(".", 1)[-1] == name and other is not None:
                    text = next((t for t in _strings(assignment.value) if self.is_model(t)), "")
                    if text:
                        return text
        return ""

    def _environment_default(self, source: Source, name: str) -> str:
        return next((e.default or "" for e in source.environment if e.name == name), "")

    def _definitions(self, source: Source) -> Iterator[Fact]:
        """Settings fields, constants, tables and environment reads that hold a model's name."""
        for assignment in source.assignments:
            name = assignment.name.rsplit(".", 1)[-1]
            if assignment.function >= 0 and not assignment.name.startswith(("self.", "this.", "config.", "c.")):
                continue
            if not self.name.search(name) or self.other_role.search(f"{name} {source.path.rsplit('/', 1)[-1]}"):
                continue
            models = [t for t in _strings(assignment.value) if self.is_model(t)]
            if models:
                yield self._choice(
                    source.path,
                    assignment.line,
                    "table" if len(models) > 1 else "constant",
                    models[0],
                    pinned=self._is_pinned(source, assignment, models),
                )
        for read in source.environment:
            if self.name.search(read.name) and not self.other_role.search(read.name):
                yield self._choice(source.path, read.line, "environment", read.default or "")

    def _is_pinned(self, source: Source, assignment: Assignment, models: list[str]) -> bool:
        """Whether a constant or table pins the models in use: a menu of models pins nothing, nor does a constant that nobody uses."""
        if (
            len(models) > 1
            and assignment.owner
            and assignment.value.kind == "list"
            and all(i.kind == "string" for i in assignment.value.items)
        ):
            return all(self.pinned.search(m) for m in models)  # a setting that lists what is tried in order
        if len(models) > 1:
            return assignment.value.kind == "mapping" and sum(bool(self.pinned.search(m)) for m in models) * 2 > len(models)
        name = re.escape(assignment.name.rsplit(".", 1)[-1])
        used = (
            assignment.owner
            or len(re.findall(rf"(?<!typeof )\b{name}\b", "\n".join(source.lines))) > 1
            or self._used_elsewhere(source, assignment.name)
        )
        return bool(used) and bool(self.pinned.search(models[0]))

    def _used_elsewhere(self, source: Source, name: str) -> bool:
        plain = name.rsplit(".", 1)[-1]
        word = re.compile(rf"\b{re.escape(plain)}\b")
        texts = (self.project.text(p) or "" for p in self.project.code if p != source.path and self.project.is_application(p))
        return any(plain in text and word.search(text) for text in texts)

    def _in_settings(self) -> Iterator[Fact]:
        """Configuration and infrastructure that name the model or its version."""
        for setting in self.project.settings:
            path = setting.location.path
            if not self.project.repository.in_scope(path) or str(self.project.role(path)) != "application":
                continue
            key, name, value = str(setting.fields["key"]), str(setting.fields["name"]), str(setting.fields["value"])
            if self.other_role.search(key) or not value:
                continue
            plain = re.sub(r"\.(?:default|value)$", "", key).rsplit(".", 1)[-1]
            if self.version_name.search(plain) or re.search(r"model\.version$", key, re.IGNORECASE):
                if self.version.match(value) and self._of_model(setting, plain):
                    yield self._setting(setting, "infrastructure", value, True)
            elif (
                self.is_model(value)
                and (self.name.search(plain) or self.name.search(name) or re.search(r"model", key, re.IGNORECASE))
                and self._is_read(setting)
            ):
                yield self._setting(setting, "setting", value, None)

    def _in_prompt_files(self) -> Iterator[Fact]:
        """Prompt and client definitions in a tool's own format that name the model for all who use them."""
        for signature, tool in self.project.catalogue.files:
            if tool.category not in ("prompt-format", "gateway", "framework"):
                continue
            for path in matching(self.project, signature):
                if not self.project.is_application(path):
                    continue
                for number, line in enumerate((self.project.text(path) or "").splitlines(), 1):
                    named = MODEL_LINE.match(line)
                    if named and self.is_model(named.group(1)):
                        yield self._choice(path, number, "setting", named.group(1))

    def _setting(self, setting: Fact, how: str, model: str, pinned: bool | None) -> Fact:
        fixed = bool(self.pinned.search(model)) if pinned is None else pinned
        return Fact(
            "model-choice",
            setting.location,
            setting.text,
            {"role": "application", "how": how, "model": model, "pinned": fixed, "site": False},
        )

    def _of_model(self, setting: Fact, name: str) -> bool:
        """A bare `version` is the model's only beside a model's name."""
        if name.lower() not in ("version", "revision"):
            return True
        parent = str(setting.fields["key"]).rsplit(".", 1)[0]
        return any(
            other.location.path == setting.location.path
            and str(other.fields["key"]).rsplit(".", 1)[0] == parent
            and self.is_model(str(other.fields["value"]))
            for other in self.project.settings
        )

    def _is_read(self, setting: Fact) -> bool:
        """Whether something reads the setting: a platform that does so by itself, or code that names the key."""
        form = str(setting.fields["format"])
        if (
            form in ("bicep", "terraform", "arm", "cloudformation", "properties", "compose", "helm", "kubernetes")
            or "application" in setting.location.path.rsplit("/", 1)[-1]
        ):
            return form != "compose" or True
        name = re.sub(r"[^a-z0-9]", "", str(setting.fields["name"]).lower())
        return name in self._mentioned if form == "env" else True

    @cached_property
    def _mentioned(self) -> frozenset[str]:
        """Names that application code or configuration mentions, without case and punctuation."""
        found: set[str] = set()
        for path in self.project.code:
            if self.project.is_application(path):
                found |= {
                    re.sub(r"[^a-z0-9]", "", w.lower())
                    for w in re.findall(r"\w*(?:model|deployment|engine|llm)\w*", self.project.text(path) or "", re.IGNORECASE)
                }
        for setting in self.project.settings:
            if setting.fields["format"] != "env":
                found |= {re.sub(r"[^a-z0-9]", "", w.lower()) for w in re.findall(r"[A-Z][A-Z_]{3,}", setting.text)}
        return frozenset(found)


def _package(module: str) -> str:
    """The local name of an imported module: its last part, without what Go's paths add to a package's name."""
    last = re.sub(r"/v\d+$", "", module).rsplit("/", 1)[-1]
    return re.sub(r"^go-|-go$", "", last).split(".")[0]


def _strings(value: Value) -> list[str]:
    """All string literals of a value, two levels deep."""
    if value.kind == "string":
        return [value.text]
    return [
        s for item in value.items for s in ([item.text] if item.kind == "string" else [j.text for j in item.items if j.kind == "string"])
    ]
