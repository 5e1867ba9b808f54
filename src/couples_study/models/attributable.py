"""``model = "attributable"``: how much of an outcome goes with each of several causes, and which causes come together.

The adjusted attributable fraction of a cause is the share of the outcome that would not be there if nobody had that
cause and everything else stayed as it is, by a logistic regression on all causes (Greenland and Drescher, 1993,
Biometrics 49, 865-872). Fractions of several causes overlap, so they do not add up; that of all together stands beside
them. Causes come together more often than by chance where more pairs are named than the shares of each would give.

Errors are those of couples: what each couple adds to the coefficients, to the predicted and to the observed outcome is
carried through to the fraction, and t has couples - 1 degrees of freedom.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special

from couples_study.contracts.evidence import Concern, Counts, Evidence, NotTestable, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError, listed
from couples_study.measures import Frames
from couples_study.models.clustered import term_of
from couples_study.models.concerns import few_couples
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, full_rank, too_few
from couples_study.privacy import SMALLEST_CELL, is_small

OPTIONS = frozenset({"items", "covariates", "cut", "among", "test"})
ALL, TOGETHER = "fraction.all", "together"
FEW = f"fewer than {SMALLEST_CELL} who name them, do not, name them beside another, or are on one side of the outcome"
STEEPEST = 15.0  # a log odds ratio beyond this is one without end: the causes tell the outcome without fail


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """A value and each couple's part in its error (G,)."""

    value: float
    parts: np.ndarray

    def term(self, name: str, unit: str) -> Term:
        groups = len(self.parts)
        error = float(np.sqrt((self.parts**2).sum() * groups / (groups - 1)))
        return replace(term_of(name, self.value, error, groups - 1), unit=unit)


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    faults = []
    if len(set(question.items)) < 2 or len(set(question.items)) < len(question.items):
        faults.append("items, two or more columns of 0 and 1, each once")
    possible = _names(question)
    strays = [name for name in question.test if name not in possible]
    if strays:
        faults.append(f"{listed(strays)} among {listed(possible, most=6)}")
    if question.rule != "R1":
        faults.append('rule = "R1"')
    units = {_unit(name) for name in _asked(question)}
    if {question.smallest_effect.unit} != units:
        faults.append(f"unit = {listed([repr(unit) for unit in sorted(units)])}, and tests of one unit only")
    if faults:
        raise StudyFileError(
            where, expected="causes, an outcome of 0 and 1 (or a cut), and which fractions are tested",
            found=f"missing: {'; '.join(faults)}", do="see attributable in docs/study-file.md",
        )  # fmt: skip


def _has_outcome(question: Question) -> bool:
    """Whether an outcome beside the causes is named: without one only their coming together is asked."""
    return question.outcome not in question.items


def _names(question: Question) -> list[str]:
    fractions = [ALL, *(f"fraction.{name}" for name in question.items)] if _has_outcome(question) else []
    return [*fractions, TOGETHER, *(f"{TOGETHER}.{name}" for name in question.items)]


def _asked(question: Question) -> tuple[str, ...]:
    return question.test or ((ALL,) if _has_outcome(question) else (TOGETHER,))


def _unit(name: str) -> str:
    return "share" if name.startswith("fraction") else "log ratio"


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    among = f", among {question.among} = 1" if question.among else ""
    said = question.outcome if question.cut is None else f"({question.outcome} >= {question.cut:g})"
    causes = " + ".join((*question.items, *(question.covariates or ())))
    return Plan(
        equation=f"share of {said} that would not be there without a cause, all others held, of {len(question.items)} "
        f"causes{among}" if _has_outcome(question) else
        f"pairs named of {len(question.items)} causes, over those that independent causes would give{among}",
        formula=f"logit({said}) ~ 1 + {causes} | couples: couple_id" if _has_outcome(question) else
        f"log(pairs / expected pairs) of {causes} | couples: couple_id",
        estimator="adjusted attributable fractions by logistic regression; couples' parts carried through, t with G-1 "
        "df",
        tested=_asked(question),
        notes=("Fractions of several causes overlap and do not add up.",) if _has_outcome(question) else (),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What can be told: ``causes`` (n, J) called ``names``, ``y`` (n,) where there is an outcome, ``held`` (n, k)."""

    causes: np.ndarray
    names: list[str]
    left_out: list[str]
    y: np.ndarray | None
    held: np.ndarray
    couple: np.ndarray
    people: int

    @property
    def couples(self) -> int:
        return len(np.unique(self.couple))


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """Fractions of each cause and of all, and how far causes come together."""
    answers = _answers(question, frames)
    refused = _refused(id, question, answers)
    if refused is not None:
        return refused
    found = together(answers.causes, answers.names, answers.couple)
    if answers.y is not None:
        fractions = fractions_of(answers.y, answers.causes, answers.held, answers.names, answers.couple)
        if fractions is None:
            return NotTestable(
                id=id, reason="causes_tell_all",
                detail="Some causes tell the outcome without fail (or one another), so no fraction can be estimated.",
            )  # fmt: skip
        found = {**fractions, **found}
    return _evidence(id, question, answers, {name: one.term(name, _unit(name)) for name, one in found.items()}, setting)


def _answers(question: Question, frames: Frames) -> Answers:
    """The people who answered about every cause, the outcome and what is held."""
    people = frames.people[frames.people[question.among].eq(1)] if question.among else frames.people
    outcome = [question.outcome] if _has_outcome(question) else []
    held = list(question.covariates or ())
    rows = people[list(dict.fromkeys(["couple_id", "person_id", *outcome, *question.items, *held]))].dropna()
    causes = (rows[list(question.items)].to_numpy(dtype=np.float64) >= 1).astype(np.float64)
    cut = 1.0 if question.cut is None else question.cut
    y = (rows[outcome[0]].to_numpy(dtype=np.float64) >= cut).astype(np.float64) if outcome else None
    kept = _tellable(causes, y)
    return Answers(
        causes=causes[:, kept], names=[name for name, there in zip(question.items, kept, strict=True) if there],
        left_out=[name for name, there in zip(question.items, kept, strict=True) if not there], y=y,
        held=_scaled(rows[held].to_numpy(dtype=np.float64).reshape(len(rows), len(held))),
        couple=pd.factorize(rows["couple_id"])[0], people=int(rows["person_id"].nunique()),
    )  # fmt: skip


def _tellable(causes: np.ndarray, y: np.ndarray | None) -> np.ndarray:
    """Causes (J,) of which no number that could be worked out from the answer is of one to four people.

    Leaving one out makes the others come together less often, so it is looked again until none is left out.
    """
    kept = np.ones(causes.shape[1], dtype=bool)
    if y is not None:
        cells = [side @ part for side in (y, 1 - y) for part in (causes, 1 - causes)]
        kept &= ~np.array([is_small(int(cell)) for cell in np.concatenate(cells)]).reshape(4, -1).any(axis=0)
    while True:
        beside = causes.T @ (causes[:, kept].sum(axis=1) > 1)
        rarest = np.minimum.reduce([causes.sum(axis=0), (1 - causes).sum(axis=0), beside])
        fewer = kept & (rarest >= SMALLEST_CELL)
        if (fewer == kept).all():
            return kept
        kept = fewer


def _refused(id: str, question: Question, answers: Answers) -> NotTestable | None:  # noqa: A002 (the contract's word)
    """The gate: enough couples, on either side of the outcome, too, and causes that can be told."""
    if answers.couples < FEWEST_COUPLES:
        return too_few(id, answers.couples, "answered about every cause and the outcome")
    lost = [name for name in _asked(question) if name.partition(".")[2] in answers.left_out]
    if lost or len(answers.names) < 2:
        return _too_rare(id, lost or answers.left_out)
    if answers.y is not None:
        least = min(len(np.unique(answers.couple[answers.y == side])) for side in (0.0, 1.0))
        if least < FEWEST_COUPLES:
            return too_few(id, least, "somebody on either side of the outcome")
    return None


def _evidence(
    id: str,  # noqa: A002 (the contract's word)
    question: Question,
    answers: Answers,
    terms: dict[str, Term],
    setting: Setting,
) -> Evidence:
    planned = plan(question, setting)
    return Evidence(
        id=id,
        model="attributable",
        unit=question.smallest_effect.unit,
        tested=tuple(terms[name] for name in _asked(question)),
        coefficients=(*terms.values(), *_shares(answers.causes, answers.names, answers.couple)),
        counts=Counts(couples=answers.couples, people=answers.people, n_obs=len(answers.couple)),
        equation=planned.equation,
        formula=planned.formula,
        estimator=planned.estimator,
        concerns=(*few_couples(answers.couples), *_not_in_it(answers.left_out)),
        facts={"causes": float(len(answers.names))},
    )


def _too_rare(id: str, names: list[str]) -> NotTestable:  # noqa: A002 (id is the contract's word)
    return NotTestable(
        id=id, reason="causes_too_rare",
        detail=f"{listed(names)}: {FEW}.",
    )  # fmt: skip


def _not_in_it(names: list[str]) -> tuple[Concern, ...]:
    if not names:
        return ()
    return (
        Concern(
            code="causes_left_out",
            sentence=f"Left out, since there are {FEW}: {listed(names)}.",
        ),
    )


def _scaled(values: np.ndarray) -> np.ndarray:
    spread = values.std(axis=0)
    return (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)


def fractions_of(
    y: np.ndarray, causes: np.ndarray, held: np.ndarray, names: list[str], couple: np.ndarray
) -> dict[str, Estimated] | None:
    """Attributable fractions of ``causes`` (n, J) in ``y`` (n,), ``held`` (n, k) held; of all first.

    None where the regression has no finite top.
    """
    X = np.column_stack([np.ones(len(y)), causes, held])
    beta = _logit(y, X)
    if beta is None:
        return None
    expected = special.expit(X @ beta)
    bread = np.linalg.inv(X.T @ (X * (expected * (1 - expected))[:, None]))
    of_beta = (X * (y - expected)[:, None]) @ bread  # (n, k): what each answer adds to the coefficients
    share = y.mean()
    found = {}
    for name, places in (("all", range(1, 1 + causes.shape[1])), *((n, [1 + j]) for j, n in enumerate(names))):
        without = X.copy()
        without[:, list(places)] = 0.0
        left = special.expit(without @ beta)
        slope = without.T @ (left * (1 - left)) / len(y)
        remains = left.mean()
        parts = (left - remains) / len(y) + of_beta @ slope
        parts = -(parts / share - remains * (y - share) / len(y) / share**2)
        found[f"fraction.{name}"] = Estimated(value=float(1 - remains / share), parts=_by_couple(parts, couple))
    return found


def _logit(y: np.ndarray, X: np.ndarray) -> np.ndarray | None:
    """Coefficients of the logistic regression; None where there are none."""
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationError, PerfectSeparationWarning

    if not full_rank(X):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("error", category=PerfectSeparationWarning)
        warnings.simplefilter("error", category=ConvergenceWarning)
        try:
            beta = np.asarray(GLM(y, X, family=Binomial()).fit(tol=1e-12).params)
        except (PerfectSeparationError, PerfectSeparationWarning, ConvergenceWarning, np.linalg.LinAlgError):
            return None
    return beta if np.abs(beta).max() < STEEPEST else None


def together(causes: np.ndarray, names: list[str], couple: np.ndarray) -> dict[str, Estimated]:
    """The logarithm of pairs named over those that independent causes would give: of all, and of those with each."""
    total = causes.sum(axis=1)
    share = causes.mean(axis=0)
    whole = share.sum()
    pairs, expected = total * (total - 1) / 2, (whole**2 - (share**2).sum()) / 2
    moved = (causes - share) @ (whole - share)
    found = {TOGETHER: _log_ratio(pairs, expected, moved, couple)}
    for j, name in enumerate(names):
        moved = (causes[:, j] - share[j]) * (whole - share[j]) + share[j] * (total - causes[:, j] - (whole - share[j]))
        found[f"{TOGETHER}.{name}"] = _log_ratio(
            causes[:, j] * (total - 1), share[j] * (whole - share[j]), moved, couple
        )
    return found


def _log_ratio(pairs: np.ndarray, expected: float, moved: np.ndarray, couple: np.ndarray) -> Estimated:
    """``pairs`` (n,) of each person; ``moved`` (n,) is what the person's answers move the expected number by."""
    n, mean = len(pairs), pairs.mean()
    parts = (pairs - mean) / n / mean - moved / n / expected
    return Estimated(value=float(np.log(mean / expected)), parts=_by_couple(parts, couple))


def _by_couple(parts: np.ndarray, couple: np.ndarray) -> np.ndarray:
    return np.bincount(couple, weights=parts)


def _shares(causes: np.ndarray, names: list[str], couple: np.ndarray) -> list[Term]:
    """How many name each cause."""
    share = causes.mean(axis=0)
    parts = (causes - share) / len(causes)
    found = [Estimated(value=float(s), parts=_by_couple(p, couple)) for s, p in zip(share, parts.T, strict=True)]
    return [one.term(f"share.{name}", "share") for name, one in zip(names, found, strict=True)]


MODEL = Model(
    name="attributable",
    summary="how much of an outcome goes with each cause, and which causes come together",
    options=OPTIONS,
    repeated=lambda question: False,
    partners=lambda question: False,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "associational",
    looks=lambda question: frozenset({("own", 0)}),
)
