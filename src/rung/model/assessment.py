"""What a scan comes to: answers with their evidence, points, capabilities and the level. Plain data, for the gate and the reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rung.facts.fact import Step

if TYPE_CHECKING:
    from rung.repository import Notice


@dataclass(frozen=True)
class Evidence:
    """A place in the repository that speaks for a finding, quoted; `reach` is the chain from the trigger that runs it, if one does."""

    path: str
    line: int
    text: str
    reach: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Miss:
    """A place that came close to a finding that doesn't hold; `reason` is a sentence that names the condition it failed."""

    path: str
    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class Finding:
    """A rule's result. `unknown` is a sentence where it could not be told here (a shallow clone, say); else empty.

    `misses` are the nearest misses of a rule that doesn't hold, nearest first.
    """

    rule: str
    title: str
    holds: bool
    evidence: tuple[Evidence, ...]
    why: str
    fix: str
    unknown: str = ""
    misses: tuple[Miss, ...] = ()


@dataclass(frozen=True)
class Next:
    """What the next answer up would take. `points` is None when the answer is already the highest."""

    points: int | None
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Voucher:
    """Who vouches for an attested answer, why, with what evidence, and the last day that it holds (ISO date)."""

    owner: str
    reason: str
    evidence: str
    expires: str


@dataclass(frozen=True)
class Answer:
    """The answer to one question; `basis` says where it comes from: `inferred` (the repository) or `attested` (a person).

    Of an attested answer `inferred` is the points that the repository alone would have.
    """

    question: str
    title: str
    points: int
    max: int
    answer: str
    basis: str
    findings: tuple[Finding, ...]
    next: Next
    inferred: int | None = None
    voucher: Voucher | None = None


@dataclass(frozen=True)
class CapabilityScore:
    """The points of one capability's questions together, and the ids of these."""

    id: str
    title: str
    score: int
    max: int
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class LevelResult:
    """The level reached, and the model's advice for a project that stands there; `links` are (text, address)."""

    number: int
    name: str
    description: str
    advice: tuple[str, ...]
    links: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Assessment:
    """Everything a report shows of one scan.

    `path` is as the user gave it; `scope` is the application's folder relative to the repository's top ("" for the whole of it).
    `applicable` is False for a repository that uses no LLM: then `level` is None and `reason` says so in a sentence.
    `model_source` is the address of the page that the model follows, `remote` that of the repository's `origin`, without credentials.
    """

    model_id: str
    model_version: str
    path: str
    scope: str
    ref: str | None
    commit: str | None
    applicable: bool
    reason: str
    score: int
    max: int
    level: LevelResult | None
    capabilities: tuple[CapabilityScore, ...]
    answers: tuple[Answer, ...]
    notices: tuple[Notice, ...]
    model_source: str = ""
    remote: str = ""

    @property
    def attested(self) -> int:
        """How many points of the score a person vouches for; the others are inferred."""
        return sum(a.points - a.inferred for a in self.answers if a.inferred is not None)
