"""The badge: level and score as an SVG that stands alone, and as JSON for shields.io."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from rung.report.safe import one_line

if TYPE_CHECKING:
    from rung.model.assessment import Assessment

LABEL = "LLMOps"
LEFT = "#555555"
NONE = "#6e6e6e"
COLORS = {1: "#b5452a", 2: "#8f6a00", 3: "#3f7d20", 4: "#1b7f4b"}  # white text on each has a contrast of 4.5 at least
HEIGHT, PADDING, BASELINE = 20, 6, 14
# How wide a character is at 11 pixels in the fonts named below, roughly: `textLength` makes up for the rest.
NARROW, WIDE, USUAL = "fijlrt1.,:;|/!() ", "mwMW@%", 6.9
SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" aria-label="{title}">
  <title>{title}</title>
  <clipPath id="r"><rect width="{width}" height="{height}" rx="3"/></clipPath>
  <g clip-path="url(#r)">
    <rect width="{left}" height="{height}" fill="{label_color}"/>
    <rect x="{left}" width="{right}" height="{height}" fill="{color}"/>
  </g>
  <g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" text-anchor="middle" aria-hidden="true">
    <text x="{label_x}" y="{baseline}" textLength="{label_width}">{label}</text>
    <text x="{message_x}" y="{baseline}" textLength="{message_width}">{message}</text>
  </g>
</svg>
"""


def message(assessment: Assessment) -> str:
    """What the badge says: the level's number and name, and the score."""
    level = assessment.level
    if not assessment.applicable or level is None:
        return "not applicable"
    return one_line(f"{level.number} {level.name} {assessment.score}/{assessment.max}")


def color(assessment: Assessment) -> str:
    """The level's colour; grey where the model doesn't apply."""
    level = assessment.level
    return NONE if level is None or not assessment.applicable else COLORS.get(level.number, NONE)


def render_json(assessment: Assessment) -> str:
    """The badge as shields.io's endpoint wants it."""
    badge = {"schemaVersion": 1, "label": LABEL, "message": message(assessment), "color": color(assessment).removeprefix("#")}
    return json.dumps(badge, indent=2) + "\n"


def render_svg(assessment: Assessment) -> str:
    """The badge as SVG: no fonts, scripts or images of elsewhere, and readable to a screen reader."""
    said = message(assessment)
    label_width, message_width = _width(LABEL), _width(said)
    left, right = label_width + 2 * PADDING, message_width + 2 * PADDING
    return SVG.format(
        width=left + right,
        height=HEIGHT,
        title=escape(f"{LABEL}: {said}"),
        left=left,
        right=right,
        label_color=LEFT,
        color=color(assessment),
        baseline=BASELINE,
        label=escape(LABEL),
        message=escape(said),
        label_x=left / 2,
        message_x=left + right / 2,
        label_width=label_width,
        message_width=message_width,
    )


def _width(text: str) -> int:
    return round(sum(4.2 if c in NARROW else 10.2 if c in WIDE else USUAL for c in text))
