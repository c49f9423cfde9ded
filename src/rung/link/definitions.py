"""Where a model is defined for all who use it: constants, tables, settings fields and objects, options with defaults, default functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from rung.facts.code.source import Assignment, Call, EnvironmentRead, Source, Value
from rung.facts.fact import Fact
from rung.link.constants import ConstantUses
from rung.link.entities import snake
from rung.link.pins import is_price_list
from rung.regex import regex

if TYPE_CHECKING:
    from rung.link.models import Models

# A literal of one of these types holds settings, if a default or a constant is made of it.
SETTINGS_OBJECT = regex(r"(?:Config|Configs|Configuration|Settings|Options|Defaults|Params|Profile)$")
ABOUT_MODELS = regex(r"[Mm]odel|LLM|[Ll]lm")
FIELDS = regex(r"^(?:default|mapping|name|id|primary|main|chat|base|models?)$", re.IGNORECASE)
DEFAULTS = regex(r"default|new|init|load|create|get|make|build|config|settings", re.IGNORECASE)
# Calls that name an option or a setting and give its default.
OPTION = regex(
    r"(?:^|\.)(?:add_argument|[oO]ption|SetDefault|setDefault|set_default|(?:String|string)(?:Var)?P?|flag|Flag|default_value|getString)$"
    r"|(?:config|settings|conf|cfg|options|args|viper)\w*\.(?:get|getOrDefault|value)$",
    re.IGNORECASE,
)
FLAG = regex(r"^(?:-\w,\s*)?-{0,2}([A-Za-z][\w.-]*)(?:[ =][<\[{][^>\]}]*[>\]}])?$")
# A field of a schema that is given its default, or a type's own function that takes it.
DEFAULTED = regex(r"\.(?:default|catch|prefault|fallback|withDefault|optional)$|^(?:str|string|choice)$")
# A variable of the environment, and what functions are called that read one.
VARIABLE = regex(r"^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$")
READS = regex(
    r"^_*(?:\w+_from_(?:json|env|file)|env\w*|(?:get|read|must|require|load|lookup|fetch|from|need)?_?(?:env|environ\w*|var|variable|setting|config|secret)\w*|get|require\w*|must\w*|need\w*|lookup|fetch|read|optional\w*|string|str)!?$",
    re.IGNORECASE,
)
# A variable that is read from what holds the whole environment (`env["MODEL"]`, `env.get("MODEL")`, `env.MODEL`), and its default.
HELD = regex(
    r"(?i:\benv(?:iron(?:ment)?|s)?)\s?(?:\[\s?[\"']|(?:\?\.|\.)(?:(?:get|getValue|getOrDefault|getOrElse|get_or|fetch|at)\(\s?[\"'])?)"
    r"([A-Z][A-Z\d_]{3,50})\b[\"']?\s?[\])]?(?!\s?=(?!=))(?:\s?(?:\?:|\?\?|\|\||\bor\b|,|\)?\s?\{)\s?[\"']([^\"'\n]{3,100})[\"'])?"
)
HELD_WORDS = ("MODEL", "LLM", "DEPLOYMENT")
COMMENT = regex(r"(?:^|\s)(?:#|//|/?\*|--)(?:\s.*)?$")
ATTRIBUTE = regex(r"#\[.*\bdefault(?:_value)?(?:_t)?\s*=\s*\"([^\"]+)\"")
FIELD = regex(r"\s*(?:pub(?:\([\w:]+\))?\s+)?(\w+)\s*:")
ALIASES = regex(r"alias(?:es)?$|short_?cuts?$|short_?names?$|presets?$", re.IGNORECASE)
PLACEHOLDER = regex(r"^\$\{([\w.-]+):([^{}]+)\}$")
DEFAULT_FUNCTION = regex(r"^_*(?:get|load|pick)?_?(?:the_)?(?:default|main|primary|base|chat)\w*_?model(?:_?(?:name|id))?$", re.IGNORECASE)
# A function that gives the model for a name, and lines in it that ask and give nothing.
NAMES_MODEL = regex(
    r"^_*(?:(?:get|resolve|to|lookup|look_up|map|find|as|select|fetch|normali[sz]e|convert|full)_?)?(?:to_?)?(?:\w{1,20}_)?"
    r"(?:model|deployment)_?(?:id|name|arn|string|identifier|key|version)?(?:_?(?:for|of|from|by)(?:_\w{1,20})?)?$",
    re.IGNORECASE,
)
ASKS = regex(r"^\s*\}?\s*(?:if|elif|elsif|else\s?if|case|when|match|switch|while)\b(?!.*(?:\breturn\b|->|=>|\bthen\b))")
# How many folders of calls make a collection of samples.
COLLECTION = 6
LONGEST_LINE = 500
UNFIXED = ("", "main", "master", "HEAD", "latest")


class Definition(NamedTuple):
    """A place that defines a model: its line, how, the models named, whether they are pinned; and the name that stands for it."""

    line: int
    how: str
    model: str
    pinned: bool
    name: str = ""


def _lines(value: Value) -> Iterator[int]:
    """The lines of the elements of a list, so that a menu's entries are told from defaults."""
    for item in value.items:
        yield item.line
        yield from (inner.line for inner in item.items)


def is_configured_collection(choices: list[Fact]) -> bool:
    """Whether calls stand in so many folders of their own that each is a sample, and two samples or more keep the model in one place."""
    folders: dict[str, list[bool]] = {}
    for choice in choices:
        folder, slash, _ = choice.location.path.partition("/")
        if slash and choice.fields["site"]:
            folders.setdefault(folder, []).append(choice.fields["how"] != "literal")
    return len(folders) >= COLLECTION and sum(all(sites) for sites in folders.values()) >= 2


def span(assignment: Assignment) -> range:
    """The lines of an assignment, as far as its values tell."""
    last = assignment.line
    waiting = [assignment.value]
    while waiting:
        value = waiting.pop()
        last = max(last, value.line)
        waiting += value.items
    return range(assignment.line, last + 1)


class Definitions:
    """Reads one file's definitions; `models` tells what a model's name is."""

    def __init__(self, models: Models) -> None:
        self.models, self.project = models, models.project
        self.uses = ConstantUses(models.project, models.graph)
        self.helper = regex(self.project.vocabulary["models"]["helper_roles"], re.IGNORECASE)

    def of(self, source: Source) -> Iterator[Definition]:
        """All definitions of a file."""
        yield from self._assigned(source)
        yield from self._objects(source)
        yield from self._options(source)
        yield from self._attributes(source)
        yield from self._functions(source)
        yield from self._looked_up(source)
        yield from self._schemas(source)
        yield from self._asked_for(source)
        yield from self._held(source)
        models = self.models
        for read in source.environment:
            if models.name.search(read.name) and not models.other_role.search(read.name):
                yield self._definition(read.line, "environment", read.default or self._given_instead(source, read), read.name)

    def _asked_for(self, source: Source) -> Iterator[Definition]:
        """Variables of the environment that a helper of the repository's reads: `env("CHAT_MODEL", "gpt-4o")`, `Require("CHAT_MODEL")`."""
        read = {(r.line, r.name) for r in source.environment}
        for call in source.calls:
            first = next(iter(call.arguments.items), None)
            if first is None or first.kind != "string" or not VARIABLE.match(first.text) or (call.line, first.text) in read:
                continue
            named = self.models.name.search(first.text) and not self.models.other_role.search(first.text)
            if named and READS.search(call.callee.rsplit(".", 1)[-1]):
                default = next((i.text for i in call.arguments.items[1:] if i.kind == "string" and self.models.is_model(i.text)), "")
                yield self._definition(call.line, "environment", default, first.text)

    def _held(self, source: Source) -> Iterator[Definition]:
        """Variables that are read from an object that holds the environment, handed over or taken from the process."""
        read = {(r.line, r.name) for r in source.environment}
        prose = [range(t.line, t.end_line + 1) for t in source.texts if t.end_line > t.line]
        for number, line in enumerate(source.lines, 1):
            if "env" not in line.lower() or not any(word in line for word in HELD_WORDS) or any(number in lines for lines in prose):
                continue
            for found in HELD.finditer(COMMENT.sub("", line[:LONGEST_LINE])):
                name, default = found[1], found[2] or ""
                if (number, name) not in read and self.models.name.search(name) and not self.models.other_role.search(name):
                    yield self._definition(number, "environment", default if self.models.is_model(default) else "", name)

    def _given_instead(self, source: Source, read: EnvironmentRead) -> str:
        """The model that a variable has where the environment names none: `if model == "" { model = "gpt-4o" }`, or the other way round."""
        here = [a for a in source.assignments if a.function == read.function]
        names = {a.name for a in here if a.line == read.line and a.value.kind != "string"}
        names |= {a.name for a in here if a.value.kind == "name" and a.value.text in names}
        texts = (a.value.text for a in here if a.name in names and a.value.kind == "string")
        return next((text for text in texts if self.models.is_model(text)), "")

    def _definition(self, line: int, how: str, model: str, name: str = "") -> Definition:
        return Definition(line, how, model, bool(model and self.models.pinned.search(model)), name)

    def names(self, source: Source, value: Value, depth: int = 2) -> list[str]:
        """Names of models in a value, written out or as a constant of an SDK, so many levels deep."""
        if value.kind == "string":
            return [value.text] if self.models.is_model(value.text) else []
        if value.kind == "name":
            return [value.text] if self.models.is_constant(source, value.text) else []
        if value.kind == "function":
            return []
        return [n for item in value.items for n in self.names(source, item, depth - 1)] if depth else []

    def _assigned(self, source: Source) -> Iterator[Definition]:
        """Settings fields, constants and tables."""
        found = []
        for assignment in source.assignments:
            name = assignment.name.rsplit(".", 1)[-1]
            if assignment.function >= 0 and not assignment.name.startswith(("self.", "this.", "config.", "c.")):
                continue
            told = self.models.name.search(name) or self._is_alias_table(assignment) or self._is_spread(source, assignment)
            if not told or self.models.other_role.search(f"{name} {source.path.rsplit('/', 1)[-1]}"):
                continue
            models = self.names(source, assignment.value)
            if models and not self._is_lone_object(source, assignment):
                how = "table" if len(models) > 1 else "constant" if self._is_in_use(source, assignment) else "unused"
                found.append(
                    (assignment, Definition(assignment.line, how, models[0], self._is_pinned(source, assignment, models), assignment.name))
                )
        # beside a main model that is not pinned, a helper's pin says nothing
        plain = any(not d.pinned and d.how in ("constant", "unused") for a, d in found if not self.helper.search(a.name))
        several = len({a.owner for a, _ in found if a.owner}) > 1  # classes, of which each may be a provider's
        for assignment, definition in found:
            name = f"{assignment.owner}.{definition.name}" if several and assignment.owner else definition.name
            yield definition._replace(pinned=definition.pinned and not (plain and bool(self.helper.search(assignment.name))), name=name)

    def _is_pinned(self, source: Source, assignment: Assignment, models: list[str]) -> bool:
        """Whether a constant or table pins the models in use: a menu of models pins nothing, nor does a constant that nobody uses."""
        value = assignment.value
        if len(models) > 1 and assignment.owner and value.kind == "list" and all(i.kind == "string" for i in value.items):
            return all(self.models.pinned.search(m) for m in models)  # a setting that lists what is tried in order
        if len(models) > 1:
            return value.kind == "mapping" and self._mostly_pinned(models) and not is_price_list(value)
        return bool(self.models.pinned.search(models[0])) and self._is_in_use(source, assignment)

    def _is_in_use(self, source: Source, assignment: Assignment) -> bool:
        """Whether a constant is used, as far as its name tells: an object's field may be, wherever the object goes."""
        return bool(assignment.owner or "." in assignment.name or self.uses.is_used(source, assignment))

    def _is_alias_table(self, assignment: Assignment) -> bool:
        """Whether a mapping gives short names the models that they stand for, whatever it is called."""
        value = assignment.value
        return (
            value.kind == "mapping"
            and len(value.items) > 1
            and bool(ALIASES.search(assignment.name))
            and all(i.kind == "string" and self.models.is_model(i.text) for i in value.items)
        )

    def _is_spread(self, source: Source, assignment: Assignment) -> bool:
        """Whether a mapping holds what calls are given together with the model (`create(messages=..., **settings)`)."""
        value = assignment.value
        if value.kind != "mapping" or not any(self.models.is_model(i.text) for k in self.models.keywords if (i := value.get(k))):
            return False
        spread = re.compile(rf"(?:\*\*|\.\.\.)\s?(?:self\.|this\.)?{re.escape(assignment.name.rsplit('.', 1)[-1])}\b")
        return any(spread.search(line) for line in source.lines)

    def _is_lone_object(self, source: Source, assignment: Assignment) -> bool:
        """Whether a call that names the model makes an object that one place alone takes: then the model stands at its only call site."""
        if assignment.value.kind != "call" or assignment.owner:
            return False
        made = next((c for c in source.calls if c.line == assignment.value.line and c.callee == assignment.value.text), None)
        if made is None or (value := self.models.model_value(source, made, False)) is None:
            return False
        if assignment.function >= 0:  # an object that its owner makes for itself
            return value.kind == "string"
        return self.uses.here(source, assignment) < 2 and not self.uses.is_taken(source, assignment.name)

    def _mostly_pinned(self, models: list[str]) -> bool:
        return sum(bool(self.models.pinned.search(m)) for m in models) * 2 > len(models)

    def _objects(self, source: Source) -> Iterator[Definition]:
        """Literals of a settings type that a constant or a function of defaults is made of."""
        menus = {line for a in source.assignments if a.value.kind == "list" and len(a.value.items) > 1 for line in _lines(a.value)}
        found: dict[int, list[Definition]] = {}
        for call in source.calls:
            kind = call.callee.rsplit(".", 1)[-1]
            if not SETTINGS_OBJECT.search(kind) or call.line in menus or not self._holds_defaults(source, call):
                continue
            for key, item in zip(call.arguments.keys, call.arguments.items, strict=False):
                named = self.models.name.search(key) or (ABOUT_MODELS.search(kind) and FIELDS.search(key))
                if not key or not named or self.models.other_role.search(f"{key} {kind}"):
                    continue
                models = self.names(source, item)
                if models:
                    how = "table" if len(models) > 1 else "constant"
                    found.setdefault(call.function, []).append(
                        Definition(item.line or call.line, how, models[0], self._mostly_pinned(models))
                    )
        for function, definitions in found.items():
            # where a function gives each of several providers its object, the pin of a few says nothing of the default
            many = function >= 0 and sum(d.pinned for d in definitions) * 3 <= len(definitions)
            yield from (d._replace(pinned=False) if many else d for d in definitions)

    def _holds_defaults(self, source: Source, call: Call) -> bool:
        if call.function < 0:
            return True
        function = source.functions[call.function]
        return bool(DEFAULTS.search(function.name))

    def _options(self, source: Source) -> Iterator[Definition]:
        """Options of a command line and settings that are read with a default."""
        for call in source.calls:
            if not OPTION.search(call.callee):
                continue
            texts = [i.text for k, i in zip(call.arguments.keys, call.arguments.items, strict=False) if i.kind == "string" and not k]
            named = [m.group(1).replace("-", "_") for t in texts if (m := FLAG.match(t))]
            if not any(self.models.name.search(n) and not self.models.other_role.search(n) for n in named):
                continue
            default = call.argument("default", "default_value", "defaultValue", "Value")
            models = [n for v in ([default] if default else call.arguments.items[1:]) for n in self.names(source, v, 1)]
            if len(models) == 1:
                yield self._definition(call.line, "setting", models[0], next(iter(named), ""))
        if source.language == "java":
            for text in source.texts:
                placeholder = PLACEHOLDER.match(text.value)
                if placeholder and self.models.name.search(placeholder.group(1)) and self.models.is_model(placeholder.group(2)):
                    yield self._definition(text.line, "setting", placeholder.group(2))

    def _attributes(self, source: Source) -> Iterator[Definition]:
        """Defaults that an attribute gives to the field below it: `#[arg(long, default_value = "...")] model: String`."""
        for number, line in enumerate(source.lines, 1) if source.language == "rust" else ():
            given = ATTRIBUTE.search(line)
            if given and self.models.is_model(given.group(1)):
                field = next((m for t in source.lines[number : number + 3] if (m := FIELD.match(t))), None)
                if field and self.models.name.search(field.group(1)) and not self.models.other_role.search(field.group(1)):
                    yield self._definition(number, "setting", given.group(1), field.group(1))

    def _functions(self, source: Source) -> Iterator[Definition]:
        """Functions that give the default model's name."""
        wanted = {
            i for i, f in enumerate(source.functions) if DEFAULT_FUNCTION.search(f.name) and not self.models.other_role.search(f.name)
        }
        for text in source.texts if wanted else ():
            if text.function in wanted and self.models.is_model(text.value):
                yield self._definition(text.line, "constant", text.value)

    def _looked_up(self, source: Source) -> Iterator[Definition]:
        """Functions that give the model's full name for the name that callers know it by, for all who ask."""
        for index, function in enumerate(source.functions):
            told = snake(function.name)
            taken = [p for p in function.parameters if p.lstrip("*&").split(":")[0].strip() not in ("self", "cls", "this")]
            if not (taken or function.owner) or not NAMES_MODEL.match(told) or self.models.other_role.search(told):
                continue
            given = {t.line: t.value for t in source.texts if t.function == index and not ASKS.search(source.lines[t.line - 1])}
            models = [name for _, name in sorted(given.items()) if self.models.is_model(name)]
            if len(set(models)) > 1 and self._is_called(source, function.name):
                line = min(line for line, name in given.items() if name == models[0])
                yield Definition(line, "table", models[0], self._mostly_pinned(models))

    def _is_called(self, source: Source, name: str) -> bool:
        """Whether the application calls a function of a file."""
        here = any(c.callee.rsplit(".", 1)[-1] == name for c in source.calls)
        return here or self.uses.is_taken(source, name) or self.uses.is_called_beside(source, name)

    def _schemas(self, source: Source) -> Iterator[Definition]:
        """Fields of a settings schema with a default: `MODEL: z.string().default("...")`, `{MODEL: {default: "..."}}`."""
        for call in source.calls:
            waiting = [item for item in call.arguments.items if item.kind == "mapping"]
            while waiting:
                mapping = waiting.pop()
                for key, value in zip(mapping.keys, mapping.items, strict=False):
                    given = value.get("default") if value.kind == "mapping" else None
                    if value.kind == "call" and DEFAULTED.search(value.text):
                        given = value
                    models = self.names(source, given) if given is not None and self.models.name.search(key) else []
                    if len(models) == 1 and not self.models.other_role.search(key):
                        yield self._definition(value.line or call.line, "setting", models[0], key)
                    elif value.kind == "mapping":
                        waiting.append(value)

    def fixed_revision(self, source: Source, value: Value) -> bool | None:
        """True for a revision that names a tag or a commit; None for none, a branch that moves, or what a setting may say."""
        if value.kind == "string":
            return True if value.text not in UNFIXED else None
        if value.kind != "name":
            return None
        plain = value.text.rsplit(".", 1)[-1]
        sources = [source, *(s for t in self.models.graph.touches(source.path) if (s := self.project.source(t)))]
        given = [a.value.text for s in sources for a in s.assignments if a.name.rsplit(".", 1)[-1] == plain and a.value.kind == "string"]
        return True if given and all(g not in UNFIXED for g in given) else None
