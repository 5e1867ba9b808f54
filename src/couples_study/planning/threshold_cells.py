"""Which cells rule R8 is calibrated in, the ones that a bar is set for first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A cell of the plan: whether a bar is set for it, and whether only support is asked (`supports`)."""

    cell: Cell
    bar: bool
    support_only: bool = False


def cells(readings: Collection[str]) -> Iterator[Planned]:
    """Cells of ``readings`` in the order in which they are to be run; those that differ in the truth stand together."""
    for reading in readings:
        yield from PLANS[reading]()


def together(planned: Iterable[Planned]) -> list[list[Planned]]:
    """The cells in groups that differ in nothing but the truth, in the order of each group's first."""
    groups: dict[tuple[Cell, bool, bool], list[Planned]] = {}
    for one in planned:
        groups.setdefault((replace(one.cell, truth=""), one.bar, one.support_only), []).append(one)
    return list(groups.values())


def _within() -> Iterator[Planned]:
    """Without a trap, every truth and design; then every trap, where a bar is set for false support alone."""
    for couples in COUPLES:
        for truth in (*NOT_SIX, *SIX, *BEYOND):
            yield Planned(cell=Cell(reading="within", truth=truth, trap="none", couples=couples), bar=True)
    for couples in COUPLES:
        for trap in IN_TRAPS:
            for truth in (*NOT_SIX, *SIX):
                false = truth in NOT_SIX
                cell = Cell(reading="within", truth=truth, trap=trap, couples=couples)
                yield Planned(cell=cell, bar=false, support_only=false)
    for couples in COUPLES:
        for truth in SIX:
            cell = Cell(reading="within", truth=truth, trap="half the effect", couples=couples)
            yield Planned(cell=cell, bar=False)
    for truth in (*NOT_SIX, *SIX):
        for design in ({"scale": "0-100"}, {"days": 14}):
            plain = Cell(reading="within", truth=truth, trap="none", couples=200)
            yield Planned(cell=replace(plain, **design), bar=False)


def _between() -> Iterator[Planned]:
    for couples in COUPLES:
        for trap in ("none", "happy couples touch more"):
            for truth in (*NOT_SIX, *SIX):
                cell = Cell(reading="between", truth=truth, trap=trap, couples=couples)
                yield Planned(cell=cell, bar=False)


def _necessity() -> Iterator[Planned]:
    for couples in COUPLES[:2] + COUPLES[3:]:  # 60 couples have too few on one side of six
        for trap in ("none", "unhappy couples leave"):
            for truth in LOSS:
                cell = Cell(reading="necessity", truth=truth, trap=trap, couples=couples, days=182)
                yield Planned(cell=cell, bar=False)


def _dose() -> Iterator[Planned]:
    for couples in COUPLES:
        for trap in ("none", "7 days in 10 as assigned"):
            for truth in (*NOT_SIX, *SIX):
                cell = Cell(reading="dose", truth=truth, trap=trap, couples=couples, days=35)
                yield Planned(cell=cell, bar=False)


PLANS: Mapping[str, Callable[[], Iterator[Planned]]] = MappingProxyType(
    {"within": _within, "between": _between, "necessity": _necessity, "dose": _dose}
)
