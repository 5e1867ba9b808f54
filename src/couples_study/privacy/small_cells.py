"""Suppression of small cells: counts of answers or people below a fixed number are not shown anywhere."""

from __future__ import annotations

SMALLEST_CELL = 5
SUPPRESSED = f"fewer than {SMALLEST_CELL}"


def is_small(n: int) -> bool:
    """Whether a count of answers or people is too small to show; zero people is no one, and may be said."""
    return 0 < n < SMALLEST_CELL
