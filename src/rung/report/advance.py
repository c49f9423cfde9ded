"""The way up as text, JSON and Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rung.report import wording
from rung.report.markup import code, link, prose
from rung.report.page import Page, PageStyle
from rung.report.safe import one_line, safe_json

if TYPE_CHECKING:
    from rung.advance.types import Action, Plan, Rise, Step
    from rung.advance.writing import Written
    from rung.model.assessment import Assessment

EFFECTS = {
    "works": "check it, then commit it as it stands",
    "placeholder": "a skeleton, it counts for nothing until you fill it in",
}

SKELETON = "--write makes a skeleton of it, which counts for nothing until it is filled in."


def render_text(assessment: Assessment, plan: Plan, written: Sequence[Written], style: PageStyle) -> str:
    """The plan for people."""
    page = Page(style)
    page.write((headline(assessment, plan), "bold"))
    for number, step in enumerate(plan.steps, 1):
        page.blank()
        page.write((f"{number}. {step_title(step)}", "bold"), hang=3)
        page.write((step_gain(step), "dim"), indent=3)
        for action in step.actions:
            _action(page, action)
        for miss in step.misses:
            page.write(("close: ", "dim"), wording.spot(miss.path, miss.line), f"  {miss.reason}", indent=3, hang=2)
        for other in step.others:
            page.write(("or: ", "dim"), other, indent=3, hang=2)
        for text, address in step.links:
            page.write(("read: ", "dim"), f"{text}, {address}", indent=3, hang=2)
    if not plan.steps and assessment.level is not None:
        for advice in assessment.level.advice:
            page.item(advice)
    if written:
        page.heading("Files")
        for one in written:
            page.item(written_sentence(one))
    return page.render()


def _action(page: Page, action: Action) -> None:
    page.item(action.text, indent=3)
    if action.path:
        page.write((where(action), "cyan"), indent=5)
    if any(file.effect == "placeholder" for file in action.files):
        page.write(SKELETON, indent=5)
    elif action.snippet:
        page.blank()
        for line in action.snippet.splitlines():
            page.write(line, indent=7, hang=2) if line.strip() else page.blank()
        page.blank()


def headline(assessment: Assessment, plan: Plan) -> str:
    """Where the application stands, and where the plan leads, in a sentence or two."""
    if not assessment.applicable:
        return assessment.reason
    stands = f"{wording.level(assessment)}: {wording.score(assessment)}."
    if plan.goal is None:
        return f"{stands} There is no level above; how to stay there:"
    if not plan.steps:
        return f"{stands} That is level {plan.goal.number}, {plan.goal.name}, already; how to go on:"
    missing = wording.counted(plan.goal.score - assessment.score, "point")
    many = wording.counted(len(plan.steps), "step")
    return f"{stands} Level {plan.goal.number}, {plan.goal.name}, begins at {plan.goal.score}: {missing} more. The cheapest way, in {many}:"


def step_title(step: Step) -> str:
    """What a step reaches."""
    return f"{', '.join(dict.fromkeys(rise.question for rise in step.rises))}: {step.answer}"


def step_gain(step: Step) -> str:
    """What a step costs and gains."""
    rises = ", ".join(_rise(rise) for rise in step.rises)
    return f"{step.effort} effort, +{step.gain} ({rises}), then {step.score}"


def _rise(rise: Rise) -> str:
    return f"{rise.question} {rise.before} -> {rise.after}"


def where(action: Action) -> str:
    """The place of an action, in words."""
    spot = wording.spot(action.path, action.line)
    words = {"after": f"after {spot}", "line": f"at {spot}", "end": f"at the end of {action.path}", "new": f"new file {action.path}"}
    return words.get(action.place, spot)


def written_sentence(one: Written) -> str:
    """What became of a file."""
    if one.refusal:
        return f"{one.file.path} was left alone: {one.refusal}."
    return f"{one.file.path} was written: {EFFECTS[one.file.effect]}."


def render_markdown(assessment: Assessment, plan: Plan, written: Sequence[Written]) -> str:
    """The plan as Markdown, for an issue or a wiki."""
    lines = [f"# {prose(_markdown_title(plan))}", "", prose(headline(assessment, plan)), ""]
    for number, step in enumerate(plan.steps, 1):
        lines += _markdown_step(number, step)
    if not plan.steps and assessment.level is not None:
        lines += [f"- {prose(advice)}" for advice in assessment.level.advice]
    if written:
        lines += ["## Files", "", *(f"- {prose(written_sentence(one))}" for one in written), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _markdown_title(plan: Plan) -> str:
    return f"The way to level {plan.goal.number}, {plan.goal.name}" if plan.goal is not None and plan.steps else "The way up"


def _markdown_step(number: int, step: Step) -> Iterator[str]:
    yield from (f"## {number}. {prose(step_title(step))}", "", prose(step_gain(step)[:1].upper() + step_gain(step)[1:] + "."), "")
    for action in step.actions:
        yield f"- [ ] {prose(action.text)}"
        if action.path:
            yield f"  {prose(where(action).replace(action.path, ''))}{code(wording.spot(action.path, 0))}".rstrip()
        if action.snippet:
            fence = "`" * max(3, _longest_ticks(action.snippet) + 1)
            yield from ("", f"  {fence}{action.language}", *(f"  {one_line_kept(line)}".rstrip() for line in action.snippet.splitlines()))
            yield from (f"  {fence}", "")
    for miss in step.misses:
        yield f"- Close: {code(wording.spot(miss.path, miss.line))} {prose(miss.reason)}"
    yield from (f"- Or: {prose(other)}" for other in step.others)
    yield from (f"- Read: {link(text, address)}" for text, address in step.links)
    yield ""


def one_line_kept(line: str) -> str:
    """A snippet's line with its indentation."""
    return line[: len(line) - len(line.lstrip(" "))] + one_line(line.lstrip(" "))


def _longest_ticks(text: str) -> int:
    return max((len(run) for run in "".join(c if c == "`" else " " for c in text).split()), default=0)


def render_json(assessment: Assessment, plan: Plan, written: Sequence[Written]) -> str:
    """The plan as `schemas/advance.schema.json` describes it."""
    level = None if assessment.level is None else {"number": assessment.level.number, "name": assessment.level.name}
    goal = None if plan.goal is None else {"number": plan.goal.number, "name": plan.goal.name, "score": plan.goal.score}
    document = {
        "version": 1,
        "path": assessment.path,
        "applicable": assessment.applicable,
        "score": assessment.score,
        "max": assessment.max,
        "level": level,
        "goal": goal,
        "steps": [_json_step(step) for step in plan.steps],
        "files": [{"path": w.file.path, "written": not w.refusal, "effect": w.file.effect, "refusal": w.refusal} for w in written],
    }
    return safe_json(json.dumps(document, indent=2)) + "\n"


def _json_step(step: Step) -> dict[str, Any]:
    return {
        "rises": [{"question": r.question, "title": r.title, "before": r.before, "after": r.after} for r in step.rises],
        "answer": step.answer,
        "effort": step.effort,
        "gain": step.gain,
        "score": step.score,
        "rules": list(step.rules),
        "actions": [
            {
                "text": a.text,
                "path": a.path,
                "line": a.line,
                "place": a.place,
                "snippet": a.snippet,
                "files": [{"path": f.path, "text": f.text, "effect": f.effect} for f in a.files],
            }
            for a in step.actions
        ],
        "others": list(step.others),
        "misses": [{"path": m.path, "line": m.line, "text": m.text, "reason": m.reason} for m in step.misses],
        "links": [{"text": text, "url": address} for text, address in step.links],
    }
