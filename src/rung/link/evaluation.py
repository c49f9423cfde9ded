"""One evaluation, as the linkers hand it on."""

from __future__ import annotations

from dataclasses import dataclass, field

from rung.link.declared_tests import TestUnit


@dataclass
class Evaluation:
    """One evaluation: where it stands, its tests (for tests), tools, data set, criterion and metrics, each with a place."""

    path: str
    line: int
    form: str  # test, script, notebook, configuration
    tools: list[str] = field(default_factory=list)
    tests: list[TestUnit] = field(default_factory=list)
    data_set: tuple[str, int] | None = None
    criterion: tuple[str, int] | None = None
    metrics: dict[str, tuple[str, int]] = field(default_factory=dict)
    prompts: list[str] = field(default_factory=list)
    own_prompts: bool = False
    dead: str = ""
