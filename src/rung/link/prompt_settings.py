"""Prompts among settings: a text in a file of settings, or a definition nested in it with roles, holes and what goes with them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from rung.facts.fact import Fact
from rung.link.project import Project
from rung.link.prompt_definitions import PromptDefinitions
from rung.regex import regex

DATA = (".json", ".yaml", ".yml", ".toml")
NOT_PROMPTS = regex(r"^\.|workflow|package\.json|(?<!ri)eval|openapi|swagger")
KEY = regex(r"prompt|instruction|system_?message", re.IGNORECASE)
# The parts of a conversation that a definition names: `system_template` and such, and texts beside one of these (`next_step_template`).
ROLE = regex(
    r"^(?:system|user|human|assistant|instance|task)_?\w*?_?(?:prompt|template|message|instructions?)s?$",
    re.IGNORECASE,
)
PART = regex(r"^\w*(?:prompt|template|message|instructions?)s?$", re.IGNORECASE)
PART_NAME = regex(rf"(?:{PART.pattern})|^(?:system|user|human)$", re.IGNORECASE)
PART_LINE = regex(r"[\s\"'-]*(?:system|user|human|assistant|\w+)_?(?:[pP]rompt|[tT]emplate|[mM]essage|[iI]nstructions?)s?[\"']?\s*[:=]")
HOLE = regex(r"\{\{.{1,80}?\}\}|\{%|(?<![{$\w])\{[a-z_]\w*\}|\$\{[a-z_]\w*\}")
WORDS = regex(r"[^\W\d_]{2,}(?:\s+|[,.;:]\s*)[^\W\d_]{2,}")
JUDGES = regex(r"(?:^|/)(?:\w*(?<!ri)eval\w*|judges?|graders?)/", re.IGNORECASE)
TRIALS = regex(r"(?:^|/)(?:\w*bench\w*|experiments?|datasets?)/", re.IGNORECASE)
COMMAND = regex(r"^(?:system_?)?(?:prompt|template|instructions?)$", re.IGNORECASE)
LONG = 80
DEEP = 6


class PromptSettings:
    """Facts of kind `prompt` of form `settings`, and of form `definition` for those that carry more than text."""

    def __init__(self, project: Project) -> None:
        self.project = project
        words = project.vocabulary["prompts"]
        self.not_paths = regex(words["not_paths"], re.IGNORECASE)
        self.beside = frozenset(words["beside_keys"])
        self.versions = tuple(words["version_keys"])
        self.definitions = PromptDefinitions(words)

    def facts(self) -> Iterator[Fact]:
        """A fact a file with a definition, and one for the first prompt that is a mere setting."""
        by_file: dict[str, list[Fact]] = defaultdict(list)
        for setting in self.project.settings:
            path = setting.location.path
            if path.endswith(DATA) and self._may_hold(path):
                by_file[path].append(setting)
        plain = None
        for path, settings in by_file.items():
            long = [s for s in settings if len(str(s.fields["value"])) >= LONG / 2 and WORDS.search(str(s.fields["value"]))]
            line = self._definition_line(path, settings) or self._commands_line(path, long)
            if line:
                yield self._fact(path, line, "definition", structured=True, version=self._version(self.project.data(path)))
            elif plain is None and not TRIALS.search(path):
                plain = next((s for s in long if KEY.search(str(s.fields["key"])) and len(str(s.fields["value"])) >= LONG), None)
        if plain is not None:
            yield self._fact(plain.location.path, plain.location.line, "settings", structured=False, version="")

    def _definition_line(self, path: str, settings: list[Fact]) -> int:
        """The line at which a file's definition begins, 0 where there is none. Texts with holes need not be among the settings."""
        if not any(s.fields["name"] in self.beside or PART.match(str(s.fields["name"])) for s in settings):
            return 0
        lines = [n for n, t in enumerate((self.project.text(path) or "").splitlines(), 1) if PART_LINE.match(t)]
        return lines[0] if len(lines) >= 2 and self._defines(self.project.data(path)) else 0

    def _commands_line(self, path: str, long: list[Fact]) -> int:
        """The line of the first prompt of a table of commands that code reads, 0 where there is none."""
        prompts = [s for s in long if COMMAND.match(str(s.fields["name"]))]
        if len(prompts) < 2 or TRIALS.search(path) or not self.definitions.is_table_of_commands(self.project.data(path)):
            return 0
        name = path.rsplit("/", 1)[-1]
        read = any(name in (self.project.text(p) or "") for p in self.project.code if self.project.is_application(p))
        return prompts[0].location.line if read else 0

    def _may_hold(self, path: str) -> bool:
        return self.project.is_application(path) and not (self.not_paths.search(path) or NOT_PROMPTS.search(path) or JUDGES.search(path))

    def _fact(self, path: str, line: int, form: str, *, structured: bool, version: str) -> Fact:
        return self.project.fact("prompt", path, line, form=form, structured=structured, version=version)

    def _version(self, data: Any, depth: int = 0) -> str:
        """The version that stands beside a part of a conversation; empty where none does."""
        if depth > DEEP or not isinstance(data, (dict, list)):
            return ""
        if isinstance(data, list):
            return next((found for d in data[:50] if (found := self._version(d, depth + 1))), "")
        if any(isinstance(k, str) and PART_NAME.match(k) and isinstance(v, str) and v.strip() for k, v in data.items()):
            given = next((data[k] for k in self.versions if isinstance(data.get(k), (str, int, float))), "")
            if str(given):
                return str(given)
        return next((found for v in list(data.values())[:200] if (found := self._version(v, depth + 1))), "")

    def _defines(self, data: Any, around: frozenset[str] = frozenset(), depth: int = 0) -> bool:
        """Whether a mapping holds two parts of a conversation, one with holes, beside parameters, tools or inputs (or its parent's)."""
        if depth > DEEP:
            return False
        if isinstance(data, list):
            return any(self._defines(d, around, depth + 1) for d in data[:50])
        if not isinstance(data, dict):
            return False
        keys = frozenset(k for k in data if isinstance(k, str))
        texts = {k: v for k, v in data.items() if isinstance(k, str) and isinstance(v, str) and PART.match(k) and v.strip()}
        if (
            len(texts) >= 2
            and any(ROLE.match(k) for k in texts)
            and any(len(t) >= LONG for t in texts.values())
            and any(HOLE.search(t) for t in texts.values())
            and (keys | around) & self.beside
        ):
            return True
        return any(self._defines(v, keys, depth + 1) for v in data.values() if isinstance(v, (dict, list)))
