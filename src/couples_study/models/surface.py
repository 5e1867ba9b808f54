"""``model = "surface"``: does it matter that two answers match, beyond how much there is of each?

A polynomial of both answers in the place of their difference (Edwards and Parry, 1993): the outcome on x, y, x^2, xy
and y^2, both in the same units and centred at the same point. Along the line where they match (x = y) the surface has
slope a1 and curvature a2, along the line of mismatch (x = -y) slope a3 and curvature a4: where matching is best, a4 is
below zero. With a moderator every term may depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Concern, Counts, Evidence, FigureData, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError, listed
from couples_study.measures import Frames
from couples_study.measures.units import product_parts
from couples_study.models.bins import partial_bins
from couples_study.models.clustered import Linear, ols
from couples_study.models.concerns import few_couples
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, too_few
from couples_study.models.relation import CROSS_SECTIONAL, PARTNER, Asked, Fitted, asked_of, fit_relation, held

OPTIONS = frozenset({"predictors", "moderator", "covariates", "test", "tolerance"})
POWERS = ("x", "y", "x.square", "product", "y.square")
ALONG = {
    "a1": {"x": 1.0, "y": 1.0},
    "a2": {"x.square": 1.0, "product": 1.0, "y.square": 1.0},
    "a3": {"x": 1.0, "y": -1.0},
    "a4": {"x.square": 1.0, "product": -1.0, "y.square": 1.0},
}  # fmt: skip
MODERATED = ".moderated"
ADDS_LITTLE = "adds_little"
TESTS = (*ALONG, *(f"{name}{MODERATED}" for name in ALONG))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """Both answers minus their common mean, the moderator minus its own, and the outcome, all in points; and how many
    points are one unit of the answers, of the moderator and of the outcome."""

    x: np.ndarray
    y: np.ndarray
    z: np.ndarray | None
    outcome: np.ndarray
    unit: float
    moderator_unit: float
    outcome_unit: float

    def factor(self, name: str) -> float:
        """What a term of this name in points is multiplied with to be in the question's unit."""
        power = 1 if name[:2] in ("a1", "a3") else 2
        return self.unit**power * (self.moderator_unit if name.endswith(MODERATED) else 1.0) / self.outcome_unit


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    faults = []
    if len(question.predictors) != 2 or len(set(question.predictors)) != 2:
        faults.append("predictors = [one answer, the answer it should match]")
    faults += [f"test among {listed(TESTS)}, not {name!r}" for name in question.test if name not in TESTS]
    if any(name.endswith(MODERATED) for name in question.test) and not question.moderator:
        faults.append("moderator, since a term in test depends on it")
    kinds = product_parts(question.smallest_effect.unit, where)
    if {"within SD", "between SD"} & {kinds[0], *kinds[1]} or len(set(kinds[1][:2])) > 1 or len(kinds[1]) < 2:
        faults.append('a unit such as "SD per SD and SD" (or points), since a curvature is per square of the answer')
    if set(question.tolerance) - {"explained"}:
        faults.append("tolerance = { explained } alone")
    if faults:
        raise StudyFileError(
            where, expected="two answers that may match, and terms of their surface",
            found=f"missing: {'; '.join(faults)}", do="see surface in docs/study-file.md",
        )  # fmt: skip


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    x, y = question.predictors
    terms = f"{x} + {y} + {x}^2 + {x} x {y} + {y}^2"
    z = question.moderator
    more = f", each alone and times {z}, + {z} and its square" if z else ""
    return Plan(
        equation=f"{question.outcome} = intercept + {terms}{more} + covariates + error; "
        "a1 = b1 + b2, a2 = b3 + b4 + b5, a3 = b1 - b2, a4 = b3 - b4 + b5",
        formula=f"{question.outcome} ~ {x} + {y} + I({x}^2) + {x}:{y} + I({y}^2) | couples: couple_id",
        estimator="least squares, bias-reduced couple-clustered variance, t with G-1 df",
        tested=question.test or ("a4",),
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """The four numbers of the surface, how much it explains beyond both answers alone, and other ways of asking."""
    asked = asked_of(id, question.model_copy(update={"centering": "grand"}), frames)
    if isinstance(asked, NotTestable):
        return asked
    side = _side(id, question, asked)
    if isinstance(side, NotTestable):
        return side
    columns, covariates = _columns(side), held(question, asked)
    fitted = fit_relation(id, asked, side.outcome, {**columns, **covariates})
    if isinstance(fitted, NotTestable):
        return fitted
    gain = _explained(id, asked, side, columns, covariates, fitted)
    least = question.tolerance.get("explained")
    little = (_adds_little(gain, least),) if least is not None and gain < least else ()
    planned, names = plan(question, setting), question.test or ("a4",)
    terms = tuple(_term(fitted, name) for name in TESTS if question.moderator or not name.endswith(MODERATED))
    rows = fitted.rows
    return Evidence(
        id=id, model="surface", unit=question.smallest_effect.unit,
        tested=tuple(_term(fitted, name, side.factor(name)) for name in names),
        coefficients=(*fitted.linear.terms(), *terms),
        counts=_counts(asked, rows), equation=planned.equation, formula=planned.formula, estimator=planned.estimator,
        concerns=(CROSS_SECTIONAL, *little, *few_couples(fitted.couples)),
        sensitivity=() if setting.brief else _beside(id, question, asked, side, covariates, names),
        facts={"explained_beyond_both": gain, "unit_in_points": side.unit},
        figure=None if setting.brief else _figure(question, asked, side, fitted, setting),
    )  # fmt: skip


def _side(id: str, question: Question, asked: Asked) -> _Side | NotTestable:  # noqa: A002 (the contract's word)
    """Both answers, the moderator and the outcome of the question, with their units."""
    x, y = (asked.value(name) for name in question.predictors)
    z = asked.value(question.moderator) if question.moderator else None
    outcome = asked.value(question.outcome)
    complete = np.isfinite(x) & np.isfinite(y) & np.isfinite(outcome) & (True if z is None else np.isfinite(z))
    couples = asked.panel.frame["couple_id"].to_numpy()[complete]
    if len(np.unique(couples)) < FEWEST_COUPLES:
        return too_few(id, len(np.unique(couples)), "both answers and the outcome")
    both = np.concatenate([x[complete], y[complete]])
    kinds = product_parts(question.smallest_effect.unit, "unit")
    unit = float(both.std(ddof=1)) if kinds[1][0] else 1.0
    outcome_unit = float(outcome[complete].std(ddof=1)) if kinds[0] else 1.0
    if unit <= 0 or outcome_unit <= 0:
        return NotTestable(id=id, reason="no_variation", detail="One of the answers is the same for everybody.")
    moderator_unit = 1.0
    if z is not None:
        moderator_unit = float(z[complete].std(ddof=1)) if len(kinds[1]) < 3 or kinds[1][2] is not None else 1.0
        z = z - z[complete].mean()
    middle = both.mean()
    return _Side(
        x=x - middle, y=y - middle, z=z, outcome=outcome, unit=unit, moderator_unit=moderator_unit,
        outcome_unit=outcome_unit,
    )  # fmt: skip


def _columns(side: _Side) -> dict[str, np.ndarray]:
    x, y, z = side.x, side.y, side.z
    plain = dict(zip(POWERS, (x, y, x**2, x * y, y**2), strict=True))
    if z is None:
        return plain
    return {**plain, "moderator": z, "moderator.square": z**2, **{f"{n}{MODERATED}": c * z for n, c in plain.items()}}


def _term(fitted: Fitted, name: str, by: float = 1.0) -> Term:
    """A number of the surface in points, or ``by`` times that."""
    stem = name.removesuffix(MODERATED)
    suffix = MODERATED if name.endswith(MODERATED) else ""
    return fitted.linear.term(fitted.weights(**{f"{n}{suffix}": w * by for n, w in ALONG[stem].items()}), name)


def _explained(
    id: str,  # noqa: A002 (the contract's word)
    asked: Asked,
    side: _Side,
    columns: dict[str, np.ndarray],
    covariates: dict[str, np.ndarray],
    fitted: Fitted,
) -> float:
    """The share of the outcome's variance that the curved terms explain beyond the straight ones, on the same rows."""
    straight = {n: c for n, c in columns.items() if n in ("x", "y", "moderator", "moderator.square")}
    y = side.outcome[fitted.rows]

    def left(named: dict[str, np.ndarray]) -> float:
        X = np.column_stack([np.ones(len(y)), *(column[fitted.rows] for column in named.values())])
        fit: Linear = ols(y, X, ["intercept", *named])
        return float(((y - X @ fit.params) ** 2).sum())

    return (left({**straight, **covariates}) - left({**columns, **covariates})) / float(((y - y.mean()) ** 2).sum())


def _adds_little(gain: float, least: float) -> Concern:
    return Concern(
        code=ADDS_LITTLE,
        sentence=f"Curved terms explain {gain:.3f} of the outcome beyond both answers, less than {least:g}.",
    )


def _counts(asked: Asked, rows: np.ndarray) -> Counts:
    frame = asked.panel.frame.iloc[rows]
    return Counts(couples=int(frame["couple_id"].nunique()), people=int(frame["person_id"].nunique()), n_obs=len(rows))


def _beside(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    asked: Asked,
    side: _Side,
    covariates: dict[str, np.ndarray],
    names: tuple[str, ...],
) -> tuple[Sensitivity, ...]:
    """Without covariates, and without those whose answers lie furthest out, on which a curvature may hang."""
    columns = _columns(side)
    inside = np.hypot(side.x, side.y) <= np.nanquantile(np.hypot(side.x, side.y), 0.95)
    label = "without the 5 in 100 furthest out"
    tried = [(label, fit_relation(id, asked, side.outcome, {**columns, **covariates}, inside))]
    if covariates:
        tried.append(("without covariates", fit_relation(id, asked, side.outcome, columns)))
    return tuple(
        Sensitivity.of(_term(fit, name, side.factor(name)), label if len(names) == 1 else f"{label}: {name}")
        for label, fit in tried
        if not isinstance(fit, NotTestable)
        for name in names
    )


def _figure(question: Question, asked: Asked, side: _Side, fitted: Fitted, setting: Setting) -> FigureData:
    """The outcome over the signed mismatch, binned: a hill in the middle where matching is best."""
    rows = fitted.rows
    gap = (side.x - side.y)[rows]
    first, second = (setting.label(name.removeprefix(PARTNER)).partition(",")[0] for name in question.predictors)
    second = f"the partner's {second}" if question.predictors[1].startswith(PARTNER) else second
    return partial_bins(
        x=gap, y=side.outcome[rows],
        couple=pd.factorize(asked.panel.frame["couple_id"].to_numpy()[rows])[0],
        title=question.outcome, x_label=f"{first} minus {second}", y_label=setting.label(question.outcome),
        slope=float(np.polyfit(gap, side.outcome[rows], 1)[0]),
    )  # fmt: skip


MODEL = Model(
    name="surface",
    summary="whether two answers match, as a surface over both",
    options=OPTIONS,
    repeated=lambda question: False,
    partners=lambda question: any(name.startswith(PARTNER) for name in question.predictors),
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "associational",
    looks=lambda question: frozenset(),
)
