"""Explicit versions and variants of prompts in code: in the names of constants and classes, in tables, and in what selects one by name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from rung.facts.code.source import Source, Value
from rung.facts.fact import Fact
from rung.link.expression import Expression
from rung.link.graph import Graph
from rung.link.model_prompts import chosen_by_model
from rung.link.named_prompts import NamedPrompts
from rung.link.project import Project
from rung.link.prompt_file_variants import FORMS
from rung.regex import regex

# Selects a prompt by the name of its version.
SELECTOR = regex(r"prompt_?(?:version|variant|revision)(?:_?(?:id|name))?$", re.IGNORECASE)
SELECTOR_HINT = regex(r"prompt_?(?:version|variant|revision)", re.IGNORECASE)
QUOTED = regex(r"^[\"'`]([\w.-]{1,60})[\"'`]$")
NUMBERED = regex(r"(?:^|[-_.])v\d+[a-z]?(?:[._]\d+)*$", re.IGNORECASE)
# The name of what says which version of the prompts this is, and the least length of a text that is one.
VERSION_NAME = regex(r"(?:^|_|[a-z](?=[A-Z]))prompts?_?(?:template_?)?version$", re.IGNORECASE)
PROMPT_LENGTH = 40
LONGEST_LINE = 400
VERSION_KEYS = ("version", "revision", "Version", "Revision")
# Takes a prompt from a table by its variant: `PROMPTS[variant]`.
TAKEN = Expression(
    r"\b([A-Za-z_]\w{2,40})(?:\[|\.get\()(?:[a-z_]\w{0,30}\.)?(?:prompt_?)?(?:variant|version|revision)(?:_?(?:id|name|key))?(?:\]|\)|,)",
    re.IGNORECASE,
)
# Reads a prompt's file by the name of its variant: `prompts/$variant.txt`, `prompts_dir / f"{version}.md"`.
READ = regex(
    r"[\"'`/](?:[\w-]{1,40}[._-])?(?:\$\{|#\{|\{|\$)(?:\w{1,30}\.)?\w{0,20}(?:variant|version|revision)\w{0,10}\}?"
    r"\.(?:txt|md|j2|jinja2?|hbs|ya?ml|json|tmpl|erb|prompty?|st|liquid|mustache)[\"'`]",
    re.IGNORECASE,
)
# Names of functions that end with a version (`summaryV2`, `summary_v2`), and arms of a switch over versions.
VERSIONED_FUNCTION = regex(r"(?:[a-z\d]V|_[vV])\d{1,3}$")
VERSION_ARM = regex(r"^\s*(?:case\s+)?[\"'](v\d{1,3}[a-z]?)[\"']\s*(?:=>|->|:(?!:))", re.IGNORECASE)


class PromptVariants:
    """Finds the places in code that show versions or variants of the application's prompts."""

    def __init__(self, project: Project, graph: Graph) -> None:
        self.project, self.graph = project, graph
        words = project.vocabulary["prompts"]
        self.versioned = regex(words["versioned_name"], re.IGNORECASE)
        self.constants = regex(words["constants"])
        self.modules = regex(words["modules"], re.IGNORECASE)
        self.families = regex(words["family_names"], re.IGNORECASE)
        self.named = NamedPrompts(project, graph)

    def in_code(self, prompts: list[Fact]) -> Iterator[tuple[str, int]]:
        """Path and line of tables of versions, and of what selects a prompt by the name of its version."""
        holding = {p.location.path for p in prompts}
        for path in self.project.code:
            if not self.project.is_application(path):
                continue
            known = self.project.shipped.get(path, path)
            if not (path in holding or path in self.graph.near or self.modules.search(known)):
                continue
            if self._is_versioned_module(path):
                yield path, 1
            text = self.project.text(path) or ""
            if "prompt" in text.lower() and (line := self._reads_variant(text, prompts)):
                yield path, line
            if not SELECTOR_HINT.search(text) and not (path in holding or self.modules.search(known)):
                continue
            source = self.project.source(path)
            line = (self._in_source(source) or self._table_of_variants(source)) if source else 0
            if line:
                yield path, line

    def by_model(self, prompts: list[Fact]) -> tuple[str, int] | None:
        """A choice between prompts that are kept apart by the model that is asked."""
        return chosen_by_model(self.project, self.graph, self.families, self.modules, {p.location.path for p in prompts})

    def by_name(self, prompts: list[Fact]) -> tuple[str, int] | None:
        """A table in which a prompt stands beside its default by the name by which a caller chooses it, or by the family of a model."""
        holding = {p.location.path for p in prompts}
        own = (p for p in self.project.code if self.project.is_application(p) and (p in holding or self.named.may_declare(p)))
        sources = (s for p in own if (s := self.project.source(p)))
        return next(((s.path, line) for s in sources if (line := self.named.line(s, self._is_family_table))), None)

    def overriding(self, prompts: list[Fact]) -> tuple[str, int] | None:
        """A class of prompts that is another one's variant: named after it, derived from it, with another text for one of its prompts."""
        paths = sorted({p.location.path for p in prompts if p.fields["form"] in FORMS or self.modules.search(p.location.path)})
        sources = [s for p in paths if self.project.is_application(p) and (s := self.project.source(p)) and s.classes]
        texts: dict[str, set[str]] = {}
        for source in sources:
            for assignment in source.assignments:
                if assignment.owner and _holds_text(assignment.value):
                    texts.setdefault(assignment.owner, set()).add(assignment.name)
        for source in sources:
            for kind in source.classes:
                for base in (b.rsplit(".", 1)[-1] for b in kind.bases):
                    shared = texts.get(kind.name, set()) & texts.get(base, set())
                    if shared and base != kind.name and _named_after(kind.name, base):
                        return source.path, kind.line
        return None

    def _reads_variant(self, text: str, prompts: list[Fact]) -> int:
        """The line that reads a prompt's file by its variant, where a folder holds several; 0 for none."""
        folders = [posixpath.dirname(p.location.path) for p in prompts if p.fields["form"] in ("template", "definition")]
        if len(set(folders)) == len(folders):
            return 0
        lines = enumerate(text.splitlines(), 1)
        return next((n for n, t in lines if "prompt" in t.lower() and len(t) < LONGEST_LINE and READ.search(t)), 0)

    def _is_versioned_module(self, path: str) -> bool:
        """Whether a module in use, one that builds a prompt of others' texts, is named after the prompt and its version."""
        stem = posixpath.splitext(posixpath.basename(path))[0]
        return (
            "prompt" in stem.lower() and bool(self.versioned.search(stem)) and path in self.graph.used and bool(self.modules.search(path))
        )

    def _in_source(self, source: Source) -> int:
        compared: dict[str, int] = {}
        for comparison in source.comparisons:
            for side, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
                value = QUOTED.match(other.strip())
                if value and SELECTOR.search(re.sub(r"[?!]|\W+$", "", side).rsplit(".", 1)[-1]):
                    compared.setdefault(value.group(1), comparison.line)
        if len(compared) >= 2:
            return min(compared.values())
        if line := self._family_line(source) or (self._versions_line(source) if self.modules.search(source.path) else 0):
            return line
        for assignment in source.assignments:
            name = assignment.name.rsplit(".", 1)[-1]
            if self.constants.search(name) and (_is_version_table(assignment.value) or self._is_family_table(assignment.value)):
                return assignment.line
            if VERSION_NAME.search(name) and assignment.value.kind == "string" and assignment.value.text:
                return assignment.line
            if self.constants.search(name) or self.modules.search(source.path):
                line = _versioned(assignment.value)
                if line:
                    return line or assignment.line
        return 0

    def _versions_line(self, source: Source) -> int:
        """The line at which a module of prompts keeps versions: a table of them, whatever its name, a function or the arms of a switch."""
        for assignment in source.assignments:
            if assignment.function < 0 and _is_version_table(assignment.value) and _tells(assignment.value):
                return assignment.line
        speaking = {t.function for t in source.texts if len(t.value) >= PROMPT_LENGTH}
        for index, function in enumerate(source.functions):
            if index in speaking and VERSIONED_FUNCTION.search(function.name):
                return function.line
            arms = {m[1].lower() for line in source.lines[function.line - 1 : function.end_line] if (m := VERSION_ARM.match(line))}
            if index in speaking and len(arms) >= 2:
                return function.line
        return 0

    @cached_property
    def _taken(self) -> frozenset[str]:
        """Names of tables from which code near the model takes a prompt by its variant."""
        return frozenset(m[1] for path in sorted(self.graph.near) for m in TAKEN.finditer(self.project.text(path) or ""))

    def _table_of_variants(self, source: Source) -> int:
        """The line of a table of prompts from which code takes one by its variant; 0 where there is none."""
        for assignment in source.assignments:
            value = assignment.value
            table = assignment.name in self._taken and value.kind == "mapping" and self.constants.search(assignment.name)
            if table and sum(_holds_text(v) for v in value.items) >= 2:
                return assignment.line
        return 0

    def _family_line(self, source: Source) -> int:
        """The line of a constant that is the variant of another prompt of the file for a family of models (`CLAUDE_ANSWER_PROMPT`)."""
        texts = [a for a in source.assignments if a.function < 0 and self.constants.search(a.name) and _holds_text(a.value)]
        names = {a.name.lower() for a in texts}
        for assignment in texts:
            parts = assignment.name.lower().split("_")
            if any(self.families.fullmatch(p) and "_".join(parts[:i] + parts[i + 1 :]) in names for i, p in enumerate(parts)):
                return assignment.line
        return 0

    def _is_family_table(self, value: Value) -> bool:
        """Whether prompts stand in a mapping by the family of the model that each is for."""
        if value.kind != "mapping":
            return False
        texts = [k for k, v in zip(value.keys, value.items, strict=False) if self.families.match(k) and _holds_text(v)]
        return len(texts) >= 2 and len(texts) * 2 >= len(value.keys)


def _named_after(name: str, base: str) -> bool:
    """Whether a class's name is that of another one, no mere base, with a word more (`BillShortPrompts` of `BillPrompts`)."""
    words, basic = (re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", n) for n in (name, base))
    rest = iter(words)
    longer = len(words) > len(basic) > 1 and all(word in rest for word in basic)
    return longer and words[0] == basic[0] and basic[0] not in ("Base", "Abstract", "Default", "Common", "Prompt", "Prompts")


def _tells(value: Value) -> bool:
    """Whether the entries of a table are functions or texts as long as a prompt, not names or addresses."""
    return all(v.kind == "function" or _holds_text(v) for v in value.items)


def _is_version_table(value: Value) -> bool:
    keys = [k for k in value.keys if NUMBERED.search(k)] if value.kind == "mapping" else []
    return len(keys) >= 2 and len(keys) * 2 >= len(value.keys)


def _holds_text(value: Value) -> bool:
    own = value.kind in ("string", "template") and len(value.text) >= PROMPT_LENGTH
    return own or (value.kind in ("call", "mapping", "list") and any(_holds_text(v) for v in value.items))


def _versioned(value: Value, depth: int = 3) -> int:
    """The line of an object or a call that holds a prompt's text beside its version; 0 where there is none."""
    if value.kind not in ("mapping", "call", "list") or not depth:
        return 0
    version = next((v for key in VERSION_KEYS if (v := value.get(key))), None) if value.kind != "list" else None
    if version is not None and version.kind in ("string", "number") and any(_holds_text(v) for v in value.items):
        return version.line
    return next((line for v in value.items if (line := _versioned(v, depth - 1))), 0)
