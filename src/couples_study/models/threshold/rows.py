"""Rows of a diary as arrays in an order of their own, so that neither row order nor pseudonyms can matter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from couples_study.core.errors import FrameError, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

CAP = 25.0  # counts above it are set to it: heavy tails break inference from clusters
NEEDED = ("couple_id", "person_id", "day", "exposure", "outcome")
OPTIONAL = ("partner_exposure", "other_exposure", "together_hours")
STEPS_PER_TOUCH = 2  # whole counts, or halves where two reports were averaged


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Answered person-days: codes ``couple`` and ``person`` (n,), counts, outcome, ``controls`` (n, q), and extras.

    ``partner_exposure`` is the partner's report of the same touches, ``other_exposure`` the count of what the partner
    received. They and ``together_hours`` are None where the study did not ask; NaN where a day has no answer.
    ``dropped`` rows lacked the exposure, the outcome or a control; ``capped`` rows had a count above `CAP`.
    """

    couple: IntArray
    person: IntArray
    day: FloatArray
    exposure: FloatArray
    outcome: FloatArray
    controls: FloatArray
    partner_exposure: FloatArray | None = None
    other_exposure: FloatArray | None = None
    together_hours: FloatArray | None = None
    dropped: int = 0
    capped: int = 0

    def __len__(self) -> int:
        return len(self.outcome)

    @property
    def n_couples(self) -> int:
        return int((np.bincount(self.couple) > 0).sum())

    @property
    def n_people(self) -> int:
        return int((np.bincount(self.person) > 0).sum())

    @property
    def n_days(self) -> int:
        """Couple-days on which at least one partner answered."""
        return len(np.unique(self.couple_days))

    @property
    def couple_days(self) -> IntArray:
        """A code (n,) that both partners' rows of one day share."""
        days, day = np.unique(self.day, return_inverse=True)
        return np.asarray(self.couple * len(days) + day, dtype=np.int64)

    def where(self, keep: BoolArray) -> Rows:
        """The rows that ``keep`` (n,) marks, in the same order."""
        arrays: dict[str, Any] = {
            name: None if (values := getattr(self, name)) is None else values[keep]
            for name in ("couple", "person", "day", "exposure", "outcome", "controls", *OPTIONAL)
        }
        return replace(self, **arrays)

    def with_exposure(self, exposure: FloatArray) -> Rows:
        """The same days with another count as the exposure; days without it are left out."""
        known = np.isfinite(exposure)
        return replace(self, exposure=np.minimum(exposure, CAP)).where(known)

    def with_controls(self, columns: FloatArray) -> Rows:
        """The same days with more columns (n, p) held constant; days on which one of them is missing are left out."""
        known = np.asarray(np.isfinite(columns).all(axis=1))
        return replace(self, controls=np.hstack([self.controls, columns])).where(known)


def numbered_anew(codes: IntArray) -> IntArray:
    """Codes (n,) that stand in order, as 0, 1, 2, ... without gaps."""
    return np.cumsum(np.r_[0, codes[1:] != codes[:-1]])


def rows_from(frame: pd.DataFrame, *, controls: Sequence[str] = (), trend: bool = True) -> Rows:
    """The rows that can be used, sorted by couple, person and day.

    Parameters
    ----------
    frame
        One row per person and day with the columns `NEEDED`; `OPTIONAL` ones are taken when present.
    controls
        Further numeric columns held constant (for example ``weekend``).
    trend
        Hold a linear trend over days constant too: two series that drift together look coupled.

    Raises
    ------
    FrameError
        If a column is absent, a couple has more than two members, a person answers twice on a day, a count is
        negative, or a count is neither whole nor half. People are told apart within their couple.
    """
    missing = [name for name in (*NEEDED, *controls) if name not in frame.columns]
    if missing:
        raise FrameError("threshold", expected=f"columns {listed(NEEDED)}", found=f"no {listed(missing)}")
    used = _numbers(frame, controls).dropna(subset=["exposure", "outcome", "day", *controls])
    couple, person, used = _sorted(used)
    _check_people(couple, person, used["day"].to_numpy())
    for name in ("exposure", "partner_exposure", "other_exposure"):
        if name in used:
            _check_counts(name, used[name].to_numpy())
    held = [used[name].to_numpy(float) for name in controls] + ([used["day"].to_numpy(float)] if trend else [])
    extras = {name: used[name].to_numpy(float) if name in used else None for name in OPTIONAL}
    exposure = used["exposure"].to_numpy(float)
    return Rows(
        couple=couple,
        person=person,
        day=used["day"].to_numpy(float),
        exposure=np.minimum(exposure, CAP),
        outcome=used["outcome"].to_numpy(float),
        controls=np.column_stack(held) if held else np.empty((len(used), 0)),
        dropped=len(frame) - len(used),
        capped=int((exposure > CAP).sum()),
        **extras,
    )


def _sorted(used: pd.DataFrame) -> tuple[IntArray, IntArray, pd.DataFrame]:
    """Codes of couples and of people within couples, and the rows in the order of couple, person and day."""
    couple, _ = pd.factorize(used["couple_id"], sort=True)
    member, members = pd.factorize(used["person_id"], sort=True)
    person = np.unique(couple * len(members) + member, return_inverse=True)[1]
    order = np.lexsort((used["day"].to_numpy(), person))
    in_order = bool((order == np.arange(len(order))).all())
    return couple[order], person[order], used if in_order else used.iloc[order]


def _numbers(frame: pd.DataFrame, controls: Sequence[str]) -> pd.DataFrame:
    """The columns that matter, as floats; a calendar date becomes the number of days since the first."""
    columns = {name: frame[name] for name in ("couple_id", "person_id")}
    for name in ("day", "exposure", "outcome", *controls, *OPTIONAL):
        if name not in frame.columns:
            continue
        values = frame[name]
        if pd.api.types.is_datetime64_any_dtype(values):
            values = (values - values.min()) / pd.Timedelta(days=1)
        plain = isinstance(values.dtype, np.dtype)
        columns[name] = (
            values.astype("float64")
            if plain
            else pd.Series(values.astype("Float64").to_numpy(dtype=float, na_value=np.nan), index=frame.index)
        )
    return pd.DataFrame(columns)


def _check_people(couple: IntArray, person: IntArray, day: FloatArray) -> None:
    """Refuse couples of three and people who answer twice on a day; rows are sorted."""
    of_person = couple[np.r_[True, person[1:] != person[:-1]]] if len(person) else couple
    crowded = int((np.bincount(of_person) > 2).sum()) if len(person) else 0
    twice = int(((person[1:] == person[:-1]) & (day[1:] == day[:-1])).sum())
    if crowded or twice:
        raise FrameError(
            "threshold",
            expected="at most two people in a couple and one answer per person and day",
            found=f"{crowded} couples with more people, {twice} repeated days",
            do="resolve the links and the duplicates first",
        )


def _check_counts(name: str, counts: FloatArray) -> None:
    halves = counts[np.isfinite(counts)] * STEPS_PER_TOUCH
    below, broken = int((halves < 0).sum()), int((halves != np.round(halves)).sum())
    if below or broken:
        raise FrameError(
            f"threshold, column {name!r}",
            expected="counts from 0 upwards, whole or half",
            found=f"{below} rows below 0, {broken} rows with other fractions",
            do="hand over the raw count: a threshold lives on the count, not on a centred or scaled one",
        )
