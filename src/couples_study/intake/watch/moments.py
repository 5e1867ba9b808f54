"""Agreement as functions of sums, so that leaving out one couple costs a subtraction.

Every function takes `Moments` whose fields may be numbers (all couples) or arrays (one entry per couple left out).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Sums over compared pairs (x, y): ``n``, values, squares, products; ``w*`` about each cluster's own means.

    ``near`` counts pairs that differ by at most one. Values are taken about a common centre, which no index feels.
    """

    n: Any
    x: Any
    y: Any
    xx: Any
    yy: Any
    xy: Any
    wxx: Any
    wyy: Any
    wxy: Any
    near: Any

    def total(self) -> Moments:
        return Moments(**{one.name: getattr(self, one.name).sum() for one in fields(self)})

    def without_each(self) -> Moments:
        """The totals with one couple left out at a time."""
        return Moments(**{one.name: getattr(self, one.name).sum() - getattr(self, one.name) for one in fields(self)})

    def only(self, which: np.ndarray) -> Moments:
        return Moments(**{one.name: getattr(self, one.name)[which] for one in fields(self)})


def moments_by_couple(x: np.ndarray, y: np.ndarray, cluster: np.ndarray, couples: int) -> Moments:
    """The sums of each couple; ``cluster`` is twice the couple plus which of its partners gave x (0 or 1)."""

    def per_cluster(values: np.ndarray | None = None) -> np.ndarray:
        return np.bincount(cluster, weights=values, minlength=2 * couples).astype("float64")

    def per_couple(values: np.ndarray) -> np.ndarray:
        return values[0::2] + values[1::2]

    n, sx, sy = per_cluster(), per_cluster(x), per_cluster(y)
    sxx, syy, sxy = per_cluster(x * x), per_cluster(y * y), per_cluster(x * y)
    divisor = np.maximum(n, 1)
    return Moments(
        n=per_couple(n),
        x=per_couple(sx),
        y=per_couple(sy),
        xx=per_couple(sxx),
        yy=per_couple(syy),
        xy=per_couple(sxy),
        wxx=per_couple(sxx - sx * sx / divisor),
        wyy=per_couple(syy - sy * sy / divisor),
        wxy=per_couple(sxy - sx * sy / divisor),
        near=per_couple(per_cluster((np.abs(x - y) <= 1).astype("float64"))),
    )


def mean_difference(m: Moments) -> Any:
    """Mean of mine minus the partner's."""
    return (m.x - m.y) / m.n


def sd_difference(m: Moments) -> Any:
    """Standard deviation of mine minus the partner's (Bland and Altman, 1986)."""
    squares = m.xx + m.yy - 2 * m.xy
    return np.sqrt(np.maximum(squares - (m.x - m.y) ** 2 / m.n, 0) / (m.n - 1))


def icc_agreement(m: Moments) -> Any:
    """ICC(A,1): two-way, absolute agreement, single report (McGraw and Wong, 1996, Psychological Methods 1, 30-46)."""
    grand = (m.x + m.y) / (2 * m.n)
    rows = 2 * ((m.xx + 2 * m.xy + m.yy) / 4 - m.n * grand**2)
    columns = m.n * ((m.x / m.n - grand) ** 2 + (m.y / m.n - grand) ** 2)
    error = (m.xx + m.yy - 2 * m.n * grand**2 - rows - columns) / (m.n - 1)
    between = rows / (m.n - 1)
    return (between - error) / (between + error + 2 * (columns - error) / m.n)


def concordance(m: Moments) -> Any:
    """Concordance correlation (Lin, 1989, Biometrics 45, 255-268), with moments divided by n."""
    mx, my = m.x / m.n, m.y / m.n
    return 2 * (m.xy / m.n - mx * my) / (m.xx / m.n - mx**2 + m.yy / m.n - my**2 + (mx - my) ** 2)


def within_correlation(m: Moments) -> Any:
    """Correlation about each reporting partner's own means (Bland and Altman, 1995, BMJ 310, 446)."""
    return m.wxy / np.sqrt(np.maximum(m.wxx * m.wyy, 0))


def within_one(m: Moments) -> Any:
    """Share of pairs that differ by at most one."""
    return m.near / m.n


def observed(m: Moments) -> Any:
    """Share of pairs of flags that agree."""
    return 1 - (m.x + m.y - 2 * m.xy) / m.n


def kappa(m: Moments) -> Any:
    """Cohen's kappa of two flags (Cohen, 1960, Educational and Psychological Measurement 20, 37-46)."""
    px, py = m.x / m.n, m.y / m.n
    chance = px * py + (1 - px) * (1 - py)
    return (observed(m) - chance) / (1 - chance)


def adjusted_kappa(m: Moments) -> Any:
    """Prevalence- and bias-adjusted kappa (Byrt, Bishop and Carlin, 1993, J Clin Epidemiology 46, 423-429)."""
    return 2 * observed(m) - 1


def positive_agreement(m: Moments) -> Any:
    """Agreement on yes: twice both over all yeses (Cicchetti and Feinstein, 1990, J Clin Epidemiology 43, 551-558)."""
    return 2 * m.xy / (m.x + m.y)


def negative_agreement(m: Moments) -> Any:
    """Agreement on no, likewise."""
    return 2 * (m.n - m.x - m.y + m.xy) / (2 * m.n - m.x - m.y)
