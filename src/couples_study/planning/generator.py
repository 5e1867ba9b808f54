"""One generator of couples' lives for all scenarios: what really happens, and what both partners report of it.

Closeness has a couple, a person and a day part; the day part is autoregressive, correlated between partners, and moved
by touch, stress and yesterday as the scenario says. Touches are negative binomial with couple, person and couple-day
levels. Reports of touches are thinned, intruded upon and heaped, so that partners disagree about the same touches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from couples_study.contracts.scenario import Scenario
from couples_study.planning.chance import Chance, draw
from couples_study.planning.parameters import parameters

POINTS = 100.0 / 6.0  # one step of a 1-7 scale on a 0-100 slider
WITHIN_TOUCH_SD = 3.65
FIRST_WEEKDAY = 0  # the study begins on a Monday
WEEKS = 5
TOP = 8.0  # touches at which a hump is highest


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What really happens: arrays (couples, 2, days) of closeness (1-7), touches received, stress; what is shared."""

    scenario: Scenario
    chance: Chance
    close: np.ndarray
    within: np.ndarray
    touch: np.ndarray
    stress: np.ndarray
    weekend: np.ndarray
    conflict: np.ndarray

    @property
    def couples(self) -> int:
        return self.close.shape[0]

    @property
    def days(self) -> int:
        return self.close.shape[2]


def live(scenario: Scenario, couples: int, days: int, seed: int) -> World:
    """Let ``couples`` couples live for ``days`` days in a scenario."""
    touch_parameters = parameters()["touch"]
    chance = draw(couples, days, WEEKS, touch_parameters["nb_shape"], seed)
    weekend = (np.arange(days) + FIRST_WEEKDAY) % 7 >= 5
    stress = _stress(chance)
    level = _touch_level(chance, weekend)
    close, touch = np.zeros((couples, 2, days)), np.zeros((couples, 2, days))
    before_close, before_touch, state = np.zeros((couples, 2)), np.zeros((couples, 2)), np.zeros((couples, 2))
    for day in range(days):
        shock = _innovation(chance, day)
        state = parameters()["daily"]["phi"] * state + shock
        push = scenario.close_to_touch * before_close + scenario.closeness_moves_touch * state / _sd_within()
        touch[:, :, day] = _touches(chance, level, push, day)
        deviation = (touch[:, :, day] - _usual(level)) / WITHIN_TOUCH_SD
        state = state + _sd_within() * scenario.touch_to_close * before_touch
        close[:, :, day] = state + _curve(scenario, touch[:, :, day]) + _sd_within() * _strain(stress, day)
        before_close, before_touch = state / _sd_within(), deviation
    steady = _steady(chance)[:, :, None]
    return World(
        scenario=scenario, chance=chance, close=parameters()["daily"]["close_mean"] + steady + close, within=close,
        touch=touch, stress=stress, weekend=weekend, conflict=_conflict(chance, close),
    )  # fmt: skip


def _sd_within() -> float:
    """The standard deviation of the autoregressive day part."""
    daily = parameters()["daily"]
    return daily["sd_innovation"] / float(np.sqrt(1 - daily["phi"] ** 2))


def _steady(chance: Chance) -> np.ndarray:
    daily = parameters()["daily"]
    return daily["sd_couple"] * chance.couple[:, None, 0] + daily["sd_person"] * chance.person[:, :, 0]


def _stress(chance: Chance) -> np.ndarray:
    """Standardised daily stress with an intraclass correlation of .4."""
    return np.sqrt(0.4) * chance.person[:, :, 1, None] + np.sqrt(0.6) * chance.stress


def _strain(stress: np.ndarray, day: int) -> np.ndarray:
    effects = parameters()["effects"]
    today = stress[:, :, day]
    return effects["stress_actor"] * today + effects["stress_partner"] * today[:, ::-1]


def _innovation(chance: Chance, day: int) -> np.ndarray:
    """Today's shocks of both partners, correlated as the parameters say."""
    daily = parameters()["daily"]
    shared = np.sqrt(daily["partner_r_same_day"]) * chance.couple_day[:, None, day, 0]
    own = np.sqrt(1 - daily["partner_r_same_day"]) * chance.innovation[:, :, day]
    return daily["sd_innovation"] * (shared + own)


def _touch_level(chance: Chance, weekend: np.ndarray) -> np.ndarray:
    """Log mean of touches by couple, person and day."""
    touch = parameters()["touch"]
    steady = touch["log_mean"] + touch["log_sd_couple"] * chance.couple[:, None, 1]
    steady = steady + touch["log_sd_person"] * chance.person[:, :, 2]
    daily = touch["log_sd_couple_day"] * chance.couple_day[:, :, 1] + np.log(touch["weekend"]) * weekend
    return steady[:, :, None] + daily[:, None, :]


def _usual(level: np.ndarray) -> np.ndarray:
    """The person's mean touches over the days, as far as the level fixes it."""
    return np.exp(level).mean(axis=2)


def _touches(chance: Chance, level: np.ndarray, push: np.ndarray, day: int) -> np.ndarray:
    """Today's touches: Poisson around a gamma-varying mean, capped as the form caps them."""
    mean = np.exp(level[:, :, day] + push * WITHIN_TOUCH_SD / 5.0) * chance.gamma[:, :, day]
    return poisson_counts(chance.touch_uniform[:, :, day], np.maximum(mean, 1e-9), parameters()["touch"]["cap"])


def poisson_counts(uniform: np.ndarray, mean: np.ndarray | float, most: int) -> np.ndarray:
    """The Poisson quantiles of ``uniform``, none above ``most``: how many terms of the distribution lie below each."""
    term = np.exp(-np.asarray(mean, dtype=np.float64))
    total, counts = term, np.zeros(uniform.shape)
    for number in range(1, int(most) + 1):
        counts += total < uniform
        term = term * mean / number
        total = total + term
    return counts


def _curve(scenario: Scenario, touch: np.ndarray) -> np.ndarray:
    """What a day's touches add to the day's closeness, on the 1-7 scale."""
    curves = {
        "none": np.zeros_like(touch),
        "linear": touch,
        "log": np.log1p(touch),
        "plateau": np.minimum(touch, scenario.at),
        "step": (touch >= scenario.at).astype(float),
        "accelerate": np.maximum(touch - scenario.at, 0.0),
        "hump": 1.0 - ((np.minimum(touch, 2 * TOP) - TOP) / TOP) ** 2,
    }
    return scenario.size * curves[scenario.shape]


def _conflict(chance: Chance, within: np.ndarray) -> np.ndarray:
    """Whether the couple has a conflict on a day: likelier on days on which both feel less close."""
    daily = parameters()["daily"]
    lean = within.mean(axis=1) / _sd_within()
    cut = stats.norm.ppf(daily["conflict"])
    return 0.9 * chance.couple_day[:, :, 2] + 0.45 * (lean - lean.mean()) < cut
