"""Evaluations that are configuration of a tool, with cases or metrics in it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from rung.facts.catalogue import Tool, glob_matches
from rung.facts.code import language_of
from rung.link.commands import command_tools
from rung.link.criteria import baseline
from rung.link.data_files import DATA_FILE, cases_in, locate, records
from rung.link.evaluation import Evaluation
from rung.link.files import matching, query
from rung.link.metrics import of_prompt_files, of_result_keys, patterns
from rung.link.project import Project
from rung.regex import regex
from rung.repository import Role

LAUNCHERS = frozenset({"python", "python3", "-m", "uv", "uvx", "run", "poetry", "srun", "time", "env", "npx"})
# A configuration that is code: a string without spaces, the variables of a case, the kind of an assertion.
NAMING = ("evaluation_name", "name", "metric", "metric_name", "criterion")
NAME = regex(r"[A-Za-z][\w-]{3,40}")  # of a metric, not a sentence
QUOTED = regex(r"[\"'`]((?:file://)?[\w./-]+\.\w+)[\"'`]")
CASE = regex(r"\bvars\s*:\s*\{")
# Where what tests read stands.
FIXTURES = regex(r"(?:^|/)(?:__)?(?:fixtures?|test_?data|snapshots?|stubs|mocks?|samples?[-_]repos?)(?:__)?/", re.IGNORECASE)
ASSERTED = regex(r"\btype\s*:\s*[\"']([\w:-]+)[\"']")


class Configurations:
    """Reads the configuration files of evaluation tools."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def all(self) -> list[Evaluation]:
        """Evaluations that are configuration of a tool, with cases or metrics in it."""
        found = []
        for signature, tool in self.project.catalogue.files:
            if tool.category != "evaluation":
                continue
            own = [p for p in matching(self.project, signature) if self.project.is_own(p) and not self._imitates(p)]
            found += [e for path in own if (e := self._configuration(path, signature, tool))]
        return [*found, *self._benchmarks()]

    def _imitates(self, path: str) -> bool:
        """Whether a configuration is a test's fixture, which nothing names."""
        if self.project.role(path) is not Role.TEST or not FIXTURES.search(path):
            return False
        names = (posixpath.basename(posixpath.dirname(path)), posixpath.basename(path))
        return not any(name in w for u in self.project.units for c in u.commands for w in c.words for name in (path, "/".join(names)))

    def _benchmarks(self) -> Iterator[Evaluation]:
        """Scripts and targets that start a tool which brings its own data sets."""
        benchmarks = set(self.project.vocabulary["evaluation"]["benchmarks"])
        seen = set()
        for unit in self.project.units:
            for command in unit.commands if self.project.is_own(unit.path) and unit.path not in seen else ():
                words = [w for w in command.words if "=" not in w or w.startswith("-")]
                while words and words[0] in LAUNCHERS:
                    words = words[1:]
                tools = command_tools(self.project.catalogue, words[0], words[1:]) if words else []
                if named := [t.id for t in tools if t.id in benchmarks]:
                    seen.add(unit.path)
                    yield Evaluation(unit.path, command.line, "script", named, metrics={"accuracy": (unit.path, command.line)})
                    break

    def _configuration(self, path: str, signature: Any, tool: Tool) -> Evaluation | None:
        data = self.project.data(path)
        cases: list[Any] = query(data, signature["cases"]) if "cases" in signature else []
        count = sum(len(c) if isinstance(c, list) else 1 for c in cases if c)
        referenced = [locate(self.project, path, c) for c in cases if isinstance(c, str)]
        named = query(data, signature["metrics"]) if "metrics" in signature else []
        if ("cases" in signature and not count) and not named:
            return None
        found = Evaluation(path, 1, "configuration", [tool.id])
        if language_of(path):
            return self._written_in_code(found, tool)
        if count >= 2 or any(r and cases_in(self.project, r) >= 2 for r in referenced) or (cases and records(cases[0]) >= 2):
            found.data_set = (path, 1)
        found.data_set = found.data_set or self._beside(path, data)
        if tool.text("criterion") == "built-in" and (named or count):
            found.criterion = (path, 1)
        found.criterion = found.criterion or baseline(self.project, path)
        table = dict(tool.entry.get("metrics", {}).items())
        for name in _named(named):
            metric = next((m for glob, m in table.items() if re.fullmatch(glob.replace("*", ".*"), name)), None)
            told = (m for m, pattern in patterns(self.project.vocabulary) if NAME.fullmatch(name) and pattern.fullmatch(name))
            if metric := metric or next(told, None):
                found.metrics.setdefault(metric, (path, 1))
        if named and not found.metrics:
            found.metrics["exact-match"] = (path, 1)
        if not named:
            folder = posixpath.dirname(path)
            found.metrics |= of_prompt_files(self.project, folder) | of_result_keys(self.project, folder) if folder else {}
        prompts = query(data, signature["prompts"]) if "prompts" in signature else []
        found.prompts = [t for p in _flat(prompts) if (t := locate(self.project, path, p))]
        files = [p for p in _flat(prompts) if p.startswith("file://") and not re.search(r"[*{$:]", p[7:])]
        if files and not found.prompts and len(files) == len(_flat(prompts)):
            found.dead = f"its prompt {files[0][7:]} is gone"
        found.own_prompts = bool(found.prompts) or "judges" in signature or (bool(tool.strings("commands")) and "prompts" not in signature)
        return found

    def _written_in_code(self, found: Evaluation, tool: Tool) -> Evaluation:
        """A configuration that is a program: its cases, assertions and files of cases are told from its text."""
        text = self.project.text(found.path) or ""
        files = [t for w in QUOTED.findall(text) if DATA_FILE.fullmatch(w) and (t := locate(self.project, found.path, w))]
        cases = next((t for t in files if cases_in(self.project, t) >= 2), "")
        if len(CASE.findall(text)) >= 2 or cases:
            found.data_set = (cases or found.path, 1)
        types = ASSERTED.findall(text)
        if tool.text("criterion") == "built-in" and (types or cases):
            found.criterion = (found.path, 1)
        for name in types:
            metric = next((m for glob, m in tool.entry.get("metrics", {}).items() if glob_matches(glob, name)), None)
            if metric:
                found.metrics.setdefault(metric, (found.path, 1))
        if not found.metrics:
            found.metrics["exact-match"] = (found.path, 1)
        found.prompts = [t for w in QUOTED.findall(text) if "prompt" in w and (t := locate(self.project, found.path, w))]
        found.own_prompts = True
        return found

    def _beside(self, path: str, data: Any) -> tuple[str, int] | None:
        for value in _flat(data) if isinstance(data, (dict, list)) else ():
            if DATA_FILE.fullmatch(value) and len(value) < 150:
                target = locate(self.project, path, value)
                if target and target != path and cases_in(self.project, target) >= 2:
                    return target, 1
        return None


def _named(value: Any) -> list[str]:
    """Texts in a list of metrics, the keys that stand for one, and the names given to it (`- LLMJudge: {evaluation_name: relevance}`)."""
    if isinstance(value, list):
        return [name for v in value for name in _named(v)]
    if not isinstance(value, dict):
        return _flat(value)
    return [*map(str, value), *_flat(list(value.values())), *(t for v in value.values() for t in _given_names(v))]


def _given_names(value: Any) -> list[str]:
    if not isinstance(value, dict):
        return []
    told = [v for k, v in value.items() if k in NAMING and isinstance(v, str)]
    return [*told, *(t for v in value.values() for t in _given_names(v))]


def _flat(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [s for v in value.values() for s in _flat(v)]
    if isinstance(value, list):
        return [s for v in value for s in _flat(v)]
    return []
