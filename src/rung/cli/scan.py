"""`rung scan`: from a repository to a level, with the evidence."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rung.model.assessment import Assessment


@click.command()
@click.argument("path", default=".")
@click.option("--ref", metavar="REF", help="Read this commit, branch or tag from git's object store; the work tree is left alone.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to report.")
@click.option("-o", "--output", metavar="FILE", help="Write the report to FILE instead of printing it.")
@click.option("--rules", metavar="DIR", multiple=True, help="Read more rules and tools from DIR. May be given several times.")
def scan(path: str, ref: str | None, style: str, output: str | None, rules: tuple[str, ...]) -> None:
    """Assess the repository at PATH (the current folder unless given).

    The work tree's tracked files are read, and untracked ones that git doesn't ignore. A folder below the repository's top is
    assessed as an application of its own; workflows, code owners and tags are still the repository's. Nothing of the repository
    is executed, and nothing is sent anywhere.
    """
    # One short run that keeps what it reads: collecting garbage would only look at the same objects again and again.
    gc.disable()

    from rung.cli.output import emit
    from rung.cli.progress import progress_bar
    from rung.scan import scan as assess

    with progress_bar() as progress:
        assessment = assess(path, ref, rules, progress)
    emit(render(assessment, style, output), output)


def render(assessment: Assessment, style: str, output: str | None) -> str:
    """The report in the wanted format; the text format fits the terminal when it is printed to one."""
    if style == "json":
        from rung.report.json import render_json

        return render_json(assessment)
    from rung.cli.output import page_style
    from rung.report.text import render_text

    return render_text(assessment, page_style(to_file=output is not None))
