"""Verdicts counted as they come, whether enough have come, and the interval that the number of them leaves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from couples_study.contracts.verdict import VERDICTS

FAILED = "failed"
OUTCOMES = (*VERDICTS, FAILED)
LETTERS = {outcome: outcome[0] for outcome in OUTCOMES}  # s, c, i, n, f: what a replicate is kept as
NAMED = {letter: outcome for outcome, letter in LETTERS.items()}
LOOK = 50  # replicates between two looks at whether the intervals are narrow enough
FEWEST = 100  # replicates before the first such look
Z = 1.959963984540054  # 97.5% of the normal distribution


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95% interval of a share (Wilson, 1927, J Am Stat Assoc 22, 209-212); from none to all where whole is 0."""
    if whole == 0:
        return 0.0, 1.0
    share, spread = part / whole, Z**2 / whole
    middle = (share + spread / 2) / (1 + spread)
    half = Z * (share * (1 - share) / whole + spread / (4 * whole)) ** 0.5 / (1 + spread)
    return (0.0 if part == 0 else middle - half), (1.0 if part == whole else middle + half)


@dataclass(slots=True, kw_only=True)
class Tally:
    """The outcomes of replicates 0, 1, ... of one design, up to ``most``, or until every share is known to within
    ``precision`` (half the width of its interval) at a look. Later outcomes are not counted, so how many are computed
    beyond that look changes nothing."""

    most: int
    precision: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    enough: bool = False

    @property
    def done(self) -> int:
        return self.counts.total()

    @property
    def complete(self) -> bool:
        return self.enough or self.done >= self.most

    def add(self, letters: str) -> None:
        """Count the next outcomes, by letter."""
        for letter in letters:
            if self.complete:
                return
            self.counts[NAMED[letter]] += 1
            if self.done >= FEWEST and self.done % LOOK == 0:
                self.enough = self._half_width() <= self.precision

    def _half_width(self) -> float:
        intervals = [wilson(self.counts[outcome], self.done) for outcome in OUTCOMES]
        return max((high - low) / 2 for low, high in intervals)
