"""The report as a web page: well formed, complete, harmless, and asking for nothing outside itself."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from rung.gate.types import Report
from rung.judge import survey
from rung.model.assessment import Evidence
from rung.report.html import render_html
from tests.helpers import git, make_repository
from tests.report.elements import Node, parsed
from tests.report.sample import HOSTILE, REACH, WORKFLOW, answer_with, finding, gate_report, near_miss, sample, scan_report, two_projects

COMMIT = "3f2a91c0" * 5
BLOB = f"https://github.com/owner/name/blob/{COMMIT}"


def page(report: Report) -> Node:
    return parsed(render_html(report))


def with_remote(report: Report, remote: str = "git@github.com:owner/name.git") -> Report:
    reviews = (replace(review, assessment=replace(review.assessment, remote=remote)) for review in report.reviews)
    return replace(report, reviews=tuple(reviews))


NOT_APPLICABLE = scan_report(applicable=False, reason="This repository uses no LLM.", level=None, capabilities=(), answers=(), score=0)
REPORTS = {
    "scan": scan_report(),
    "gate": gate_report(),
    "linked": with_remote(gate_report()),
    "projects": two_projects(),
    "hostile": gate_report(HOSTILE),
    "none": NOT_APPLICABLE,
    "empty": Report(()),
}
every_report = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)


@every_report
def test_the_policy_names_the_one_style_and_the_one_script_by_hash(report: Report) -> None:
    whole = page(report)
    policy = whole.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    assert policy.startswith("default-src 'none'; ")
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        digest = base64.b64encode(hashlib.sha256(whole.one(tag).text.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}';" in policy
    assert "unsafe" not in policy


@every_report
def test_nothing_is_loaded_and_nothing_runs_from_an_attribute(report: Report) -> None:
    for node in page(report).walk():
        assert not {"src", "srcset", "style", "action", "formaction", "ping", "background"} & set(node.attributes), node.attributes
        assert not [name for name in node.attributes if name.startswith("on")]
        address = node.attributes.get("href", "#")
        allowed = ("data:image/svg+xml,",) if node.tag == "link" else ("#", "https://", "http://")
        assert address.startswith(allowed), address
    assert not re.search(r"url\(|@import", page(report).one("style").text)
    assert not re.search(r"innerHTML|\beval\b|fetch\(|XMLHttpRequest", page(report).one("script").text)


@every_report
def test_headings_are_in_order_and_references_lead_somewhere(report: Report) -> None:
    whole = page(report)
    levels = [int(node.tag[1]) for node in whole.walk() if re.fullmatch(r"h[1-6]", node.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [node.attributes["id"] for node in whole.walk() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    for node in whole.walk():
        references = node.attributes.get("aria-labelledby", "").split() + node.attributes.get("for", "").split()
        references += [node.attributes["href"][1:]] if node.attributes.get("href", "").startswith("#") else []
        assert set(references) <= set(ids)


def test_the_ladder_shows_the_score_on_its_rung() -> None:
    ladder = page(scan_report()).one("svg", kind="ladder")
    assert len(ladder.all("path", kind="reached")) == 16  # the ground and a rung a point
    rung = ladder.one("path", data_points="15").attributes["d"]
    height = float(rung.split()[1].partition("H")[0])
    pin = ladder.one("path", kind="pin").attributes["d"]
    assert float(pin.split()[1].partition("h")[0]) == pytest.approx(height - 13)
    assert ladder.one("path", kind="current").attributes["data-level"] == "3"
    assert [node.text for node in ladder.all("text", kind="range")] == [
        f"{a}\N{EN DASH}{b}" for a, b in ((0, 9), (10, 14), (15, 19), (20, 28))
    ]
    assert ladder.one("desc").text.startswith("15 of 28 points: Level 3, managed.")


def test_the_ladder_shows_the_score_before_and_the_target_that_is_missed() -> None:
    ladder = page(gate_report()).one("svg", kind="ladder")
    assert ladder.one("text", kind="before").text == "was 16"
    assert ladder.one("text", kind="target").text == "target 20"
    heights = [float(node.attributes["y"]) for node in (ladder.one("text", kind="before"), ladder.one("text", kind="target"))]
    assert abs(heights[0] - heights[1]) >= 20
    assert not page(scan_report()).all("text", kind="target")


def test_the_chart_has_a_cell_for_each_point_and_marks_those_attested() -> None:
    chart = page(gate_report()).one("svg", kind="bars")
    safety = chart.one("g", data_capability="safety")
    assert [node.attributes["class"] for node in safety.all("rect")] == ["cell attested", "cell open", "cell open", "cell open"]
    models = chart.one("g", data_capability="models")
    assert [node.attributes["class"] for node in models.all("rect")] == ["cell full", "cell full"]
    assert chart.one("desc").text == "Models 2 of 2; Delivery 1 of 4; Safety 1 of 4."
    assert {node.attributes["role"] for node in page(gate_report()).all("svg") if "aria-hidden" not in node.attributes} == {"img"}


def test_a_question_says_what_it_has_and_what_the_next_answer_needs() -> None:
    question = page(scan_report()).one("article", id="p1-continuous-integration")
    assert "1 of 2 points" in question.text
    assert "CI runs tests on push or pull request." in question.text
    assert "Commit the cases it runs on." in question.one("div", kind="next").text
    assert "medium effort" in question.one("div", kind="next").text
    assert "Not known:" in question.one("p", kind="unknown").text
    assert "5" in question.all("summary")[0].text
    assert page(scan_report()).one("article", id="p1-model-configuration").one("div", kind="next").text.strip() == "The highest answer."


def test_the_chain_is_drawn_from_the_trigger_to_the_tool_with_links() -> None:
    chain = page(with_remote(scan_report())).one("article", id="p1-continuous-integration").all("ol", kind="chain")[0]
    assert [node.text for node in chain.all("span", kind="kind")] == [step.kind for step in REACH]
    links = chain.all("a")
    assert [node.text for node in links] == [step.text for step in REACH]
    assert links[0].attributes["href"] == f"{BLOB}/{WORKFLOW}#L3"
    assert links[-1].attributes["href"] == f"{BLOB}/scripts/eval.sh#L4"


def test_evidence_links_to_its_line_only_where_the_host_is_known() -> None:
    linked = page(with_remote(scan_report())).one("article", id="p1-model-configuration").one("a", kind="place")
    assert (linked.text, linked.attributes["href"]) == ("app/settings.py:12", f"{BLOB}/app/settings.py#L12")
    plain = page(scan_report()).one("article", id="p1-model-configuration")
    assert not plain.all("a")
    assert plain.one("span", kind="place").text == "app/settings.py:12"


def test_many_places_fold_and_too_many_are_counted() -> None:
    places = [Evidence(f"a{number}.py", 1, "x") for number in range(230)]
    question = page(scan_report(answers=(answer_with(finding("many", *places)),))).one("article", id="p1-content-safety")
    assert len(question.all("span", kind="place")) == 200
    assert "195 more" in question.one("details", kind="more").one("summary").text
    assert "And 30 more" in question.text


def test_a_near_miss_says_why() -> None:
    question = page(scan_report(answers=(answer_with(near_miss()),))).one("article", id="p1-content-safety")
    assert "`" not in question.text
    assert "client.create has no guard in front of it." in question.text


def test_filters_know_what_each_question_is() -> None:
    whole = page(gate_report())
    kinds = {node.attributes["id"]: node.attributes["data-kinds"] for node in whole.all("article")}
    assert kinds == {
        "p1-model-configuration": "full",
        "p1-continuous-integration": "improve changed",
        "p1-content-safety": "improve held changed",
    }
    buttons = {node.attributes["data-filter"]: node.one("span", kind="count").text for node in whole.all("button") if node.all("span")}
    assert buttons == {"all": "3", "improve": "2", "full": "1", "changed": "2", "held": "1"}
    assert [node.attributes["data-filter"] for node in page(scan_report()).all("button") if node.all("span")] == ["all", "improve", "full"]


def test_the_gate_shows_shortfalls_the_way_up_waivers_and_attestations() -> None:
    whole = page(gate_report())
    fails, falls, waived = whole.all("li", kind="shortfall")
    assert "Fails" in fails.text
    assert "Level 3 is below level 4: 5 points are missing." in fails.text
    assert ".rung.yaml:3" in fails.text
    assert fails.one("ol", kind="ways").one("a").attributes["href"] == "#p1-continuous-integration"
    assert "continuous-integration falls from 2 to 1." in falls.text
    assert "Waived until 2031-03-31 by @team/safety" in waived.text
    assert [node.attributes["datetime"] for node in whole.all("time")] == ["2031-03-31", "2031-03-31"]
    assert "https://example.com/proof" in [node.attributes["href"] for node in whole.one("ul", kind="held").all("a")]
    assert "The target is level 2." in whole.text
    assert "A lower target has no effect." in whole.text


def test_a_change_shows_what_was_lost_gained_and_not_enough() -> None:
    fallen, brought = page(with_remote(gate_report())).all("li", kind="change")
    assert "2 → 1" in fallen.text
    assert [node.text for node in fallen.all("span", kind="place") + fallen.all("a", kind="place")] == [
        f"{WORKFLOW}:30",
        "evals/run.py:2",
        "tests/test_it.py:4",
    ]
    assert "the file is gone" in fallen.text
    assert "still 1" in brought.text
    assert "client.create has no guard in front of it." in brought.text


def test_a_base_without_a_verdict_is_shown_too() -> None:
    (review,) = gate_report().reviews
    whole = page(Report((replace(review, verdict=None),)))
    assert "Score 16 → 15, level 3 managed as before." in whole.text
    assert "Gate:" not in whole.text


def test_lines_of_the_base_link_to_its_commit() -> None:
    (review,) = with_remote(gate_report()).reviews
    lost = page(Report((review,))).all("ul", kind="lost")[0]
    assert lost.all("a")[0].attributes["href"] == f"https://github.com/owner/name/blob/{'b' * 40}/{WORKFLOW}#L30"


def test_several_projects_stand_on_one_page() -> None:
    whole = page(two_projects())
    assert [node.text for node in whole.one("select").all("option")] == ["All projects", "chat", "search | agent"]
    assert [node.attributes["id"] for node in whole.all("section", kind="project")] == ["p1", "p2"]
    rows = whole.all("table")[0].all("tr")[1:]
    assert [row.all("a")[0].attributes["href"] for row in rows] == ["#p1", "#p2"]
    assert "says no" in rows[0].text


def test_a_repository_that_the_model_is_not_for_gets_the_reason() -> None:
    whole = page(NOT_APPLICABLE)
    assert "This repository uses no LLM." in whole.text
    assert not whole.all("svg", role="img")
    assert not whole.all("article")


def test_hostile_text_stays_text() -> None:
    places = Evidence('"><img src=x onerror=alert(1)>/a.py', 2, HOSTILE, REACH)
    harmless = {node.tag for report in (gate_report(), two_projects()) for node in page(report).walk()}
    named = replace(gate_report(HOSTILE).reviews[0], name=f"</option><script>x</script>{HOSTILE}")
    odd = sample(
        path=HOSTILE, ref=HOSTILE, scope=HOSTILE, answers=(answer_with(finding("odd", places)),), remote=f"git@github.com:o/{HOSTILE}"
    )
    for report in (Report((named, replace(named, assessment=odd))), scan_report(answers=odd.answers, path=HOSTILE)):
        whole = page(report)
        assert {node.tag for node in whole.walk()} <= harmless
        assert len(whole.all("script")) == 1
        assert "<b>@someone" in whole.text
        assert not re.search("[\x00-\x08\x1b\u202e\u2028\ud800]", whole.text)


def test_only_addresses_of_the_web_become_links() -> None:
    review = gate_report().reviews[0]
    assert review.verdict is not None
    attestation = replace(review.verdict.attestations[0], evidence="javascript://example.com/%0aalert(1)")
    changed = replace(review, verdict=replace(review.verdict, attestations=(attestation,)))
    held = page(Report((changed,))).one("ul", kind="held")
    assert not held.all("a")
    assert "javascript://example.com/%0aalert(1)" in held.text


def test_a_page_is_called_by_its_remote_else_by_its_folder() -> None:
    assert page(with_remote(scan_report())).one("h1").text == "owner/name"
    assert page(scan_report(path="/srv/apps/clinic/")).one("h1").text == "clinic"
    assert page(scan_report(path=".")).one("h1").text == "This repository"


def test_a_scan_of_a_repository_links_to_its_origin_and_shows_the_cheapest_way_up(tmp_path: Path) -> None:
    call = 'from openai import OpenAI\n\nOpenAI().responses.create(model="gpt-4o-mini", input=input())\n'
    folder = make_repository(tmp_path / "r", {"requirements.txt": "openai==1.78.0\n", "app.py": call, "Dockerfile": "FROM python:3.12\n"})
    git(folder, "config", "remote.origin.url", "https://user:secret@github.com/owner/name.git")
    text = render_html(survey(str(folder)))
    assert f'href="https://github.com/owner/name/blob/{git(folder, "rev-parse", "HEAD")}/Dockerfile' in text
    assert "secret" not in text
    assert "The cheapest way to level 2, defined" in text


def test_the_same_report_gives_the_same_page() -> None:
    assert render_html(gate_report()) == render_html(gate_report())
