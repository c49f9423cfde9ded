"""`rung trend`: how a repository has moved."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from rung.cli.caching import cache_option

if TYPE_CHECKING:
    from rung.cache import Cache
    from rung.gate.types import Past
    from rung.repository import Repository
    from rung.repository.history import Moment


FORMATS = ("text", "json", "csv", "html")


@click.command()
@click.argument("path", default=".")
@click.option("--every", metavar="N", type=click.IntRange(min=1), help="Look at every Nth commit instead of at releases.")
@click.option("--months", "by_month", is_flag=True, help="Look at the last commit of each month instead of at releases.")
@click.option("--last", metavar="N", type=click.IntRange(min=1), default=12, show_default=True, help="Look at the last N of these.")
@click.option("--rules", metavar="DIR", multiple=True, help="Read more rules and tools from DIR. May be given several times.")
@click.option("--format", "style", type=click.Choice(FORMATS), default="text", show_default=True, help="How to report.")
@click.option("-o", "--output", metavar="FILE", help="Write to FILE instead of printing.")
@cache_option
def trend(
    path: str, every: int | None, by_month: bool, last: int, rules: tuple[str, ...], style: str, output: str | None, cache: Cache
) -> None:
    """Show score and level of the repository at PATH over its releases (tags with a number), and which of them gained or lost what.

    All moments are read from git's object store, and assessed by today's rules.
    """
    if every is not None and by_month:
        raise click.UsageError("--every and --months can't be given together: choose one.")
    gc.disable()  # as for a scan

    from rung.cli.output import emit
    from rung.cli.progress import progress_bar
    from rung.errors import UserError
    from rung.judge import trend as look_back
    from rung.repository import history

    def choose(repository: Repository) -> Sequence[Moment]:
        if every is not None:
            return history.steps(repository, every)[-last:]
        return (history.months(repository) if by_month else history.releases(repository))[-last:]

    with progress_bar() as progress:
        pasts = look_back(path, choose, rules, progress, cache)
    if not pasts:
        raise UserError(f"{path} has no release tags: fetch them (git fetch --tags), or look at commits with --every N or --months.")
    emit(_render(pasts, style, output), output)


def _render(pasts: Sequence[Past], style: str, output: str | None) -> str:
    from rung.report.trend import render_csv, render_json

    if style == "text":
        from rung.cli.output import page_style
        from rung.report.trend_text import render_text

        return render_text(pasts, page_style(to_file=output is not None))
    if style == "html":
        from rung.report.html_trend import render_html

        return render_html(pasts)
    return render_json(pasts) if style == "json" else render_csv(pasts)
