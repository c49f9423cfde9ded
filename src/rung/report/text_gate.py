"""The gate's part of the report for people: the verdict, what a change did, and who vouches for what."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import TYPE_CHECKING

from rung.report import wording
from rung.report.page import Page

if TYPE_CHECKING:
    from rung.gate.types import Change, Comparison, Shortfall, Verdict
    from rung.model.assessment import Answer

PLACES_SHOWN = 5


def write_items(page: Page, sentences: Iterable[str], indent: int = 2) -> None:
    """A bulleted paragraph a sentence."""
    for sentence in sentences:
        page.item(sentence, indent=indent)


def write_verdict(page: Page, verdict: Verdict) -> None:
    """What falls short of the policy, where that stands, and the cheapest way up."""
    if verdict.shortfalls:
        page.heading("Shortfalls")
    for shortfall in verdict.shortfalls:
        _shortfall(page, shortfall)
    used = [shortfall.waiver for shortfall in verdict.shortfalls]
    unused = [waiver for waiver in verdict.waivers if waiver not in used]
    if unused:
        page.heading("Waivers that nothing needs")
        write_items(page, (f"{w.subject} ({wording.spot(w.place.path, w.place.line)}): {wording.waived(w)}" for w in unused))


def _shortfall(page: Page, shortfall: Shortfall) -> None:
    failing = shortfall.waiver is None
    place = wording.asked_by(shortfall)
    mark = ("fails   ", "bold red") if failing else ("waived  ", "yellow")
    page.write(mark, shortfall.message, (f"  {place}" if place else "", "cyan"), indent=2, hang=8)
    if shortfall.waiver is not None:
        page.write((wording.waived(shortfall.waiver), "yellow"), indent=10)
        return
    if shortfall.ways:
        page.write(("The cheapest way up:", "bold"), indent=10)
    for way in shortfall.ways:
        page.item(wording.step_up(way), indent=10)
        write_items(page, way.needs, indent=12)


def write_comparison(page: Page, comparison: Comparison) -> None:
    """What a change did: the score and the level before and after, and every answer with the evidence that it lost or gained."""
    page.write((f"What changed against {wording.base(comparison)}", "bold"))
    page.blank()
    page.write(wording.moved(comparison, page.glyphs.arrow), indent=2)
    if not comparison.changes:
        page.write("No answer differs, nor its evidence.", indent=2)
    for change in comparison.changes:
        page.blank()
        _change(page, change)


def _change(page: Page, change: Change) -> None:
    arrow = page.glyphs.arrow
    points = f"{change.before} {arrow} {change.after}" if change.before != change.after else f"still {change.after}"
    color = "red" if change.after < change.before else "green" if change.after > change.before else "dim"
    page.write((f"{points}  ", f"bold {color}"), (change.title, "bold"), (f"  {change.question}", "dim"), indent=2, hang=2)
    lost = list(zip_longest(change.lost, change.lost_at))
    for evidence, at in lost[:PLACES_SHOWN]:
        page.quote(f"- {wording.spot(evidence.path, evidence.line)}", evidence.text, indent=4)
        if at is None:
            page.write(("the file is gone", "dim"), indent=10)
    _more(page, len(lost))
    for evidence in change.gained[:PLACES_SHOWN]:
        page.quote(f"+ {wording.spot(evidence.path, evidence.line)}", evidence.text, indent=4)
    _more(page, len(change.gained))
    for miss in change.missed[:PLACES_SHOWN]:
        page.quote(f"! {wording.spot(miss.path, miss.line)}", miss.text, indent=4)
        page.write((miss.reason, "dim"), indent=10)
    _more(page, len(change.missed))


def _more(page: Page, number: int) -> None:
    if number > PLACES_SHOWN:
        page.write((f"and {number - PLACES_SHOWN} more", "dim"), indent=6)


def write_vouched(page: Page, answer: Answer, indent: int) -> None:
    """Who vouches for an attested answer, and what the repository alone would have."""
    if answer.voucher is None:
        return
    inferred = f" The repository alone shows {wording.counted(answer.inferred, 'point')}." if answer.inferred is not None else ""
    page.write((wording.vouched(answer.voucher), "magenta"), inferred, indent=indent)
    page.write((answer.voucher.evidence, "cyan"), indent=indent + 2)
