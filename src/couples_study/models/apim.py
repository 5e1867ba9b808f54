"""The actor-partner interdependence model for repeated measures, estimated with couples as clusters.

An outcome is regressed on the person's own (actor) and the other's (partner) predictors, each split into how a day
differs from the person's usual (within) and how the person differs from others (between); the same day or the day
before; with the person's own outcome of the day before; for each role or pooled (Kenny, Kashy and Cook, 2006;
Bolger and Laurenceau, 2013).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from couples_study.contracts.evidence import Concern, Evidence, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError, listed, nearest
from couples_study.measures import Frames, Panel
from couples_study.measures.units import factor, sides_of
from couples_study.models.apim_design import Design, Piece, column_names, default_tests, design_of, pieces_of_question
from couples_study.models.bins import partial_bins
from couples_study.models.clustered import Linear, gee
from couples_study.models.concerns import (
    MEASUREMENT_ERROR,
    SAME_REPORTER,
    SHORT_SERIES,
    unreliable_means,
)
from couples_study.models.counting import counts_of
from couples_study.models.dyadic.residual import STRUCTURES
from couples_study.models.mixed import Mixed, fit_mixed, fit_structure
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, full_rank, panel_for, too_few
from couples_study.models.skipped import LABEL, answer_weights
from couples_study.models.terms import contrast, split

OPTIONS = frozenset(
    {
        "actor",
        "partner",
        "centering",
        "lag",
        "autoregression",
        "by_role",
        "covariates",
        "random",
        "reduce",
        "residual",
        "test",
    }
)
ESTIMATOR = "dyadic mixed model, REML; Kenward-Roger errors, t with Satterthwaite df"
FIRST_DAYS = 2


def _needs_days(question: Question) -> bool:
    """Whether one day per couple could not answer the question."""
    return question.lag == 1 or question.autoregression or question.centering == "person"


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    if not question.actor and not question.partner:
        raise StudyFileError(where, expected="actor or partner predictors", found="neither", do="name at least one")
    if question.by_role and not setting.dyads.distinguishable:
        raise StudyFileError(
            where,
            expected="by_role = false where partners can not be told apart",
            found="by_role = true",
            do='leave it out, or make [dyads] type = "distinguishable" with by and labels',
        )
    own_lag = question.outcome in question.actor and question.lag == 1
    if question.autoregression and own_lag:
        raise StudyFileError(
            where,
            expected="yesterday's outcome once",
            found="autoregression = true, and the outcome among actor at lag 1",
            do="leave the outcome out of actor",
        )
    if question.outcome in question.actor and question.lag == 0:
        raise StudyFileError(
            where, expected="an outcome that is not its own predictor", found=question.outcome, do="mend actor"
        )
    if question.autoregression and question.residual is not None and question.residual.endswith("@ar1"):
        raise StudyFileError(
            where,
            expected='residual "un", "role" or "iid" with autoregression = true',
            found=f'residual = "{question.residual}"',
            do="a lagged outcome and autocorrelated residuals can not be told apart; keep one of them",
        )
    sides_of(question.smallest_effect.unit, where)
    names = column_names(question, setting)
    for words in question.test:
        contrast(words, names, f"{where}, test")
    _check_random(question, names, where)


def _check_random(question: Question, names: list[str], where: str) -> None:
    known = ["intercept", *dict.fromkeys(split(name)[0] for name in names)]
    strays = [name for name in question.random if name not in known]
    if strays:
        raise StudyFileError(
            where,
            expected=f"random = terms without their role: {listed(dict.fromkeys(known), most=30)}",
            found=listed(strays),
            do=f"did you mean {nearest(strays[0], known)!r}?" if nearest(strays[0], known) else "name one of them",
        )
    steps = ("covariances", *dict.fromkeys(question.random or known))
    lost = [step for step in question.reduce if not any(name.startswith(step) for name in steps)]
    if lost:
        raise StudyFileError(
            where, expected=f"reduce = steps among {listed(steps)}", found=listed(lost), do="name what random names"
        )
    if question.residual is not None and question.residual not in STRUCTURES:
        raise StudyFileError(
            where, expected=f"residual = one of {listed(STRUCTURES)}", found=question.residual, do="choose one"
        )


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words, without looking at any answer."""
    pieces = pieces_of_question(question)
    covariates = question.covariates if question.covariates is not None else ("study_day", "weekend")
    terms = [piece.words() for piece in pieces] + list(covariates)
    per_role = " (each by role)" if question.by_role else ""
    names = column_names(question, setting)
    right = " + ".join([*(n for n in names if split(n)[0] not in covariates), *covariates])
    return Plan(
        equation=f"{question.outcome}[t] = intercept + " + " + ".join(terms) + f" + error{per_role}",
        formula=f"{question.outcome} ~ 0 + {right} | couples: couple_id",
        estimator=ESTIMATOR,
        tested=question.test or default_tests(question, setting),
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """Fit the model on the panel that holds the outcome."""
    panel = panel_for(id, question, question.outcome, frames, once=not _needs_days(question))
    if isinstance(panel, NotTestable):
        return panel
    design = design_of(question, panel, setting)
    couples = design.couples()
    if couples < FEWEST_COUPLES:
        return too_few(id, couples, "complete rows for this model")
    if not full_rank(design.X):
        return NotTestable(
            id=id,
            reason="collinear",
            detail="Some predictors do not vary here or are sums of others, so their effects can not be told apart.",
        )
    time = panel.frame["time"].to_numpy()
    fit = fit_mixed(question, design, time[design.row], setting)
    tests = question.test or default_tests(question, setting)
    tested = tuple(_tested(fit, words, question, panel, design) for words in tests)
    planned = plan(question, setting)
    return Evidence(
        id=id,
        model="apim",
        unit=question.smallest_effect.unit,
        tested=tested,
        coefficients=() if setting.brief else fit.terms(),
        counts=counts_of(panel, design.row[design.rows_behind(tests)], setting),
        equation=planned.equation,
        formula=planned.formula,
        estimator=fit.estimator,
        concerns=_concerns(question, panel, design, fit),
        sensitivity=() if setting.brief else tuple(_sensitivity(tests, question, panel, setting, fit, design)),
        facts={} if setting.brief else fit.facts(),
        syntax={} if setting.brief else fit.syntax(),
        figure=None if setting.brief else _figure(tests[0], question, fit, design, setting),
        influence=_influence(fit, tests, question, panel, design) if setting.influence else {},
    )


def _influence(
    fit: Mixed, tests: tuple[str, ...], question: Question, panel: Panel, design: Design
) -> dict[str, float]:
    """What each couple adds to the mean of the tested terms."""
    weights = np.mean([weights_of(words, question, panel, design) for words in tests], axis=0)
    return by_couple(fit.influence(weights, design.couple), design, panel)


def by_couple(influence: dict[int, float], design: Design, panel: Panel) -> dict[str, float]:
    """Influences by the couples' ids instead of their codes."""
    first = dict(zip(design.couple.tolist(), design.row.tolist(), strict=True))
    ids = panel.frame["couple_id"].astype("str")
    return {ids.iloc[first[code]]: value for code, value in influence.items()}


def weights_of(words: str, question: Question, panel: Panel, design: Design) -> np.ndarray:
    """Contrast weights with each coefficient's change of unit in them."""
    weights = contrast(words, design.names, "test")
    for position in np.flatnonzero(weights):
        piece = design.pieces[position]
        weights[position] *= _factor(piece, split(design.names[position])[1], question, panel)
    return weights


def _factor(piece: Piece | None, role: str | None, question: Question, panel: Panel) -> float:
    """The change of unit of one term; a term of one role uses that role's SD, or the partner's where they answered."""
    if piece is None:
        raise StudyFileError(
            "test",
            expected="terms with a predictor",
            found="an intercept or covariate, whose unit is not that of smallest_effect",
            do="test actor, partner or autoregression terms",
        )

    mine = panel.frame["role"].eq(role) if role is not None else None
    theirs = ~mine if mine is not None and piece.who == "partner" else mine
    return factor(
        question.smallest_effect.unit,
        lambda kind: panel.sd(question.outcome, kind, mine),
        lambda kind: panel.sd(piece.column, kind, theirs),
        "unit",
    )


def _tested(fit: Linear | Mixed, words: str, question: Question, panel: Panel, design: Design) -> Term:
    return fit.term(weights_of(words, question, panel, design), words)


def _concerns(question: Question, panel: Panel, design: Design, fit: Mixed) -> tuple[Concern, ...]:
    found: list[Concern] = []
    if question.lag == 1:
        found.append(MEASUREMENT_ERROR)
    if question.autoregression or (question.lag == 1 and question.outcome in question.actor):
        found.append(SHORT_SERIES)
    if question.lag == 0 and question.actor:
        found.append(SAME_REPORTER)
    between = tuple(dict.fromkeys(p.column for p in design.pieces if p is not None and p.kind == "between"))
    return (*found, *fit.concerns(), *unreliable_means(panel, between))


def _sensitivity(
    tests: tuple[str, ...], question: Question, panel: Panel, setting: Setting, fit: Mixed, design: Design
) -> Iterator[Sensitivity]:
    """The same terms with couple-robust errors, marginally, without covariates, and without the first days."""
    time = panel.frame["time"].to_numpy()

    def rows(label: str, other: Linear | Mixed, of: Design) -> Iterator[Sensitivity]:
        for words in tests:
            term = other.term(weights_of(words, question, panel, of), words)
            yield Sensitivity.of(term, label if len(tests) == 1 else f"{label}: {words}")

    yield from rows("couple-robust errors (CR2)", fit.robust(), design)
    marginal = design_of(question, panel, setting, hold_means=True)
    if full_rank(marginal.X):
        yield from rows("marginal model (GEE)", gee(marginal.y, marginal.X, marginal.names, marginal.couple), marginal)
        if (weights := _chance_weights(question, panel, marginal)) is not None:
            root = np.sqrt(weights)
            weighted = gee(marginal.y * root, marginal.X * root[:, None], marginal.names, marginal.couple)
            yield from rows(LABEL, weighted, marginal)
    bare = design_of(question.model_copy(update={"covariates": ()}), panel, setting)
    late = design.keep(time[design.row] >= FIRST_DAYS)
    for label, variant in (("without covariates", bare), (f"without the first {FIRST_DAYS} days", late)):
        if variant.couples() >= FEWEST_COUPLES and full_rank(variant.X):
            again = fit_structure(fit.structure, fit.reduced, question, variant, time[variant.row], setting, like=fit)
            yield from rows(label, again, variant)


def _chance_weights(question: Question, panel: Panel, design: Design) -> np.ndarray | None:
    """Weights by the chance of an answer, in a diary."""
    if "day" not in panel.frame:
        return None
    own = dict.fromkeys((question.outcome, *question.actor))
    return answer_weights(tuple(name for name in own if name in panel.frame), panel, design.row)


def _names_in(words: str, design: Design) -> list[str]:
    return [design.names[i] for i in np.flatnonzero(contrast(words, design.names, "test"))]


def _figure(words: str, question: Question, fit: Mixed, design: Design, setting: Setting):  # type: ignore[no-untyped-def]
    names = _names_in(words, design)
    if len(names) != 1:
        return None
    position = design.names.index(names[0])
    used = design.rows_behind((words,))
    piece = design.pieces[position]
    partial = design.y - design.X @ fit.params + design.X[:, position] * fit.params[position]
    x_label = piece.words() if piece is not None else names[0]
    return partial_bins(
        x=design.X[used, position],
        y=partial[used],
        couple=design.couple[used],
        title=words,
        x_label=f"{setting.label(piece.column)} ({x_label})" if piece is not None else x_label,
        y_label=f"{setting.label(question.outcome)}, other terms held",
        slope=float(fit.params[position]),
    )


MODEL = Model(
    name="apim",
    summary="actor and partner effects in repeated measures",
    options=OPTIONS,
    repeated=_needs_days,
    partners=lambda question: True,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "lagged" if question.lag == 1 else "associational",
    looks=lambda question: frozenset((piece.who, piece.lag) for piece in pieces_of_question(question)),
)
