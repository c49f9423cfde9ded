"""Prompts: where the application keeps them, and in what form."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from rung.facts.code.source import Source, Value
from rung.facts.fact import Fact
from rung.link.asking import Asking
from rung.link.declared_types import BY_TYPE
from rung.link.expression import Expression
from rung.link.files import matching
from rung.link.graph import Graph
from rung.link.loaded_prompts import LoadedPrompts
from rung.link.project import Project
from rung.link.prompt_annotations import annotated
from rung.link.prompt_catalogues import catalogued
from rung.link.prompt_definitions import PromptDefinitions
from rung.link.prompt_documents import PromptDocuments
from rung.link.prompt_registries import registered
from rung.link.prompt_settings import PromptSettings
from rung.link.retired import Retired
from rung.link.uses import Uses
from rung.link.views import ending
from rung.regex import regex
from rung.repository import Role

CONSTANT_HINT = regex(r"PROMPT|Prompt|prompt|TEMPLATE|Template|template|INSTRUCTION|SYSTEM_MESSAGE|Signature")
# A module that only holds constants asks nothing itself; the prompts among them are handed to what does.
CONSTANTS_MODULE = regex(r"(?:^|[/_.-])(?:constants?|consts?|configs?|settings|messages|templates|strings|texts)\.\w+$", re.IGNORECASE)
TEMPLATES_MODULE = regex(r"(?:^|[/_.-])(?:templates?|messages|wording|texts|phrasing)\.\w+$", re.IGNORECASE)
HOLE = regex(r"\{\{?[^{}\n]{1,60}\}?\}|\$\{?\w+\}?|<%=?|%\(\w+\)s|\{\}")
WORDS = regex(r"[^\W\d_]{2,}(?:\s+|[,.;:\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f]\s*)[^\W\d_]{2,}")
FRONT = regex(r"\A---[^\S\n]*\n(?:[^\n]*\n){0,30}?---")
FRONT_KEY = regex(r"^([A-Za-z][\w-]{0,40})[ \t]?:", re.MULTILINE)
PROMPT_LENGTH = 40
LONG_ENOUGH = 60
# Parts of a page: what they build they send, by a function that they are handed.
COMPONENTS = (".tsx", ".jsx", ".vue", ".svelte")
# The system's message of a conversation, as SDKs and plain data have it.
MESSAGES = Expression(
    r"\brole[\"']?\s{0,3}(?::|=>|=)\s{0,3}[\"']system\b|\bSystem(?:Chat)?Message\b|RoleSystem\b|SystemMessage(?:Args)?\b|Role::System\b|ChatRole\.System\b"
)
LONG = 250
# Where a constant's text begins.
OPENED = regex(r"""=\s{0,20}(?:[\w.]{1,30}\(\s{0,20})?[rfub$@]{0,2}(?:["'`]|<<[~-]?\w{1,20}["'`]?\n)""")
# What stands in such a call is told to a person.
TOLD = regex(r"\b(?:raise|throw|Error|Exception|logger|logging|log|console|print|Errorf|toast|alert|describe|help)\b\s*[.(]|className=")


class Prompts:
    """Facts of kind `prompt` (form: literal, template, module, definition, registry)."""

    def __init__(self, project: Project, graph: Graph, uses: Uses, asking: Asking) -> None:
        self.project, self.graph, self.uses, self.asking = project, graph, uses, asking
        words = project.vocabulary["prompts"]
        self.words = words
        self.loaded = LoadedPrompts(project, graph, uses, words)
        self.paths, self.modules = self.loaded.paths, self.loaded.modules
        self.not_paths = regex(words["not_paths"], re.IGNORECASE)
        self.constants = regex(words["constants"])
        self.not_modules = regex(words["not_modules"])
        self.said, self.not_said = regex(words["prompt_words"]), regex(words["not_prompts"])
        self.declares = frozenset(words["front_keys"])
        self.retired, self.definitions = Retired(graph), PromptDefinitions(words)
        self.addressed = regex(words["addressed"])
        self.versioned = regex(words["versioned_name"], re.IGNORECASE)

    def facts(self) -> list[Fact]:
        """All facts of this room."""
        settings = [*PromptSettings(self.project).facts(), *catalogued(self.project, self.graph)]
        documents = PromptDocuments(self.project, self.graph, self.definitions).facts()
        prompts = [*self._tool_files(), *documents, *self._files(), *self._in_code(), *annotated(self)]
        prompts += [*registered(self, shared=False), *settings]
        prompts += registered(self, shared=True) if not prompts else ()  # beside others they are not the main ones
        found = {(p.location.path, p.location.line, p.fields["form"]): p for p in reversed(prompts)}
        # a definition says all that a template of the same place says
        return self.retired.without(
            [p for (path, line, form), p in found.items() if form != "template" or (path, line, "definition") not in found]
        )

    def prompt(self, path: str, line: int, form: str, *, structured: bool = False, version: str = "") -> Fact:
        """A fact of a prompt at a place."""
        return self.project.fact("prompt", path, line, form=form, structured=structured, version=version)

    def _tool_files(self) -> Iterator[Fact]:
        """Files in the declared format of a prompt tool."""
        for signature, tool in self.project.catalogue.files:
            if tool.category == "prompt-format":
                for path in matching(self.project, signature):
                    if self.project.is_application(path) and not self.not_paths.search(path) and not _judges(path):
                        text = self.project.text(path) or ""
                        version = _field(text, "version") or ("variants" if _varies(self.project.data(path), text) else "")
                        yield self.prompt(path, 1, "definition", structured=True, version=version)

    def _files(self) -> Iterator[Fact]:
        for path in self.project.paths:
            suffix = ending(path)
            if self.not_paths.search(path) or self.not_modules.search(path) or not self._is_candidate(path):
                continue
            if suffix in (".yaml", ".yml", ".json", ".toml"):
                yield from self._definition(path)
            elif suffix in self.words["templates"] and self.loaded.is_loaded(path) and WORDS.search(self.project.text(path) or ""):
                front = FRONT.match((self.project.text(path) or "")[:4000])
                version = _field(front[0], "version") if front else ""
                declared = front is not None and not self.declares.isdisjoint(FRONT_KEY.findall(front[0]))
                yield self.prompt(path, 1, "definition" if declared else "template", structured=declared, version=version)

    def _is_candidate(self, path: str) -> bool:
        if not self.project.repository.in_scope(path) or _judges(path):
            return False
        role = self.project.role(path)
        if role in (Role.TEST, Role.EXAMPLE) or (role is Role.DOCUMENTATION and not path.endswith((".md", ".txt"))):
            return False
        if path.startswith(("docs/", "doc/", "tests/", "test/")):
            return False
        return bool(self.paths.search(path)) or self.loaded.is_handed(path) or self._addresses(path)

    def _addresses(self, path: str) -> bool:
        """Whether a template that code reads, whatever its name, begins as a prompt does: it tells somebody what to do."""
        named = self.loaded.is_named(path)
        return (
            path.endswith(tuple(self.words["templates"]))
            and named
            and bool(self.addressed.search(FRONT.sub("", self.project.text(path) or "", count=1).lstrip()[:1000]))
        )

    def _definition(self, path: str) -> Iterator[Fact]:
        data = self.project.data(path)
        entry = self.definitions.best(data)
        if entry is not None and (entry.structured or self.loaded.is_loaded(path)):
            form = "definition" if entry.structured else "template"
            yield self.prompt(path, 1, form, structured=entry.structured, version=entry.version)
        elif entry is None and self.loaded.is_loaded(path) and _holds_texts(data):
            yield self.prompt(path, 1, "template")

    def _in_code(self) -> Iterator[Fact]:
        for path in self.project.code:
            if not self.project.is_application(path) or self.not_paths.search(path):
                continue
            text = self.project.text(path) or ""
            known = self.project.shipped.get(path, path)
            is_module = bool(self.modules.search(known)) and not _judges(path) and not self.not_modules.search(known)
            speaks = path in self.graph.near or (CONSTANTS_MODULE.search(known) and path in self.graph.used)
            holds = not is_module and (self._holds_templates(path) or self._builds_messages(path, text))
            if not is_module and not holds and not (speaks and CONSTANT_HINT.search(text)) and not self._may_tell(path, text):
                continue
            source = self.project.source(path)
            if source is None:
                continue
            if is_module:
                line = self._prompt_text_line(source)
                if line and self._is_taken(path):
                    yield self.prompt(path, line, "module", version=self._version_of(source))
            elif holds and (line := next((t.line for t in source.texts if self._is_told(t.value)), 0)):
                yield self.prompt(path, line, "module", version=self._version_of(source))
            yield from self._signatures(source)
            if not self.not_modules.search(path):
                yield from self._named_templates(source)

    def _holds_templates(self, path: str) -> bool:
        """Whether a module of templates or texts, which asks nothing itself, is used by a file that asks a model."""
        near = self.graph.near
        users = self.graph.used.get(path, ()) if TEMPLATES_MODULE.search(path) and path not in near else ()
        return any(u in near for u in users) and not _judges(path) and not self.not_modules.search(path)

    def _builds_messages(self, path: str, text: str) -> bool:
        """Whether a module makes the messages of a conversation for a file that asks a model, and asks none itself."""
        users = self.graph.used.get(path, ()) if MESSAGES.search(text) else ()
        if path.endswith(COMPONENTS) or not any(u in self.graph.near for u in users) or _judges(path) or self.not_modules.search(path):
            return False
        return not self.asking.direct(path) and not self.asking.calls(path)

    def _may_tell(self, path: str, text: str) -> bool:
        """Whether a file that asks a model, or that such a file uses, may hold a text with holes that tells somebody what to do."""
        near = self.graph.near
        if path not in near and not any(u in near for u in self.graph.used.get(path, ())):
            return False
        return any(self.addressed.match(text[m.end() : m.end() + 200]) for m in OPENED.finditer(text))

    def _is_taken(self, path: str) -> bool:
        """Whether another file uses the module, or it asks the model itself."""
        source = self.project.source(path)
        if self.asking.names(path) or any(f.fields["via"] == "import" for f in self.uses.in_source(path)):
            return True
        names = [c.name for c in source.classes] if source and source.language in BY_TYPE else []
        if source and source.language == "go":  # a package's files need no import of one another
            beside = (p for p in self.graph.near if p != path and posixpath.dirname(p) == posixpath.dirname(path))
            texts = [self.project.text(p) or "" for p in beside]
            return path in self.graph.used or any(a.name in text for a in source.assignments if a.function < 0 for text in texts)
        return path in self.graph.used or any(
            other != path and any(n in (self.project.text(other) or "") for n in names) for other in self.project.code
        )

    def _prompt_text_line(self, source: Source) -> int:
        line = next((t.line for t in source.texts if self.is_prompt(source, t.value, t.line)), 0)
        return line or next((a.line for a in source.assignments if a.function < 0 and self._is_told(_template_text(a.value))), 0)

    def _is_told(self, text: str) -> bool:
        """Whether a constant's text begins as a prompt does: it tells somebody what to do."""
        return len(text) >= LONG_ENOUGH and bool(WORDS.search(text)) and bool(self.addressed.search(text[:1000]))

    def is_prompt(self, source: Source, text: str, line: int) -> bool:
        """Whether a text of a module reads like a prompt, and not like a query, a message to a user or a list of classes."""
        if len(text) < PROMPT_LENGTH or not WORDS.search(text) or self.not_said.search(text):
            return False
        return not TOLD.search(source.lines[line - 1]) and (len(text) >= LONG or not text.isascii() or bool(self.said.search(text)))

    def _version_of(self, source: Source) -> str:
        return next((a.name for a in source.assignments if self.versioned.search(a.name) and self.constants.search(a.name)), "")

    def _signatures(self, source: Source) -> Iterator[Fact]:
        """Classes that are prompts by their base class (a tool of category prompt-format with `names`)."""
        for tool in self.project.catalogue.tools:
            if (
                tool.category != "prompt-format"
                or source.language not in tool.entry.get("imports", {})
                or tool.id not in self.uses.imported(source.path)
            ):
                continue
            wanted = set(tool.strings("names"))
            for declared in source.classes:
                if any(b.rsplit(".", 1)[-1] in wanted for b in declared.bases):
                    yield self.prompt(source.path, declared.line, "definition", structured=True)
                    return
            calls = tool.strings("calls")
            if calls and not tool.entry.get("files"):
                for call in source.calls:
                    if any(m.tool.id == tool.id for m in self.project.catalogue.calls.find(call.callee)):
                        yield self.prompt(source.path, call.line, "definition", structured=True)
                        return

    def _named_templates(self, source: Source) -> Iterator[Fact]:
        """Named templates at the top level, with variables, kept apart from the call that fills them."""
        for assignment in source.assignments:
            if assignment.function >= 0 or (assignment.owner and source.language != "python"):
                continue
            if assignment.owner and not re.search(r"prompt|settings|config", assignment.owner, re.IGNORECASE):
                continue
            name = assignment.name.rsplit(".", 1)[-1]
            if source.language == "python" and assignment.value.kind == "template" and not name.isupper():
                continue  # filled in on the spot, on the way to the call
            text = _template_text(assignment.value)
            named = self.constants.search(name) or self._is_told(text)
            if named and len(text) >= 2 * PROMPT_LENGTH and HOLE.search(text) and WORDS.search(text):
                yield self.prompt(source.path, assignment.line, "named", version=self._version_of(source))
                return


def _holds_texts(data: object) -> bool:
    """Whether data is a list of messages, or a mapping with a text as long as a prompt."""
    if isinstance(data, list):
        return any(isinstance(m, dict) and "role" in m and "content" in m for m in data)
    return isinstance(data, dict) and any(isinstance(v, str) and len(v) > PROMPT_LENGTH for v in data.values())


def _judges(path: str) -> bool:
    """Prompts of an evaluation's judge are not the application's."""
    return bool(re.search(r"(?:^|/)(?:\w*(?<!ri)eval\w*|judges?|graders?|custom_evals|benchmarks?)/", path, re.IGNORECASE))


def _field(text: str, key: str) -> str:
    """What a file says of itself as a whole, at its top or in its metadata: a field of an input or an output says nothing of it."""
    inside = r"(?:(?:metadata|meta|info|prompt):[ \t]*\n(?:[ \t]+.*\n){0,40}?[ \t]+)?"
    match = re.search(rf"^{inside}{key}[ \t]*:[ \t]*[\"']?([^\s\"'#]+)", text, re.MULTILINE)
    return match.group(1) if match else ""


def _varies(data: Any, text: str) -> bool:
    """Whether a file holds two variants or more; where it can't be parsed, whether it names any."""
    if not isinstance(data, dict):
        return bool(re.search(r"^[ \t]*(?:node_)?variants:", text, re.MULTILINE))
    tables = [data, *(v for v in data.values() if isinstance(v, dict))]
    inner = [*tables, *(v for t in tables for v in t.values() if isinstance(v, dict))]
    return any(isinstance(t.get("variants"), dict | list) and len(t["variants"]) > 1 for t in inner)


def _template_text(value: Value) -> str:
    if value.kind in ("string", "template"):
        return value.text
    if value.kind == "call":
        return next((i.text for i in value.items if i.kind in ("string", "template")), "") or next(
            (j.text for i in value.items for j in _nested(i)), ""
        )
    return ""


def _nested(value: Value) -> list[Value]:
    return [j for i in (value, *value.items) for j in (i, *i.items) if j.kind in ("string", "template") and len(j.text) > PROMPT_LENGTH]
