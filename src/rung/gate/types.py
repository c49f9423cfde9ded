"""What the gate decides by and what it decides: a policy, a comparison, a verdict. Plain data, for the reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from rung.model.assessment import Assessment, Evidence, Miss
from rung.repository.history import Moment

Regression = Literal["allow", "score", "answer"]
Mode = Literal["enforce", "annotate"]
ShortfallKind = Literal["level", "score", "floor", "regression", "expired-waiver", "expired-attestation", "limit"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a policy says something: a file as a person would name it and a 1-based line, or an option (`--min-level`) and 0."""

    path: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """What the whole must reach: a level's number (1-4), a score (0-28), or both."""

    level: int | None
    score: int | None
    place: Place


@dataclass(frozen=True, slots=True)
class Floor:
    """The least points that a capability or a question must have; `subject` is its id."""

    subject: str
    points: int
    place: Place


@dataclass(frozen=True, slots=True)
class Waiver:
    """A shortfall that somebody accepts until a date (the last day it holds). `subject` is `target`, a capability or a question."""

    subject: str
    reason: str
    owner: str
    expires: date
    place: Place


@dataclass(frozen=True, slots=True)
class Attestation:
    """An answer that a person vouches for until a date (the last day it holds); `evidence` is a link or a path."""

    question: str
    points: int
    reason: str
    owner: str
    evidence: str
    expires: date
    place: Place


@dataclass(frozen=True, slots=True)
class Limits:
    """How many points may be attested and how many shortfalls waived at most; None is no limit, 0 forbids."""

    attestations: int | None = None
    waivers: int | None = None


@dataclass(frozen=True, slots=True)
class Requirements:
    """What one application must meet, and what is accepted of it."""

    targets: tuple[Target, ...] = ()
    floors: tuple[Floor, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    attestations: tuple[Attestation, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """One application of a repository: its name, its folder from the repository's top, and what it must meet, the policy's included."""

    name: str
    root: str
    requirements: Requirements


@dataclass(frozen=True, slots=True)
class Policy:
    """What a team, and the organization that it extends, ask of a repository. `packs` are folders of custom rules, `sources` the files
    that it was read from (own first), `notices` sentences such as that a lower target than the organization's has no effect."""

    requirements: Requirements = field(default_factory=Requirements)
    regression: Regression = "allow"
    mode: Mode = "enforce"
    projects: tuple[Project, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    sources: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What a change did to one answer: points before and after, the evidence it took away and the evidence it added.

    Evidence that only moved within its file is neither. `lost` is placed in the base; `lost_at` says where in the new tree that place
    is now (the file's nearest line that is left), None where the file is gone; both have the same length.
    """

    question: str
    title: str
    before: int
    after: int
    lost: tuple[Evidence, ...] = ()
    lost_at: tuple[Place | None, ...] = ()
    gained: tuple[Evidence, ...] = ()
    missed: tuple[Miss, ...] = ()  # nearest misses that the change brought: an unguarded prompt, say


@dataclass(frozen=True, slots=True)
class Comparison:
    """A change from a base: both assessments, and each answer that differs in points or evidence, in the model's order."""

    base: str  # as it was given
    before: Assessment
    after: Assessment
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One step up: raising a question by an answer, what it needs, and its effort (`small`, `medium`, `large`)."""

    question: str
    title: str
    points: int  # of the answer to reach
    effort: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One thing that is less than the policy asks. `message` is a sentence; `ways` is the cheapest set of steps that mends it."""

    kind: ShortfallKind
    subject: str
    required: int
    actual: int
    message: str
    place: Place
    ways: tuple[Way, ...] = ()
    waiver: Waiver | None = None  # the one that accepts it; then it fails nothing


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of one application: `passed` unless a shortfall has no waiver. The mode doesn't change it, only the exit code."""

    passed: bool
    shortfalls: tuple[Shortfall, ...]  # those that nothing accepts first
    waivers: tuple[Waiver, ...] = ()  # every waiver of the policy, used or not
    attestations: tuple[Attestation, ...] = ()  # those that count


@dataclass(frozen=True, slots=True)
class Review:
    """One application as a report shows it. Without a policy to meet there is no verdict, without a base no comparison."""

    name: str  # the project's; empty when the repository is one application
    assessment: Assessment
    verdict: Verdict | None = None
    comparison: Comparison | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What an application was at a moment of its history."""

    moment: Moment
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Report:
    """What a command came to. `after_merge` says, a sentence each, what will hold once a change that alters the policy is merged."""

    reviews: tuple[Review, ...]
    mode: Mode = "enforce"
    policy: tuple[str, ...] = ()  # the files that the policy was read from
    notices: tuple[str, ...] = ()
    after_merge: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether no application falls short of what nobody waived."""
        return all(review.verdict is None or review.verdict.passed for review in self.reviews)
