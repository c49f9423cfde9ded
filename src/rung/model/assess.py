"""From findings to answers, points and a level, as the model's document (`rules/model.yaml`) says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rung.facts.fact import Fact
from rung.facts.secrets import Secrets
from rung.model.assessment import Answer, Assessment, CapabilityScore, Evidence, Finding, Next
from rung.model.conditions import holds, level_of, needs, rules_in
from rung.model.nearest import nearest
from rung.repository import Notice, Repository
from rung.rules.load import Knowledge, Rule
from rung.rules.match import Facts, Outcome, evaluate, telling

UNKNOWN = {"tags": "unknown here: fetch tags (git fetch --tags)"}


class Assessor:
    """Answers the model's questions from facts."""

    def __init__(
        self,
        model: Mapping[str, Any],
        rules: Mapping[str, Rule],
        facts: Facts,
        *,
        unknown: Sequence[str] = (),
        masked: Callable[[str], str] = str,
    ) -> None:
        self.model, self.rules, self.facts = model, rules, facts
        self.masked = masked  # makes what is quoted of the repository fit to be shown
        self.unknown = frozenset(unknown)
        self._outcomes: dict[str, Outcome] = {}

    def outcome(self, rule: str) -> Outcome:
        """A rule's outcome, matched once."""
        if rule not in self._outcomes:
            self._outcomes[rule] = evaluate(self.rules[rule].when, self.facts)
        return self._outcomes[rule]

    def holds(self, condition: Any) -> bool:
        """Whether an answer's condition over rules holds."""
        return holds(condition, lambda rule: self.outcome(rule).holds)

    def applicable(self) -> bool:
        """Whether the repository uses a language model at all."""
        return self.holds(self.model["applicable"])

    def answers(self) -> tuple[Answer, ...]:
        """An answer to every question, in the model's order."""
        return tuple(self._answer(q) for c in self.model["capabilities"] for q in c["questions"])

    def _answer(self, question: Mapping[str, Any]) -> Answer:
        points, text = 0, question["answers"][0]["text"]
        for option in question["answers"][1:]:
            if self.holds(option["when"]) and (option.get("alone") or points == option["points"] - 1):
                points, text = option["points"], option["text"]
        findings = tuple(self.finding(rule) for rule in self.rules_of(question))
        highest = question["answers"][-1]["points"]
        return Answer(question["id"], question["title"], points, highest, text, "inferred", findings, self._next(question, points))

    def rules_of(self, question: Mapping[str, Any]) -> list[str]:
        """The rules that a question of the model's document looks at, each once."""
        return list(dict.fromkeys(rule for option in question["answers"][1:] for rule in rules_in(option["when"])))

    def finding(self, identifier: str) -> Finding:
        """A rule's result, with its evidence or its nearest misses."""
        rule, outcome = self.rules[identifier], self.outcome(identifier)
        missing = [n for n in rule.needs if n in self.unknown]
        facts = sorted(outcome.facts, key=telling)
        places = {(f.location.path, f.location.line): f for f in reversed(facts)} if outcome.holds else {}
        evidence = tuple(self._evidence(fact) for fact in reversed(places.values()))
        unknown = UNKNOWN[missing[0]] if missing and not outcome.holds else ""
        near = () if outcome.holds or unknown else nearest(rule, self.facts)
        misses = tuple(replace(m, text=self.masked(m.text), reason=self.masked(m.reason)) for m in near)
        return Finding(rule.id, rule.title, outcome.holds, evidence, rule.why, rule.fix, unknown, misses)

    def _evidence(self, fact: Fact) -> Evidence:
        reach = tuple(replace(step, text=self.masked(step.text)) for step in fact.reach)
        return Evidence(fact.location.path, fact.location.line, self.masked(fact.text), reach)

    def _next(self, question: Mapping[str, Any], points: int) -> Next:
        option = next((o for o in question["answers"][1:] if o["points"] == points + 1), None)
        if option is None:
            return Next(None, ())
        missing = needs(option["when"], lambda rule: self.outcome(rule).holds, lambda rule: self.rules[rule].fix)
        return Next(points + 1, tuple(dict.fromkeys(missing)) or (option["text"],))

    def assessment(self, path: str, scope: str, ref: str | None, commit: str | None, notices: Sequence[Notice]) -> Assessment:
        """The whole assessment; without a level or answers where the model does not apply."""
        identity = (self.model["id"], str(self.model["version"]), path, scope, ref, commit)
        source = str(self.model.get("source", ""))
        maximum = sum(q["answers"][-1]["points"] for c in self.model["capabilities"] for q in c["questions"])
        if not self.applicable():
            return Assessment(*identity, False, self.model["not_applicable"], 0, maximum, None, (), (), tuple(notices), source)
        answers = self.answers()
        by_question = {a.question: a for a in answers}
        capabilities = []
        for capability in self.model["capabilities"]:
            own = [by_question[q["id"]] for q in capability["questions"]]
            score, most = sum(a.points for a in own), sum(a.max for a in own)
            capabilities.append(CapabilityScore(capability["id"], capability["title"], score, most, tuple(a.question for a in own)))
        score = sum(a.points for a in answers)
        return Assessment(
            *identity, True, "", score, maximum, level_of(self.model, score), tuple(capabilities), answers, tuple(notices), source
        )


def assessor(knowledge: Knowledge, facts: Facts, repository: Repository) -> Assessor:
    """The assessor of a repository's facts: it knows what can't be told there, and quotes no secrets."""
    unknown = ("tags",) if repository.tags is None else ()
    masked = Secrets(knowledge.catalogue.vocabulary).masked
    return Assessor(knowledge.model, knowledge.rules, facts, unknown=unknown, masked=masked)
