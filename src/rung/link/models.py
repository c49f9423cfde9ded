"""How the model is chosen: at the call sites, in one place, pinned to a version, or between models by rule."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.catalogue import PARTS, Tool
from rung.facts.code.source import Call, Source, Value
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.definitions import Definitions, is_configured_collection, span
from rung.link.deployments import Deployments
from rung.link.files import matching
from rung.link.glance import MODEL_CATEGORIES
from rung.link.graph import Graph
from rung.link.handed_models import HandedModels
from rung.link.model_flags import options
from rung.link.model_settings import DEPLOYED, ModelSettings
from rung.link.model_values import ModelValues
from rung.link.peers import beside_default
from rung.link.pins import only_defaults
from rung.link.project import Project
from rung.link.providers import of_default_provider
from rung.link.retired import Retired
from rung.link.sections import of_chosen_section
from rung.link.shell_agents import ShellAgents
from rung.link.uses import Uses
from rung.regex import regex

MODEL_LINE = regex(
    r"^\s*-?\s*(?:model|model_name|azure_deployment|deployment_name|deployment|engine|modelId)\s*[:=]?\s*[\"']?([\w./:@-]+)[\"']?\s*$"
)
# What a table of models is called that users pick one from.
MENU = regex(r"(?:models?|llms?)(?:_?(?:list|options|choices|menu|available|items))?$", re.IGNORECASE)
# A judge's model beside the main one says nothing of the choice of the main one.
EVALUATES = regex(
    r"(?:^|/)(?:\w*(?<!ri)evals?|evaluations?|\w*benchmarks?(?:[_-]results?)?|experiments?|red-?_?team\w*|results|leaderboards?)/"
    r"|(?:^|/)[\w-]*benchmark[\w-]*\.\w+$",
    re.IGNORECASE,
)
# Files that hold settings, also where nothing in them leads to a model.
CONFIGURES = regex(
    r"(?:^|[/_.-])(?:configs?|settings?|constants?|options|env|environment|models?|llms?|defaults?|globals?|registry|stacks?|infra|infrastructure|cdk|iac|constructs?)(?:[/_.-]|\.\w+$)|(?:Config|Settings|Options|Constants|Stack)\.\w+$",
    re.IGNORECASE,
)
# What a repository's own wrapper around models is called.
WRAPPER = regex(r"model$|llm$|provider$|chat$|complet(?:e|ion)$|generate\w*$|ask$|prompt$", re.IGNORECASE)
# Languages in which a model is set by a method that is called after it.
BUILDERS = ("java", "csharp", "rust", "go")
CASE = regex(r"(?<=[a-z\d])(?=[A-Z])")
COUNTS = regex(r"encod|token|count|price|cost|limit|supports", re.IGNORECASE)
# Functions of a provider's package that make the provider, which is then called with a model's name.
MAKER = regex(r"create[A-Z]\w*$")
# A function or class whose purpose is to make the models is the one place that names them.
FACTORY = regex(
    r"(?:^|[_ ])(?:init|create|get|make|build|load|setup|default)_?\w*_?(?:models?|llms?|clients?|provider)\b"
    r"|(?:Config|Configs|Settings|Factory|Registry|Options)\b|(?:create|get|make|build)(?:\w*)(?:Model|LLM|Client)\b"
)


class Models:
    """Facts about the choice of the model."""

    def __init__(self, project: Project, graph: Graph, uses: Uses, asking: Asking) -> None:
        self.project, self.graph, self.uses, self.asking = project, graph, uses, asking
        self._names: dict[str, frozenset[str]] = {}
        self.retired = Retired(graph)
        words = project.vocabulary["models"]
        self.family = regex(words["families"], re.IGNORECASE)
        self.other = regex(words["not_generative"], re.IGNORECASE)
        self.pinned = regex(words["pinned"])
        self.version = regex(words["version"])
        self.name = regex(words["names"], re.IGNORECASE)
        self.other_role = regex(words["other_roles"], re.IGNORECASE)
        self.version_name = regex(words["version_names"], re.IGNORECASE)
        self.keywords, self.agents = tuple(words["keywords"]), frozenset(words["agent_commands"])
        self.other_calls, self.other_tasks = regex(words["not_generative_calls"]), regex(words["not_generative_tasks"])
        self.definitions, self.deployments, self.values = Definitions(self), Deployments(self), ModelValues(self)

    def is_model(self, text: str) -> bool:
        """Whether a text is the name of a generative language model."""
        variable = text.isupper() and "_" in text
        return (
            2 < len(text) < 120
            and not variable
            and " " not in text.strip()
            and not text.startswith(("http://", "https://"))
            and bool(self.family.search(text))
            and not self.other.search(text)
        )

    def facts(self) -> list[Fact]:
        """Facts of kind `model-choice` (one a place) and one `model-control` that weighs the places."""
        found = [*self._in_code(), *ModelSettings(self).choices(), *self._in_prompt_files(), *self._in_scripts(), *self._in_commands()]
        choices = only_defaults(of_default_provider(self.project, self.retired.without(found)), self.pinned)
        choices = beside_default(self.project, self.graph, choices) if found else list(HandedModels(self).choices())
        choices = of_chosen_section(self, choices)
        configured = [c for c in choices if c.fields["how"] not in ("literal", "unused")]
        literal = [c for c in choices if c.fields["how"] == "literal"]
        called = {c.location.path for c in choices if c.fields["site"]}
        # a variable that a file reads is its calls', where they take the model out of a mapping
        sites = [c for c in configured if c.fields["site"] or (c.fields["how"] == "environment" and c.location.path not in called)]
        handed = all(c.fields["how"] == "parameter" and not c.fields["model"] for c in configured)  # by callers, which name it
        if literal and not _is_offered(configured) and (handed or (len(literal) > 2 * len(sites) and len(literal) >= 2)):
            prevailing = "literal"
        else:
            prevailing = "configured" if configured else "literal"
        if prevailing == "literal" and is_configured_collection(choices):
            prevailing = "configured"
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

    def evaluates(self, path: str) -> bool:
        """Whether a file is part of an evaluation: its models are no choice of the application's."""
        return bool(EVALUATES.search(path))

    def _choice(
        self, path: str, line: int, how: str, model: str = "", *, site: bool = False, pinned: bool | None = None, name: str = ""
    ) -> Fact:
        fixed = bool(model and self.pinned.search(model)) if pinned is None else pinned
        return self.project.fact("model-choice", path, line, how=how, model=model, pinned=fixed, site=site, name=name)

    def _in_code(self) -> Iterator[Fact]:
        for path in self.project.code:
            if not self.project.is_application(path) or EVALUATES.search(path) or not self._matters(path):
                continue
            source = self.project.source(path)
            if source is None:
                continue
            yield from self._sites(source)
            yield from self._definitions(source)
            for found in self.deployments.in_code(source) if self.uses.glance.holds(path, "deploys") else ():
                yield self._choice(path, found.line, "infrastructure", found.model, pinned=found.pinned)
            for value, flagged in options(source, self.agents) if self.uses.glance.holds(path, "model-flag") else ():
                how, name = self.values.resolve(source, flagged) if flagged.kind != "string" else ("literal", flagged.text)
                yield self._choice(path, value.line, how or "setting", name, site=True)

    def _matters(self, path: str) -> bool:
        if path in self.graph.near or self.uses.glance.holds(path, "model-flag") or self.uses.glance.holds(path, "deploys"):
            return True
        if not self.uses.glance.names_model(path):
            return False
        return (
            bool(CONFIGURES.search(path)) or path in self.graph.leading or any(u in self.graph.near for u in self.graph.used.get(path, ()))
        )

    def _sites(self, source: Source) -> Iterator[Fact]:
        direct = {id(c) for c in self.asking.direct(source.path)}
        for call in source.calls:
            value = self.model_value(source, call, id(call) in direct)
            if value is None or self._generates_nothing(call):
                continue
            how, model = self.values.resolve(source, value, call)
            known = not model or self.is_model(model) or id(call) in direct
            if (model and self.other.search(model)) or (not known and (how == "literal" or "download" in call.callee.lower())):
                continue
            if (
                how == "literal"
                and call.function >= 0
                and FACTORY.search(f"{source.functions[call.function].name} {source.functions[call.function].owner}")
            ):
                how = "factory"
            if how == "literal" and self._is_shared(source, call):
                how = "constant"
            if how:
                yield self._choice(source.path, value.line or call.line, how, model, site=True, pinned=self._revision(source, call))

    def _is_shared(self, source: Source, call: Call) -> bool:
        """Whether a call makes an object, or a part of a table of objects, at the top level that other files of the application take."""
        made = next((a for a in source.assignments if a.function < 0 and call.line in span(a)), None) if call.function < 0 else None
        if made is None or source.path not in self.graph.used:
            return False
        name = made.name.rsplit(".", 1)[-1]
        if made.value.kind == "mapping" and self.name.search(name):
            return True  # a table that a function of the file looks up
        return self.definitions.uses.is_taken(source, name)

    def _generates_nothing(self, call: Call) -> bool:
        """A tokenizer, a classifier or what sees or hears is no choice of the language model."""
        task = call.argument("task") or next((v for v, k in zip(call.arguments.items, call.arguments.keys, strict=False) if not k), None)
        return bool(self.other_calls.search(call.callee)) or (
            task is not None and task.kind == "string" and bool(self.other_tasks.match(task.text))
        )

    def _revision(self, source: Source, call: Call) -> bool | None:
        revision = call.argument("revision")
        return self.definitions.fixed_revision(source, revision) if revision is not None else None

    def model_value(self, source: Source, call: Call, direct: bool) -> Value | None:
        """What a call is given in the model's place; None where it takes no model. `direct`: it is known to ask a model."""
        mine = direct or self._is_model_call(source, call)
        for match in self.project.catalogue.positions.find(call.callee):
            if call.arguments.items and (match.distinctive or self.uses.available(source.path, match.tool.id)):
                placed = self._placed(source, call.arguments) if not call.arguments.keys[0] else call.argument(*self.keywords)
                # a selector: `{vendor, family}`
                if placed is not None and placed.kind == "mapping":
                    return next((found for key in match.tool.strings("model") if (found := placed.get(key))), None)
                return placed
        if not mine and call.function >= 0 and WRAPPER.search(call.callee.rsplit(".", 1)[-1]) and not COUNTS.search(call.callee):
            # the repository's own wrapper, handed a model's name
            named = call.argument(*self.keywords) or (call.arguments.items[0] if call.arguments.items else None)
            if named is not None and named.kind == "string" and self.is_model(named.text) and self.graph.touches(source.path):
                return named
        tail = call.callee.rsplit(".", 1)[-1]
        if tail in self.keywords and len(call.arguments.items) == 1 and source.language in BUILDERS and self._near_model(source):
            return call.arguments.items[0]
        return call.argument(*self.keywords) if mine else None

    def _placed(self, source: Source, arguments: Value) -> Value:
        """The first argument without a name; the second one where a provider stands before the model."""
        first, *others = [item for item, key in zip(arguments.items, arguments.keys, strict=True) if not key]
        provider = first.text.partition(".")[0] in self.model_names(source) if first.kind == "name" else first.kind == "string"
        behind = bool(others) and (self.is_model(others[0].text) if others[0].kind == "string" else provider)
        return others[0] if behind and not self.is_model(first.text) else first

    def _near_model(self, source: Source) -> bool:
        return any(self.uses.catalogue.by_id[t].category in MODEL_CATEGORIES for t in self.uses.imported(source.path))

    def _is_model_call(self, source: Source, call: Call) -> bool:
        head = PARTS.split(call.callee, maxsplit=1)[0]
        if head in self.model_names(source):
            return True
        if source.language in ("csharp", "ruby", "java", "php"):
            return self._near_model(source) and call.argument(*self.keywords) is not None and bool(re.match(r"[A-Z]", head))
        return False

    def model_names(self, source: Source) -> frozenset[str]:
        """Local names in a file that come from a model provider's or framework's modules."""
        known = self._names.get(source.path)
        if known is None:
            found: set[str] = set()
            for imported in source.imports:
                if any(t.category in MODEL_CATEGORIES for t in self._tools(source, imported.module)):
                    found |= {alias or name for name, alias in imported.names} | {imported.alias or _package(imported.module)}
                    if source.language == "java":
                        found.add(imported.module.rsplit(".", 1)[-1])  # the class by its own name
            makers = {n for n in found if MAKER.match(n)} if source.language == "javascript" else set()
            found |= {a.name for a in source.assignments if a.value.kind == "call" and a.value.text in makers}
            known = self._names[source.path] = frozenset(found)
        return known

    def _tools(self, source: Source, module: str) -> tuple[Tool, ...]:
        modules = self.project.catalogue.imports.get(source.language)
        return modules.find(module) if modules else ()

    def _definitions(self, source: Source) -> Iterator[Fact]:
        """Settings fields, constants, tables, options and environment reads that hold a model's name."""
        for found in self.definitions.of(source):
            yield self._choice(source.path, found.line, found.how, found.model, pinned=found.pinned, name=found.name)

    def is_constant(self, source: Source, name: str) -> bool:
        """Whether a dotted name is a constant by which an SDK calls a generative language model (`openai.GPT4o`)."""
        head, dot, _ = name.partition(".")
        return bool(dot) and self.is_spoken(name) and head in self.model_names(source)

    def is_spoken(self, name: str) -> bool:
        """Whether a name's last part spells the name of a generative language model (`GPT_4_O_MINI`)."""
        spoken = CASE.sub("-", name.rsplit(".", 1)[-1]).replace("_", "-").lower()
        return self.is_model(spoken) or self.is_model(f"models/{spoken}")

    def _in_commands(self) -> Iterator[Fact]:
        """Models that a command sets for a deployment, or at a revision of which one starts a server."""
        for path, found in self.deployments.in_commands():
            if self.project.repository.in_scope(path) and not self.evaluates(path):
                yield self._choice(path, found.line, "infrastructure", found.model, pinned=found.pinned)
        for path, found in self.deployments.in_manifests(DEPLOYED):
            yield self._choice(path, found.line, "infrastructure", found.model, pinned=found.pinned)

    def _in_scripts(self) -> Iterator[Fact]:
        """Models that shell scripts hand to the programs that ask them."""
        for call, how, model in ShellAgents(self.project).choices():
            yield self._choice(call.path, call.line, how, model, site=True)

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


def _is_offered(configured: list[Fact]) -> bool:
    """Whether a table of models is offered, and a call takes the one that was picked: what smaller calls name is beside it."""
    picked = any(c.fields["site"] and c.fields["how"] in ("setting", "parameter") and not c.fields["model"] for c in configured)
    return picked and any(c.fields["how"] == "table" and not c.fields["site"] and MENU.search(str(c.fields["name"])) for c in configured)


def _package(module: str) -> str:
    """The local name of an imported module: its last part, without what Go's paths add to a package's name."""
    last = re.sub(r"/v\d+$", "", module).rsplit("/", 1)[-1]
    return re.sub(r"^go-|(?:-sdk)?-go$|(?:-go)?-sdk$", "", last).split(".")[0]
