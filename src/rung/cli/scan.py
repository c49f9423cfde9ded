"""`rung scan`: from a repository to a level, with the evidence."""

from __future__ import annotations

import gc
from functools import partial
from typing import TYPE_CHECKING

import click

from rung.cli.caching import cache_option
from rung.cli.reporting import BILL, FORMATS, ReportCommand, Target, emit_reports, report_options

if TYPE_CHECKING:
    from rung.cache import Cache
    from rung.scan import Progress


@click.command(cls=ReportCommand)
@click.argument("path", default=".")
@click.option("--ref", metavar="REF", help="Read this commit, branch or tag from git's object store; the work tree is left alone.")
@click.option("--rules", metavar="DIR", multiple=True, help="Read more rules and tools from DIR. May be given several times.")
@cache_option
@partial(report_options, formats=(*FORMATS, BILL))
def scan(path: str, ref: str | None, rules: tuple[str, ...], reports: tuple[Target, ...], cache: Cache) -> None:
    """Assess the repository at PATH (the current folder unless given).

    The work tree's tracked files are read, and untracked ones that git doesn't ignore. A folder below the repository's top is
    assessed as an application of its own; workflows, code owners and tags are still the repository's. Where the repository has a
    policy (.rung.yaml), its include, exclude and rules hold. Nothing of the repository is executed, and nothing is sent anywhere.
    """
    # One short run that keeps what it reads: collecting garbage would only look at the same objects again and again.
    gc.disable()

    from rung.cli.output import emit
    from rung.cli.progress import progress_bar
    from rung.judge import survey

    judged = [target for target in reports if target[0] != BILL]
    with progress_bar() as progress:
        bills = [(_bill(path, ref, rules, progress, cache), file) for style, file in reports if style == BILL]
        report = survey(path, ref, rules, progress, cache) if judged else None
    for text, file in bills:
        emit(text, file)
    if report is not None:
        emit_reports(report, judged)


def _bill(path: str, ref: str | None, rules: tuple[str, ...], progress: Progress | None, cache: Cache) -> str:
    """The bill of materials: it lists facts, which an assessment doesn't have."""
    from rung.inventory import take_inventory
    from rung.judge import gather
    from rung.report.cyclonedx import render_cyclonedx

    gathered = gather(path, ref, rules, progress, cache)
    return render_cyclonedx(take_inventory(gathered.repository, gathered.facts, gathered.knowledge.catalogue))
