"""``model = "threshold_necessity"``: do couples below the stated average lose over half a year, and the others keep?"""

from __future__ import annotations

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.core.errors import StudyFileError
from couples_study.core.seeds import child
from couples_study.measures import Frames
from couples_study.models.model import Model, Setting
from couples_study.models.threshold.necessity import necessity_evidence
from couples_study.models.threshold_model import check_stated

OPTIONS = frozenset({"exposure", "stated"})
UNIT = "SD per half year"
DAYS_A_WEEK = 7.0


def check(question: Question, setting: Setting, where: str) -> None:
    """Refuse a question without a stated value, or a smallest effect that is not a loss over time."""
    check_stated(question, where, needed=("exposure", "stated"))
    if question.smallest_effect.unit != UNIT:
        raise StudyFileError(
            where, expected=f"smallest_effect.unit = {UNIT!r}", found=repr(question.smallest_effect.unit),
            do="say which loss over half a year would matter, in SD of people's first answers",
        )  # fmt: skip


def plan(question: Question, setting: Setting) -> Plan:
    """The model in words."""
    y, x, value = question.outcome, question.exposure, question.stated
    return Plan(
        equation=f"trend of {y} = d1 [average {x} < {value:g}] + d2 [average {x} >= {value:g}] + error",
        formula=f"trend({y}) ~ 0 + factor(mean({x}) >= {value:g}) | couples",
        estimator="one trend per couple; mean trends by group; the trend as a curve over the average count",
        tested=("trend.below", "trend.from", "trend.difference"),
        notes=("At least eight weeks from first to last answer, and 30 couples on either side.",),
    )


def estimate(id: str, question: Question, frames: Frames, setting: Setting) -> Evidence | NotTestable:  # noqa: A002 (id is the contract's word)
    """One row per answer, with the person's average count beside it."""
    panel = frames.panel_with(question.outcome)
    people = frames.people
    if panel is None or question.exposure not in people:
        return NotTestable(
            id=id, reason="another_rhythm",
            detail=f"{question.outcome} was not measured repeatedly, or {question.exposure} has no average per person.",
        )  # fmt: skip
    average = people[["person_id"]].assign(exposure=people[question.exposure])
    time = panel["week"] * DAYS_A_WEEK if "week" in panel else panel["time"].astype("float64")
    answers = panel[["couple_id", "person_id"]].assign(
        time=time.astype("float64"), outcome=panel[question.outcome].astype("float64")
    )
    return necessity_evidence(
        id=id,
        frame=answers.merge(average, on="person_id", how="left").dropna(),
        stated=float(question.stated or 0),
        smallest=question.smallest_effect.value,
        seed=child(setting.seed, "threshold", id),
        labels=(
            f"Average: {setting.label(question.exposure or '')}",
            f"Change in half a year: {setting.label(question.outcome).split(',')[0].lower()}, SD",
        ),
    )


MODEL = Model(
    name="threshold_necessity",
    summary="loss over time below a stated average count, and none from it on",
    options=OPTIONS,
    repeated=lambda question: True,
    partners=lambda question: False,
    check=check,
    plan=plan,
    estimate=estimate,
    strength=lambda question: "associational",
    looks=lambda question: frozenset(),
)
