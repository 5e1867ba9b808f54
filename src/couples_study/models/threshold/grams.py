"""Per-couple cross-products of the count's indicator columns: all that any curve over the count needs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from couples_study.models.threshold.basis import Shape
from couples_study.models.threshold.rows import FloatArray, IntArray

SINGULAR = 1e-10  # of the largest eigenvalue of a correlation-scaled cross-product: below it a direction is not there
DEPENDENT = 1e-8  # of a column's variance left by the columns before it: above it plain elimination is safe


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleGrams:
    """What the rows of each couple say about every curve.

    ``cross`` (couples, m, m) is the cross-product of the columns [one indicator per level, controls, outcome], each
    demeaned within its person, ``total`` (m, m) its sum; ``days`` (couples, n_levels) are person-days per level.
    Couples stand in an ``order`` (their places among the rows' sorted codes) made from their numbers, so that a seed
    means the same whatever the pseudonyms are.
    """

    levels: FloatArray
    n_controls: int
    cross: FloatArray
    days: IntArray
    order: IntArray
    total: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", self.cross.sum(axis=0))

    @property
    def n_couples(self) -> int:
        return len(self.cross)

    def lifted(self, columns: FloatArray) -> FloatArray:
        """Columns over the levels (n_levels, p) as columns over everything in ``cross`` (m, p)."""
        return np.vstack([columns, np.zeros((self.n_controls + 1, columns.shape[1]))])

    @property
    def control_columns(self) -> FloatArray:
        """The columns (m, n_controls) that pick out the controls."""
        n_levels, size = len(self.levels), self.cross.shape[-1]
        return np.eye(size)[:, n_levels : n_levels + self.n_controls]

    @property
    def outcome_column(self) -> FloatArray:
        return np.eye(self.cross.shape[-1])[:, -1]


def solve(left: FloatArray, right: FloatArray) -> FloatArray:
    """Symmetric systems ``left`` (..., p, p) times x = ``right`` (..., p, k); directions without data get zero."""
    scale = np.sqrt(np.maximum(np.diagonal(left, axis1=-2, axis2=-1), 0.0))
    scale = np.where(scale > 0, scale, 1.0)[..., None]
    unit, wanted = left / (scale * np.swapaxes(scale, -1, -2)), right / scale
    found = np.linalg.solve(unit, wanted) if _definite(unit) else _least(unit, wanted)
    return np.asarray(found / scale)


def _definite(unit: FloatArray) -> bool:
    """Whether no column of any correlation-scaled matrix is (nearly) a combination of the ones before it."""
    try:
        root = np.linalg.cholesky(unit)
    except np.linalg.LinAlgError:
        return False
    left_over = np.diagonal(root, axis1=-2, axis2=-1)
    return bool(left_over.size == 0 or (left_over**2).min() > DEPENDENT)


def _least(unit: FloatArray, wanted: FloatArray) -> FloatArray:
    """The solution of least length."""
    return np.asarray(np.linalg.pinv(unit, rcond=SINGULAR, hermitian=True) @ wanted)


def swept(cross: FloatArray, design: FloatArray) -> FloatArray:
    """Cross-products ``cross`` (..., m, m) after regressing every column on the ``design`` (m, p)."""
    if design.shape[1] == 0:
        return cross
    onto = design.T @ cross
    return cross - np.swapaxes(onto, -1, -2) @ solve(onto @ design, onto)


def residualised(total: FloatArray, design: FloatArray, columns: FloatArray) -> FloatArray:
    """``columns`` (m, k) minus their regression on the ``design`` (m, p) in the cross-product ``total`` (m, m)."""
    onto = design.T @ total
    left: FloatArray = columns - design @ solve(onto @ design, onto @ columns)
    return left


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A curve fitted to a stack of cross-products.

    ``curve`` (..., n_levels) is f(x) up to a constant, ``coefficients`` (..., p) those of the shape's columns (the
    member chosen from a family last), ``chosen`` (...) that member, ``residual`` (..., m) the vector whose quadratic
    form in a couple's cross-product is that couple's sum of squared residuals; ``controls`` (..., n_controls) are
    the coefficients of the columns held constant.
    """

    curve: FloatArray
    coefficients: FloatArray
    chosen: IntArray
    residual: FloatArray
    controls: FloatArray


def gains(cross: FloatArray, grams: CoupleGrams, fixed: FloatArray, family: FloatArray) -> FloatArray:
    """Fall of the sum of squares (..., members) when one member of ``family`` joins the controls and ``fixed``."""
    members = grams.lifted(family)
    left = swept(cross, np.hstack([grams.control_columns, grams.lifted(fixed)]))
    shared = np.einsum("...n,nm->...m", left[..., -1, :], members)
    own = ((left @ members) * members).sum(axis=-2)
    raw = ((cross @ members) * members).sum(axis=-2)
    there = own > SINGULAR * raw
    return np.where(there, shared**2 / np.where(there, own, 1.0), 0.0)


def fit(cross: FloatArray, grams: CoupleGrams, shape: Shape) -> Fit:
    """Least squares of one rival on ``cross`` (..., m, m), its break or scale chosen by the sum of squares."""
    stack = cross.shape[:-2]
    levels = np.broadcast_to(shape.fixed, (*stack, *shape.fixed.shape))
    chosen = np.zeros(stack, dtype=np.int64)
    if shape.family.shape[1]:
        chosen = np.argmax(gains(cross, grams, shape.fixed, shape.family), axis=-1)
        levels = np.concatenate([levels, shape.family.T[chosen][..., None]], axis=-1)
    size, n_levels = cross.shape[-1], len(grams.levels)
    design = np.zeros((*stack, size, grams.n_controls + levels.shape[-1]))
    design[..., :, : grams.n_controls] = grams.control_columns
    design[..., :n_levels, grams.n_controls :] = levels
    onto = np.swapaxes(design, -1, -2) @ cross
    found = solve(onto @ design, onto[..., -1:])
    coefficients = found[..., grams.n_controls :, 0]
    residual = grams.outcome_column - (design @ found)[..., 0]
    curve = (levels @ coefficients[..., None])[..., 0]
    held = found[..., : grams.n_controls, 0]
    return Fit(curve=curve, coefficients=coefficients, chosen=chosen, residual=residual, controls=held)


def squares(cross: FloatArray, residual: FloatArray) -> FloatArray:
    """Sums of squared residuals: quadratic forms of ``residual`` (..., m) in ``cross`` (..., m, m)."""
    return ((cross @ residual[..., None])[..., 0] * residual).sum(axis=-1)


def couple_products(columns: FloatArray, couple: IntArray, grams: CoupleGrams) -> FloatArray:
    """Cross-products (couples, k, k) of ``columns`` (n, k), in the couples' order; ``couple`` (n,) are their places."""
    found = np.empty((grams.n_couples, columns.shape[1], columns.shape[1]))
    for j, left in enumerate(columns.T):
        for k, right in enumerate(columns.T[: j + 1]):
            found[:, j, k] = found[:, k, j] = np.bincount(couple, weights=left * right, minlength=grams.n_couples)
    return found[grams.order]


def resampled(grams: CoupleGrams, rng: np.random.Generator, draws: int) -> FloatArray:
    """Pooled cross-products (draws, m, m) of couples drawn with replacement, all of a couple's days kept."""
    return pooled(grams.cross, redrawn(grams.n_couples, rng, draws))


def redrawn(couples: int, rng: np.random.Generator, draws: int) -> FloatArray:
    """How often each couple is drawn (draws, couples) when as many couples are drawn with replacement."""
    drawn = rng.integers(couples, size=(draws, couples)) + couples * np.arange(draws)[:, None]
    return np.bincount(drawn.ravel(), minlength=draws * couples).reshape(draws, couples).astype(float)


def pooled(cross: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted sums (draws, m, m) of couples' symmetric ``cross`` (couples, m, m), each half summed once."""
    size = cross.shape[-1]
    row, column = np.tril_indices(size)
    halves = weights @ cross[:, row, column]
    whole = np.empty((len(weights), size, size))
    whole[:, row, column] = halves
    whole[:, column, row] = halves
    return whole
