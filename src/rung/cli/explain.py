"""`rung explain`: what is asked, how it is decided, what was found here, and what would change it."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import click

from rung.cli.lists import one_of

if TYPE_CHECKING:
    from rung.judge import Gathered
    from rung.report.page import PageStyle


@click.command()
@click.argument("subject", metavar="QUESTION|RULE")
@click.argument("path", default=".")
@click.option("--ref", metavar="REF", help="Read this commit, branch or tag from git's object store.")
@click.option("--rules", metavar="DIR", multiple=True, help="Read more rules and tools from DIR. May be given several times.")
def explain(subject: str, path: str, ref: str | None, rules: tuple[str, ...]) -> None:
    """Explain a question or a rule, by its id: what is asked, how it is decided, what was found in the repository at PATH, and
    what would change it.

    \b
    rung explain continuous-integration
    rung explain evaluations-run-in-ci apps/chat
    """
    gc.disable()

    from rung.cli.output import emit, page_style
    from rung.cli.progress import progress_bar
    from rung.judge import gather

    with progress_bar() as progress:
        gathered = gather(path, ref, rules, progress)
    emit(explanation(gathered, subject, page_style(to_file=False)), None)


def explanation(gathered: Gathered, subject: str, style: PageStyle) -> str:
    """The page about a question or a rule. Raises click.UsageError for an id that is neither's."""
    from rung.report.explain import explain_question, explain_rule

    model, assessor = gathered.knowledge.model, gathered.assessor
    questions = {question["id"]: question for capability in model["capabilities"] for question in capability["questions"]}
    if subject in questions:
        applicable = assessor.applicable()
        answer = next((a for a in assessor.answers() if a.question == subject), None) if applicable else None
        return explain_question(questions[subject], answer, model["not_applicable"], style)
    one_of("question or rule", subject, (*questions, *gathered.knowledge.rules))
    asking = [name for name, question in questions.items() if subject in assessor.rules_of(question)]
    return explain_rule(gathered.knowledge.rules[subject], assessor.finding(subject), asking, style)
