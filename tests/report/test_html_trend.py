"""The trend as a web page: points stand where the scores put them, and names stay text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from rung.gate.types import Past
from rung.model.assessment import Assessment
from rung.report.html_trend import render_html
from rung.repository.history import Moment
from tests.report.elements import Node, parsed
from tests.report.sample import HOSTILE, sample

NONE = sample(applicable=False, reason="This repository uses no LLM.", level=None, capabilities=(), answers=(), score=0)


def page(*assessments: Assessment, names: Sequence[str] = ()) -> Node:
    """The page of a history, a month a moment."""
    told = [*names, *(f"v{number}" for number in range(len(names) + 1, len(assessments) + 1))]
    pasts = [
        Past(Moment(name, "ab" * 20, f"2025-{number:02}-01"), found)
        for number, (name, found) in enumerate(zip(told, assessments, strict=True), 1)
    ]
    return parsed(render_html(pasts))


def test_a_point_stands_in_the_band_of_its_level() -> None:
    chart = page(sample(score=9), sample(score=10), sample(score=28)).one("svg", kind="line")
    bands = {z.attributes["data-level"]: (float(z.attributes["y"]), float(z.attributes["height"])) for z in chart.all("rect", kind="zone")}
    heights = [float(circle.attributes["cy"]) for circle in chart.all("circle")]
    for height, level in zip(heights, ("1", "2", "4"), strict=True):
        start, size = bands[level]
        assert start <= height <= start + size
    assert sum(size for _, size in bands.values()) == pytest.approx(260, abs=1)
    assert [zone.attributes["data-level"] for zone in chart.all("rect", kind="current")] == ["3"]  # what the last one's level says


def test_there_is_a_gap_where_no_model_is_used() -> None:
    chart = page(sample(), sample(), NONE, sample()).one("svg", kind="line")
    (group,) = chart.all("g", kind="stretch")
    assert [path.attributes["d"].count("L") for path in group.all("path")] == [1, 0]
    assert "no language model is used" in chart.all("a")[2].attributes["aria-label"]


def test_every_capability_has_a_chart_that_says_what_it_shows() -> None:
    before = sample(capabilities=tuple(replace(item, score=0) for item in sample().capabilities))
    whole = page(before, sample(), sample())
    smalls = whole.all("figure", kind="small")
    assert [small.attributes["data-capability"] for small in smalls] == [item.id for item in sample().capabilities]
    assert smalls[0].one("desc").text == "0 at v1, 2 at v2; of 2 points."


@pytest.mark.parametrize("count", [1, 5, 60])
def test_points_stay_apart_and_inside(count: int) -> None:
    chart = page(*[sample()] * count).one("svg", kind="line")
    places = [float(circle.attributes["cx"]) for circle in chart.all("circle")]
    assert len(places) == count
    assert places[-1] < float(chart.attributes["width"])
    assert all(after - before > 23 for before, after in pairwise(places))


def test_names_stay_text_and_links_lead_somewhere() -> None:
    whole = page(NONE, sample(), names=[f"<b>{HOSTILE}", HOSTILE])
    assert not whole.all("b")
    assert not whole.all("img")
    ids = {node.attributes["id"] for node in whole.walk() if "id" in node.attributes}
    assert {node.attributes["href"][1:] for node in whole.all("a") if node.attributes["href"].startswith("#")} <= ids
    assert page(NONE).one("h2", id="score").text == "No language model here"
