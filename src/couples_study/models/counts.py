"""``model = "counts"``: how often something happens, per hour in which it could: rate ratios, odds ratios, and counts.

Marginal models with couples as clusters: generalised estimating equations, log or logit link, working independence and
the bias-reduced sandwich of Mancl and DeRouen (2001). The variance function only weighs the rows; the errors do not
rest on it, nor on how many zeros there are. Within persons every predictor is its departure from the person's own mean,
with that mean beside it (Mundlak, 1978). ``offset`` are the hours in which it could happen: whoever is apart can
not touch, so counts are of hours together, and rows without any are left out.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Concern, Evidence, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import AnalysisError, StudyFileError
from couples_study.measures import Frames, panel_of
from couples_study.measures.units import factor, sides_of
from couples_study.models.clustered import Linear, term_of
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, full_rank, panel_for, too_few
from couples_study.models.relation import PARTNER, Asked, held, is_within, looks_of, relation_concerns, relation_counts
from couples_study.models.terms import contrast

OPTIONS = frozenset({"predictors", "offset", "centering", "covariates", "test"})
DOUBLING = "doubling"
RATIO = {"poisson": "rate ratio", "negative_binomial": "rate ratio", "binomial": "odds ratio"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What is fitted: outcome (n,), design (n, k) with its names, log of the hours (n,), couple codes (n,)."""

    y: np.ndarray
    X: np.ndarray
    names: tuple[str, ...]
    log_hours: np.ndarray
    couple: np.ndarray
    numbers: np.ndarray


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    faults = []
    if not question.predictors or question.outcome in question.predictors:
        faults.append("predictors, none of them the outcome")
    if question.distribution not in RATIO:
        faults.append('distribution = "poisson", "negative_binomial" or "binomial"')
    if question.offset and question.distribution == "binomial":
        faults.append("no offset, since odds are not per hour")
    if question.centering == "grand":
        faults.append('centering = "person" (days) or "none" (people)')
    word = f"log {RATIO.get(question.distribution, 'rate ratio')} per "
    if not question.smallest_effect.unit.startswith(word):
        faults.append(f'a unit that begins with "{word.strip()}"')
    if faults:
        raise StudyFileError(
            where, expected="what is counted, what moves it, and a ratio that matters",
            found=f"missing: {'; '.join(faults)}", do="see counts in docs/study-file.md",
        )  # fmt: skip
    kind = sides_of(question.smallest_effect.unit, where)[1]
    if kind == "within SD" and not is_within(question):
        raise StudyFileError(
            where, expected='"SD", "doubling" or raw units', found=repr(question.smallest_effect.unit),
            do="there is one row per person here",
        )  # fmt: skip
    for words in question.test:
        contrast(words, question.predictors, f"{where}, test")


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    link = "log odds" if question.distribution == "binomial" else "log rate"
    per = f" per hour of {question.offset}" if question.offset else ""
    part = " (departures from own mean, own means beside them)" if is_within(question) else ", one row per person"
    return Plan(
        equation=f"{link} of {question.outcome}{per} = {' + '.join(question.predictors)} + covariates{part}",
        formula=f"{question.outcome} ~ {' + '.join(question.predictors)}"
        + (f" + offset(log({question.offset}))" if question.offset else "") + " | couples: couple_id",
        estimator=f"GEE, {question.distribution.replace('_', ' ')} working variance, working independence, "
        "bias-reduced couple-clustered variance, t with G-1 df; a marginal effect",
        tested=question.test or question.predictors,
    )  # fmt: skip


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """The ratio on its logarithm, and beside it as a ratio and as what it makes of the average count."""
    asked = _asked(id, question, frames)
    if isinstance(asked, NotTestable):
        return asked
    rows = _rows(question, asked)
    couples = len(np.unique(rows.couple))
    if couples < FEWEST_COUPLES:
        return too_few(id, couples, "complete rows for this model")
    if not full_rank(rows.X) or rows.y.max() <= 0:
        return NotTestable(
            id=id, reason="no_variation" if rows.y.max() <= 0 else "collinear",
            detail="It never happened here." if rows.y.max() <= 0
            else "Some predictors do not vary here or are sums of others, so their effects can not be told apart.",
        )  # fmt: skip
    fit, dispersion = _fit(rows, question.distribution)
    scales, tests = _scales(question, asked), question.test or question.predictors
    planned = plan(question, setting)
    return Evidence(
        id=id,
        model="counts",
        unit=question.smallest_effect.unit,
        tested=tuple(_read(fit, words, scales) for words in tests),
        coefficients=(*fit.terms(), *_beside(fit, rows, question, scales)),
        counts=relation_counts(asked, rows.numbers, setting),
        equation=planned.equation,
        formula=planned.formula,
        estimator=planned.estimator,
        concerns=(*relation_concerns(question, asked, couples, own=_is_own(question)), *_dropped(question, asked)),
        sensitivity=() if setting.brief else tuple(_others(question, asked, scales, tests)),
        facts=_facts(rows, dispersion),
    )


def _is_own(question: Question) -> bool:
    return not all(name.startswith(PARTNER) for name in question.predictors)


def _asked(id: str, question: Question, frames: Frames) -> Asked | NotTestable:  # noqa: A002 (the contract's word)
    """The days of persons, or persons with what they counted over all their days and the hours of all of them."""
    panel = panel_for(id, question, question.outcome, frames)
    if isinstance(panel, NotTestable) or is_within(question):
        return panel if isinstance(panel, NotTestable) else Asked(panel=panel, within=True)
    frame = panel.frame
    sums = [question.outcome, *([question.offset] if question.offset else [])]
    whole = frame.dropna(subset=sums)
    added = whole.groupby("person_id", sort=False)[sums].sum()
    steady = [name for name in question.columns() if name not in (*sums, "study_day", "weekend")]
    means = whole.groupby("person_id", sort=False)[steady].mean()
    keys = frame.drop_duplicates("person_id")[["couple_id", "person_id", "role"]]
    people = keys.merge(pd.concat([added, means], axis=1), left_on="person_id", right_index=True)
    return Asked(panel=panel_of(people.assign(time=0)), within=False)


def _value(question: Question, asked: Asked, name: str) -> np.ndarray:
    """A predictor; its logarithm to the base of two where a doubling is asked about, where it is above zero."""
    values = asked.value(name)
    if not question.smallest_effect.unit.endswith(f" per {DOUBLING}"):
        return values
    return np.log2(np.where(values > 0, values, np.nan))


def _rows(question: Question, asked: Asked, *, offset: bool = True, covariates: bool = True) -> Rows:
    y = asked.value(question.outcome)
    hours = asked.value(question.offset) if question.offset and offset else np.ones(len(y))
    columns = {name: _value(question, asked, name) for name in question.predictors}
    rest = held(question, asked) if covariates else {}
    complete = np.isfinite(y) & (hours > 0) & np.all([np.isfinite(c) for c in {**columns, **rest}.values()], axis=0)
    numbers = np.flatnonzero(complete)
    design: dict[str, np.ndarray] = {"intercept": np.ones(len(numbers))}
    for name, column in columns.items():
        used = column[numbers]
        if asked.within:
            own = pd.Series(used).groupby(asked.panel.own[numbers]).transform("mean").to_numpy()
            design |= {name: used - own, f"{name}.between": own - own.mean()}
        else:
            design[name] = used - used.mean()
    design |= {name: column[numbers] for name, column in rest.items()}
    return Rows(
        y=y[numbers], X=np.column_stack(list(design.values())), names=tuple(design),
        log_hours=np.log(hours[numbers]), couple=pd.factorize(asked.panel.frame["couple_id"].to_numpy()[numbers])[0],
        numbers=numbers,
    )  # fmt: skip


def _fit(rows: Rows, distribution: str) -> tuple[Linear, float]:
    """The coefficients, and how much more the counts vary than a Poisson's (as a share of their squared mean)."""
    from statsmodels.genmod import families

    if distribution == "binomial":
        return _gee(rows, families.Binomial()), 0.0
    first = _gee(rows, families.Poisson())
    mean = np.exp(rows.X @ first.params + rows.log_hours)
    more = max(float(((rows.y - mean) ** 2 - mean).sum() / (mean**2).sum()), 0.0)
    if distribution == "poisson" or more <= 0:
        return first, more
    return _gee(rows, families.NegativeBinomial(alpha=more)), more


def _gee(rows: Rows, family: object) -> Linear:
    from statsmodels.genmod.cov_struct import Independence
    from statsmodels.genmod.generalized_estimating_equations import GEE

    order = np.argsort(rows.couple, kind="stable")
    groups = len(np.unique(rows.couple))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            fit = GEE(
                rows.y[order], rows.X[order], groups=rows.couple[order], family=family, cov_struct=Independence(),
                offset=rows.log_hours[order],
            ).fit(cov_type="bias_reduced")  # fmt: skip
        except (np.linalg.LinAlgError, ValueError, Warning) as error:
            raise AnalysisError(
                "counts",
                expected="a fit",
                found=type(error).__name__,
                do="look for predictors that separate all events",
            ) from error
    return Linear(
        names=rows.names, params=np.asarray(fit.params), cov=np.asarray(fit.cov_params()), df=groups - 1,
        estimator="GEE",
    )  # fmt: skip


def _scales(question: Question, asked: Asked) -> dict[str, float]:
    """What each coefficient is multiplied with to be in the question's unit."""
    return {
        name: factor(
            question.smallest_effect.unit,
            lambda kind: 1.0,
            lambda kind, name=name: asked.sd(name, kind),  # type: ignore[misc]
            "unit",
        )
        for name in question.predictors
    }


def _read(fit: Linear, words: str, scales: Mapping[str, float]) -> Term:
    weights = np.zeros(len(fit.names))
    for name, weight in zip(scales, contrast(words, list(scales), "test"), strict=True):
        weights[fit.names.index(name)] = weight * scales[name]
    return fit.term(weights, words)


def _beside(fit: Linear, rows: Rows, question: Question, scales: Mapping[str, float]) -> list[Term]:
    """Each predictor's ratio with its interval, and what the average person's count changes by (delta method)."""
    told = []
    per = question.smallest_effect.unit.partition(" per ")[2]
    linear = rows.X @ fit.params + rows.log_hours
    if question.distribution == "binomial":
        mean = 1 / (1 + np.exp(-linear))
        slope, bend = mean * (1 - mean), mean * (1 - mean) * (1 - 2 * mean)
    else:
        slope = bend = np.exp(linear)
    for name, scale in scales.items():
        term = _read(fit, name, {name: scale})
        ratio = float(np.exp(term.estimate))
        told.append(replace(
            term, term=f"ratio.{name}", estimate=ratio, std_error=ratio * term.std_error,
            conf_low=float(np.exp(term.conf_low)), conf_high=float(np.exp(term.conf_high)),
            unit=f"{RATIO[question.distribution]} per {per}",
        ))  # fmt: skip
        place = fit.names.index(name)
        change = scale * float(slope.mean()) * float(fit.params[place])
        gradient = scale * (bend @ rows.X) / len(bend) * float(fit.params[place])
        gradient[place] += scale * float(slope.mean())
        error = float(np.sqrt(gradient @ fit.cov @ gradient))
        told.append(replace(term_of(f"marginal.{name}", change, error, fit.df), unit=f"{question.outcome} per {per}"))
    return told


def _facts(rows: Rows, dispersion: float) -> dict[str, float]:
    return {
        "mean": float(rows.y.mean()), "zeros": float((rows.y == 0).mean()), "overdispersion": dispersion,
        "per_hour": float(rows.y.sum() / np.exp(rows.log_hours).sum()),
    }  # fmt: skip


def _dropped(question: Question, asked: Asked) -> tuple[Concern, ...]:
    """Rows in which it could not happen, or of which no doubling can be told."""
    y = asked.value(question.outcome)
    apart = np.isfinite(y) & (asked.value(question.offset) <= 0) if question.offset else np.zeros(len(y), dtype=bool)
    if not apart.any():
        return ()
    share = float(apart.sum() / np.isfinite(y).sum())
    return (
        Concern(
            code="rows_dropped", sentence=f"Without any time together are {share:.1%} of the rows; they are left out."
        ),
    )


def _others(question: Question, asked: Asked, scales: Mapping[str, float], tests: tuple[str, ...]) -> list[Sensitivity]:
    """The other working variance, without hours, without covariates."""
    ways = [("Poisson working variance", "poisson", _rows(question, asked))]
    if question.distribution == "poisson":
        ways = [("negative binomial working variance", "negative_binomial", _rows(question, asked))]
    ways = [] if question.distribution == "binomial" else ways
    if question.offset:
        ways.append(("hours not counted", question.distribution, _rows(question, asked, offset=False)))
    if held(question, asked):
        ways.append(("without covariates", question.distribution, _rows(question, asked, covariates=False)))
    found = []
    for label, distribution, rows in ways:
        fit, _ = _fit(rows, distribution)
        found += [
            Sensitivity.of(_read(fit, words, scales), label if len(tests) == 1 else f"{label}: {words}")
            for words in tests
        ]
    return found


MODEL = Model(
    name="counts",
    summary="how often something happens, per hour in which it could",
    options=OPTIONS,
    repeated=lambda question: True,
    partners=lambda question: any(name.startswith(PARTNER) for name in question.predictors),
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "associational",
    looks=lambda question: looks_of(*question.predictors),
)
