"""`rung gate`: is it enough?"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import click

from rung.cli.caching import cache_option
from rung.cli.reporting import ReportCommand, Target, emit_reports, report_options

if TYPE_CHECKING:
    from rung.cache import Cache

FAILED = 1


@click.command(cls=ReportCommand)
@click.argument("path", default=".")
@click.option("--ref", metavar="REF", help="Judge this commit, branch or tag from git's object store instead of the work tree.")
@click.option("--base", metavar="REF", help="Compare with this commit, branch or tag, and judge by its policy.")
@click.option("--config", metavar="FILE", help="Judge by this policy file instead of the repository's own.")
@click.option("--rules", metavar="DIR", multiple=True, help="Read more rules and tools from DIR. May be given several times.")
@click.option("--min-level", metavar="LEVEL", help="The level that it must reach, by name or number (managed, 3).")
@click.option("--min-score", metavar="POINTS", type=int, help="The score that it must reach.")
@click.option("--floor", "floors", metavar="SUBJECT=POINTS", multiple=True, help="The points that a capability or a question must have.")
@click.option("--regression", metavar="KIND", help="What a change may not lower: allow (nothing is asked), score, answer (any of them).")
@click.option("--mode", metavar="MODE", help="enforce: exit with 1 where something falls short; annotate: only report it.")
@cache_option
@report_options
def gate(
    path: str,
    ref: str | None,
    base: str | None,
    config: str | None,
    rules: tuple[str, ...],
    min_level: str | None,
    min_score: int | None,
    floors: tuple[str, ...],
    regression: str | None,
    mode: str | None,
    reports: tuple[Target, ...],
    cache: Cache,
) -> int:
    """Judge the repository at PATH (the current folder unless given) by its policy, .rung.yaml, and by these options on top.

    With --base, the base's policy, custom rules, waivers and attestations judge, so that a change can't lower its own bar, and the
    report shows what the change does to every answer. Exits with 0 where nothing falls short, 1 where something does, and 2 where
    it could not be judged.
    """
    gc.disable()  # as for a scan

    from datetime import UTC, datetime

    from rung.cli.progress import progress_bar
    from rung.judge import Options, judge

    options = Options(rules, min_level, min_score, floors, regression, mode)
    today = datetime.now(UTC).date()
    with progress_bar() as progress:
        report = judge(path, today=today, ref=ref, base=base, config=config, options=options, progress=progress, cache=cache)
    emit_reports(report, reports)
    return 0 if report.passed or report.mode == "annotate" else FAILED
