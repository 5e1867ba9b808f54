"""What each sign of a checklist tells: the two-parameter logistic model (Birnbaum, 1968) by marginal likelihood.

A person's trouble is standard normal; sign j is there with the chance 1 / (1 + exp(-slope_j (trouble - place_j))). Its
information at some trouble is slope_j squared times the chance of yes times that of no. The trouble is integrated out
by Gauss and Hermite; couples are the clusters of the errors, since the partners of one are no independent answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

NODES = 31
STEEPEST = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """Slopes and places (J,) with their couple-robust errors, and the log-likelihood."""

    slope: np.ndarray
    slope_error: np.ndarray
    place: np.ndarray
    place_error: np.ndarray
    log_likelihood: float

    def information(self, trouble: float) -> np.ndarray:
        """What each sign adds to the precision of a person's trouble, at ``trouble`` (J,)."""
        yes = special.expit(self.slope * (trouble - self.place))
        found: np.ndarray = self.slope**2 * yes * (1 - yes)
        return found


def two_parameters(answers: np.ndarray, couple: np.ndarray) -> Signs | None:
    """Fit 0/1 ``answers`` (n, J), NaN where missing; None where the likelihood has no top inside its bounds."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = np.log(weights / weights.sum())
    if np.nanmin(np.nanstd(answers, axis=0)) <= 0:
        return None
    share = np.clip(np.nanmean(answers, axis=0), 0.01, 0.99)
    start = np.concatenate([np.ones(answers.shape[1]), special.logit(share) * 1.2])

    def minus(values: np.ndarray) -> tuple[float, np.ndarray]:
        likelihood, scores = _likelihood(values, answers, nodes, weights)
        return -float(likelihood.sum()), -scores.sum(axis=0)

    found = optimize.minimize(
        minus, start, jac=True, method="BFGS", options={"gtol": 1e-5 * len(answers), "maxiter": 500}
    )
    slope, level = np.split(found.x, 2)
    if not np.all(np.isfinite(found.x)) or np.abs(slope).max() > STEEPEST or np.abs(slope).min() < 1e-3:
        return None
    cov = _sandwich(found.x, answers, couple, nodes, weights)
    count = answers.shape[1]
    turn = np.hstack([np.diag(level / slope**2), np.diag(-1 / slope)])  # place = -level / slope
    return Signs(
        slope=slope, slope_error=np.sqrt(np.diag(cov)[:count]), place=-level / slope,
        place_error=np.sqrt(np.diag(turn @ cov @ turn.T)), log_likelihood=-float(found.fun),
    )  # fmt: skip


def _likelihood(
    values: np.ndarray, answers: np.ndarray, nodes: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Each person's log-likelihood (n,) and its slope in the parameters (n, 2 J)."""
    slope, level = np.split(values, 2)
    linear = nodes[:, None] * slope + level
    yes, no = special.log_expit(linear), special.log_expit(-linear)
    there, absent = np.nan_to_num(answers), np.nan_to_num(1 - answers)
    each = there @ yes.T + absent @ no.T + weights
    total = special.logsumexp(each, axis=1)
    posterior = np.exp(each - total[:, None])
    chance = np.exp(yes)
    answered = np.isfinite(answers)
    of_level = there - answered * (posterior @ chance)
    of_slope = there * (posterior @ nodes)[:, None] - answered * (posterior @ (nodes[:, None] * chance))
    return total, np.hstack([of_slope, of_level])


def _sandwich(
    values: np.ndarray, answers: np.ndarray, couple: np.ndarray, nodes: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """The couple-clustered variance of the estimates."""
    step = 1e-4
    curve = np.empty((len(values), len(values)))
    for i in range(len(values)):
        shift = np.zeros(len(values))
        shift[i] = step
        up, down = (_likelihood(values + s, answers, nodes, weights)[1].sum(axis=0) for s in (shift, -shift))
        curve[i] = -(up - down) / (2 * step)
    scores = _likelihood(values, answers, nodes, weights)[1]
    codes = np.unique(couple, return_inverse=True)[1]
    by_couple = np.column_stack([np.bincount(codes, weights=one) for one in scores.T])
    bread = np.linalg.inv((curve + curve.T) / 2)
    groups = len(by_couple)
    found: np.ndarray = bread @ (by_couple.T @ by_couple) @ bread * groups / (groups - 1)
    return found
