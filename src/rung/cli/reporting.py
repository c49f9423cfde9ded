"""Which reports a command writes and where each goes: the options `--format` and `-o`, shared by every command that reports."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rung.gate.types import Report

FORMATS = ("text", "json", "markdown", "sarif", "junit", "github", "azure", "gitlab", "html")
BILL = "cyclonedx"  # what was found instead of how it is judged, so only a scan has it
_ORDER = "rung.cli.reporting"
Target = tuple[str, str | None]  # a format, and the file it goes to; None is stdout


class ReportCommand(click.Command):
    """A command with `--format` and `-o`, which remembers in which order these were given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parses as every command does."""
        _, _, order = self.make_parser(ctx).parse_args(args=list(args))
        ctx.meta[_ORDER] = [parameter.name for parameter in order if parameter.name in ("formats", "outputs")]
        return super().parse_args(ctx, args)


def report_options(command: Callable[..., Any], formats: Sequence[str] = FORMATS) -> Callable[..., Any]:
    """Adds `--format` and `-o` to a ReportCommand, which gets `reports`: a format and its file (None: stdout) for each report wanted."""

    @click.option(
        "--format",
        "formats",
        type=click.Choice(formats),
        multiple=True,
        help="How to report; text unless given. May be given several times, each with its own -o.",
    )
    @click.option(
        "-o",
        "--output",
        "outputs",
        metavar="FILE",
        multiple=True,
        help="Write the report to FILE instead of printing it. Belongs to the --format before it; - is stdout.",
    )
    @wraps(command)
    def with_reports(*arguments: Any, formats: tuple[str, ...], outputs: tuple[str, ...], **options: Any) -> Any:
        order = click.get_current_context().meta[_ORDER]
        return command(*arguments, reports=pair(formats, outputs, order), **options)

    return with_reports


def pair(formats: Sequence[str], outputs: Sequence[str], order: Sequence[str]) -> tuple[Target, ...]:
    """Each format with the file that it goes to; `order` says which of `formats` and `outputs` came when.

    Raises click.UsageError where it isn't clear.
    """
    wanted: list[tuple[str, list[str]]] = []
    early: list[str] = []  # what stands before every format belongs to the first
    styles, files = iter(formats), iter(outputs)
    for name in order if formats else ("formats", *order):
        if name == "formats":
            wanted.append((next(styles, "text"), early if not wanted else []))
        else:
            (wanted[-1][1] if wanted else early).append(next(files))
    crowded = next((style for style, own in wanted if len(own) > 1), None)
    if crowded is not None:
        raise click.UsageError(f"The format {crowded} has more than one -o: give every -o a --format of its own.")
    targets = tuple((style, None if own in ([], ["-"]) else own[0]) for style, own in wanted)
    printed = [style for style, file in targets if file is None]
    if len(printed) > 1:
        raise click.UsageError(f"The formats {' and '.join(printed)} would both be printed: write all but one to a file with -o FILE.")
    written = [file for _, file in targets if file is not None]
    twice = next((file for file in written if written.count(file) > 1), None)
    if twice is not None:
        raise click.UsageError(f"Two reports would be written to {twice}: give each a file of its own.")
    return targets


def emit_reports(report: Report, reports: Sequence[Target]) -> None:
    """Renders every report that is wanted and writes it: files first, then stdout. Raises UserError where one can't be written."""
    from rung.cli.output import emit

    for style, output in sorted(reports, key=lambda target: target[1] is None):
        text = render(report, style, to_file=output is not None)
        if style == "azure":
            text += _uploads(reports)
        emit(text if output is not None else _printable(text), output)


def _uploads(reports: Sequence[Target]) -> str:
    """The commands that show the Markdown reports of the same run on the page of Azure's."""
    from rung.report.azure import upload_summary

    return "".join(upload_summary(str(Path(file).resolve())) for style, file in reports if style == "markdown" and file is not None)


def render(report: Report, style: str, *, to_file: bool) -> str:
    """The report in a format; the text format fits the terminal when it is printed to one."""
    if style == "text":
        from rung.cli.output import page_style
        from rung.report.text import render_text

        return render_text(report, page_style(to_file))
    return _renderer(style)(report)


def _renderer(style: str) -> Callable[[Report], str]:
    if style == "json":
        from rung.report.json import render_json

        return render_json
    if style == "markdown":
        from rung.report.markdown import render_markdown

        return render_markdown
    if style == "sarif":
        from rung.report.sarif import render_sarif

        return render_sarif
    if style == "junit":
        from rung.report.junit import render_junit

        return render_junit
    if style == "azure":
        from rung.report.azure import render_azure

        return render_azure
    if style == "gitlab":
        from rung.report.gitlab import render_gitlab

        return render_gitlab
    if style == "html":
        from rung.report.html import render_html

        return render_html
    from rung.report.github import render_github

    return render_github


def _printable(text: str) -> str:
    """The text with what stdout's encoding can't say as escapes."""
    encoding = sys.stdout.encoding or "ascii"
    return text.encode(encoding, "backslashreplace").decode(encoding)
