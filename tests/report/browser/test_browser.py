"""The page in a real browser: it works from disk by keyboard and pointer, asks for nothing, and a checker of accessibility is content."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from rung.gate.types import Past, Report
from rung.judge import survey
from rung.report.html import render_html
from rung.report.html_trend import render_html as trend_page
from rung.repository.history import Moment
from tests.report.sample import HOSTILE, gate_report, sample, two_projects

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
REMOTE = "https://github.com/owner/name.git"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright's Python package is not installed")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium on the PATH")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def axe() -> str:
    package = pytest.importorskip("axe_playwright_python", reason="axe-core (axe-playwright-python) is not installed")
    return (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Reports on disk: three example applications, a gate, a gate over two projects, and one full of hostile text."""
    folder = tmp_path_factory.mktemp("pages")
    reports = {name: _linked(survey(str(EXAMPLES / name))) for name in ("support-desk", "contract-reader", "clinic-guide")}
    reports |= {
        "gate": _linked(gate_report()),
        "projects": two_projects(),
        "hostile": gate_report(f"<img src=x onerror=alert(1)>{HOSTILE}"),
    }
    found = {}
    for name, report in reports.items():
        found[name] = folder / f"{name}.html"
        found[name].write_text(render_html(report), encoding="utf-8")
    found["trend"] = folder / "trend.html"
    found["trend"].write_text(trend_page(_history()), encoding="utf-8")
    return found


def _history() -> list[Past]:
    """A dozen releases, with hostile names among them."""
    scores = (3, 3, 5, 9, 10, 8, 12, 12, 14, 15, 16, 15)
    names = [HOSTILE, *(f"v1.{number}.0" for number in range(1, len(scores)))]
    days = [f"2025-{number:02}-01" for number in range(1, len(scores) + 1)]
    return [
        Past(Moment(*moment, day), sample(score=score)) for *moment, day, score in zip(names, ["c" * 40] * 12, days, scores, strict=True)
    ]


def _linked(report: Report) -> Report:
    reviews = (replace(review, assessment=replace(review.assessment, remote=REMOTE, commit="c" * 40)) for review in report.reviews)
    return replace(report, reviews=tuple(reviews))


@dataclass
class Opened:
    """A page with what its console said and what it asked for beside itself."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def shown(self, selector: str) -> int:
        return int(self.page.locator(selector).filter(visible=True).count())

    def wide(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.fixture
def visit(browser: Any) -> Iterator[Any]:
    contexts = []

    def go(file: Path, size: dict[str, int] = DESKTOP, scheme: str = "light", **options: Any) -> Opened:
        contexts.append(browser.new_context(viewport=size, color_scheme=scheme, **options))
        opened = Opened(contexts[-1].new_page())
        opened.page.on("console", lambda message: opened.said.append(message.text))
        opened.page.on("pageerror", lambda error: opened.said.append(str(error)))

        def route(request: Any) -> None:
            if request.request.url == file.as_uri():
                request.continue_()
            else:
                opened.asked.append(request.request.url)
                request.abort()

        opened.page.route("**/*", route)
        opened.page.goto(file.as_uri())
        return opened

    yield go
    for context in contexts:
        context.close()


EVERYWHERE = list(product(("support-desk", "contract-reader", "clinic-guide"), (DESKTOP, PHONE), ("light", "dark")))
TWICE = [(name, *look) for name in ("gate", "projects", "hostile", "trend") for look in ((DESKTOP, "light"), (PHONE, "dark"))]


@pytest.mark.parametrize(("name", "size", "scheme"), [*EVERYWHERE, *TWICE])
def test_the_page_is_quiet_fits_and_is_accessible(
    visit: Any, files: dict[str, Path], axe: str, name: str, size: dict[str, int], scheme: str
) -> None:
    opened = visit(files[name], size, scheme)
    widths = [opened.wide()]
    if opened.shown("#unfold"):
        opened.page.click("#unfold")
    widths.append(opened.wide())
    opened.page.context.new_cdp_session(opened.page).send("Runtime.evaluate", {"expression": axe})  # the page's own policy forbids a script
    result = opened.page.evaluate("axe.run()")
    assert [(v["id"], v["nodes"][0]["html"]) for v in result["violations"] if v["impact"] in SERIOUS] == []
    assert len(result["passes"]) > 20
    assert widths == [0, 0]
    assert opened.said == []
    assert opened.asked == []


def test_filters_show_the_questions_that_they_name(visit: Any, files: dict[str, Path]) -> None:
    opened = visit(files["support-desk"])
    page = opened.page
    assert opened.shown(".question") == 14
    for kind in ("improve", "full"):
        page.click(f"[data-filter={kind}]")
        wanted = int(page.locator(f"[data-filter={kind}] .count").inner_text())
        assert opened.shown(".question") == wanted
        assert page.locator("#status").inner_text() == f"{wanted} of 14 questions"
        assert page.locator(f"[data-filter={kind}]").get_attribute("aria-pressed") == "true"
    assert not page.locator(".summary").is_visible()
    page.click("[data-filter=all]")
    assert opened.shown(".question") == 14
    assert page.locator(".summary").is_visible()


def test_filters_for_a_gate(visit: Any, files: dict[str, Path]) -> None:
    opened = visit(files["gate"])
    opened.page.click("[data-filter=changed]")
    assert opened.shown(".question") == 2
    opened.page.click("[data-filter=held]")
    assert opened.page.locator(".question").filter(visible=True).get_attribute("id") == "p1-content-safety"


def test_search_looks_into_folds_and_opens_them(visit: Any, files: dict[str, Path]) -> None:
    opened = visit(files["gate"])
    page = opened.page
    page.keyboard.press("/")
    page.keyboard.type("scripts/eval.sh")
    assert opened.shown(".question") == 1
    assert page.locator("#p1-continuous-integration .chain").first.is_visible()
    page.fill("#query", "NOTHING of this KIND")
    assert opened.shown("[data-item]") == 0
    assert page.locator("#status").inner_text() == "0 of 3 questions"
    page.fill("#query", "safety 2031")
    assert opened.shown(".held > li") == 2
    page.fill("#query", "")
    assert opened.shown(".question") == 3
    assert opened.shown("details[open]") == 0


def test_a_project_can_be_chosen(visit: Any, files: dict[str, Path]) -> None:
    opened = visit(files["projects"])
    opened.page.select_option("#project", "p2")
    assert opened.shown(".project") == 1
    assert opened.shown("#p2 .question") == 3
    opened.page.click("table a[href='#p1']")
    assert opened.page.locator("#p1").is_visible()


def test_the_scheme_can_be_switched_and_is_kept(visit: Any, files: dict[str, Path]) -> None:
    opened = visit(files["gate"])
    ground = "getComputedStyle(document.body).backgroundColor"
    light = opened.page.evaluate(ground)
    opened.page.click("#theme")
    dark = opened.page.evaluate(ground)
    assert light != dark
    opened.page.reload()
    assert opened.page.evaluate(ground) == dark
    assert opened.page.locator("#theme").inner_text() == "Light"


def test_a_link_to_what_is_filtered_out_shows_it(visit: Any, files: dict[str, Path]) -> None:
    opened = visit(files["gate"])
    opened.page.click("[data-filter=full]")
    opened.page.evaluate("location.hash = '#p1-content-safety'")
    opened.page.locator("#p1-content-safety").wait_for(state="visible")
    assert opened.shown(".question") == 3


def test_everything_can_be_read_without_scripts(visit: Any, files: dict[str, Path]) -> None:
    opened = visit(files["gate"], java_script_enabled=False)
    assert opened.page.locator(".question").filter(visible=True).count() == 3
    assert not opened.page.locator("#controls").is_visible()
    opened.page.locator("#p1-continuous-integration summary").first.click()
    assert opened.page.locator("#p1-continuous-integration .chain").first.is_visible()


def test_the_points_of_a_trend_lead_to_its_table_by_keyboard(visit: Any, files: dict[str, Path]) -> None:
    page = visit(files["trend"], PHONE).page
    assert page.locator(".point").last.evaluate("node => node.getBoundingClientRect().right < innerWidth")  # the newest end is in sight
    page.locator(".point").last.focus()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("v1.11.0, 2025-12-01: 15 of 28 points")
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector(':target').id") == "m12"
    page.click("#theme")
    assert page.locator("#theme").inner_text() == "Light"


def test_a_trend_fits_on_paper(visit: Any, files: dict[str, Path]) -> None:
    opened = visit(files["trend"], {"width": 700, "height": 900})
    opened.page.emulate_media(media="print")
    assert opened.wide() == 0
    assert opened.page.locator("svg.line").bounding_box()["width"] <= 700


def test_print_unfolds_everything_in_light(visit: Any, files: dict[str, Path]) -> None:
    opened = visit(files["gate"], scheme="dark")
    opened.page.emulate_media(media="print")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert opened.shown(".question details > ul") >= 2
    assert opened.shown(".row .cell") == 10
    assert not opened.page.locator(".bar").is_visible()
    assert opened.page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 33, 38)"


def test_the_keyboard_reaches_search_filters_and_folds_in_order(visit: Any, files: dict[str, Path]) -> None:
    page = visit(files["gate"]).page
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.id || document.activeElement.dataset.filter || document.activeElement.tagName")
        )
    assert reached[1:8] == ["query", "all", "improve", "full", "changed", "held", "unfold"]
    assert reached[8] == "theme"
    assert "SUMMARY" in reached
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
