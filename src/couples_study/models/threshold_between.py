"""``model = "threshold_between"``: are couples whose average count reaches the stated value the better-off ones?"""

from __future__ import annotations

import pandas as pd

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.seeds import child
from couples_study.measures import Frames
from couples_study.models.model import Model, Setting
from couples_study.models.threshold.between import between_evidence
from couples_study.models.threshold.findings import Limits
from couples_study.models.threshold_model import check, limits_of

OPTIONS = frozenset({"exposure", "stated", "tolerance"})


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    y, x, value = question.outcome, question.exposure, question.stated
    return Plan(
        equation=f"{y} = a + b1 min({x}, {value:g}) + b2 max({x} - {value:g}, 0) + error, couples' averages",
        formula=f"{y} ~ min({x}, {value:g}) + max({x} - {value:g}, 0) | couples",
        estimator="least squares between couples; couples resampled; rival curves compared on couples left out",
        tested=("exposure.below", "exposure.from", "exposure.total"),
        notes=("One observation a couple: a break between couples needs many of them.",),
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """Average over each person's days, then over partners, and compare the curves."""
    people, limits = frames.people, limits_of(question)
    absent = [name for name in (question.outcome, question.exposure or "") if name not in people]
    if absent:
        return NotTestable(
            id=id, reason="missing_columns", missing_columns=tuple(absent),
            detail=f"There is no average per person of {', '.join(absent)} in this study.",
        )  # fmt: skip
    frame = people[["couple_id", "person_id"]].assign(
        exposure=people[question.exposure], outcome=people[question.outcome]
    )
    share = _share(question, frames, limits)
    return between_evidence(
        id=id,
        frame=frame if share is None else frame.merge(share, on="person_id", how="left"),
        limits=limits,
        unit=question.smallest_effect.unit,
        seed=child(setting.seed, "threshold", id),
        labels=(f"Average: {setting.label(question.exposure or '')}", setting.label(question.outcome)),
    )


def _share(question: Question, frames: Frames, limits: Limits) -> pd.DataFrame | None:
    """Share of each person's days that reach the stated value, where the count is a diary's."""
    panel = frames.panel_with(question.exposure or "")
    if panel is None:
        return None
    known = panel.dropna(subset=[question.exposure])
    reached = known[question.exposure].ge(limits.stated)
    return reached.groupby(known["person_id"]).mean().rename("share").astype("float64").reset_index()


MODEL = Model(
    name="threshold_between",
    summary="a stated threshold of couples' average counts against smooth rivals",
    options=OPTIONS,
    repeated=lambda question: False,
    partners=lambda question: False,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "associational",
    looks=lambda question: frozenset(),
)
