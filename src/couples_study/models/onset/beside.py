"""What stands beside a time to improvement: the hazard ratio, other definitions, curves, reservations."""

from __future__ import annotations

import numpy as np
import pandas as pd

from couples_study.contracts.evidence import Concern, FigureData, Sensitivity, Term
from couples_study.contracts.hypothesis import Question
from couples_study.core.errors import AnalysisError
from couples_study.models.concerns import few_couples
from couples_study.models.model import Setting
from couples_study.models.onset.analysis import ArmTimes, Sequence, arm_times, share_by
from couples_study.models.onset.change import ReliableChange, Times
from couples_study.models.onset.curve import difference
from couples_study.models.onset.hazard import hazard_ratios, stretches
from couples_study.models.onset.picture import incidence, kaplan_meier
from couples_study.models.onset.unseen import Unseen, chances, improved_by, lost_before, unseen_hazards, unseen_shares
from couples_study.models.weekly.arrays import Weekly
from couples_study.models.weekly.compliance import net_of_compliers

RELIABLE, FEWEST_EVENTS = 0.80, 5
SELECTED = Concern(
    code="short_baseline",
    sentence="There is one baseline only: couples who joined on a bad week look improved when it has passed.",
)
NOT_COMPARED = Concern(
    code="unseen_not_compared",
    sentence="Too few couples improved to say what those who were not seen to the end could change.",
)


def hazard_term(active: ArmTimes, control: ArmTimes) -> Term | None:
    """The log hazard ratio of the first arm; None where hardly anyone improved in one of them."""
    left, right = (np.concatenate([getattr(one.seen, end) for one in (active, control)]) for end in ("left", "right"))
    if min(int(one.seen.seen.sum()) for one in (active, control)) < FEWEST_EVENTS:
        return None
    rows = stretches(Times(left=left, right=right), np.arange(len(left)))
    first = (rows.couple < len(active.seen.left)).astype(np.float64)
    try:
        return hazard_ratios(rows, {"hazard": first})["hazard"]
    except AnalysisError:
        return None


def variants(question: Question, weekly: Weekly, change: ReliableChange, rng: np.random.Generator) -> list[Sensitivity]:
    """The net share by other definitions: one look, the other rule for two partners, dropout as censoring."""
    other = "either" if question.who == "both" else "both"
    rows = []
    for label, asked, looks in (
        ("one look instead of two weeks running", question, 1),
        (f"{other} partner{'s' if other == 'both' else ''} improved", question.model_copy(update={"who": other}), 2),
    ):
        first, second = (arm_times(asked, weekly, change, name, looks).never for name in question.contrast)
        rows.append(_net(label, question, first, second, change, rng))
    first, second = (arm_times(question, weekly, change, name).seen for name in question.contrast)
    rows.append(_net("dropout as censoring, not as no improvement", question, first, second, change, rng))
    return rows


def _net(
    label: str, question: Question, first: Times, second: Times, change: ReliableChange, rng: np.random.Generator
) -> Sensitivity:
    last = int(change.weeks[-1])
    shares = [share_by(times, float(question.at or 4), last, rng) for times in (first, second)]
    low, high = difference(shares[0], shares[1], 0.95)
    return Sensitivity(label=label, estimate=shares[0].value - shares[1].value, conf_low=low, conf_high=high)


def unseen_of(question: Question, weekly: Weekly, change: ReliableChange, arms: tuple[ArmTimes, ArmTimes]) -> Unseen:
    """What those who were not seen to the end could do to the answer."""
    pair = weekly.only(question.contrast)
    shares, last = question.rule == "R7", float(change.weeks[-1])
    until = float(question.at or 4) if shares else float(change.weeks[-2])
    times = (arms[0].seen, arms[1].seen)
    seen = np.empty(pair.couples, dtype=bool)
    for number, one in enumerate(times):
        seen[pair.arm == number] = ~lost_before(one, until)
    weights = chances(pair, (question.outcome,), seen)
    both = (weights[pair.arm == 0], weights[pair.arm == 1])
    try:
        return unseen_shares(until, last, times, both) if shares else unseen_hazards(until, times, both)
    except AnalysisError:
        return Unseen(concerns=(NOT_COMPARED,))


def compliers(question: Question, weekly: Weekly, change: ReliableChange) -> list[Sensitivity]:
    """The net share among those who keep to the programme because it was drawn for them, the arm as instrument."""
    if question.adherence not in weekly.answers or question.rule != "R7":
        return []
    by = float(question.at or 4)
    pair = weekly.only(question.contrast)
    improved = np.empty(pair.couples)
    for number, name in enumerate(question.contrast):
        times = arm_times(question, weekly, change, name).seen
        improved[pair.arm == number] = improved_by(times, by, float(change.weeks[-1]))
    found = net_of_compliers(question, pair, improved, by)
    label = "per full adherence, arm as instrument"
    return [Sensitivity.of(found.term("complier", 1.0), label)] if found is not None else []


def mind(question: Question, weekly: Weekly, change: ReliableChange) -> tuple[Concern, ...]:
    """Reservations: one baseline, a noisy measure, few couples."""
    found = []
    if int((weekly.weeks <= 0).sum()) < 2 and question.stated is None:
        found.append(SELECTED)
    if change.reliability < RELIABLE:
        sentence = (
            f"The retest correlation of {question.outcome} is {change.reliability:.2f}: only large changes can be told "
            "from noise, so improvements are missed."
        )
        found.append(Concern(code="unreliable_change", sentence=sentence))
    return (*found, *few_couples(weekly.only(question.contrast).couples))


def arms_figure(question: Question, active: ArmTimes, control: ArmTimes, setting: Setting) -> FigureData:
    """Kaplan-Meier curves of both arms, and where couples separated the cumulative incidence of both events."""
    frames = {name: kaplan_meier(arm.seen) for name, arm in zip(question.contrast, (active, control), strict=True)}
    if np.isfinite(active.gone).sum() >= FEWEST_EVENTS:  # fewer would point at single couples
        frames["incidence"] = incidence(active.seen, active.gone)
    return FigureData(
        kind="onset", title="How soon do couples improve?", x_label="weeks since the programme began",
        y_label="share of couples improved", frames=frames,
        notes={
            "arms": list(question.contrast), "by": question.at, "label": setting.label(question.outcome),
            "last": float(max(active.seen.left.max(), control.seen.left.max())),
        },
    )  # fmt: skip


def gap_figure(found: Sequence) -> FigureData:
    """The distribution of the gap between two improvements."""
    curve = pd.DataFrame({"gap": found.grid.astype(np.float64), "share": np.cumsum(found.p[:-1])})
    return FigureData(
        kind="gap", title="How much later?", x_label="weeks between the two improvements", y_label="share by then",
        frames={"gap": curve}, notes={"people": found.people, "couples": found.couples},
    )  # fmt: skip
