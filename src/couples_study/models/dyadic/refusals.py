"""What a dyadic model refuses, by name: data that contradict themselves, and models that data cannot identify.

Messages count rows and name columns; they never show an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg

from couples_study.core.errors import AnalysisError, FrameError, listed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from couples_study.models.dyadic.options import Options
    from couples_study.models.dyadic.residual import Floats, Ints

PLAINLY_APART = 1e-10  # least eigenvalue of the columns' cosines: above, no closer look is needed
RANK_TOLERANCE = 1e-9  # of the largest diagonal of R after columns are scaled to length one
WHERE = "DyadicMixedLM"


def finite(values: Floats, names: list[str], what: str) -> None:
    """Every number must be there: the caller decides what is left out, and counts it."""
    values = values.reshape(len(values), -1)
    for name, column in zip(names, values.T, strict=True):
        for fault, bad in (("missing", np.isnan(column)), ("infinite", np.isinf(column))):
            if bad.any():
                raise FrameError(
                    f"{WHERE}: {what} '{name}'",
                    expected="finite numbers only",
                    found=f"{int(bad.sum())} {fault} value(s), first in row {int(np.argmax(bad))}",
                    do="leave these rows out under a named rule, or repair them",
                )


def nothing_dropped(dropped: NDArray[np.bool_] | None) -> None:
    """A formula would leave out rows with missing values without a word."""
    if dropped is not None and dropped.any():
        raise FrameError(
            f"{WHERE}: formula",
            expected="no missing values in its variables",
            found=f"missing values in {int(dropped.sum())} row(s)",
            do="leave these rows out under a named rule",
        )


def whole_days(day: Floats) -> None:
    """Days are calendar days; half a day has no place in the gap between two of them."""
    bad = day != np.round(day)
    if bad.any():
        raise FrameError(
            f"{WHERE}: time",
            expected="whole days",
            found=f"{int(bad.sum())} row(s) between days, first in row {int(np.argmax(bad))}",
            do="count days from a calendar date",
        )


def one_row_per_person_day(couple: Ints, slot: Ints, day: Floats) -> None:
    """Rows sorted by couple, day and partner: two alike are a duplicate."""
    same = (couple[1:] == couple[:-1]) & (slot[1:] == slot[:-1]) & (day[1:] == day[:-1])
    if same.any():
        raise FrameError(
            f"{WHERE}: rows",
            expected="one row per couple, partner and day",
            found=f"{int(same.sum())} duplicate person-day(s)",
            do="keep one answer per day under a named rule; give `time` if days were left out",
        )


def roles_make_sense(labels: list[object], counts: Ints, couples: int) -> None:
    """Two roles at most, and each more than a slip of the pen."""
    if len(labels) > 2:
        raise FrameError(
            f"{WHERE}: role",
            expected="at most two roles",
            found=f"{len(labels)}: {listed(labels)}",
            do="recode the role",
        )
    for label, count in zip(labels, counts, strict=True):
        if count == 1 and couples > 1:
            raise FrameError(
                f"{WHERE}: role",
                expected="every role on more than one row",
                found=f"role {label!r} appears once",
                do="check its spelling",
            )


def two_people(count: Ints) -> None:
    """No more than two people in a couple."""
    if np.any(count > 2):
        raise FrameError(
            f"{WHERE}: person",
            expected="at most two people in a couple",
            found=f"{int(np.sum(count > 2))} couple(s) with more",
            do="check the couple and person columns",
        )


def predictors(X: Floats, names: list[str], what: str = "exog") -> None:
    """Constant columns beside the intercept, zero columns and perfect collinearity."""
    size = np.sqrt((X**2).mean(axis=0))
    constant = [name for name, flat in zip(names, np.ptp(X, axis=0) <= 1e-12 * size, strict=True) if flat]
    zero = [name for name, length in zip(names, size, strict=True) if length == 0]
    if zero or len(constant) > 1:
        raise FrameError(
            f"{WHERE}: {what}",
            expected="predictors that vary, and one intercept",
            found=f"constant column(s): {listed(zero or constant)}",
            do="leave them out",
        )
    scaled = X / (size * np.sqrt(len(X)))
    if len(size) and np.linalg.eigvalsh(scaled.T @ scaled)[0] > PLAINLY_APART:
        return
    _, R, order = linalg.qr(scaled, mode="economic", pivoting=True)
    diagonal = np.abs(np.diag(R))
    rank = int(np.sum(diagonal > RANK_TOLERANCE * diagonal[0])) if len(diagonal) else 0
    if rank < X.shape[1]:
        raise FrameError(
            f"{WHERE}: {what}",
            expected="no column that the others add up to",
            found=f"collinear column(s): {listed(names[i] for i in sorted(order[rank:]))}",
            do="leave one of each set out",
        )


def enough_couples(n_couples: int, n_random: int) -> None:
    """A covariance of q random effects needs more than q couples."""
    if n_random and n_couples <= n_random:
        raise AnalysisError(
            f"{WHERE}: random effects",
            expected=f"more couples than random effects ({n_random})",
            found=f"{n_couples} couple(s)",
            do="use fewer random effects",
        )


def enough_rows(n: int, p: int) -> None:
    if n <= p:
        raise AnalysisError(
            f"{WHERE}: rows", expected=f"more rows than coefficients ({p})", found=str(n), do="use fewer predictors"
        )


def identified(options: Options, couple: Ints, slot: Ints, day: Floats, n_random: int) -> None:
    """Residual parameters that these rows say nothing about."""
    person = couple * 2 + slot
    _, rows = np.unique(person, return_counts=True)
    if n_random and rows.max() == 1:
        _refuse("random effects", "people with more than one day", "one row per person", "leave exog_re out")
    if options.ar and len(rows) == len(person):
        _refuse("residual", "people with more than one day", "one row per person", "use a residual without '@ar1'")
    if options.paired:
        together = (couple[1:] == couple[:-1]) & (day[1:] == day[:-1])  # rows are sorted by couple and day
        if not together.any():
            _refuse("residual", "days on which both partners answered", "none", "use 'iid', 'role' or 'role@ar1'")
    if options.by_role and options.dyads == "distinguishable" and slot.min() == slot.max() and not options.ar:
        _refuse("residual", "two roles", "one", "use 'iid'")


def contradictions(options: Options, *, lagged_outcome: bool, couple_day: bool) -> None:
    """Two parts of a model that cannot be told apart."""
    if lagged_outcome and options.ar:
        _refuse(
            "residual",
            "no AR(1) residual beside the own lagged outcome (together they are an AR(2), symmetric in the two)",
            f"residual {options.residual!r} with lagged_outcome",
            "use residual 'un'",
        )
    if couple_day:
        reason = "it is the same-day covariance of 'un'" if options.paired else "'un' says the same"
        _refuse(
            "couple-day intercept",
            f"none: {reason}, and the two are not identified together",
            f"a couple-day intercept with residual {options.residual!r}",
            "leave it out and use residual 'un' or 'un@ar1'",
        )


def _refuse(part: str, expected: str, found: str, do: str) -> None:
    raise AnalysisError(f"{WHERE}: {part}", expected=expected, found=found, do=do)


def same_length(n: int, **columns: NDArray[np.generic] | None) -> None:
    """Every column has as many rows as the outcome."""
    for name, column in columns.items():
        if column is not None and len(column) != n:
            raise FrameError(
                f"{WHERE}: {name}", expected=f"{n} rows, as endog has", found=str(len(column)), do="pass whole columns"
            )
