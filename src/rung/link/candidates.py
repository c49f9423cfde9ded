"""Which files may hold an evaluation, told from their paths and texts before they are parsed."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property

from rung.link.expression import Expression
from rung.link.glance import Glance
from rung.link.graph import Graph
from rung.link.marking import TALLIES
from rung.link.project import Project
from rung.link.replaced import beside_model
from rung.link.runner_files import is_costly
from rung.link.scored import EVALUATION
from rung.link.subjects import Subjects
from rung.regex import regex
from rung.repository import Role

HINT = regex(
    r"(?:^|[/_.-])(?:evals?|evaluat\w*|\w+_evals?|bench\w*|experiments?|quality|scor(?:e|er|ers|ing)|judges?|grad(?:e|er|ing)|golden|regression|compare\w*|accuracy"
    r"|scorecards?|goldens|attack(?:s|er)?|jail_?-?breaks?|red_?-?team\w*|adversarial)(?:[/_.-]|$)",
    re.IGNORECASE,
)
# The same in the names of types (`TriageEvalTest.java`), and what makes a program of a file that holds one.
TYPE_HINT = regex(
    r"(?<=[a-z0-9/_.-])(?:Evals?|Evaluat(?:e|or|ors|ion|ions)|Benchmarks?|Accuracy|Golden|Regression|Experiments?|Compar(?:e|ison)|Scor(?:e|er|ing|ecard)|Judge|Grad(?:e|er|ing)"
    r"|Quality|RedTeam)(?=[A-Z][a-zA-Z]*\.|\.)[^/]*$"
)
PROGRAM = regex(r"\bfun main\(|\bvoid main\(|\bMain\(|\bCommandLineRunner\b|\bApplicationRunner\b")
# Tests wherever they stand, as a runner's configuration may have it.
WRITTEN = regex(r"^[ \t]{0,8}(?:describe|it|test)(?:\.\w{1,20}){0,2}\(", re.MULTILINE)
WITHIN = ("#[cfg(test)]", "#[tokio::test]")
SCRIPTS = (".ts", ".js", ".mts", ".mjs", ".tsx", ".cjs")
LIVE_GO = Expression(r"API_KEY|_LIVE|LIVE_|[Ee]valuat")
# What a Go test says that asks a model: an accuracy, a flag.
AIMED_GO = regex(r"(?:^|[/_])(?:live|llm|evals?|golden)_test\.go$")
COSTLY_GO = Expression(r"[aA]ccuracy\b|flag\.Bool\(\"(?:live|evals?|llm|online)\b")
# Where these words stand in a test, something is replaced; but for what a test's surroundings need, and for other words.
REPLACING = regex(
    r"(?<![a-z])(?:mock|(?:monkey)?patch|fake|stub|vcr|cassette|respx|nock|msw|httptest|noop|pollyjs|betamax|httprr)", re.IGNORECASE
)
HARMLESS = regex(r"\bmonkeypatch(?:\.(?:setenv|delenv|chdir|syspath_prepend)\b|(?!\.))|patch\.dict\(\s*(?:\"os|'os|os)\.environ")
LIVE_PATH = regex(
    r"(?:^|[/_.-])(?:e2e|end_?to_?end|live|integration|functional|system|acceptance)(?:[_.-]?tests?)?(?:[/_.-]|$)|IT\.java$", re.IGNORECASE
)
TYPED = (".cs", ".java", ".kt")  # whose tests are given an interface, and its implementation stands further from the model
MOCKING = regex(r"\b[mM]ock(?:ito|k|Bean|kBean|itoBean|K|ed)?\b")  # by libraries that say which type they replace
STALE = regex(r"(?:^|/)_?(?:archived?|archives|deprecated|legacy|old|unused|attic|graveyard|obsolete)/", re.IGNORECASE)
# What ends a program with an error.
EXITS = Expression(
    r"process\.exit|os\.Exit|log\.Fatal|System\.exit|exitProcess|Environment\.Exit|Deno\.exit|\bexit[ (!]|\babort\b|process::exit|::FAILURE"
)


def is_near_tests(project: Project, path: str) -> bool:
    """Whether a file is among the tests, or named after an evaluation."""
    return project.role(path) is Role.TEST or bool(HINT.search(path))


class Candidates:
    """Tells which files are worth parsing; may over-estimate."""

    def __init__(self, project: Project, graph: Graph, glance: Glance, subjects: Subjects) -> None:
        self.project, self.graph, self.glance, self.subjects = project, graph, glance, subjects

    def is_stale(self, path: str) -> bool:
        """Whether a file is laid aside, and nothing uses it any more."""
        return bool(STALE.search(path)) and not self.graph.used.get(path)

    def is_named(self, path: str) -> bool:
        """Whether a file is named after an evaluation or a test, or holds tests."""
        return is_near_tests(self.project, path) or self._holds_tests(path)

    def _holds_tests(self, path: str) -> bool:
        """Whether a file that leads to a model is a program named after an evaluation, or holds tests beside the application."""
        if path not in self.graph.leading:
            return False
        text = self.project.text(path) or ""
        if path.endswith(TYPED):
            return bool(TYPE_HINT.search(path) and PROGRAM.search(text))
        if path.endswith(".rs"):
            return any(word in text for word in WITHIN)
        return path.endswith(SCRIPTS) and "expect(" in text and bool(WRITTEN.search(text))

    def may_be_live(self, path: str) -> bool:
        """Whether a file leads to a model and, for a test, nothing in its text stands in for it."""
        if self.subjects.served.may_ask(path) or self.subjects.fixtures.may_ask(path):
            return True
        if path not in self.graph.leading:
            return self.subjects.requests.may_be_sent(path) or self.subjects.requests.may_start_application(path)
        usual = not HINT.search(path) and not (path.endswith(TYPED) and (LIVE_PATH.search(path) or TYPE_HINT.search(path)))
        if usual and not any(target in self.graph.near for target in (path, *self.graph.glanced(path))):
            return False  # an ordinary test that far from any model has others stand in for it
        if path.endswith("_test.go") and not HINT.search(path) and not self._is_aimed_go(path):
            return False  # a Go test calls whole packages: only one that asks for a key or says so is taken to ask a model
        if HINT.search(path) or not self.glance.holds(path, "stand-in"):
            return True
        text = self.project.text(path) or ""
        if LIVE_PATH.search(path) or LIVE_GO.search(text) or not REPLACING.search(HARMLESS.sub("", text)):
            return True
        return path.endswith(TYPED) and not REPLACING.search(MOCKING.sub("", text)) and bool(beside_model(self.project, self.graph, text))

    def _is_aimed_go(self, path: str) -> bool:
        """Whether a Go test says that it is no ordinary one: by a key, a word, its name or a build tag of the project's own."""
        text = self.project.text(path) or ""
        return bool(LIVE_GO.search(text) or COSTLY_GO.search(text) or AIMED_GO.search(path)) or is_costly(text)

    def may_mark(self, path: str) -> bool:
        """Whether a script that nothing else uses, whatever it is called, may hold a model's answers against what cases expect."""
        if not self.project.is_application(path) or not (path in self.graph.leading or self.subjects.requests.may_be_sent(path)):
            return False
        if not path.endswith((".py", ".ipynb")) and not TYPE_HINT.search(path) and not EXITS.search(self.project.text(path) or ""):
            return False
        folder = posixpath.dirname(path)
        alone = all(posixpath.dirname(user) == folder or self.project.role(user) is Role.TEST for user in self.graph.used.get(path, ()))
        return alone and bool(TALLIES.search(self.project.text(path) or ""))

    def mentions_tool(self, path: str) -> bool:
        """Whether a file seems to use an evaluation tool, itself or by a helper near it."""
        by_id = self.project.catalogue.by_id
        if any(by_id[t].category in EVALUATION for t in self.glance.tools(path)) or self._scoring_helpers(path):
            return True
        return bool(HINT.search(path) and self._programs.search(self.project.text(path) or ""))

    @cached_property
    def _programs(self) -> re.Pattern[str]:
        """Names of the programs that evaluate, in quotes."""
        names = sorted(p for p, tools in self.project.catalogue.commands.items() if any(t.category in EVALUATION for _, t in tools))
        return re.compile("[\"'](?:" + "|".join(map(re.escape, names)) + ")\\b")

    def _scoring_helpers(self, path: str) -> bool:
        """Whether a test imports from a helper near it that may score with an evaluation tool."""
        if self.project.role(path) is not Role.TEST:
            return False
        named = {w for module, names in self.glance.modules(path) for w in re.findall(r"\w+", f"{module} {names}")}
        return not named.isdisjoint(self._helpers)

    @cached_property
    def _helpers(self) -> frozenset[str]:
        """Stems of the files near tests that may use an evaluation tool, and of those that import them."""
        by_id = self.project.catalogue.by_id
        near = [p for p in self.project.code if is_near_tests(self.project, p)]
        found = {posixpath.basename(p).split(".")[0] for p in near if any(by_id[t].category in EVALUATION for t in self.glance.tools(p))}
        for _ in range(2):
            found |= {
                posixpath.basename(p).split(".")[0]
                for p in near
                if any(w in found for module, _ in self.glance.modules(p) for w in re.findall(r"\w+", module))
            }
        return frozenset(found - {"__init__", "index"})
