"""From an assessment to a plan: the cheapest answers, each as a step with what it is in this repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rung.advance.choosing import Chosen, choose
from rung.advance.types import Action, Goal, Plan, Rise, Step
from rung.errors import UserError
from rung.gate.way_up import points_of, questions
from rung.model.assess import Assessor
from rung.model.assessment import Assessment, Miss
from rung.model.conditions import holds

ActionsOf = Callable[[str], tuple[Action, ...]]  # what to do for a rule here, from the repository's facts; empty where nothing is known
MISSES = 2


def goal_of(model: Mapping[str, Any], assessment: Assessment, wanted: str | None) -> Goal | None:
    """The level that is asked for by name or number, else the next one; None from the highest. Raises UserError for no level's name."""
    levels = [Goal(level["number"], level["name"], level["from"]) for level in model["levels"]]
    if wanted is not None:
        found = next((goal for goal in levels if wanted.lower() in (goal.name, str(goal.number))), None)
        if found is None:
            names = ", ".join(f"{goal.name} ({goal.number})" for goal in levels)
            raise UserError(f"--to {wanted}: there is no such level: give one of {names}.")
        return found
    return next((goal for goal in levels if goal.score > assessment.score), None)


def make_plan(assessor: Assessor, assessment: Assessment, goal: Goal | None, actions_of: ActionsOf) -> Plan:
    """The cheapest way from an assessment to a goal."""
    if goal is None or not assessment.applicable or goal.score <= assessment.score:
        return Plan(goal, ())
    return Plan(goal, tuple(_Walk(assessor, assessment, actions_of).steps(choose(assessor.model, assessment, goal.score))))


class _Walk:
    """Takes answers one after the other, and remembers what then holds."""

    def __init__(self, assessor: Assessor, assessment: Assessment, actions_of: ActionsOf) -> None:
        self._assessor, self._actions_of = assessor, actions_of
        self._points = {answer.question: answer.points for answer in assessment.answers}
        self._titles = {answer.question: answer.title for answer in assessment.answers}
        self._done: set[str] = set()

    def steps(self, chosen: Sequence[Chosen]) -> Iterator[Step]:
        """A step for each answer, unless the rules of one before it earn it too."""
        for one in chosen:
            if self._points[one.question] < one.option["points"]:
                yield self._step(one)

    def _rule_holds(self, rule: str) -> bool:
        return rule in self._done or self._assessor.outcome(rule).holds

    def _holds(self, condition: Any) -> bool:
        return holds(condition, self._rule_holds)

    def _rises(self) -> Iterator[Rise]:
        """What rises by the rules that hold by now."""
        for question in questions(self._assessor.model):
            before, after = self._points[question["id"]], points_of(question, self._rule_holds)
            if after > before:
                self._points[question["id"]] = after
                yield Rise(question["id"], self._titles[question["id"]], before, after)

    def _step(self, one: Chosen) -> Step:
        rules, others = self._pick(one.option["when"])
        actions = tuple(action for rule in rules for action in self._actions(rule))
        told = {(action.path, action.line) for action in actions}
        misses = tuple(miss for rule in rules for miss in self._misses(rule) if (miss.path, miss.line) not in told)
        self._done.update(rules)
        rises = tuple(self._rises())
        return Step(
            rises=rises,
            answer=str(one.option["text"]),
            effort=str(one.option["effort"]),
            gain=sum(rise.after - rise.before for rise in rises),
            score=sum(self._points.values()),
            rules=tuple(rules),
            actions=actions,
            others=tuple(dict.fromkeys(self._assessor.rules[rule].fix for rule in others)),
            misses=misses,
            links=tuple((link["text"], link["url"]) for link in one.option.get("links", ())),
        )

    def _actions(self, rule: str) -> tuple[Action, ...]:
        return self._actions_of(rule) or (Action(self._assessor.rules[rule].fix),)

    def _misses(self, rule: str) -> tuple[Miss, ...]:
        return self._assessor.finding(rule).misses[:MISSES]

    def _pick(self, condition: Any) -> tuple[list[str], list[str]]:
        """The rules to fulfil for a condition, of several that would do those that are nearest here; and the others."""
        if isinstance(condition, str):
            return ([], []) if self._holds(condition) else ([condition], [])
        if "all" in condition:
            parts = [self._pick(part) for part in condition["all"]]
            return [rule for rules, _ in parts for rule in rules], [rule for _, others in parts for rule in others]
        if "not" in condition:
            return [], []
        parts = condition["any"] if "any" in condition else condition["at_least"]["of"]
        missing = (1 if "any" in condition else int(condition["at_least"]["count"])) - sum(self._holds(part) for part in parts)
        choices = sorted((self._pick(part) for part in parts if not self._holds(part)), key=lambda choice: self._far(choice[0]))
        taken, left = choices[: max(missing, 0)], choices[max(missing, 0) :]
        return [rule for rules, _ in taken for rule in rules], [rule for rules, _ in left for rule in rules]

    def _far(self, rules: Sequence[str]) -> tuple[int, int]:
        """How far rules are from holding: first what can be copied from here, then what has a
        place, then what has a nearest miss; the fewer the nearer."""
        distance = 0
        for rule in rules:
            actions = self._actions_of(rule)
            if not any(action.place and action.snippet for action in actions):
                distance += 1 if any(action.place for action in actions) else 2 if self._misses(rule) else 3
        return distance, len(rules)
