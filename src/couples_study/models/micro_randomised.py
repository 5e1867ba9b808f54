"""``model = "micro_randomised"``: what a prompt does that was drawn by lot, day by day, with a known chance.

The prompt's effect is the weighted and centred least-squares estimate of Boruvka, Almirall, Witkiewitz and Murphy
(2018), which stays unbiased whatever the earlier days did to mood and chance. What doing it brings, among those who
did it because of the prompt, is the two-stage estimate with the prompt as instrument (Angrist, Imbens and Rubin, 1996).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Concern, Evidence, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError, listed
from couples_study.measures import Frames, Panel
from couples_study.measures.units import factor, sides_of
from couples_study.models.apim_design import covariate_values, covariates_of
from couples_study.models.clustered import Linear, gee, term_of
from couples_study.models.concerns import few_couples
from couples_study.models.counting import counts_of
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, full_rank, panel_for, too_few

OPTIONS = frozenset({"predictor", "probability", "realised", "lag", "covariates", "test"})
TESTS = ("prompt", "done")
STRONG_F, FAR_OFF = 10.0, 4.0
WEAK = Concern(
    code="weak_instrument", sentence="The prompt hardly changed what was done, so what doing it brings stays open."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Rows with a chance: ``a`` (prompted), ``p`` (its chance), outcome ``y``, controls ``H``, what was ``done``."""

    a: np.ndarray
    p: np.ndarray
    y: np.ndarray
    H: np.ndarray
    done: np.ndarray | None
    couple: np.ndarray
    rows: np.ndarray

    def usual(self) -> float:
        """The share prompted, at which the effect is centred."""
        return float(self.a.mean())

    def weights(self) -> np.ndarray:
        """How much likelier the prompt would have been drawn at its usual chance; 1 where the chance never changes."""
        share = self.usual()
        return np.where(self.a == 1, share / self.p, (1 - share) / (1 - self.p))

    def fit(self, target: np.ndarray) -> Linear:
        """Weighted and centred least squares of ``target``; the first coefficient is the prompt's."""
        root = np.sqrt(self.weights())
        X = np.column_stack([self.a - self.usual(), self.H])
        names = ("prompt", *(f"control{i}" for i in range(self.H.shape[1])))
        return gee(target * root, X * root[:, None], names, self.couple)


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    faults = [name for name in ("predictor", "probability") if getattr(question, name) is None]
    if isinstance(question.probability, float) and not 0 < question.probability < 1:
        faults.append("probability between 0 and 1")
    faults += [f"test among {listed(TESTS)}, not {name!r}" for name in question.test if name not in TESTS]
    if "done" in question.test and not question.realised:
        faults.append("realised, the column with what was done")
    if len(question.test) > 1:
        faults.append("one term in test, since their units differ")
    if faults:
        raise StudyFileError(
            where, expected="a prompt and the chance it was drawn with", found=f"missing: {'; '.join(faults)}",
            do="see micro_randomised in docs/study-file.md",
        )  # fmt: skip
    if sides_of(question.smallest_effect.unit, where)[1] is not None:
        raise StudyFileError(
            where, expected='a unit such as "within SD per prompt"', found=repr(question.smallest_effect.unit),
            do="leave the side of the prompt in its own units",
        )  # fmt: skip


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    when = "the next evening's" if question.lag else "the same day's"
    tested = question.test or ("prompt",)
    second = f"; {question.realised} with the prompt as instrument" if question.realised else ""
    return Plan(
        equation=f"{when} {question.outcome} = controls + effect x ({question.predictor} - its usual share) + error"
        f"; weights usual chance / {question.probability}{second}",
        formula=f"{question.outcome} ~ {question.predictor} + earlier mean of {question.outcome} + study_day"
        " | couples: couple_id",
        estimator="weighted and centred least squares, bias-reduced couple-clustered variance, t with G-1 df",
        tested=tested,
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """The prompt's effect, and where it is known what was done, that of doing it."""
    panel = panel_for(id, question, question.outcome, frames)
    if isinstance(panel, NotTestable):
        return panel
    if question.realised and question.realised not in panel.frame:
        return NotTestable(
            id=id, reason="missing_columns", missing_columns=(question.realised,),
            detail=f"This study did not measure {question.realised}.",
        )  # fmt: skip
    drawn = _drawn(question, panel)
    refused = _refused(id, drawn)
    if refused is not None:
        return refused
    scale = factor(question.smallest_effect.unit, lambda kind: panel.sd(question.outcome, kind), lambda kind: 1.0, "")
    found = _terms(drawn, scale)
    planned = plan(question, setting)
    couples = len(np.unique(drawn.couple))
    weak = "done" in found and _first_stage(drawn) < STRONG_F
    return Evidence(
        id=id, model="micro_randomised", unit=question.smallest_effect.unit,
        tested=(found[(question.test or ("prompt",))[0]],),
        coefficients=tuple(found.values()),
        counts=counts_of(panel, drawn.rows, setting),
        equation=planned.equation, formula=planned.formula, estimator=planned.estimator,
        concerns=(*((WEAK,) if weak else ()), *few_couples(couples)),
        sensitivity=_beside(question, panel, drawn, scale),
        facts=_facts(drawn),
    )  # fmt: skip


def _drawn(question: Question, panel: Panel) -> Drawn:
    a = panel.value(str(question.predictor), "own", question.lag)
    if isinstance(question.probability, str):
        p = panel.value(question.probability, "own", question.lag)
    else:
        p = np.full(len(a), float(question.probability or 0.5))
    y = panel.value(question.outcome)
    done = panel.value(question.realised, "own", question.lag) if question.realised else None
    named = {name: covariate_values(name, panel) for name in covariates_of(question, panel)}
    H = np.column_stack([np.ones(len(y)), earlier_mean(panel, question.outcome, question.lag), *named.values()])
    with np.errstate(invalid="ignore"):
        possible = (p > 0) & (p < 1)
    complete = possible & np.isin(a, (0.0, 1.0)) & np.isfinite(y) & np.isfinite(H).all(axis=1)
    if done is not None:
        complete &= np.isfinite(done)
    rows = np.flatnonzero(complete)
    return Drawn(
        a=a[rows], p=p[rows], y=y[rows], H=H[rows], done=None if done is None else done[rows],
        couple=pd.factorize(panel.frame["couple_id"].to_numpy()[rows])[0], rows=rows,
    )  # fmt: skip


def earlier_mean(panel: Panel, column: str, lag: int = 0) -> np.ndarray:
    """The mean of a person's answers before the prompt was drawn, drawn one day's worth towards the mean of all.

    Only earlier answers may be held: later ones, and so a person's mean, may themselves be effects of the prompt.
    """
    values = panel.frame[column].to_numpy(dtype=np.float64)
    order = np.lexsort((panel.frame["time"].to_numpy(), panel.own))
    person, told = panel.own[order], np.isfinite(values[order])
    overall = float(np.nanmean(values))
    sums, counts = (pd.Series(v).groupby(person).cumsum() for v in (np.where(told, values[order], 0.0), told * 1.0))
    before = ((sums - np.where(told, values[order], 0.0) + overall) / (counts - told + 1.0)).to_numpy()
    found = np.empty(len(values))
    found[order] = before
    if lag == 0:
        return found
    rows = panel.rows("own", lag)
    return np.where(rows >= 0, found[rows], np.nan)


def _refused(id: str, drawn: Drawn) -> NotTestable | None:  # noqa: A002 (the contract's word)
    """Too few couples, no lot, or a lot that is not the stated one."""
    couples = len(np.unique(drawn.couple))
    if couples < FEWEST_COUPLES:
        return too_few(id, couples, "days with a prompt drawn by lot")
    if drawn.a.min() == drawn.a.max() or not full_rank(np.column_stack([drawn.a, drawn.H])):
        return NotTestable(id=id, reason="no_variation", detail="The prompt was the same on all days.")
    off = np.bincount(drawn.couple, weights=drawn.a - drawn.p)
    if abs(off.sum()) > FAR_OFF * np.sqrt((off**2).sum()):
        return NotTestable(
            id=id, reason="not_as_drawn",
            detail=f"The prompt came on {drawn.a.mean():.0%} of days where {drawn.p.mean():.0%} were to be expected.",
        )  # fmt: skip
    return None


def _terms(drawn: Drawn, scale: float) -> dict[str, Term]:
    """The prompt's effect and, where it is known what was done, that of one unit of it."""
    first = np.eye(1 + drawn.H.shape[1])[0]
    on_outcome = drawn.fit(drawn.y)
    found = {"prompt": on_outcome.term(first * scale, "prompt")}
    if drawn.done is not None:
        found["uptake"] = drawn.fit(drawn.done).term(first, "uptake")
        found["done"] = complier_term(drawn, float(on_outcome.params[0]), found["uptake"].estimate, scale)
    return found


def complier_term(drawn: Drawn, on_outcome: float, on_done: float, scale: float) -> Term:
    """Two-stage least squares by one instrument: the ratio, with the variance of the residual's own regression."""
    ratio = on_outcome / on_done
    rest = drawn.fit(drawn.y - ratio * np.asarray(drawn.done))
    return term_of("done", ratio * scale, float(np.sqrt(rest.cov[0, 0])) / abs(on_done) * scale, rest.df)


def _first_stage(drawn: Drawn) -> float:
    fit = drawn.fit(np.asarray(drawn.done))
    return float(fit.params[0] ** 2 / fit.cov[0, 0])


def _facts(drawn: Drawn) -> dict[str, float]:
    facts = {
        "share_prompted": drawn.usual(),
        "chance_lowest": float(drawn.p.min()),
        "chance_highest": float(drawn.p.max()),
    }
    if drawn.done is not None:
        facts |= {
            "first_stage_f": _first_stage(drawn), "done_prompted": float(drawn.done[drawn.a == 1].mean()),
            "done_unprompted": float(drawn.done[drawn.a == 0].mean()),
        }  # fmt: skip
    return facts


def _beside(question: Question, panel: Panel, drawn: Drawn, scale: float) -> tuple[Sensitivity, ...]:
    """The same without controls, and without the first two days."""
    if question.test == ("done",):
        return ()
    first = np.eye(2)[0]
    bare = Drawn(a=drawn.a, p=drawn.p, y=drawn.y, H=drawn.H[:, :1], done=None, couple=drawn.couple, rows=drawn.rows)
    rows = [Sensitivity.of(bare.fit(bare.y).term(first * scale, "prompt"), "without controls")]
    late = panel.frame["time"].to_numpy()[drawn.rows] >= 2
    if late.any() and not late.all():
        parts = {n: getattr(drawn, n)[late] for n in ("a", "p", "y", "H", "couple", "rows")}
        later = Drawn(**parts, done=None)
        if len(np.unique(later.couple)) >= FEWEST_COUPLES and full_rank(np.column_stack([later.a, later.H])):
            rows.append(Sensitivity.of(_terms(later, scale)["prompt"], "without the first 2 days"))
    return tuple(rows)


MODEL = Model(
    name="micro_randomised",
    summary="a prompt drawn by lot day by day, and what doing it brings",
    options=OPTIONS,
    repeated=lambda question: True,
    partners=lambda question: False,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "randomised",
    looks=lambda question: frozenset({("own", question.lag)}),
)
