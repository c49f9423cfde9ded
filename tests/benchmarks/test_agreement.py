"""The arithmetic of the accuracy benchmark, against figures worked out by hand or published."""

from __future__ import annotations

import pytest
from agreement import Pair, Share, kappa_interval, weighted_kappa


def pairs(*points: tuple[int, int]) -> list[Pair]:
    return [Pair("o/n", "q", ours, theirs) for ours, theirs in points]


def test_points_left_open_are_agreement_and_no_credit_either_way() -> None:
    left_open = Pair("o/n", "q", 2, 1, also=(2,))
    assert (left_open.agrees, left_open.false_credit, left_open.missed_credit) == (True, False, False)
    more, fewer = Pair("o/n", "q", 2, 1), Pair("o/n", "q", 0, 1)
    assert (more.false_credit, more.missed_credit) == (True, False)
    assert (fewer.false_credit, fewer.missed_credit) == (False, True)


def test_wilson_interval() -> None:
    low, high = Share(81, 263).wilson()  # Newcombe 1998, table I
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert Share(0, 20).wilson()[0] == 0
    assert Share(0, 0).wilson() == (0, 1)


def test_quadratically_weighted_kappa() -> None:
    assert weighted_kappa(pairs((0, 0), (1, 1), (2, 2))) == 1
    assert weighted_kappa(pairs((0, 2), (2, 0))) == -1
    # The squared differences of the pairs average 2 / 4, those of every combination of the two columns 26 / 16.
    assert weighted_kappa(pairs((0, 0), (1, 0), (2, 2), (2, 1))) == pytest.approx(1 - (2 / 4) / (26 / 16))


def test_kappa_is_undefined_where_everybody_always_says_the_same() -> None:
    assert weighted_kappa(pairs((1, 1), (1, 1))) is None
    assert weighted_kappa([]) is None


def test_the_interval_of_kappa_holds_it_and_is_the_same_every_time() -> None:
    repositories = [pairs((0, 0), (1, 0), (2, 2)), pairs((2, 1), (1, 1)), pairs((0, 0), (2, 2), (1, 2))]
    interval = kappa_interval(repositories)
    assert interval is not None
    kappa = weighted_kappa([pair for group in repositories for pair in group])
    assert kappa is not None
    assert interval[0] <= kappa <= interval[1]
    assert interval == kappa_interval(repositories)
