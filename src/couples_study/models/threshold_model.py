"""``model = "threshold"``: does the daily curve over a count change at the stated value, and only there?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.core.seeds import child
from couples_study.measures import Frames, Panel
from couples_study.models.counting import counts_of
from couples_study.models.model import Model, Setting, panel_for
from couples_study.models.threshold import threshold_evidence
from couples_study.models.threshold.findings import Limits

OPTIONS = frozenset({"exposure", "partner_exposure", "together", "stated", "tolerance", "covariates"})
TOLERANCES = ("slope_low", "slope_high")


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question that this model can not be asked."""
    check_stated(question, where, needed=("exposure", "stated", *(f"tolerance.{name}" for name in TOLERANCES)))


def check_stated(question: Question, where: str, needed: tuple[str, ...]) -> None:
    """Refuse a question without what a threshold ``needed``, under another rule, or off the grid of halves."""
    given = {f"tolerance.{name}" for name in question.tolerance}
    absent = [name for name in needed if name not in given and getattr(question, name, None) is None]
    if absent or question.rule != "R8":
        raise StudyFileError(
            where,
            expected=f'{", ".join(needed)} and rule = "R8"',
            found=f"missing: {', '.join(absent) or 'none'}; rule = {question.rule!r}",
            do="tolerance.slope_low and slope_high bound, in outcome units per count, what still counts as flat",
        )
    if question.stated is not None and not (
        1 <= question.stated <= 12.5 and question.stated * 2 == round(question.stated * 2)
    ):
        raise StudyFileError(
            where, expected="a stated value from 1 to 12.5 in halves", found=f"{question.stated:g}", do="mend stated"
        )


def limits_of(question: Question) -> Limits:
    """What matters, in the unit of the outcome, as the question states it."""
    return Limits(
        stated=float(question.stated or 0),
        total_effect=question.smallest_effect.value,
        slope_low=question.tolerance["slope_low"],
        slope_high=question.tolerance["slope_high"],
    )


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    y, x, value = question.outcome, question.exposure, question.stated
    held = "".join(f"{name} + " for name in question.covariates or ())
    curve = f"min({x}, {value:g}) + max({x} - {value:g}, 0)"
    return Plan(
        equation=f"{y}[t] = person + b1 min({x}[t], {value:g}) + b2 max({x}[t] - {value:g}, 0) + {held}day + error",
        formula=f"{y} ~ {curve} + {held}study_day | person_id | couples: couple_id",
        estimator="least squares within persons; couples resampled; rival curves compared on couples left out",
        tested=("exposure.below", "exposure.from", "exposure.total"),
        notes=("A break has to beat smooth rivals (line, logarithm, saturation, parabola) and breaks elsewhere.",),
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """Build the rows and compare the curves."""
    panel = panel_for(id, question, question.outcome, frames)
    if isinstance(panel, NotTestable):
        return panel
    frame = panel.frame
    columns = {
        "couple_id": frame["couple_id"],
        "person_id": frame["person_id"],
        "day": frame["time"],
        "role": frame["role"],
        "exposure": frame[question.exposure],
        "outcome": frame[question.outcome],
    }
    if question.partner_exposure is not None and question.partner_exposure in frame:
        columns["partner_exposure"] = pd.Series(panel.value(question.partner_exposure, "partner"))
    if not setting.dyads.single:
        columns["other_exposure"] = pd.Series(panel.value(question.exposure or "", "partner"))
    if question.together is not None and question.together in frame:
        columns["together_hours"] = frame[question.together]
    controls = ["weekend"] if "weekend" in frame and frame["weekend"].nunique() > 1 else []
    controls += question.covariates or ()
    rows = pd.DataFrame({**{name: frame[name] for name in controls}, **columns})
    limits = limits_of(question)
    found = threshold_evidence(
        id=id,
        frame=rows,
        stated=limits.stated,
        total_effect=limits.total_effect,
        slope_low=limits.slope_low,
        slope_high=limits.slope_high,
        unit=question.smallest_effect.unit,
        seed=child(setting.seed, "threshold", id),
        controls=controls,
        labels=(setting.label(question.exposure or ""), setting.label(question.outcome)),
    )
    return found if isinstance(found, NotTestable) else _complete(found, panel, setting)


def _complete(found: Evidence, panel: Panel, setting: Setting) -> Evidence:
    """The evidence with the days scheduled and answered."""
    everything = counts_of(panel, np.arange(len(panel.frame)), setting)
    return replace(
        found,
        counts=replace(found.counts, days_scheduled=everything.days_scheduled, days_answered=everything.days_answered),
    )


MODEL = Model(
    name="threshold",
    summary="a stated threshold of a daily count against smooth rivals",
    options=OPTIONS,
    repeated=lambda question: True,
    partners=lambda question: False,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "associational",
    looks=lambda question: frozenset(),
)
