"""The explanation of a question or a rule: what is asked, how it is decided, what was found here, what would change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rung.report.page import Page, PageStyle
from rung.report.wording import spot

if TYPE_CHECKING:
    from rung.model.assessment import Answer, Finding
    from rung.rules.load import Rule

PLACES_SHOWN = 10


def explain_question(question: Mapping[str, Any], answer: Answer | None, reason: str, style: PageStyle) -> str:
    """A question of the model's document with the answer that it has here; None where the model doesn't apply, for that reason."""
    page = Page(style)
    page.write((question["title"], "bold"), ("  " + question["id"], "dim"))
    page.heading("How it is decided")
    for option in question["answers"]:
        points = option["points"]
        page.write((f"{points}  ", "bold"), option["text"], hang=3)
        if points:
            page.write(("earned by " if option.get("alone") else "earned, on top of the answer before it, by ", "dim"), indent=3, hang=2)
            page.write(in_words(option["when"]), indent=5, hang=2)
    page.heading("What was found here")
    if answer is None:
        page.write(reason)
        return page.render()
    page.write((f"{answer.points} of {answer.max}  ", "bold"), answer.answer)
    for finding in answer.findings:
        page.blank()
        _finding(page, finding)
    page.heading("What would change it")
    if answer.next.points is None:
        page.write("It is the highest answer. It falls when the evidence above goes.")
    for need in answer.next.needs:
        page.item(need)
    return page.render()


def explain_rule(rule: Rule, finding: Finding, questions: Sequence[str], style: PageStyle) -> str:
    """A rule with what it finds here; `questions` are the ids of those that look at it."""
    import yaml

    page = Page(style)
    page.write((rule.title, "bold"), ("  " + rule.id, "dim"))
    page.write(rule.why)
    if questions:
        page.write(("Asked for by ", "dim"), ", ".join(questions))
    page.heading("How it is decided")
    for line in yaml.safe_dump(dict(rule.when), sort_keys=False, default_flow_style=None, width=page.width - 4).splitlines():
        page.write(line.lstrip(), indent=2 + len(line) - len(line.lstrip()), hang=2)
    page.heading("What was found here")
    _finding(page, finding)
    page.heading("What would change it")
    page.write("It falls when the evidence above goes." if finding.holds else finding.fix)
    return page.render()


def in_words(condition: Any) -> str:
    """A condition over rules as a person would say it."""
    if isinstance(condition, str):
        return condition
    if "at_least" in condition:
        counted = condition["at_least"]
        return f"at least {counted['count']} of {', '.join(in_words(inner) for inner in counted['of'])}"
    if "not" in condition:
        return f"not {in_words(condition['not'])}"
    joint, inner = (" and ", condition["all"]) if "all" in condition else (" or ", condition["any"])
    return joint.join(in_words(part) for part in inner)


def _finding(page: Page, finding: Finding) -> None:
    page.write(
        ("yes  " if finding.holds else "no   ", "bold green" if finding.holds else "bold"), finding.title, ("  " + finding.rule, "dim")
    )
    if finding.unknown:
        page.write((finding.unknown[:1].upper() + finding.unknown[1:], "yellow"), indent=5)
    for evidence in finding.evidence[:PLACES_SHOWN]:
        page.quote(spot(evidence.path, evidence.line), evidence.text, indent=5)
    if len(finding.evidence) > PLACES_SHOWN:
        page.write((f"and {len(finding.evidence) - PLACES_SHOWN} more", "dim"), indent=5)
    for miss in finding.misses:
        page.write(("nearest miss: ", "dim"), (spot(miss.path, miss.line), "cyan"), ": ", miss.reason, indent=5, hang=2)
