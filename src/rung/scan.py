"""The whole way: from a path to an assessment."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rung.link.facts import link
from rung.link.read import read
from rung.model.assess import Assessor
from rung.model.assessment import Assessment
from rung.repository import open_repository
from rung.rules.load import load_knowledge


def scan(
    path: str, ref: str | None = None, rules: Sequence[str] = (), progress: Callable[[str, int, int], None] | None = None
) -> Assessment:
    """Assesses the repository at a path, at its work tree or at a git ref, with additional rule packs.

    Raises UserError for a path, ref or rule pack that can't be used.
    """
    repository = open_repository(path, ref)
    knowledge = load_knowledge(rules)
    facts = link(read(repository, knowledge.catalogue, progress))
    unknown = ("tags",) if repository.tags is None else ()
    assessor = Assessor(knowledge.model, knowledge.rules, facts, unknown=unknown)
    return assessor.assessment(path, repository.scope, ref, repository.commit, repository.notices)
