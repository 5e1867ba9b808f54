"""``model = "mediation"``: does the effect go through the mediator? Within persons over days, or from an arm."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from couples_study.contracts.evidence import Concern, Evidence, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.core.seeds import child
from couples_study.measures import Frames, Panel
from couples_study.measures.units import factor, sides_of
from couples_study.models.concerns import SAME_REPORTER, few_couples
from couples_study.models.counting import counts_of
from couples_study.models.mediation import (
    Answers,
    Draws,
    missing_rows,
    paths_in_trial,
    paths_within,
    true_share,
    within_rows,
)
from couples_study.models.mediation.within import slopes_of
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, panel_for, too_few
from couples_study.models.onset.change import retest
from couples_study.models.trial import gate
from couples_study.models.weekly.arrays import Weekly, weekly_of

OPTIONS = frozenset({"predictor", "mediator", "covariates", "arm", "contrast", "begins", "since", "at"})
WITHIN_DRAWS, TRIAL_DRAWS = 199, 999
LEAST_TRUE = 0.5  # of what the mediator has beyond its baseline; with less a correction multiplies noise
NOISY_MEDIATOR = Concern(
    code="noisy_mediator",
    sentence="The mediator's measurement error is not known, and takes the indirect effect towards zero: a small one "
    "here is no evidence against mediation.",
)
HIDDEN_CAUSE = Concern(
    code="mediator_not_randomised",
    sentence="Nobody drew lots about the mediator: what moves mediator and outcome alike would look like mediation.",
)


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    in_trial = question.arm is not None
    absent = [] if question.mediator else ["mediator"]
    if in_trial and (question.predictor or len(question.contrast) != 2 or not question.since or not question.at):
        absent.append("contrast, since (week of the mediator) and at (week of the outcome), and no predictor")
    if in_trial and question.since and question.at and question.since >= question.at:
        absent.append("since before at")
    if not in_trial and question.predictor is None:
        absent.append("predictor (or arm)")
    if absent:
        raise StudyFileError(
            where, expected="mediator and either predictor or an arm with its weeks", found="; ".join(absent),
            do="see mediation in docs/study-file.md",
        )  # fmt: skip
    sides_of(question.smallest_effect.unit, where)


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    y, m, x = question.outcome, question.mediator, question.predictor
    if question.arm is not None:
        first, second = question.contrast
        return Plan(
            equation=f"{m}[{question.since}] = a {first} (against {second}) + baselines; "
            f"{y}[{question.at}] = b {m}[{question.since}] + c {first} + baselines; indirect = a b",
            formula=f"{m} ~ {question.arm} + baselines | {y} ~ {m} + {question.arm} + baselines | couples: couple_id",
            estimator=f"least squares, {TRIAL_DRAWS} resamples of couples, percentile intervals",
            tested=("indirect",),
        )
    return Plan(
        equation=f"{m}[t] = a_i {x}[t] + trend + error; {y}[t] = b_i {m}[t] + c_i {x}[t] + trend + error, all minus "
        "the person's mean; indirect = mean(a) mean(b) + cov(a, b)",
        formula=f"stacked: 0 + eq + eq:trend + m:{x} + y:{m} + y:{x} + (0 + m:{x} + y:{m} + y:{x} | person_id)",
        estimator=f"mixed model, REML, residual variance by equation; {WITHIN_DRAWS} resamples of couples",
        tested=("indirect",),
        notes=("The indirect effect holds the covariance of both slopes over people.",),
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """Fit the paths and resample couples."""
    if question.arm is None:
        rng = np.random.default_rng(child(setting.seed, "mediation", id))
        return _within(id, question, frames, setting, rng)
    weekly = weekly_of(id, question, frames, setting, [question.outcome, question.mediator or ""])
    if isinstance(weekly, NotTestable):
        return weekly
    return evidence(id, question, weekly, setting)


def evidence(id: str, question: Question, weekly: Weekly, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """The evidence from the weekly arrays of a trial."""
    refused = gate(id, question, weekly)
    if refused is not None:
        return refused
    seed = child(setting.seed, "mediation", id)
    pair = weekly.only(question.contrast)
    columns = trial_columns(question, pair)
    drawn = paths_in_trial(
        columns.arm, columns.mediator, columns.outcome, columns.held, np.random.default_rng(seed), TRIAL_DRAWS,
        columns.errors,
    )  # fmt: skip
    spread = weekly.baseline_sd(question.outcome)
    unit = 1.0 / factor(question.smallest_effect.unit, lambda _: spread, lambda _: 1.0, "unit")
    counts = pair.counts(question.outcome, [question.at or 0])
    corrected = columns.errors is not None
    concerns = [HIDDEN_CAUSE, *([] if corrected else [NOISY_MEDIATOR]), *few_couples(pair.couples)]
    more = {"mediator_corrected": float(corrected)}
    found = _evidence(id, question, setting, drawn, unit, counts, concerns, more)
    if setting.brief:
        return found
    rows, facts, doubts = missing_rows(columns, drawn, seed, TRIAL_DRAWS, (unit, spread))
    return replace(
        found, sensitivity=(*found.sensitivity, *rows), facts={**found.facts, **facts},
        concerns=(*found.concerns, *doubts),
    )  # fmt: skip


def trial_columns(question: Question, pair: Weekly) -> Answers:
    """The columns of both equations; baselines of mediator and outcome, covariates and role are held constant.

    The mediator's error is taken out where enough of what it has beyond its baseline is true: with less, a correction
    multiplies noise.
    """
    mediator, outcome = question.mediator or "", question.outcome
    held = [pair.baseline(mediator), pair.baseline(outcome), *pair.steady.values()]
    held = [np.where(np.isfinite(one), one, np.nanmean(one)) for one in held]
    if pair.told_apart:
        held.append(np.broadcast_to(np.array([-0.5, 0.5]), pair.member.shape))
    columns = Answers(
        arm=(pair.arm == 0).astype(np.float64), mediator=pair.at(mediator, question.since or 0),
        outcome=pair.at(outcome, question.at or 0), held=np.stack([one - one.mean() for one in held], axis=-1),
        errors=_error_variances(pair, (mediator, outcome), len(held)),
    )  # fmt: skip
    if columns.errors is None:
        return columns
    share = true_share(columns.arm, columns.mediator, columns.outcome, columns.held, columns.errors)
    return columns if share >= LEAST_TRUE else replace(columns, errors=None)


def _error_variances(pair: Weekly, columns: tuple[str, str], held: int) -> np.ndarray | None:
    """Error variances of baseline mediator, baseline outcome, what else is held (none), and the mediator itself."""
    baselines = max(int((pair.weeks <= 0).sum()), 1)
    reliabilities = [retest(pair, column) for column in columns]
    if any(r is None or r <= 0 for r in reliabilities):
        return None
    of_one = [
        (1 - float(r or 0)) * pair.baseline_sd(column) ** 2 for r, column in zip(reliabilities, columns, strict=True)
    ]
    return np.array([of_one[0] / baselines, of_one[1] / baselines, *[0.0] * (held - 2), of_one[0]])


def _within(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    frames: Frames,
    setting: Setting,
    rng: np.random.Generator,
) -> Evidence | NotTestable:
    panel = panel_for(id, question, question.outcome, frames)
    if isinstance(panel, NotTestable):
        return panel
    x, m = question.predictor or "", question.mediator or ""
    held = [panel.frame["time"].to_numpy(dtype=np.float64)]
    held += [panel.value(name) for name in (question.covariates or ()) if name in panel.frame]
    rows = within_rows(
        _said(panel, x), panel.value(m), panel.value(question.outcome), np.column_stack(held), panel.own,
        np.asarray(panel.frame["couple_id"].factorize()[0]), panel.frame["time"].to_numpy(),
    )  # fmt: skip
    couples = len(np.unique(rows.couple))
    if couples < FEWEST_COUPLES:
        return too_few(id, couples, "days with predictor, mediator and outcome")
    drawn, fit = paths_within(rows, rng, WITHIN_DRAWS)
    unit = 1.0 / factor(
        question.smallest_effect.unit, lambda kind: panel.sd(question.outcome, kind),
        lambda kind: panel.sd(x.removeprefix("partner."), kind), "unit",
    )  # fmt: skip
    complete = np.isfinite(_said(panel, x)) & np.isfinite(panel.value(m)) & np.isfinite(panel.value(question.outcome))
    concerns = [HIDDEN_CAUSE, NOISY_MEDIATOR, SAME_REPORTER, *fit.concerns]
    return _evidence(
        id, question, setting, drawn, unit, counts_of(panel, np.flatnonzero(complete), setting),
        (*concerns, *few_couples(couples)), {**slopes_of(fit), "mediator_corrected": 0.0},
    )  # fmt: skip


def _said(panel: Panel, column: str) -> np.ndarray:
    return panel.value(column.removeprefix("partner."), "partner" if column.startswith("partner.") else "own")


def _evidence(  # type: ignore[no-untyped-def]
    id, question: Question, setting: Setting, drawn: Draws, unit: float, counts, concerns, more  # noqa: A002
) -> Evidence:  # fmt: skip
    planned = plan(question, setting)
    sign = 1.0 if question.direction == "positive" else -1.0
    terms: list[Term] = [drawn.term(name, 1.0) for name in ("a", "b", "direct", "indirect", "total")]
    rows = [
        Sensitivity.of(Draws(estimate=drawn.estimate.at(rho), resampled=drawn.resampled.at(rho)).term("indirect", unit),
                       f"hidden common cause, residual correlation {rho:+.2f}")
        for rho in (-0.15, 0.15, 0.30)
    ]  # fmt: skip
    facts = {**drawn.facts(unit, sign), **more}
    facts["p_value"] = drawn.term("indirect", unit).p_value
    return Evidence(
        id=id,
        model="mediation",
        unit=question.smallest_effect.unit,
        tested=(drawn.term("indirect", unit),),
        coefficients=tuple(terms),
        counts=counts,
        equation=planned.equation,
        formula=planned.formula,
        estimator=planned.estimator,
        concerns=tuple(concerns),
        sensitivity=tuple(rows),
        facts={name: value for name, value in facts.items() if np.isfinite(value)},
    )


MODEL = Model(
    name="mediation",
    summary="whether an effect goes through a mediator, within persons or from a randomised arm",
    options=OPTIONS,
    repeated=lambda question: True,
    partners=lambda question: bool(question.predictor and question.predictor.startswith("partner.")),
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "associational",
    looks=lambda question: frozenset(),
)
