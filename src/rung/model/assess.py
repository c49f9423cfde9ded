"""From findings to answers, points and a level, as the model's document (`rules/model.yaml`) says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rung.facts.fact import Fact
from rung.model.assessment import Answer, Assessment, CapabilityScore, Evidence, Finding, LevelResult, Next
from rung.repository import Notice
from rung.rules.load import Rule
from rung.rules.match import Facts, Outcome, evaluate

UNKNOWN = {"tags": "unknown here: fetch tags (git fetch --tags)"}


class Assessor:
    """Answers the model's questions from facts."""

    def __init__(self, model: Mapping[str, Any], rules: Mapping[str, Rule], facts: Facts, *, unknown: Sequence[str] = ()) -> None:
        self.model, self.rules, self.facts = model, rules, facts
        self.unknown = frozenset(unknown)
        self._outcomes: dict[str, Outcome] = {}

    def outcome(self, rule: str) -> Outcome:
        """A rule's outcome, matched once."""
        if rule not in self._outcomes:
            self._outcomes[rule] = evaluate(self.rules[rule].when, self.facts)
        return self._outcomes[rule]

    def holds(self, condition: Any) -> bool:
        """Whether an answer's condition over rules holds: a rule's id, or `all`, `any`, `not`, `at_least` over such."""
        if isinstance(condition, str):
            return self.outcome(condition).holds
        if "all" in condition:
            return all(self.holds(c) for c in condition["all"])
        if "any" in condition:
            return any(self.holds(c) for c in condition["any"])
        if "at_least" in condition:
            return sum(self.holds(c) for c in condition["at_least"]["of"]) >= int(condition["at_least"]["count"])
        return not self.holds(condition["not"])

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
        used = dict.fromkeys(r for option in question["answers"][1:] for r in _rules(option["when"]))
        findings = tuple(self._finding(r) for r in used)
        highest = question["answers"][-1]["points"]
        return Answer(question["id"], question["title"], points, highest, text, "inferred", findings, self._next(question, points))

    def _finding(self, identifier: str) -> Finding:
        rule, outcome = self.rules[identifier], self.outcome(identifier)
        missing = [n for n in rule.needs if n in self.unknown]
        facts = sorted(outcome.facts, key=_telling)
        places = {(f.location.path, f.location.line): f for f in reversed(facts)} if outcome.holds else {}
        evidence = tuple(Evidence(f.location.path, f.location.line, f.text, f.reach) for f in reversed(places.values()))
        unknown = UNKNOWN[missing[0]] if missing and not outcome.holds else ""
        return Finding(rule.id, rule.title, outcome.holds, evidence, rule.why, rule.fix, unknown)

    def _next(self, question: Mapping[str, Any], points: int) -> Next:
        option = next((o for o in question["answers"][1:] if o["points"] == points + 1), None)
        if option is None:
            return Next(None, ())
        missing = [self.rules[r].fix for r in _rules(option["when"]) if not self.outcome(r).holds]
        return Next(points + 1, tuple(dict.fromkeys(missing)) or (option["text"],))

    def level(self, score: int) -> LevelResult:
        """The level of a score."""
        found = next(level for level in reversed(self.model["levels"]) if score >= level["from"])
        links = tuple((link["text"], link["url"]) for link in found.get("links", ()))
        return LevelResult(found["number"], found["name"], found["description"], tuple(found["advice"]), links)

    def assessment(self, path: str, scope: str, ref: str | None, commit: str | None, notices: Sequence[Notice]) -> Assessment:
        """The whole assessment; without a level or answers where the model does not apply."""
        identity = (self.model["id"], str(self.model["version"]), path, scope, ref, commit)
        maximum = sum(q["answers"][-1]["points"] for c in self.model["capabilities"] for q in c["questions"])
        if not self.applicable():
            return Assessment(*identity, False, self.model["not_applicable"], 0, maximum, None, (), (), tuple(notices))
        answers = self.answers()
        by_question = {a.question: a for a in answers}
        capabilities = []
        for capability in self.model["capabilities"]:
            own = [by_question[q["id"]] for q in capability["questions"]]
            capabilities.append(CapabilityScore(capability["id"], capability["title"], sum(a.points for a in own), sum(a.max for a in own)))
        score = sum(a.points for a in answers)
        return Assessment(*identity, True, "", score, maximum, self.level(score), tuple(capabilities), answers, tuple(notices))


def _rules(condition: Any) -> list[str]:
    if isinstance(condition, str):
        return [condition]
    if "at_least" in condition:
        return [r for c in condition["at_least"]["of"] for r in _rules(c)]
    if "not" in condition:
        return _rules(condition["not"])
    return [r for c in condition.get("all", condition.get("any", ())) for r in _rules(c)]


def _telling(fact: Fact) -> tuple[bool, bool, tuple[str, int, int, str, str]]:
    """Facts that a pipeline reaches come first, then the application's, in the order of their places."""
    return (not fact.reach, fact.fields.get("role") != "application", fact.sort_key())
