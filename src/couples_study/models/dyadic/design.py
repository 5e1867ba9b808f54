"""From columns to a design: rows sorted, partners placed, columns rotated and scaled, faults refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import linalg

from couples_study.core.errors import FrameError
from couples_study.models.dyadic import refusals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from couples_study.models.dyadic.options import Options
    from couples_study.models.dyadic.residual import Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """The couples that share one covariance structure.

    ``rows`` are positions in the sorted design; ``Z`` (len(rows), q) the expanded random columns, scaled by ``z_size``;
    ``blocks`` the ranges of Z that are correlated; ``couples`` the couples' positions in `Design.labels`.
    """

    name: str
    exchangeable: bool
    rows: Ints
    couple: Ints
    slot: Ints
    day: Floats
    Z: Floats
    z_size: Floats
    z_names: tuple[str, ...]
    blocks: tuple[tuple[int, int], ...]
    couples: Ints


@dataclass(slots=True, kw_only=True)
class Design:
    """Sorted rows. ``order`` takes the caller's rows to these; ``Q`` has orthonormal columns, X = Q R."""

    options: Options
    order: Ints
    X: Floats
    Q: Floats
    R: Floats
    labels: pd.Index
    couple: Ints
    slot: Ints
    day: Floats
    role_names: tuple[str, ...]
    kinds: tuple[Kind, ...] = field(default=())

    @property
    def n_people(self) -> int:
        return len(np.unique(self.couple * 2 + self.slot))


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What the caller gave, as arrays in the caller's order."""

    y: Floats
    X: Floats
    x_names: tuple[str, ...]
    groups: NDArray[Any]
    role: NDArray[Any] | None
    time: NDArray[Any] | None
    Z: Floats | None
    z_names: tuple[str, ...]
    person: NDArray[Any] | None
    exchangeable: NDArray[Any] | None


def build(columns: Columns, options: Options) -> Design:
    """Check the columns and lay them out."""
    _check(columns)
    couple, labels = pd.factorize(columns.groups)
    exchangeable = _exchangeable(columns, options, couple, len(labels))
    slot, role_names = _slots(columns, couple, exchangeable)
    day = _days(columns, options)
    order = np.lexsort((slot, day, couple))
    couple, slot, day = couple[order], slot[order], day[order]
    if columns.time is not None or options.paired:
        refusals.one_row_per_person_day(couple, slot, day)
    refusals.predictors(columns.X, list(columns.x_names))
    if columns.Z is not None:
        refusals.predictors(columns.Z, list(columns.z_names), "exog_re")
    Q, R = orthonormal(columns.X[order])
    design = Design(
        options=options, order=order, X=columns.X[order], Q=Q, R=R, labels=pd.Index(labels),
        couple=couple, slot=slot, day=day, role_names=role_names,
    )  # fmt: skip
    Z = None if columns.Z is None else columns.Z[order]
    n_random = 0 if Z is None else Z.shape[1]
    refusals.identified(options, couple, slot, day, n_random)
    design.kinds = tuple(
        _kind(design, Z, columns.z_names, options, flag, exchangeable) for flag in np.unique(exchangeable)
    )
    return design


def orthonormal(X: Floats) -> tuple[Floats, Floats]:
    """X (n, p) as Q R, R with a positive diagonal.

    Two Cholesky factors do it with the accuracy of Householder's way where columns are not nearly collinear, and with
    its speed divided by ten on many rows (Yamamoto et al., 2015).
    """
    length = np.sqrt(np.einsum("np,np->p", X, X))
    scaled = X / length
    cosines = scaled.T @ scaled
    if np.linalg.eigvalsh(cosines)[0] < refusals.PLAINLY_APART:
        Q, R = linalg.qr(X, mode="economic")
        sign = np.where(np.diag(R) < 0, -1.0, 1.0)
        return Q * sign, R * sign[:, None]
    first = np.linalg.cholesky(cosines).T
    rough = linalg.solve_triangular(first, scaled.T, trans="T").T
    second = np.linalg.cholesky(rough.T @ rough).T
    return linalg.solve_triangular(second, rough.T, trans="T").T, second @ first * length


def _check(columns: Columns) -> None:
    n = len(columns.y)
    refusals.same_length(
        n, exog=columns.X, groups=columns.groups, role=columns.role, time=columns.time, exog_re=columns.Z,
        person=columns.person, exchangeable=columns.exchangeable,
    )  # fmt: skip
    for name in ("groups", "role", "time", "person"):
        column = getattr(columns, name)
        if column is not None and pd.isna(column).any():
            raise FrameError(
                f"DyadicMixedLM: {name}", expected="a value on every row", found="missing values", do="leave them out"
            )
    refusals.enough_rows(n, columns.X.shape[1])
    if columns.Z is not None:
        refusals.finite(columns.Z, list(columns.z_names), "exog_re")


def _exchangeable(columns: Columns, options: Options, couple: Ints, n_couples: int) -> NDArray[np.bool_]:
    """Per couple: whether its partners are interchangeable."""
    if options.dyads != "mixed":
        return np.full(n_couples, options.dyads == "indistinguishable")
    if columns.exchangeable is None:
        raise FrameError(
            "DyadicMixedLM: exchangeable",
            expected="with dyads='mixed', a column that says which couples have exchangeable partners",
            found="none",
            do="pass exchangeable=, True or False per row",
        )
    flag = np.asarray(columns.exchangeable, dtype=bool)
    share = np.bincount(couple, weights=flag) / np.bincount(couple)
    if np.any((share > 0) & (share < 1)):
        raise FrameError(
            "DyadicMixedLM: exchangeable", expected="one value per couple", found="couples with both", do="repair them"
        )
    return share == 1


def _slots(columns: Columns, couple: Ints, exchangeable: NDArray[np.bool_]) -> tuple[Ints, tuple[str, ...]]:
    """Partner 0 or 1 of each row: by role, or in exchangeable couples by person."""
    slot = np.zeros(len(couple), dtype=np.intp)
    names: tuple[str, ...] = ("",)
    inside = exchangeable[couple]
    if columns.role is not None and not inside.all():
        codes, found = pd.factorize(columns.role[~inside], sort=True)
        refusals.roles_make_sense(list(found), np.bincount(codes), len(np.unique(couple[~inside])))
        slot[~inside], names = codes, tuple(str(name) for name in found)
    if inside.any():
        person = columns.person if columns.person is not None else columns.role
        if person is not None:
            slot[inside] = _place(couple[inside], pd.factorize(person[inside])[0], columns.y[inside])
    return slot, names


def _place(couple: Ints, person: Ints, y: Floats) -> Ints:
    """Exchangeable partners in an order that hangs on their answers, not on their labels.

    The likelihood is the same either way; with one order for every labelling, so is its last digit.
    """
    pairs, at = np.unique(np.column_stack([couple, person]), axis=0, return_inverse=True)
    at = at.ravel()
    refusals.two_people(np.bincount(pairs[:, 0]))
    rows = np.bincount(at)
    order = np.lexsort((np.bincount(at, weights=y) / rows, rows, pairs[:, 0]))
    rank = np.empty(len(pairs), dtype=np.intp)
    rank[order] = np.arange(len(pairs)) - np.searchsorted(pairs[:, 0], pairs[:, 0])
    return rank[at]


def _days(columns: Columns, options: Options) -> Floats:
    if columns.time is None:
        if options.ar:
            raise FrameError(
                "DyadicMixedLM: time",
                expected=f"days, for residual {options.residual!r}",
                found="none",
                do="pass time=",
            )
        return np.zeros(len(columns.y))
    if np.issubdtype(columns.time.dtype, np.datetime64):
        day = (columns.time - columns.time.min()) / np.timedelta64(1, "D")
        refusals.whole_days(day)
        return day
    try:
        day = np.asarray(columns.time, dtype=float)
    except (TypeError, ValueError):
        raise FrameError(
            "DyadicMixedLM: time", expected="whole numbers of days", found=str(columns.time.dtype), do="count days"
        ) from None
    refusals.finite(day, ["time"], "time")
    refusals.whole_days(day)
    return day


def _kind(
    design: Design,
    Z: Floats | None,
    names: tuple[str, ...],
    options: Options,
    flag: bool,
    exchangeable: NDArray[np.bool_],
) -> Kind:
    couples = np.flatnonzero(exchangeable == flag)
    rows = np.flatnonzero(exchangeable[design.couple] == flag)
    slot = design.slot[rows]
    position = np.full(len(exchangeable), -1)
    position[couples] = np.arange(len(couples))
    wide, z_names, blocks = expand(None if Z is None else Z[rows], names, slot, options, bool(flag), design.role_names)
    refusals.enough_couples(len(couples), wide.shape[1])
    size = np.sqrt((wide**2).mean(axis=0))
    return Kind(
        name="exchangeable" if flag else "distinguishable", exchangeable=bool(flag), rows=rows,
        couple=position[design.couple[rows]], slot=slot, day=design.day[rows], Z=wide / np.where(size > 0, size, 1.0),
        z_size=np.where(size > 0, size, 1.0), z_names=z_names, blocks=blocks, couples=couples,
    )  # fmt: skip


def expand(
    Z: Floats | None, names: tuple[str, ...], slot: Ints, options: Options, exchangeable: bool, roles: tuple[str, ...]
) -> tuple[Floats, tuple[str, ...], tuple[tuple[int, int], ...]]:
    """Random columns as the engine uses them, with names and correlated blocks.

    With one coefficient per partner, distinguishable roles get a column each. Exchangeable partners get the half sum
    and half difference of the two coefficients, which are uncorrelated whichever label each partner has (Griffin &
    Gonzalez, 1995; del Rosario & West, 2025).
    """
    if Z is None:
        return np.zeros((len(slot), 0)), (), ()
    m = Z.shape[1]
    if options.re_by == "couple":
        return Z, names, ((0, m),)
    if exchangeable:
        sign = np.where(slot == 0, 1.0, -1.0)[:, None]
        wide = np.hstack([Z, sign * Z])
        return (
            wide,
            tuple(f"{name}[{part}]" for part in ("shared", "difference") for name in names),
            ((0, m), (m, 2 * m)),
        )
    if len(roles) < 2:
        return Z, names, ((0, m),)
    wide = np.hstack([Z * (slot == i)[:, None] for i in (0, 1)])
    return wide, tuple(f"{name}[{role}]" for role in roles for name in names), ((0, 2 * m),)
