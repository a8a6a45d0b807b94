"""Measured counts against exact probabilities."""

from __future__ import annotations

import math
import os

LONG = bool(os.environ.get("QHUB_LONG"))  # more circuits, wider and deeper


def assert_distributed(counts: dict[str, int], probabilities: dict[str, float], shots: int) -> None:
    """Each outcome within 6 standard deviations of its binomial, and 6 more counts, as rare ones are Poisson; together
    over thousands of outcomes that fails by chance less than once in a million runs. What cannot occur does not."""
    assert sum(counts.values()) == shots
    assert math.isclose(sum(probabilities.values()), 1, abs_tol=1e-9)
    for outcome in set(counts) | set(probabilities):
        p, n = probabilities.get(outcome, 0.0), counts.get(outcome, 0)
        if p < 1e-12:
            assert n == 0, f"{outcome} occurred {n} times and is impossible"
        deviation = math.sqrt(shots * p * (1 - min(p, 1)))
        assert abs(n - shots * p) <= 6 * deviation + 6, f"{outcome}: {n} of {shots}, expected {shots * p:.1f}"
