"""What starts a GitLab job: `rules`, `only`, `except` and `when`, tried for each kind of pipeline."""

from __future__ import annotations

import re
from collections.abc import Mapping as Settings
from dataclasses import dataclass, field

from rung.facts.pipelines.systems.document import Mapping, Scalar, mapping, scalar, sequence
from rung.facts.pipelines.systems.expressions import ExpressionError
from rung.facts.pipelines.systems.values import UNKNOWN, Beginning, Unknown, Value, truth
from rung.regex import regex

TOKEN = regex(
    r"\s*(?:(?P<name>\$\{?\w+\}?)|(?P<string>\"[^\"]*\"|'[^']*')|(?P<regex>/(?:[^/\\]|\\.)*/i?)|(?P<operator>==|!=|=~|!~|&&|\|\||[()])|(?P<null>null\b))"
)
SOME = Beginning("")  # a text that is not empty
ALWAYS_SET = frozenset(
    f"CI_{name}"
    for name in (
        "DEFAULT_BRANCH",
        "COMMIT_REF_NAME",
        "COMMIT_REF_SLUG",
        "COMMIT_SHA",
        "COMMIT_MESSAGE",
        "COMMIT_TITLE",
        "PROJECT_PATH",
        "PROJECT_NAME",
    )
)


@dataclass(frozen=True, slots=True)
class Start:
    """One kind of pipeline: the normalized trigger, `$CI_PIPELINE_SOURCE`, and which predefined variables are set."""

    trigger: str
    source: str
    branch: bool = False
    tag: bool = False
    request: bool = False

    def value(self, name: str, variables: Settings[str, str]) -> Value:
        """The value of a variable in such a pipeline."""
        if name == "CI_PIPELINE_SOURCE":
            return self.source
        if name == "CI_COMMIT_BRANCH":
            return SOME if self.branch else None
        if name == "CI_COMMIT_TAG":
            return SOME if self.tag else None
        if name.startswith(("CI_MERGE_REQUEST_", "CI_EXTERNAL_PULL_REQUEST")):
            return SOME if self.request else None
        if name in ALWAYS_SET:
            return SOME
        # somebody who starts a pipeline or schedules one may give variables other values
        if name in variables and self.trigger in ("push", "tag", "pull_request") and "$" not in variables[name]:
            return variables[name]
        return UNKNOWN


STARTS = (
    Start("push", "push", branch=True),
    Start("tag", "push", tag=True),
    Start("pull_request", "merge_request_event", request=True),
    Start("schedule", "schedule", branch=True),
    Start("manual", "web", branch=True),
    Start("other", "api", branch=True),
    Start("other", "trigger", branch=True),
    Start("other", "pipeline", branch=True),
)
CHILD_STARTS = tuple(Start(one.trigger, "parent_pipeline", one.branch, one.tag, one.request) for one in STARTS[:6])
# pipelines that exist only if somebody sets them up elsewhere: a trigger where the file speaks of them
EXTRAORDINARY = {
    "schedule": regex("schedule"),
    "manual": regex(r"\bweb\b"),
    "other": regex(r"\b(api|triggers?|pipelines?|chat)\b"),
}
KEYWORDS = {
    "branches": {"push", "schedule", "manual", "other"},
    "pushes": {"push", "tag"},
    "tags": {"tag"},
    "merge_requests": {"pull_request"},
    "external_pull_requests": {"pull_request"},
    "schedules": {"schedule"},
    "web": {"manual"},
    "api": {"other"},
    "triggers": {"other"},
    "pipelines": {"other"},
    "external": {"other"},
    "chat": {"other"},
}


@dataclass(frozen=True, slots=True)
class Policy:
    """What the file says for all of its jobs: `workflow: rules` and global variables."""

    rules: object = None
    variables: Settings[str, str] = field(default_factory=dict)
    starts: tuple[Start, ...] = STARTS


def triggers(job: Mapping, policy: Policy) -> frozenset[str]:
    """The triggers that may run a job; empty for one that never runs."""
    when = str(scalar(job.get("when")) or "on_success")
    if when == "never":
        return frozenset()
    variables = {**policy.variables, **{str(k): str(v) for k, v in mapping(job.get("variables")).items() if isinstance(v, Scalar)}}
    found: set[str] = set()
    for start in policy.starts:
        if policy.rules is not None and not _outcomes(policy.rules, start, policy.variables, "always"):
            continue
        if "rules" in job:
            outcomes = _outcomes(job["rules"], start, variables, when)
        elif "only" in job or "except" in job or policy.rules is None:
            # a child pipeline is what its parent is
            usual = policy.rules is None and policy.starts is STARTS
            outcomes = {when} if _admitted(job, start, variables, usual) else set()
        else:
            outcomes = {when}
        found.update("manual!" if outcome == "manual" else start.trigger for outcome in outcomes)
    return _ordinary(found, f"{_words(job.get('rules'))} {_words(job.get('only'))} {_words(policy.rules)}")


def _ordinary(found: set[str], text: str) -> frozenset[str]:
    """Leave out what starts a pipeline only in principle; `manual!` is a job that waits for a click."""
    usual = {one for one in found if one not in EXTRAORDINARY and one != "manual!"}
    if usual:
        found = usual | {one for one in found if one in EXTRAORDINARY and EXTRAORDINARY[one].search(text)} | (found & {"manual!"})
    elif "manual!" in found:
        found = {"manual!"}
    return frozenset("manual" if one == "manual!" else one for one in found)


def _words(value: object, depth: int = 0) -> str:
    if depth > 6:
        return ""
    if isinstance(value, Mapping):
        return " ".join(_words(item, depth + 1) for key, item in value.items() if key not in ("changes", "exists"))
    return " ".join(_words(item, depth + 1) for item in value) if isinstance(value, list) else str(scalar(value))


def _outcomes(rules: object, start: Start, variables: Settings[str, str], default: str) -> set[str]:
    """The `when` of the rules that may be the first to apply, without `never`."""
    found: set[str] = set()
    for item in sequence(rules):
        rule = mapping(item)
        condition = rule.get("if")
        known = holds(str(condition), start, variables) if isinstance(condition, Scalar) else True
        if known is False or not rule:
            continue
        found.add(str(scalar(rule.get("when")) or default))
        if known and "changes" not in rule and "exists" not in rule:
            break
    return found - {"never"}


def _admitted(job: Mapping, start: Start, variables: Settings[str, str], usual: bool) -> bool:
    """Whether `only` lets such a pipeline in and `except` does not keep it out."""
    only = job.get("only")
    refs = mapping(only).get("refs") if isinstance(only, Mapping) else only
    names = [str(item) for item in sequence(refs) if isinstance(item, Scalar)]
    if not names and usual:
        names = ["branches", "tags"]
    if names and not any(start.trigger in KEYWORDS.get(name.split("@")[0], {"push"}) for name in names):
        return False
    conditions = [item for item in sequence(mapping(only).get("variables")) if isinstance(item, Scalar)]
    if conditions and all(holds(str(item), start, variables) is False for item in conditions):
        return False
    excepted = job.get("except")
    refs = mapping(excepted).get("refs") if isinstance(excepted, Mapping) else excepted
    kept_out = [KEYWORDS.get(str(item), set()) for item in sequence(refs) if isinstance(item, Scalar)]
    conditions = [item for item in sequence(mapping(excepted).get("variables")) if isinstance(item, Scalar)]
    return not any(start.trigger in one for one in kept_out) and not any(holds(str(item), start, variables) for item in conditions)


def holds(text: str, start: Start, variables: Settings[str, str]) -> bool | None:
    """Whether a rule's `if` is true in such a pipeline; None when only a run can tell."""
    try:
        return truth(_Parser(text, start, variables).whole())
    except ExpressionError:
        return None


class _Parser:
    """GitLab's small language of conditions."""

    def __init__(self, text: str, start: Start, variables: Settings[str, str]) -> None:
        self.start, self.variables = start, variables
        self.tokens: list[tuple[str, str]] = []
        self.at = 0
        self.depth = 0
        position = 0
        while position < len(text.rstrip()):
            match = TOKEN.match(text, position)
            if not match:
                raise ExpressionError(text)
            self.tokens.append((str(match.lastgroup), match[match.lastgroup or 0]))
            position = match.end()

    def whole(self) -> Value:
        value = self.either()
        if self.at != len(self.tokens):
            raise ExpressionError
        return value

    def take(self, *operators: str) -> str:
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "operator" and self.tokens[self.at][1] in operators:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def either(self) -> Value:
        self.depth += 1
        if self.depth > 50:
            raise ExpressionError
        value = truth(self.both())
        while self.take("||"):
            other = truth(self.both())
            value = True if value or other else None if value is None or other is None else False
        self.depth -= 1
        return UNKNOWN if value is None else value

    def both(self) -> Value:
        value = truth(self.comparison())
        while self.take("&&"):
            other = truth(self.comparison())
            value = False if value is False or other is False else None if value is None or other is None else True
        return UNKNOWN if value is None else value

    def comparison(self) -> Value:
        left = self.operand()
        operator = self.take("==", "!=", "=~", "!~")
        if not operator:
            return left
        if operator in ("==", "!="):
            same = _same(left, self.operand())
            return UNKNOWN if same is None else same == (operator == "==")
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        self.at += 1
        found = _matches(left, text) if kind == "regex" else None
        return UNKNOWN if found is None else found == (operator == "=~")

    def operand(self) -> Value:
        if self.take("("):
            value = self.either()
            if not self.take(")"):
                raise ExpressionError
            return value
        if self.at >= len(self.tokens):
            raise ExpressionError
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "name":
            return self.start.value(text.strip("${}"), self.variables)
        if kind == "string":
            return text[1:-1]
        if kind == "null":
            return None
        raise ExpressionError


def _same(left: Value, right: Value) -> bool | None:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if isinstance(left, Beginning) or isinstance(right, Beginning):
        other = right if isinstance(left, Beginning) else left
        return False if other is None or other == "" else None
    return left == right


def _matches(left: Value, regex: str) -> bool | None:
    if left is None:
        return False
    if not isinstance(left, str):
        return None
    body, _, flags = regex[1:].rpartition("/")
    # a plain alternation of words is all that is tried: a hostile pattern must not run
    words = re.fullmatch(r"(\^?)\(?((?:[\w-]+\|)*[\w-]+)\)?(\$?)", body)
    if not words:
        return None
    left = left.lower() if "i" in flags else left
    for word in (words[2].lower() if "i" in flags else words[2]).split("|"):
        if (
            (word == left)
            if words[1] and words[3]
            else left.startswith(word)
            if words[1]
            else left.endswith(word)
            if words[3]
            else word in left
        ):
            return True
    return False
