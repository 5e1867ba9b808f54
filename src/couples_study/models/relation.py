"""What several models share: a linear relation within persons over days, or between persons once.

Within persons every column is taken as its departure from the person's own mean over the rows used, products and
squares included, so that nothing that is constant in a person enters (person fixed effects; for products the
double-demeaned estimator of Giesselmann and Schmidt-Catran, 2022). Couples are the clusters either way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Concern, Counts, Evidence, FigureData, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.measures import Frames, Panel, panel_of
from couples_study.models.apim_design import covariate_values, covariates_of
from couples_study.models.clustered import Linear, by_influences, ols
from couples_study.models.concerns import MEASUREMENT_ERROR, SAME_REPORTER, few_couples
from couples_study.models.counting import counts_of
from couples_study.models.model import FEWEST_COUPLES, Setting, full_rank, panel_for, too_few

PARTNER = "partner."
ESTIMATOR = {
    True: "person fixed effects, bias-reduced couple-clustered variance, t with G-1 df",
    False: "least squares, bias-reduced couple-clustered variance, t with G-1 df",
}
CROSS_SECTIONAL = Concern(
    code="cross_sectional", sentence="Everything was measured once, so the data can not tell which came first."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The panel a question is asked of; ``within`` where persons are compared with themselves."""

    panel: Panel
    within: bool

    def value(self, name: str, lag: int = 0) -> np.ndarray:
        """A column, or the partner's with the prefix ``partner.``, for every row."""
        who = "partner" if name.startswith(PARTNER) else "own"
        return self.panel.value(name.removeprefix(PARTNER), who, lag)

    def with_steady(self, name: str, by_person: pd.Series) -> Asked:
        """The same with a further column ``name`` (``partner.`` or not) that is constant in a person."""
        column = name.removeprefix(PARTNER)
        told = by_person.reindex(self.panel.frame["person_id"]).to_numpy(dtype=np.float64)
        return replace(self, panel=replace(self.panel, frame=self.panel.frame.assign(**{column: told})))

    def sd(self, name: str, kind: str) -> float:
        """The standard deviation of that kind, of the column whoever answered it."""
        return self.panel.sd(name.removeprefix(PARTNER), kind)

    def is_constant(self, values: np.ndarray) -> bool:
        """Whether no person's values differ from one another."""
        groups = pd.Series(values).groupby(self.panel.own)
        return bool((groups.max() - groups.min()).max() <= 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A fit with the numbers of its panel rows, and each couple's part in the coefficients (G, k), if told."""

    linear: Linear
    rows: np.ndarray
    couples: int
    parts: np.ndarray

    def weights(self, **of: float) -> np.ndarray:
        """Weights over the coefficients by their names, zero elsewhere."""
        return np.array([of.get(name, 0.0) for name in self.linear.names])


def is_within(question: Question) -> bool:
    """Whether days or waves of the same persons are compared."""
    return question.centering == "person" or question.lag == 1


def asked_of(id: str, question: Question, frames: Frames) -> Asked | NotTestable:  # noqa: A002 (the contract's word)
    """The panel of days or waves, or the people as a panel of one day."""
    if is_within(question):
        panel = panel_for(id, question, question.outcome, frames)
        return panel if isinstance(panel, NotTestable) else Asked(panel=panel, within=True)
    elsewhere = tuple(name for name in question.columns() if name not in frames.people)
    if elsewhere:
        return NotTestable(
            id=id, reason="another_rhythm", missing_columns=elsewhere,
            detail=f"{', '.join(elsewhere)} can not be told once for each person.",
        )  # fmt: skip
    return Asked(panel=panel_of(frames.people.assign(time=0)), within=False)


def held(question: Question, asked: Asked) -> dict[str, np.ndarray]:
    """The covariates by name, for every row."""
    named = covariates_of(question, asked.panel) if asked.within else question.covariates or ()
    return {name: covariate_values(name, asked.panel) for name in named}


def fit_relation(
    id: str,  # noqa: A002 (the contract's word)
    asked: Asked,
    y: np.ndarray,
    columns: Mapping[str, np.ndarray],
    keep: np.ndarray | None = None,
) -> Fitted | NotTestable:
    """``y`` on ``columns``, over complete rows (of those that ``keep`` marks)."""
    complete = np.isfinite(y) & np.all([np.isfinite(column) for column in columns.values()], axis=0)
    complete &= True if keep is None else keep
    rows = np.flatnonzero(complete)
    couple = pd.factorize(asked.panel.frame["couple_id"].to_numpy()[rows])[0]
    couples = len(np.unique(couple))
    if couples < FEWEST_COUPLES:
        return too_few(id, couples, "complete rows for this model")
    X, target = np.column_stack([column[rows] for column in columns.values()]), y[rows]
    names = tuple(columns)
    if asked.within:
        X, target = departures(X, asked.panel.own[rows]), departures(target[:, None], asked.panel.own[rows])[:, 0]
    else:
        X, names = np.column_stack([np.ones(len(rows)), X]), ("intercept", *names)
    if not full_rank(X):
        return NotTestable(
            id=id, reason="collinear",
            detail="Some predictors do not vary here or are sums of others, so their effects can not be told apart.",
        )  # fmt: skip
    alone = len(couple) == couples
    if alone and not asked.within:
        return Fitted(linear=ols(target, X, names), rows=rows, couples=couples, parts=np.empty((0, X.shape[1])))
    linear, parts = by_influences(target, X, names, couple)
    return Fitted(linear=linear, rows=rows, couples=couples, parts=parts)


def departures(values: np.ndarray, person: np.ndarray) -> np.ndarray:
    """``values`` (n, k) minus the person's means."""
    _, codes = np.unique(person, return_inverse=True)
    sizes = np.bincount(codes)
    means = np.column_stack([np.bincount(codes, weights=column) / sizes for column in values.T])
    return values - means[codes]


def relation_evidence(
    id: str,  # noqa: A002 (the contract's word)
    model: str,
    question: Question,
    asked: Asked,
    fitted: Fitted,
    setting: Setting,
    planned: Plan,
    *,
    tested: tuple[Term, ...],
    beside: tuple[Term, ...] = (),
    sensitivity: tuple[Sensitivity, ...] = (),
    facts: Mapping[str, float] | None = None,
    own: bool = True,
    figure: FigureData | None = None,
) -> Evidence:
    """The common form; ``own`` where predictor and outcome come from the same person."""
    return Evidence(
        id=id,
        model=model,
        unit=question.smallest_effect.unit,
        tested=tested,
        coefficients=(*fitted.linear.terms(), *beside),
        counts=relation_counts(asked, fitted.rows, setting),
        equation=planned.equation,
        formula=planned.formula,
        estimator=planned.estimator,
        concerns=relation_concerns(question, asked, fitted.couples, own=own),
        sensitivity=sensitivity,
        facts=dict(facts or {}),
        figure=figure,
    )


def relation_counts(asked: Asked, rows: np.ndarray, setting: Setting) -> Counts:
    """Couples, people and days used; no days where people were asked once."""
    if asked.within:
        return counts_of(asked.panel, rows, setting)
    frame = asked.panel.frame.iloc[rows]
    return Counts(couples=int(frame["couple_id"].nunique()), people=int(frame["person_id"].nunique()), n_obs=len(rows))


def relation_concerns(question: Question, asked: Asked, couples: int, *, own: bool = True) -> tuple[Concern, ...]:
    """What a reader should mind of such a relation."""
    if not asked.within:
        return (CROSS_SECTIONAL, *few_couples(couples))
    first = (MEASUREMENT_ERROR,) if question.lag == 1 else (SAME_REPORTER,) if own else ()
    return (*first, *few_couples(couples))


def variants(
    id: str,  # noqa: A002 (the contract's word)
    asked: Asked,
    y: np.ndarray,
    columns: Mapping[str, np.ndarray],
    covariates: Mapping[str, np.ndarray],
) -> Iterator[tuple[str, Fitted]]:
    """The same fit without covariates, and without the first two days."""
    tried = [("without covariates", fit_relation(id, asked, y, columns))] if covariates else []
    if asked.within:
        late = asked.panel.frame["time"].to_numpy() >= 2
        tried.append(("without the first 2 days", fit_relation(id, asked, y, {**columns, **covariates}, late)))
    for label, fitted in tried:
        if not isinstance(fitted, NotTestable):
            yield label, fitted


def looks_of(*names: str | None, lag: int = 0) -> frozenset[tuple[str, int]]:
    """Whose answers of how many days before the named predictors need."""
    return frozenset(("partner" if name.startswith(PARTNER) else "own", lag) for name in names if name)
