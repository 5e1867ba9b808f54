"""``model = "diagnostic"``: how well a checklist tells those of whom something else is known, and what each sign tells.

The number of signs is the score, the criterion somebody else's or a later answer; a sign that is part of the criterion
would prove itself. The area under the curve has the variance of Obuchowski (1997), couples as clusters, and an interval
on its logit; sensitivity and specificity are couple-robust shares. What each sign adds stands beside: its correlation
with the other signs and its slope, place and information in a two-parameter logistic model (`checklist`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import special, stats

from couples_study.contracts.evidence import Concern, Counts, Evidence, NotTestable, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.measures import Frames
from couples_study.models.checklist import Signs, two_parameters
from couples_study.models.clustered import term_of
from couples_study.models.concerns import few_couples
from couples_study.models.model import FEWEST_COUPLES, Model, Setting, too_few
from couples_study.models.prevalence import share_of_persons

OPTIONS = frozenset({"items", "cut", "among", "stated", "tolerance"})
CUT, AREA = 5.0, 0.70


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    faults = []
    if len(set(question.items)) < 3 or len(set(question.items)) < len(question.items):
        faults.append("items, three or more signs, each once")
    if question.outcome in question.items:
        faults.append("an outcome that is none of the signs")
    if question.rule != "R13":
        faults.append('rule = "R13"')
    area, refuted = question.stated, question.tolerance.get("refuted")
    if area is None or not 0.5 <= area < 1:
        faults.append("stated, the area that is claimed, from 0.5 to 1")
    elif set(question.tolerance) - {"refuted"} or (refuted is not None and not 0.5 <= refuted <= area):
        faults.append("no tolerance but refuted, between 0.5 and the stated area")
    if faults:
        raise StudyFileError(
            where, expected="signs, whom they should tell, and how well", found=f"missing: {'; '.join(faults)}",
            do="see diagnostic in docs/study-file.md",
        )  # fmt: skip


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    among = f", among {question.among} = 1" if question.among else ""
    return Plan(
        equation=f"area under the curve of the number of {len(question.items)} signs for {question.outcome} = 1{among}",
        formula=f"{question.outcome} ~ sum({question.items[0]}, ..., {question.items[-1]}) | couples: couple_id",
        estimator="Obuchowski's couple-clustered variance of the area, interval on its logit, t with G-1 df; "
        "two-parameter logistic model of the signs",
        tested=("area",),
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """The area, sensitivity and specificity at the cut-off, and each sign."""
    people = frames.people[frames.people[question.among].eq(1)] if question.among else frames.people
    rows = people[["couple_id", "person_id", question.outcome, *question.items]].dropna()
    couples = int(rows["couple_id"].nunique())
    lost = rows[question.outcome].to_numpy(dtype=np.float64) >= 1
    if couples < FEWEST_COUPLES:
        return too_few(id, couples, "answered every sign and the criterion")
    least = min(rows["couple_id"][lost].nunique(), rows["couple_id"][~lost].nunique())
    if least < FEWEST_COUPLES:
        return too_few(id, int(least), "somebody on either side of the criterion")
    signs = rows[list(question.items)].to_numpy(dtype=np.float64)
    couple = pd.factorize(rows["couple_id"])[0]
    score, cut = signs.sum(axis=1), CUT if question.cut is None else question.cut
    area = _area(score, lost, couple, "area")
    planned = plan(question, setting)
    model = None if setting.brief else two_parameters(signs, couple)
    return Evidence(
        id=id,
        model="diagnostic",
        unit="area",
        tested=(area,),
        coefficients=(area, *_at_cut(score >= cut, lost, rows["couple_id"]), *_signs(question, model, signs, couple)),
        counts=Counts(couples=couples, people=int(rows["person_id"].nunique()), n_obs=len(rows)),
        equation=planned.equation,
        formula=planned.formula,
        estimator=planned.estimator,
        concerns=(*few_couples(couples), *_unfitted(model, setting)),
        sensitivity=() if setting.brief else tuple(_single(question, signs, lost, couple)),
        facts=_facts(area, score, lost, couple, cut, float(question.stated or AREA)) | _told(question, model, signs),
    )


def area_under(score: np.ndarray, lost: np.ndarray, couple: np.ndarray) -> tuple[float, float]:
    """The area under the curve, ties as halves, and its couple-clustered standard error (Obuchowski, 1997)."""
    ranks = stats.rankdata(score)
    with_it, without = lost.sum(), (~lost).sum()
    placed = np.empty(len(score))  # the share of the other side that lies on the right side of each
    placed[lost] = (ranks[lost] - stats.rankdata(score[lost])) / without
    placed[~lost] = 1 - (ranks[~lost] - stats.rankdata(score[~lost])) / with_it
    area = float(placed[lost].mean())
    parts = np.where(lost, (placed - area) / with_it, (placed - area) / without)
    by_couple = np.bincount(couple, weights=parts)
    groups = len(by_couple)
    return area, float(np.sqrt((by_couple**2).sum() * groups / (groups - 1)))


def _area(score: np.ndarray, lost: np.ndarray, couple: np.ndarray, name: str) -> Term:
    """The area with the interval of its logit; its test is of one half."""
    area, error = area_under(score, lost, couple)
    df = len(np.unique(couple)) - 1
    if error <= 0 or not 0 < area < 1:
        edge = 1.0 / (len(score) + 1)
        return Term(
            term=name, role=None, estimate=area, std_error=edge, df=df, statistic=(area - 0.5) / edge, p_value=0.0,
            conf_low=max(area - edge, 0.0), conf_high=min(area + edge, 1.0),
        )  # fmt: skip
    low, high = _limits(area, error, df, 0.95)
    told = term_of(name, area, error, df)
    t = special.logit(area) * area * (1 - area) / error
    return replace(told, statistic=float(t), p_value=float(2 * stats.t.sf(abs(t), df)), conf_low=low, conf_high=high)


def _limits(area: float, error: float, df: float, level: float) -> tuple[float, float]:
    half = float(stats.t.isf((1 - level) / 2, df)) * error / (area * (1 - area))
    return float(special.expit(special.logit(area) - half)), float(special.expit(special.logit(area) + half))


def _at_cut(says: np.ndarray, lost: np.ndarray, couple: pd.Series) -> list[Term]:
    """Sensitivity and specificity, with Wilson's interval for as many persons as the couples are worth."""
    found = []
    for name, which, right in (("sensitivity", lost, says), ("specificity", ~lost, ~says)):
        share = share_of_persons(right[which].astype(np.float64), couple[which])
        low, high = share.interval(0.95)
        error = max(float(np.sqrt(share.value * (1 - share.value) / share.worth)), 1.0 / share.worth)
        found.append(Term(
            term=name, role=None, estimate=share.value, std_error=error, df=None, statistic=share.score(0.5),
            p_value=float(2 * stats.norm.sf(abs(share.score(0.5)))), conf_low=low, conf_high=high, unit="share",
        ))  # fmt: skip
    return found


def _signs(question: Question, model: Signs | None, signs: np.ndarray, couple: np.ndarray) -> list[Term]:
    """Slope and place of every sign."""
    if model is None:
        return []
    df = len(np.unique(couple)) - 1
    found: list[Term] = []
    for j, name in enumerate(question.items):
        slope = term_of(f"slope.{name}", float(model.slope[j]), float(model.slope_error[j]), df)
        place = term_of(f"place.{name}", float(model.place[j]), float(model.place_error[j]), df)
        found += [replace(slope, unit="log odds per SD of trouble"), replace(place, unit="SD of trouble")]
    return found


def _unfitted(model: Signs | None, setting: Setting) -> tuple[Concern, ...]:
    if model is not None or setting.brief:
        return ()
    return (
        Concern(
            code="signs_not_scored",
            sentence="The signs have no two-parameter model here (one is nearly always or never there, or follows from "
            "the others), so what each tells is not reported.",
        ),
    )


def _single(question: Question, signs: np.ndarray, lost: np.ndarray, couple: np.ndarray) -> list[Sensitivity]:
    """The area without each sign: what it adds to the others."""
    rows = []
    for j, name in enumerate(question.items):
        term = _area(np.delete(signs, j, axis=1).sum(axis=1), lost, couple, name)
        rows.append(Sensitivity(
            label=f"without {name}", estimate=term.estimate, conf_low=term.conf_low, conf_high=term.conf_high,
        ))  # fmt: skip
    return rows


def _facts(
    area: Term, score: np.ndarray, lost: np.ndarray, couple: np.ndarray, cut: float, stated: float
) -> dict[str, float]:
    """What rule R13 reads; the p-value is against the stated area."""
    spread = max(area.std_error, 1e-12) / max(area.estimate * (1 - area.estimate), 1e-12)
    t = (float(special.logit(np.clip(area.estimate, 1e-9, 1 - 1e-9))) - float(special.logit(stated))) / spread
    says = score >= cut
    return {
        "area": area.estimate, "area_low95": area.conf_low, "area_high95": area.conf_high,
        "p_value": min(1.0, float(2 * stats.t.sf(t, len(np.unique(couple)) - 1))), "cut": cut,
        "sensitivity": float(says[lost].mean()), "specificity": float((~says)[~lost].mean()),
        "share_with_it": float(lost.mean()),
    }  # fmt: skip


def _told(question: Question, model: Signs | None, signs: np.ndarray) -> dict[str, float]:
    """Each sign's correlation with the number of the others, and its information one SD above the average trouble."""
    total, found = signs.sum(axis=1), {}
    for j, name in enumerate(question.items):
        others = total - signs[:, j]
        if signs[:, j].std() > 0 and others.std() > 0:
            found[f"rest_correlation.{name}"] = float(np.corrcoef(signs[:, j], others)[0, 1])
    if model is not None:
        found |= {
            f"information.{name}": float(one) for name, one in zip(question.items, model.information(1.0), strict=True)
        }
    return found


MODEL = Model(
    name="diagnostic",
    summary="how well a list of signs tells who has it",
    options=OPTIONS,
    repeated=lambda question: False,
    partners=lambda question: False,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "descriptive",
    looks=lambda question: frozenset({("own", 0)}),
)
