"""`rung badge`: level and score for a README."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import click

from rung.cli.caching import cache_option

if TYPE_CHECKING:
    from rung.cache import Cache


@click.command()
@click.argument("path", default=".")
@click.option("--ref", metavar="REF", help="Read this commit, branch or tag from git's object store.")
@click.option("--rules", metavar="DIR", multiple=True, help="Read more rules and tools from DIR. May be given several times.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["svg", "json"]),
    default="svg",
    show_default=True,
    help="An image, or what a shields.io endpoint badge reads.",
)
@click.option("-o", "--output", metavar="FILE", help="Write to FILE instead of printing.")
@cache_option
def badge(path: str, ref: str | None, rules: tuple[str, ...], style: str, output: str | None, cache: Cache) -> None:
    """Make a badge with the level and score of the repository at PATH."""
    gc.disable()  # as for a scan

    from rung.cli.output import emit
    from rung.cli.progress import progress_bar
    from rung.judge import survey
    from rung.report import badge as report

    with progress_bar() as progress:
        assessment = survey(path, ref, rules, progress, cache).reviews[0].assessment
    emit(report.render_svg(assessment) if style == "svg" else report.render_json(assessment), output)
