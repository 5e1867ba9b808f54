"""``model = "threshold_dose"``: is the stated number enough, and fewer not, where the number was assigned?"""

from __future__ import annotations

import pandas as pd

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.seeds import child
from couples_study.measures import Frames
from couples_study.models.model import Model, Setting, panel_for
from couples_study.models.threshold.dose import dose_evidence
from couples_study.models.threshold_model import check, limits_of

OPTIONS = frozenset({"exposure", "realised", "stated", "tolerance"})


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    y, x, value = question.outcome, question.exposure, question.stated
    return Plan(
        equation=f"{y}[t] = person + a step for each assigned {x} + day + error",
        formula=f"{y} ~ factor({x}) + study_day | person_id | couples: couple_id",
        estimator="least squares within persons, as assigned; couples resampled",
        tested=(f"dose.{value:g}-next lower", f"dose.next higher-{value:g}"),
        notes=("What was counted is instrumented by what was assigned, beside the analysis as assigned.",),
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """Days with an assigned number, and what was counted on them."""
    panel = panel_for(id, question, question.outcome, frames)
    if isinstance(panel, NotTestable):
        return panel
    frame = panel.frame
    columns = {
        "couple_id": frame["couple_id"],
        "person_id": frame["person_id"],
        "day": frame["time"],
        "exposure": frame[question.exposure],
        "outcome": frame[question.outcome],
    }
    if question.realised is not None and question.realised in frame:
        columns["partner_exposure"] = frame[question.realised]
    controls = ["weekend"] if "weekend" in frame and frame["weekend"].nunique() > 1 else []
    return dose_evidence(
        id=id,
        frame=pd.DataFrame({**columns, **{name: frame[name] for name in controls}}),
        limits=limits_of(question),
        unit=question.smallest_effect.unit,
        seed=child(setting.seed, "threshold", id),
        controls=controls,
        labels=(setting.label(question.exposure or ""), setting.label(question.outcome)),
    )


MODEL = Model(
    name="threshold_dose",
    summary="a stated number of a count that was assigned by lot, against fewer and more",
    options=OPTIONS,
    repeated=lambda question: True,
    partners=lambda question: False,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "associational",
    looks=lambda question: frozenset(),
)
