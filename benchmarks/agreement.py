"""How far two sets of answers agree: plain arithmetic, no input or output."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Z = 1.959963984540054  # of a two-sided 95 % interval
RESAMPLES = 1000


@dataclass(frozen=True)
class Pair:
    """Our points for one question of one repository beside the auditor's; `also` are points that the auditor leaves open."""

    repo: str
    question: str
    ours: int
    theirs: int
    also: tuple[int, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether our points are the auditor's, or among those left open."""
        return self.ours == self.theirs or self.ours in self.also

    @property
    def false_credit(self) -> bool:
        """Whether we gave points that the auditor did not."""
        return self.ours > self.theirs and not self.agrees

    @property
    def missed_credit(self) -> bool:
        """Whether the auditor gave points that we did not."""
        return self.ours < self.theirs and not self.agrees

    @property
    def settled(self) -> int:
        """The auditor's points, or ours where the auditor leaves them open."""
        return self.ours if self.agrees else self.theirs


@dataclass(frozen=True)
class Share:
    """How many of how many."""

    count: int
    total: int

    @property
    def value(self) -> float:
        """The proportion; 0 of nothing."""
        return self.count / self.total if self.total else 0.0

    def wilson(self) -> tuple[float, float]:
        """The 95 % Wilson score interval; (0, 1) of nothing."""
        if not self.total:
            return (0.0, 1.0)
        n, p = self.total, self.value
        center = p + Z * Z / (2 * n)
        margin = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        scale = 1 + Z * Z / n
        return (max(0.0, (center - margin) / scale), min(1.0, (center + margin) / scale))


def share(flags: Sequence[bool]) -> Share:
    """How many of the flags are set."""
    return Share(sum(flags), len(flags))


def weighted_kappa(pairs: Sequence[Pair]) -> float | None:
    """Cohen's kappa with quadratic weights; None where chance alone would agree always (or there are no pairs)."""
    ours = [pair.ours for pair in pairs]
    theirs = [pair.settled for pair in pairs]
    observed = len(pairs) * sum((a - b) ** 2 for a, b in zip(ours, theirs, strict=True))
    # The sum of (a - b)^2 over every a of ours and every b of theirs.
    expected = len(pairs) * (sum(a * a for a in ours) + sum(b * b for b in theirs)) - 2 * sum(ours) * sum(theirs)
    return 1 - observed / expected if expected else None


def kappa_interval(repositories: Sequence[Sequence[Pair]]) -> tuple[float, float] | None:
    """A 95 % bootstrap interval of kappa, drawn by repository since its answers hang together; None where kappa is undefined."""
    generator = random.Random(0)  # noqa: S311 - the same figures on every run
    kappas = []
    for _ in range(RESAMPLES if repositories else 0):
        drawn = generator.choices(repositories, k=len(repositories))
        kappa = weighted_kappa([pair for pairs in drawn for pair in pairs])
        if kappa is not None:
            kappas.append(kappa)
    kappas.sort()
    return (kappas[int(0.025 * len(kappas))], kappas[int(0.975 * len(kappas))]) if kappas else None
