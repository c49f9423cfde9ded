"""`rung scan`: from a repository to a level, with the evidence."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import click

from rung.cli.caching import cache_option
from rung.cli.reporting import ReportCommand, Target, emit_reports, report_options

if TYPE_CHECKING:
    from rung.cache import Cache


@click.command(cls=ReportCommand)
@click.argument("path", default=".")
@click.option("--ref", metavar="REF", help="Read this commit, branch or tag from git's object store; the work tree is left alone.")
@click.option("--rules", metavar="DIR", multiple=True, help="Read more rules and tools from DIR. May be given several times.")
@cache_option
@report_options
def scan(path: str, ref: str | None, rules: tuple[str, ...], reports: tuple[Target, ...], cache: Cache) -> None:
    """Assess the repository at PATH (the current folder unless given).

    The work tree's tracked files are read, and untracked ones that git doesn't ignore. A folder below the repository's top is
    assessed as an application of its own; workflows, code owners and tags are still the repository's. Where the repository has a
    policy (.rung.yaml), its include, exclude and rules hold. Nothing of the repository is executed, and nothing is sent anywhere.
    """
    # One short run that keeps what it reads: collecting garbage would only look at the same objects again and again.
    gc.disable()

    from rung.cli.progress import progress_bar
    from rung.judge import survey

    with progress_bar() as progress:
        report = survey(path, ref, rules, progress, cache)
    emit_reports(report, reports)
