"""What the workflow asks for: the Action's inputs, which `action.yml` passes as environment variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rung.errors import UserError

PREFIX = "RUNG_INPUT_"


@dataclass(frozen=True, slots=True)
class Inputs:
    """The Action's inputs. What was left empty is None, an empty tuple, or the folder that the job works in."""

    path: str
    ref: str | None
    base: str | None
    config: str | None
    rules: tuple[str, ...]
    min_level: str | None
    min_score: int | None
    floors: tuple[str, ...]
    regression: str | None
    mode: str | None
    report_json: str | None
    sarif_file: str | None
    annotations: bool
    summary: bool
    comment: bool
    token: str | None

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Inputs:
        """The inputs from `RUNG_INPUT_...`. Raises UserError for one that is no number, or neither true nor false."""
        given = _Given(environment)
        return cls(
            path=given.text("path") or ".",
            ref=given.text("ref"),
            base=given.text("base"),
            config=given.text("config"),
            rules=given.lines("rules"),
            min_level=given.text("min-level"),
            min_score=given.number("min-score"),
            floors=given.lines("floors"),
            regression=given.text("regression"),
            mode=given.text("mode"),
            report_json=given.text("report-json"),
            sarif_file=given.text("sarif-file"),
            annotations=given.switch("annotations", unless_given=True),
            summary=given.switch("summary", unless_given=True),
            comment=given.switch("comment", unless_given=False),
            token=given.text("token"),
        )


@dataclass(frozen=True, slots=True)
class _Given:
    environment: Mapping[str, str]

    def text(self, name: str) -> str | None:
        return self.environment.get(PREFIX + name.upper().replace("-", "_"), "").strip() or None

    def lines(self, name: str) -> tuple[str, ...]:
        return tuple(line.strip() for line in (self.text(name) or "").splitlines() if line.strip())

    def number(self, name: str) -> int | None:
        text = self.text(name)
        if text is not None and not (text.isascii() and text.isdigit()):
            raise UserError(f"The input {name} is {text!r}, which is no number: give points, such as 15.")
        return None if text is None else int(text)

    def switch(self, name: str, *, unless_given: bool) -> bool:
        text = self.text(name)
        if text is None:
            return unless_given
        if text.lower() not in ("true", "false"):
            raise UserError(f"The input {name} is {text!r}: give true or false.")
        return text.lower() == "true"
