"""Automated adversarial and safety evaluation: tools that attack, safety evaluators, evaluations over attacks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rung.facts.fact import Fact
from rung.link.commands import allowed
from rung.link.evaluation import Evaluation
from rung.link.project import Project
from rung.regex import regex

LONGEST, LONGEST_ROW = 200_000, 1_000
ATTACKS = frozenset({"red-teaming", "safety-evaluation"})


class Attacks:
    """Facts of kind `adversarial-evaluation`."""

    def __init__(self, project: Project, uses: list[Fact], evaluations: list[Evaluation]) -> None:
        self.project, self.uses = project, uses
        self.evaluations = [e for e in evaluations if not e.dead]
        self.dead = {e.path for e in evaluations if e.dead}
        words = project.vocabulary["safety"]
        self.attacks, self.folders = regex(words["attack_words"], re.IGNORECASE), regex(words["attack_folders"], re.IGNORECASE)
        self.cases, self.fewest = regex(words["attack_cases"], re.IGNORECASE), int(words["attacks_at_least"])

    def facts(self) -> Iterator[Fact]:
        """Automated adversarial or safety evaluation."""
        for use in self.uses:
            if use.location.path in self.dead or self._has_blank_cases(use.location.path):
                continue
            if (
                use.fields["category"] in ATTACKS
                and use.fields["role"] in ("application", "test")
                and use.fields["via"] not in ("resource", "host")
            ):
                yield Fact("adversarial-evaluation", use.location, use.text, dict(use.fields))
        yield from self._attacking_runs()
        for evaluation in self.evaluations:
            places = [evaluation.path, *([evaluation.data_set[0]] if evaluation.data_set else [])]
            hit = next((p for p in places if self.attacks.search(p.rsplit("/", 1)[-1]) or self.folders.search(p)), "")
            hit = hit or next((p for p in places if self._is_of_attacks(p)), "")
            if hit:
                yield self.project.fact("adversarial-evaluation", hit, 1 if hit != evaluation.path else evaluation.line)

    def _is_of_attacks(self, path: str) -> bool:
        """Whether a file holds several attacks, each on a line of its own: prompts of judges and graders speak of them in one."""
        rows = (self.project.text(path) or "")[:LONGEST].splitlines()
        found = {row.strip() for row in rows if len(row) < LONGEST_ROW and self.cases.search(row)}
        return len(found) >= self.fewest

    def _attacking_runs(self) -> Iterator[Fact]:
        """Scans that a pipeline runs by a command of its own."""
        for run in self.project.runs:
            plain = [w for w in run.arguments if not w.startswith("-")]
            for rest, tool in self.project.catalogue.commands.get(run.program, ()):
                words = [run.program, *run.arguments]
                if tool.category in ATTACKS and list(rest) == plain[: len(rest)] and allowed(tool, words, words):
                    yield self.project.fact(
                        "adversarial-evaluation", run.location.path, run.location.line, run.text, tool=tool.id, via="command"
                    )

    def _has_blank_cases(self, path: str) -> bool:
        """Whether a file lists cases of which every text is empty: the form of an evaluation that nobody filled in."""
        source = self.project.source(path) if path in self.project.code else None
        lists = [a.value.items for a in source.assignments if a.value.kind == "list" and a.value.items] if source else []
        return any(
            all(c.kind == "mapping" and c.items and all(v.kind == "string" and not v.text for v in c.items) for c in cases)
            for cases in lists
        )
