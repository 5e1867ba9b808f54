"""Which cells rule R8 is calibrated in, the ones that a bar is set for first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType

from couples_study.planning.design_worlds import LOSS
from couples_study.planning.threshold_calibration import Cell

COUPLES = (200, 100, 60, 400)
SIX = ("plateau_6", "step_6")
NOT_SIX = ("null", "linear", "log", "plateau_3", "plateau_9", "accel_6", "inverted_u")
BEYOND = ("s_curve_4", "saturating")  # not in the list of worlds that the bars name; measured all the same
IN_TRAPS = (
    "count error", "count error and heaping", "ceiling", "heavy tails", "touch follows the day's closeness",
    "touch follows yesterday's closeness", "unhappy couples leave", "own thresholds",
)  # fmt: skip


def cells(readings: Collection[str]) -> Iterator[tuple[Cell, bool]]:
    """Cells of ``readings`` in the order in which they are to be run, and whether a bar is set for each."""
    for reading in readings:
        yield from PLANS[reading]()


def _within() -> Iterator[tuple[Cell, bool]]:
    """Without a trap, every truth and design; then every trap."""
    for couples in COUPLES:
        for truth in (*NOT_SIX, *SIX, *BEYOND):
            yield Cell(reading="within", truth=truth, trap="none", couples=couples), True
    for couples in COUPLES:
        for trap in IN_TRAPS:
            for truth in (*NOT_SIX, *SIX):
                yield Cell(reading="within", truth=truth, trap=trap, couples=couples), truth in NOT_SIX
    for couples in COUPLES:
        for truth in SIX:
            yield Cell(reading="within", truth=truth, trap="half the effect", couples=couples), False
    for truth in (*NOT_SIX, *SIX):
        yield Cell(reading="within", truth=truth, trap="none", couples=200, scale="0-100"), False
        yield Cell(reading="within", truth=truth, trap="none", couples=200, days=14), False


def _between() -> Iterator[tuple[Cell, bool]]:
    for couples in COUPLES:
        for trap in ("none", "happy couples touch more"):
            for truth in (*NOT_SIX, *SIX):
                yield Cell(reading="between", truth=truth, trap=trap, couples=couples), truth in NOT_SIX


def _necessity() -> Iterator[tuple[Cell, bool]]:
    for couples in COUPLES[:2] + COUPLES[3:]:  # 60 couples have too few on one side of six
        for trap in ("none", "unhappy couples leave"):
            for truth in LOSS:
                cell = Cell(reading="necessity", truth=truth, trap=trap, couples=couples, days=182)
                yield cell, not truth.startswith("needed_6")


def _dose() -> Iterator[tuple[Cell, bool]]:
    for couples in COUPLES:
        for trap in ("none", "7 days in 10 as assigned"):
            for truth in (*NOT_SIX, *SIX):
                cell = Cell(reading="dose", truth=truth, trap=trap, couples=couples, days=35)
                yield cell, truth in NOT_SIX


PLANS: Mapping[str, Callable[[], Iterator[tuple[Cell, bool]]]] = MappingProxyType(
    {"within": _within, "between": _between, "necessity": _necessity, "dose": _dose}
)
