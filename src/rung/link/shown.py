"""A library for LLM applications that asks no model itself: what it is used for is shown by its examples alone."""

from __future__ import annotations

from dataclasses import replace

from rung.facts.code import language_of
from rung.link.glance import Glance
from rung.link.project import Project
from rung.repository import Role


def of_what_it_shows(project: Project) -> tuple[Project, Glance]:
    """The same project, or one whose examples count as the application, and the glance at it.

    They do where no code of the application may ask a model and more than half of the examples' does: a library that people use
    without a model has examples of other kinds.
    """
    glance = Glance(project)
    if any(project.is_application(path) and glance.may_ask(path) for path in project.code):
        return project, glance
    examples = [p for p in project.paths if project.role(p) is Role.EXAMPLE and project.repository.in_scope(p) and language_of(p)]
    shown = replace(project, samples=True)
    closer = Glance(shown)
    asking = sum(closer.may_ask(path) for path in examples)
    return (shown, closer) if asking * 2 > len(examples) else (project, glance)
