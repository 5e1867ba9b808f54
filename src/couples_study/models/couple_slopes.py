"""``model = "slopes"``: does an effect hold in every couple, or in most, or only on average?

Each couple has a slope of its own. How far these true slopes scatter is read off weeks: what a couple's slope in one
week has in common with its slope in another is no noise, whatever the noise looks like within a week. So the variance
of the slopes is that of products between weeks, and no model of the errors is needed. Taking the slopes as normal, it
gives the range in which nineteen couples of twenty lie, and the share of couples whose slope is zero or goes the other
way. Couples are resampled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from couples_study.contracts.evidence import Evidence, NotTestable, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.core.seeds import child
from couples_study.measures import Frames
from couples_study.measures.units import factor, sides_of
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, too_few
from couples_study.models.relation import PARTNER, Asked, asked_of, fit_relation, held, looks_of, relation_evidence

OPTIONS = frozenset({"predictor", "items", "covariates", "lag"})
WEEK, FEWEST_WEEKS, DRAWS = 7, 2, 4000
NORMAL = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Of each couple: sums of squares of the predictor and of products with the outcome, over all weeks together and by
    pairs of weeks, as far as they are needed: ``xx``, ``xy`` (C,), and ``pairs`` (C, 3) of xy xy, xx xy and xx xx."""

    xx: np.ndarray
    xy: np.ndarray
    pairs: np.ndarray


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    faults = [] if question.predictor else ["predictor"]
    if question.rule != "R15":
        faults.append('rule = "R15"')
    if faults:
        raise StudyFileError(
            where, expected="a predictor and the question whether its effect holds in all couples",
            found=f"missing: {'; '.join(faults)}", do="see slopes in docs/study-file.md",
        )  # fmt: skip
    sides_of(question.smallest_effect.unit, where)


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    when = "[t-1]" if question.lag else "[t]"
    groups = f"; in each group of {', '.join(question.items)}" if question.items else ""
    return Plan(
        equation=f"{question.outcome} = (slope + couple's departure) x {question.predictor}{when} + covariates "
        f"(departures from own mean of the week) + error{groups}",
        formula=f"{question.outcome} ~ {question.predictor} + (0 + {question.predictor} | couple_id) | persons, weeks",
        estimator="products between weeks; percentile intervals over resampled couples",
        tested=("mean", "lowest", "share"),
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """The average slope, the lower end of where couples' slopes lie, and the share that is not above zero."""
    asked = asked_of(id, question, frames)
    if isinstance(asked, NotTestable):
        return asked
    y, x = asked.value(question.outcome), asked.value(str(question.predictor), question.lag)
    covariates = held(question, asked)
    fitted = fit_relation(id, asked, y, {"slope": x, **covariates})
    if isinstance(fitted, NotTestable):
        return fitted
    rest = np.column_stack([column[fitted.rows] for column in covariates.values()]) if covariates else None
    sums, couple = _sums(asked, fitted.rows, y[fitted.rows], x[fitted.rows], rest)
    if len(sums.xx) < FEWEST_COUPLES:
        return too_few(id, len(sums.xx), f"answered in {FEWEST_WEEKS} weeks or more")
    name = str(question.predictor).removeprefix(PARTNER)
    scale = factor(
        question.smallest_effect.unit, lambda kind: asked.sd(question.outcome, kind),
        lambda kind: asked.sd(name, kind), "unit",
    ) * (1.0 if question.direction == "positive" else -1.0)  # fmt: skip
    rng = np.random.default_rng(child(setting.seed, "slopes", id))
    drawn = _read(sums, scale, _weights(len(sums.xx), rng))
    whole = _read(sums, scale, np.ones((1, len(sums.xx))))
    groups = _groups(question, asked, fitted.rows, couple, sums, scale)
    tested = tuple(_term(name, whole[name], drawn[name], "share" if name == "share" else None) for name in whole
                   if name in ("mean", "lowest", "share"))  # fmt: skip
    return relation_evidence(
        id, "slopes", question, asked, fitted, setting, plan(question, setting), tested=tested,
        beside=(_term("spread", whole["spread"], drawn["spread"], None), *groups),
        facts=_facts(whole, drawn, groups), own=not str(question.predictor).startswith(PARTNER),
    )  # fmt: skip


def _sums(
    asked: Asked, rows: np.ndarray, y: np.ndarray, x: np.ndarray, rest: np.ndarray | None
) -> tuple[Sums, np.ndarray]:
    """Sums by couple over weeks, from departures of each person's own mean of the week, covariates taken out."""
    week = asked.panel.frame["time"].to_numpy()[rows] // WEEK
    cell = pd.factorize(pd.MultiIndex.from_arrays([asked.panel.own[rows], week]))[0]
    x, y = _out(x, cell, rest), _out(y, cell, rest)
    codes, names = pd.factorize(asked.panel.frame["couple_id"].to_numpy()[rows])
    block, blocks = pd.factorize(pd.MultiIndex.from_arrays([codes, week]))
    xx, xy = (np.bincount(block, weights=one) for one in (x * x, x * y))
    couple = np.asarray(blocks.get_level_values(0))
    told = np.flatnonzero(np.bincount(couple[xx > 0], minlength=len(names)) >= FEWEST_WEEKS)

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(couple, weights=values, minlength=len(names))[told]

    pairs = [(total(a) * total(b) - total(a * b)) / 2 for a, b in ((xy, xy), (xx, xy), (xx, xx))]
    return Sums(xx=total(xx), xy=total(xy), pairs=np.column_stack(pairs)), np.asarray(names)[told]


def _out(values: np.ndarray, cell: np.ndarray, rest: np.ndarray | None) -> np.ndarray:
    """Departures from the mean of the cell, less what covariates' departures explain of them."""

    def apart(one: np.ndarray) -> np.ndarray:
        sizes = np.bincount(cell)
        return one - (np.bincount(cell, weights=one) / sizes)[cell]

    own = apart(values)
    if rest is None:
        return own
    held_ = np.column_stack([apart(column) for column in rest.T])
    found: np.ndarray = own - held_ @ np.linalg.lstsq(held_, own, rcond=None)[0]
    return found


def _weights(couples: int, rng: np.random.Generator) -> np.ndarray:
    """How often each couple is drawn, (draws, C)."""
    return rng.multinomial(couples, np.full(couples, 1.0 / couples), size=DRAWS).astype(np.float64)


def _read(sums: Sums, scale: float, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Average slope, spread, lower end of the range of slopes and share at or below zero, for each row of weights."""
    slope = (weights @ sums.xy) / (weights @ sums.xx)
    both, mixed, squares = (weights @ sums.pairs).T
    variance = (both - 2 * slope * mixed + slope**2 * squares) / squares
    mean, spread = slope * scale, np.sqrt(np.maximum(variance, 0.0)) * abs(scale)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(spread > 0, stats.norm.cdf(-mean / np.where(spread > 0, spread, 1.0)), 1.0 * (mean <= 0))
    return {"mean": mean, "spread": spread, "lowest": mean - NORMAL * spread, "share": share}


def _term(name: str, found: np.ndarray, drawn: np.ndarray, unit: str | None) -> Term:
    """A number with its percentile interval over resampled couples."""
    low, high = np.quantile(drawn, (0.025, 0.975))
    error = max(float(drawn.std(ddof=1)), 1e-12)
    below = (1 + float((drawn <= 0).sum())) / (1 + len(drawn))
    return Term(
        term=name, role=None, estimate=float(found[0]), std_error=error, df=None, statistic=float(found[0]) / error,
        p_value=min(1.0, 2 * min(below, 1 + 2 / (1 + len(drawn)) - below)), conf_low=float(low), conf_high=float(high),
        unit=unit,
    )  # fmt: skip


def _groups(
    question: Question, asked: Asked, rows: np.ndarray, couples: np.ndarray, sums: Sums, scale: float
) -> tuple[Term, ...]:
    """The average slope among couples of each group with enough of them, counted as many as there are."""
    frame = asked.panel.frame.iloc[rows].drop_duplicates("couple_id").set_index("couple_id").reindex(couples)
    found = []
    chosen = [(f"mean.{name}={value}", frame[name].eq(value).to_numpy()) for name in question.items for value in (0, 1)]
    chosen = [(label, which) for label, which in chosen if which.sum() >= FEWEST_COUPLES]
    for label, which in chosen:
        xx, xy = sums.xx[which], sums.xy[which]
        slope = float(xy.sum() / xx.sum())
        n = int(which.sum())
        error = float(np.sqrt(((xy - slope * xx) ** 2).sum() * n / (n - 1)) / xx.sum()) * abs(scale)
        half = float(stats.t.isf(0.025 / len(chosen), n - 1)) * error
        mean = slope * scale
        found.append(Term(
            term=label, role=None, estimate=mean, std_error=error, df=n - 1, statistic=mean / error,
            p_value=float(2 * stats.t.sf(abs(mean / error), n - 1)), conf_low=mean - half, conf_high=mean + half,
            unit=question.smallest_effect.unit,
        ))  # fmt: skip
    return tuple(found)


def _facts(whole: dict[str, np.ndarray], drawn: dict[str, np.ndarray], groups: tuple[Term, ...]) -> dict[str, float]:
    """What rule R15 reads."""
    facts = {name: float(value[0]) for name, value in whole.items()}
    for name in ("mean", "lowest", "share"):
        facts[f"{name}_low95"], facts[f"{name}_high95"] = (float(q) for q in np.quantile(drawn[name], (0.025, 0.975)))
    facts["groups"] = float(len(groups))
    facts["worst_high95"] = min((one.conf_high for one in groups), default=facts["mean_high95"])
    facts["p_value"] = min(1.0, 2 * (1 + float((drawn["lowest"] <= 0).sum())) / (1 + len(drawn["lowest"])))
    return facts


MODEL = Model(
    name="slopes",
    summary="whether an effect holds in every couple",
    options=OPTIONS,
    repeated=lambda question: True,
    partners=lambda question: str(question.predictor).startswith(PARTNER),
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "lagged" if question.lag == 1 else "associational",
    looks=lambda question: looks_of(question.predictor, lag=question.lag),
)
