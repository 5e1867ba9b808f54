"""How reliable a score is: alpha and omega, the same within and between persons, retest, and reliable change.

Every function takes items as columns, already turned round where they are reversed, and leaves rows with a missing item
out. A number that can not be had is a `Reason`, never NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

FEWEST_ROWS = 3
QUANTILE = 1.959963984540054  # of the normal distribution, two-sided 95 per cent


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a coefficient can not be computed."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoLevels:
    """Reliability of deviations from persons' own means, and of these means; with the rows and persons behind it."""

    alpha_within: float | Reason
    omega_within: float | Reason
    alpha_between: float | Reason
    omega_between: float | Reason
    n_rows: int
    n_people: int


def alpha(items: pd.DataFrame) -> float | Reason:
    """Cronbach's alpha from the items' covariances (Cronbach 1951)."""
    covariances = _covariances(items)
    return covariances if isinstance(covariances, Reason) else _alpha_of(covariances)


def omega(items: pd.DataFrame) -> float | Reason:
    """McDonald's omega total of one common factor, fitted by maximum likelihood (McDonald 1999).

    Two items do not tell their loadings apart: with equal ones omega is alpha.
    """
    covariances = _covariances(items)
    return covariances if isinstance(covariances, Reason) else _omega_of(covariances)


def two_levels(items: pd.DataFrame, person: pd.Series) -> TwoLevels:
    """Alpha and omega within and between persons, for items that were answered repeatedly.

    The pooled covariance within persons is the within part; what the persons' means vary beyond it is the between part
    (Geldhof, Preacher and Zyphur 2014, by the moments of Muthen 1994).
    """
    whole = items.notna().all(axis=1)
    answers, whose = items[whole].astype("float64"), person[whole]
    sizes = whose.value_counts()
    n_rows, n_people = len(answers), len(sizes)
    if items.shape[1] < 2 or n_people < FEWEST_ROWS or n_rows - n_people < FEWEST_ROWS:
        why = Reason(f"needs two items and repeated answers of at least {FEWEST_ROWS} persons")
        return TwoLevels(
            alpha_within=why, omega_within=why, alpha_between=why, omega_between=why, n_rows=n_rows, n_people=n_people
        )
    means = answers.groupby(whose.to_numpy()).transform("mean")
    within = _product(answers - means) / (n_rows - n_people)
    pooled = _product(means - answers.mean()) / (n_people - 1)
    typical = (n_rows - float((sizes**2).sum()) / n_rows) / (n_people - 1)
    between = (pooled - within) / typical
    return TwoLevels(
        alpha_within=_alpha_of(within), omega_within=_omega_of(within), alpha_between=_alpha_of(between),
        omega_between=_omega_of(between), n_rows=n_rows, n_people=n_people,
    )  # fmt: skip


def retest(first: pd.Series, second: pd.Series) -> float | Reason:
    """Correlation of the same persons' scores at two times, matched by index."""
    both = pd.concat([first, second], axis=1, join="inner").dropna().to_numpy(dtype="float64")
    if len(both) < FEWEST_ROWS or not both.std(axis=0).all():
        return Reason(f"needs at least {FEWEST_ROWS} persons with both scores, and scores that vary")
    return float(np.corrcoef(both.T)[0, 1])


def reliable_change(sd: float, reliability: float) -> float:
    """The change that unreliable answers alone exceed in one person of twenty (Jacobson and Truax 1991)."""
    if sd <= 0 or not 0 < reliability < 1:
        raise ValueError("reliable change needs sd > 0 and 0 < reliability < 1")
    return QUANTILE * sd * float(np.sqrt(2.0 * (1.0 - reliability)))


def _covariances(items: pd.DataFrame) -> np.ndarray | Reason:
    answers = items.dropna().astype("float64")
    if answers.shape[1] < 2 or len(answers) < FEWEST_ROWS:
        return Reason(f"needs two items and at least {FEWEST_ROWS} complete rows")
    return _product(answers - answers.mean()) / (len(answers) - 1)


def _product(deviations: pd.DataFrame) -> np.ndarray:
    values = deviations.to_numpy(dtype="float64")
    product: np.ndarray = values.T @ values
    return product


def _alpha_of(covariances: np.ndarray) -> float | Reason:
    k, total = len(covariances), float(covariances.sum())
    if total <= 0:
        return Reason("the sum of the items does not vary at this level")
    return k / (k - 1) * (1.0 - float(np.trace(covariances)) / total)


def _omega_of(covariances: np.ndarray) -> float | Reason:
    if len(covariances) == 2:
        return _alpha_of(covariances)
    spread = np.sqrt(np.diag(covariances).clip(min=0.0))
    if not spread.all():
        return Reason("an item does not vary at this level")
    correlations = covariances / np.outer(spread, spread)
    if np.linalg.eigvalsh(correlations)[0] <= 0:
        return Reason("the items' covariances at this level are those of no sample (too few persons)")
    loadings = _loadings(correlations)
    if loadings is None:
        return Reason("the one-factor model did not converge")
    common = float((loadings * spread).sum()) ** 2
    return common / (common + float(((1.0 - loadings**2) * spread**2).sum()))


def _loadings(correlations: np.ndarray) -> np.ndarray | None:
    """Maximum-likelihood loadings of one factor, uniquenesses held at .005 or more (as R's factanal holds them)."""

    def misfit(unique: np.ndarray) -> float:
        values = np.linalg.eigvalsh(correlations / np.sqrt(np.outer(unique, unique)))[:-1]
        return float((values - np.log(values) - 1.0).sum())

    start = (1.0 - 0.5 / len(correlations)) / np.diag(np.linalg.inv(correlations))
    found = optimize.minimize(
        misfit, start.clip(0.005, 1.0), method="L-BFGS-B", bounds=[(0.005, 1.0)] * len(start),
        options={"ftol": 1e-14, "gtol": 1e-9, "maxiter": 1000},
    )  # fmt: skip
    if not found.success:
        return None
    values, vectors = np.linalg.eigh(correlations / np.sqrt(np.outer(found.x, found.x)))
    loadings: np.ndarray = np.sqrt(found.x) * vectors[:, -1] * np.sqrt(max(values[-1] - 1.0, 0.0))
    return loadings * np.sign(loadings.sum() or 1.0)
