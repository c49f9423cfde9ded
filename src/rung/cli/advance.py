"""`rung advance`: the cheapest way to the next level, and what each step is in this repository."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import click

from rung.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rung.advance.types import Plan
    from rung.advance.writing import Written
    from rung.judge import Gathered
    from rung.model.assessment import Assessment

FORMATS = ("text", "json", "markdown")


@click.command()
@click.argument("path", default=".")
@click.option("--to", "wanted", metavar="LEVEL", help="The level to reach, by name or number; the next one unless given.")
@click.option("--ref", metavar="REF", help="Read this commit, branch or tag from git's object store.")
@click.option("--rules", metavar="DIR", multiple=True, help="Read more rules and tools from DIR. May be given several times.")
@click.option("--owner", metavar="@TEAM", default="", help="Who owns the prompts, for the code owners' file.")
@click.option("--write", is_flag=True, help="Make the files of these steps that don't exist yet. Nothing is overwritten.")
@click.option("--format", "style", type=click.Choice(FORMATS), default="text", show_default=True, help="How to report.")
@click.option("-o", "--output", metavar="FILE", help="Write the report to FILE instead of printing it.")
def advance(
    path: str, wanted: str | None, ref: str | None, rules: tuple[str, ...], owner: str, write: bool, style: str, output: str | None
) -> None:
    """Show the cheapest way to the next level for the repository at PATH: which answers to raise in which order, what each gains, and
    what to do for it here.

    With --write, files that can be made safely are made: skeletons, which count for nothing until somebody fills them in, and
    settings that work at once. What stands there already is left alone.
    """
    if write and ref is not None:
        raise click.UsageError("--write needs the work tree: leave --ref out.")
    gc.disable()  # as for a scan

    from rung.advance.planning import goal_of, make_plan
    from rung.advance.steps import Steps, tables
    from rung.advance.surroundings import Surroundings
    from rung.cli.output import emit
    from rung.cli.progress import progress_bar
    from rung.judge import gather
    from rung.repository.owners import CodeOwners

    if owner and CodeOwners("", f"* {owner}").owners("file") != (owner,):
        raise click.UsageError(f"--owner {owner!r} is no owner: give @user, @organization/team or an address.")
    with progress_bar() as progress:
        gathered = gather(path, ref, rules, progress)
    seen, knowledge = gathered.repository, gathered.knowledge
    assessment = gathered.assessor.assessment(path, seen.scope, seen.ref, seen.commit, seen.notices)
    goal = goal_of(knowledge.model, assessment, wanted)
    steps = Steps(Surroundings(seen, gathered.facts, knowledge.catalogue, tables(), owner))
    plan = make_plan(gathered.assessor, assessment, goal, steps.actions)
    written = _write(gathered, plan) if write else ()
    emit(_render(assessment, plan, written, style, output), output)
    sys.stdout.flush()


def _write(gathered: Gathered, plan: Plan) -> Sequence[Written]:
    from rung.advance.writing import write_files

    top = gathered.repository.top
    if not top.is_dir():
        raise UserError(f"{top} is no folder: --write needs the work tree of a repository.")
    return write_files(top, (file for step in plan.steps for action in step.actions for file in action.files))


def _render(assessment: Assessment, plan: Plan, written: Sequence[Written], style: str, output: str | None) -> str:
    from rung.report import advance as report

    if style == "text":
        from rung.cli.output import page_style

        return report.render_text(assessment, plan, written, page_style(to_file=output is not None))
    return report.render_json(assessment, plan, written) if style == "json" else report.render_markdown(assessment, plan, written)
