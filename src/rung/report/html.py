"""The report as one self-contained web page."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup, escape

from rung.knowledge import data_folder, load_yaml
from rung.regex import regex
from rung.report import remarks, wording
from rung.report.html_view import page_view
from rung.report.safe import one_line

if TYPE_CHECKING:
    from rung.gate.types import Report

_TEMPLATES = Path(__file__).parent / "templates"
_ADDRESS = regex(r"https?://[^\s]+", re.IGNORECASE)


def render_html(report: Report) -> str:
    """The report as HTML that asks for nothing outside itself.

    Text of the scanned repository is escaped, and on one line without characters that could deceive a reader.
    """
    view = page_view(load_yaml(data_folder("rules") / "model.yaml"), report)
    return render_page("page.html", ("theme.js", "script.js"), page=view, report=report)


def render_page(template: str, scripts: Sequence[str], **values: Any) -> str:
    """A template of a page, with the one style and the one script that its content security policy names by hash."""
    style, script = _file("style.css"), "\n".join(_file(name) for name in scripts)
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    made = _environment().get_template(template)
    return made.render(style=Markup(style), script=Markup(script), policy=policy, **values) + "\n"  # noqa: S704 - ours


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"prose": _prose, "sentence": remarks.sentence, "web": _web, "signed": _signed, "counted": wording.counted}
    environment.globals["wording"] = wording
    return environment


def _harmless(value: Any) -> Any:
    """Every value that a template puts out: text on one line; markup is made by these templates alone."""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _prose(text: str) -> Markup:
    """A sentence in which `such` words are code."""
    parts = one_line(text).split("`")
    if len(parts) % 2 == 0:  # a backtick alone
        return escape("`".join(parts))
    return Markup().join(Markup("<code>{}</code>").format(part) if number % 2 else part for number, part in enumerate(parts))


def _web(address: str) -> str:
    """The address if it is one of the web; else nothing, so that no other kind of link is made."""
    return address if _ADDRESS.fullmatch(address) else ""


def _signed(number: int) -> str:
    return f"{number:+d}".replace("-", "\N{MINUS SIGN}") if number else "±0"


def _file(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8").strip()


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
