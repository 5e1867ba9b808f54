"""From rows to couples' cross-products: everything but the outcome once, then an outcome at a time."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from couples_study.models.threshold.basis import within_person
from couples_study.models.threshold.grams import CoupleGrams
from couples_study.models.threshold.rows import (
    CAP,
    STEPS_PER_TOUCH,
    BoolArray,
    FloatArray,
    IntArray,
    Rows,
    numbered_anew,
)


def couple_grams(rows: Rows) -> CoupleGrams:
    """Cross-products from rows; whole counts give levels 0..25, averaged reports levels in halves."""
    return Crossed(rows).grams(rows.outcome)


class Crossed:
    """Cross-products of counts and controls of the same days, to which any outcome of those days can be added.

    The outcome of ``rows`` is not read. Couples stand in an order that depends on what was answered and not on what
    they are called: by their days per level, and by sums of squares where two couples are alike in these.
    """

    def __init__(self, rows: Rows) -> None:
        whole = bool((rows.exposure == np.round(rows.exposure)).all())
        width = 1.0 if whole else 1.0 / STEPS_PER_TOUCH
        self.levels = np.arange(0.0, CAP + width / 2, width)
        at = np.rint(rows.exposure / width).astype(np.int64)
        self._person = numbered_anew(rows.person)
        people = int(self._person[-1]) + 1
        couple_of = np.empty(people, dtype=np.int64)
        couple_of[self._person] = rows.couple
        self._cell = self._person * len(self.levels) + at
        self._counts = np.bincount(self._cell, minlength=people * len(self.levels)).reshape(people, -1)
        self._held = within_person(rows.controls, self._person)
        self._first = np.flatnonzero(np.r_[True, couple_of[1:] != couple_of[:-1]])
        self._paired = np.diff(np.r_[self._first, people]) > 1

    def grams(self, outcome: FloatArray, group: BoolArray | None = None) -> CoupleGrams:
        """Couples' cross-products with this ``outcome`` (n,), of everybody or of the people in ``group`` (n,).

        A person is in a group with all days or with none, so nothing has to be centred anew. A couple of whom nobody
        is in the group stays, with zeros, and the couples of a group stand in the same order as all couples.
        """
        sums = self._with_outcome(outcome)
        order = self._order if self.told_apart else self._order_with(sums)
        first, paired = self._first[order], self._paired[order]
        kept = np.ones(len(self._counts)) if group is None else self._of_people(group)
        cross = _by_couple(self._blocks, kept, first, paired) if group is not None else self._everybody[order]
        cross[:, -1, :] = cross[:, :, -1] = _by_couple(sums, kept, first, paired)
        return CoupleGrams(
            levels=self.levels, n_controls=self._held.shape[1], cross=cross,
            days=_by_couple(self._counts, kept, first, paired), order=order,
        )  # fmt: skip

    def narrowed(self, columns: FloatArray, outcomes: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Cross-products of few columns and many outcomes of the same days, couples in the order of `grams`.

        ``columns`` (n_levels, p) and ``outcomes`` (n, k) give (couples, q + p, q + p) of the controls and the columns,
        (couples, q + p, k) with the outcomes, and (couples, k) of each outcome with itself.
        """
        if not self.told_apart:
            raise ValueError("couples are told apart by their outcome, so many outcomes have no one order")
        n_held, n_people = self._held.shape[1], len(self._counts)
        size = n_held + columns.shape[1]
        inside = np.empty((n_people, size, size))
        pairs = (columns[:, :, None] * columns[:, None, :]).reshape(len(columns), -1)
        sums = self._counts @ columns
        inside[:, n_held:, n_held:] = (self._counts @ pairs).reshape(n_people, columns.shape[1], -1)
        inside[:, n_held:, n_held:] -= sums[:, :, None] * (sums / self._counts.sum(axis=1)[:, None])[:, None, :]
        for j, held in enumerate(self._held.T):
            inside[:, j, n_held:] = inside[:, n_held:, j] = self._by_level(held) @ columns
            inside[:, j, :n_held] = self._with_held(held)
        centred = within_person(outcomes, self._person)
        beside = np.stack(
            [np.hstack([self._with_held(one), self._by_level(one) @ columns]) for one in centred.T], axis=-1
        )
        own = np.column_stack([np.bincount(self._person, weights=one**2, minlength=n_people) for one in centred.T])
        return tuple(self._couples(part)[self._order] for part in (inside, beside, own))

    def _with_held(self, column: FloatArray) -> FloatArray:
        """(people, q): products of a demeaned column (n,) with every control."""
        products = [
            np.bincount(self._person, weights=column * held, minlength=len(self._counts)) for held in self._held.T
        ]
        return np.column_stack(products) if products else np.empty((len(self._counts), 0))

    @cached_property
    def told_apart(self) -> bool:
        """Whether no two couples have the same number of days at every level."""
        keys = self._couples(self._counts)[self._order]
        return bool((keys[1:] != keys[:-1]).any(axis=1).all())

    @cached_property
    def days(self) -> IntArray:
        """Person-days (n_levels,) at each level."""
        return np.asarray(self._counts.sum(axis=0))

    @cached_property
    def _blocks(self) -> FloatArray:
        """(people, m, m): cross-products of one person's demeaned columns, with zeros for the outcome."""
        n_people, n_levels = self._counts.shape
        width = self._held.shape[1]
        blocks = np.zeros((n_people, n_levels + width + 1, n_levels + width + 1))
        shares = self._counts / self._counts.sum(axis=1)[:, None]
        np.multiply(shares[:, :, None], -self._counts[:, None, :], out=blocks[:, :n_levels, :n_levels])
        diagonal = np.arange(n_levels)
        blocks[:, diagonal, diagonal] += self._counts
        for j, held in enumerate(self._held.T):
            sums = self._by_level(held)
            blocks[:, :n_levels, n_levels + j] = blocks[:, n_levels + j, :n_levels] = sums
            for k in range(j + 1):
                product = np.bincount(self._person, weights=held * self._held[:, k], minlength=n_people)
                blocks[:, n_levels + j, n_levels + k] = blocks[:, n_levels + k, n_levels + j] = product
        return blocks

    def _by_level(self, column: FloatArray) -> FloatArray:
        """Sums (people, n_levels) of a demeaned column (n,) over the days at each level."""
        sums = np.bincount(self._cell, weights=column, minlength=self._counts.size)
        return np.asarray(sums, dtype=np.float64).reshape(self._counts.shape)

    def _with_outcome(self, outcome: FloatArray) -> FloatArray:
        """(people, m): products of the demeaned outcome with every column, itself last."""
        centred = within_person(outcome[:, None], self._person)[:, 0]
        n_people = len(self._counts)
        products = [centred * held for held in (*self._held.T, centred)]
        rest = [np.bincount(self._person, weights=product, minlength=n_people) for product in products]
        return np.column_stack([self._by_level(centred), *rest])

    def _couples(self, parts: Any) -> Any:
        return _by_couple(parts, np.ones(len(parts)), self._first, self._paired)

    @cached_property
    def _everybody(self) -> FloatArray:
        return np.asarray(self._couples(self._blocks))

    @cached_property
    def _order(self) -> IntArray:
        """The couples by their days per level, whole numbers, so that rounding breaks no tie."""
        return np.lexsort(self._couples(self._counts).T[::-1])

    def _order_with(self, sums: FloatArray) -> IntArray:
        """The order where couples are alike in that: by sums of squares, those of the outcome (in ``sums``) last."""
        squares = np.diagonal(self._blocks, axis1=1, axis2=2)[:, :-1]
        return np.lexsort(self._couples(np.hstack([self._counts, squares, sums[:, -1:]])).T[::-1])

    def _of_people(self, group: BoolArray) -> FloatArray:
        kept = np.zeros(len(self._counts))
        kept[self._person] = group
        return kept


def _by_couple(parts: Any, kept: FloatArray, first: IntArray, paired: BoolArray) -> Any:
    """Sums (couples, ...) of the ``kept`` people's ``parts`` (people, ...); ``paired`` couples have a second member.

    ``first`` (couples,) are the numbers of first members. Two terms add up to the same in either order, so it does not
    matter which partner comes first.
    """
    sums, second = parts[first], parts[first[paired] + 1]
    if not kept.all():
        shape = (-1, *(1,) * (parts.ndim - 1))
        sums *= kept[first].reshape(shape).astype(parts.dtype)
        second *= kept[first[paired] + 1].reshape(shape).astype(parts.dtype)
    if paired.all():
        sums += second
    else:
        sums[paired] += second
    return sums
