"""One run of the Action: from the workflow's inputs and event to a verdict that GitHub shows in all its places."""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rung.action import log
from rung.action.checkout import Sides, prepare
from rung.action.comment import CommentError, Conversation, NotAllowedError, marker
from rung.action.event import Event
from rung.action.inputs import Inputs
from rung.action.outputs import append, results, set_outputs, write_reports
from rung.cli.reporting import render

if TYPE_CHECKING:
    from rung.gate.types import Report

FAILED = 1


def run(environment: Mapping[str, str]) -> int:
    """Judges, and writes outputs, summary, annotations and comment; returns the gate's exit code, 0 or 1.

    Paths are taken from the job's workspace. Raises UserError where it can't be judged, or the result can't be written.
    """
    gc.disable()  # as for the command
    inputs, event = Inputs.read(environment), Event.read(environment)
    if workspace := environment.get("GITHUB_WORKSPACE"):
        os.chdir(workspace)
    sides = prepare(inputs.path, inputs.ref, inputs.base, event, environment.get("GITHUB_SERVER_URL", ""), inputs.token)
    report = _judged(inputs, sides)
    text = render(report, "markdown", to_file=True)
    set_outputs(results(report) | write_reports(report, inputs.report_json, inputs.sarif_file, environment), environment)
    if inputs.summary:
        append(environment.get("GITHUB_STEP_SUMMARY"), f"{text}\n")
    log.quote(render(report, "text", to_file=True))
    if inputs.annotations:
        log.show(render(report, "github", to_file=True))
    if inputs.comment:
        _comment(inputs, event, text, environment)
    return 0 if report.passed or report.mode == "annotate" else FAILED


def _judged(inputs: Inputs, sides: Sides) -> Report:
    from rung.judge import Options, judge

    options = Options(inputs.rules, inputs.min_level, inputs.min_score, inputs.floors, inputs.regression, inputs.mode)
    today = datetime.now(UTC).date()
    report = judge(inputs.path, today=today, ref=sides.ref, base=sides.base, config=inputs.config, options=options)
    return report if sides.base is None else _named(report, sides.base, sides.label)


def _named(report: Report, base: str, label: str) -> Report:
    """The report with the base's name where its commit stands."""
    reviews = tuple(
        review if review.comparison is None else replace(review, comparison=replace(review.comparison, base=label))
        for review in report.reviews
    )
    return replace(report, reviews=reviews, notices=tuple(notice.replace(base, label) for notice in report.notices))


def _comment(inputs: Inputs, event: Event, text: str, environment: Mapping[str, str]) -> None:
    """Comments on the pull request, if there is one; where that is not possible, the log says why."""
    api, repository = environment.get("GITHUB_API_URL", ""), environment.get("GITHUB_REPOSITORY", "")
    if event.pull_request is None:
        log.say(f"no comment, since the event {event.name!r} belongs to no pull request.")
    elif not inputs.token or not api.startswith(("https://", "http://")) or not repository:
        log.warn("There is no comment, since the token, GITHUB_API_URL or GITHUB_REPOSITORY is missing.")
    else:
        conversation = Conversation(api.rstrip("/"), repository, event.pull_request, inputs.token)
        try:
            log.say(f"commented: {conversation.publish(marker(inputs.path, inputs.config), text + _origin(event, environment))}")
        except NotAllowedError as error:
            log.say(
                f"no comment, since the token may not write one ({error}): on a pull request from a fork it may only read, "
                "elsewhere give the job `permissions: pull-requests: write`."
            )
        except CommentError as error:
            log.warn(f"The comment could not be written: {error}.")


def _origin(event: Event, environment: Mapping[str, str]) -> str:
    """Which commit and which run the comment speaks of."""
    server, repository, number = (environment.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    commit = (event.head or environment.get("GITHUB_SHA", ""))[:12]
    return f"\n<sub>Commit {commit} · [this run]({server}/{repository}/actions/runs/{number})</sub>\n"
