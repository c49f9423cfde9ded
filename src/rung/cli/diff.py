"""`rung diff`: what a change does to every answer."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import click

from rung.cli.caching import cache_option
from rung.cli.reporting import ReportCommand, Target, emit_reports, report_options

if TYPE_CHECKING:
    from rung.cache import Cache


@click.command(cls=ReportCommand)
@click.argument("base")
@click.argument("head", default="HEAD")
@click.option("--path", metavar="PATH", default=".", help="The repository, or a folder of it; the current folder unless given.")
@click.option("--rules", metavar="DIR", multiple=True, help="Read more rules and tools from DIR. May be given several times.")
@cache_option
@report_options
def diff(base: str, head: str, path: str, rules: tuple[str, ...], reports: tuple[Target, ...], cache: Cache) -> None:
    """Show what the change from BASE to HEAD does to every answer, and which evidence it takes away or adds.

    Both are commits, branches or tags, and read from git's object store; the work tree is left alone. Nothing is judged.
    """
    gc.disable()  # as for a scan

    from rung.cli.progress import progress_bar
    from rung.judge import diff as compare

    with progress_bar() as progress:
        report = compare(path, base, head, rules, progress, cache)
    emit_reports(report, reports)
