"""The simulated worlds by name: short descriptions over one generator."""

from __future__ import annotations

from couples_study.contracts.scenario import Scenario, TrialTruth
from couples_study.core.errors import UsageError, listed, nearest

_ALL = (
    Scenario(name="null", summary="nothing is true: touch and closeness do not move each other"),
    Scenario(name="touch_linear", summary="every touch counts the same", shape="linear", size=0.05),
    Scenario(name="touch_log", summary="diminishing returns without any threshold", shape="log", size=0.30),
    Scenario(name="six_plateau3", summary="gains stop at three", shape="plateau", size=0.17, at=3.0),
    Scenario(name="six_plateau6", summary="gains stop at six", shape="plateau", size=0.085, at=6.0),
    Scenario(name="six_plateau9", summary="gains stop at nine", shape="plateau", size=0.057, at=9.0),
    Scenario(name="six_step6", summary="a jump at six", shape="step", size=0.40, at=6.0),
    Scenario(name="six_accel6", summary="nothing below six, gains from there", shape="accelerate", size=0.10, at=6.0),
    Scenario(name="six_inverted_u", summary="gains up to eight, losses beyond", shape="hump", size=0.51),
    Scenario(
        name="six_plateau6_exact", summary="gains stop at six, and touches are counted without error",
        shape="plateau", size=0.085, at=6.0, counts="exact",
    ),
    Scenario(
        name="six_step6_exact", summary="a jump at six, and touches are counted without error",
        shape="step", size=0.40, at=6.0, counts="exact",
    ),
    Scenario(
        name="touch_log_exact", summary="diminishing returns, and touches are counted without error",
        shape="log", size=0.30, counts="exact",
    ),
    Scenario(
        name="cycle_true", summary="both lead the other on to the next day", touch_to_close=0.15, close_to_touch=0.15
    ),
    Scenario(name="emo_first", summary="closeness leads to touch the next day", close_to_touch=0.15),
    Scenario(name="phys_first", summary="touch leads to closeness the next day", touch_to_close=0.15),
    Scenario(
        name="reverse_only", summary="closeness moves touch on the same day, touch moves nothing",
        closeness_moves_touch=0.30, reliability=0.70,
    ),
    *(
        Scenario(
            name=f"reverse_items{int(10 * r)}", closeness_moves_touch=0.30, reliability=0.70, item_error=r,
            summary=f"as reverse_only, and errors of items of one minute correlate {r:g}",
        )
        for r in (0.2, 0.4, 0.6)
    ),
    Scenario(name="common_mood", summary="only a person's mood of the day links the answers", mood=0.35),
    Scenario(
        name="demo", summary="the demo study: smooth gains from touch, a lagged path, resentment that matters",
        shape="log", size=0.30, touch_to_close=0.15, close_to_touch=0.05, resentment=-0.45, kids=-0.02, faults=True,
        further=True,
    ),
    Scenario(name="trial_null", summary="a trial in which nothing works", trial=TrialTruth()),
    Scenario(
        name="trial_regression", summary="nothing works, and couples joined when they were at their lowest",
        trial=TrialTruth(lowest_quarter=True),
    ),
    Scenario(
        name="trial_emotional_best", summary="the physical module does more where the emotional one came first",
        trial=TrialTruth(emotional_gain=0.7, physical_gain=0.5, crossing=0.35, foundation=0.5, decay=0.06),
    ),
    Scenario(
        name="trial_equal", summary="both modules work, in whatever order",
        trial=TrialTruth(emotional_gain=0.7, physical_gain=0.5, crossing=0.2),
    ),
    Scenario(
        name="trial_physical_best", summary="the physical module does less where the emotional one came first",
        trial=TrialTruth(emotional_gain=0.7, physical_gain=0.5, crossing=0.0, foundation=-0.4),
    ),
    Scenario(
        name="trial_apart", summary="both modules work, but nothing moves couples without physical intimacy",
        trial=TrialTruth(emotional_gain=0.7, physical_gain=0.5, crossing=0.2, moves_apart=False),
    ),
    Scenario(
        name="trial_guided", summary="guided couples gain more and sooner than self-guided ones",
        trial=TrialTruth(emotional_gain=0.6, crossing=0.3, guidance=0.6),
    ),
    Scenario(
        name="trial_guided_alike", summary="self-guided couples gain as much and as soon as guided ones",
        trial=TrialTruth(emotional_gain=0.9, crossing=0.3, guidance=0.0),
    ),
    Scenario(
        name="trial_guided_regression", summary="guidance does nothing, and couples joined at their lowest",
        trial=TrialTruth(guidance=0.0, lowest_quarter=True),
    ),
    Scenario(
        name="timeline_true", summary="most improve in weeks 2 to 4, physically 5 to 7 weeks later",
        trial=TrialTruth(timeline="claimed"),
    ),
    Scenario(
        name="timeline_slow", summary="the same order, but most improve in weeks 6 to 12",
        trial=TrialTruth(timeline="slow"),
    ),
    Scenario(
        name="timeline_together", summary="both domains improve at the same time, measured with unequal reliability",
        trial=TrialTruth(timeline="simultaneous", jump=2.0, reliability_emotional=0.92, reliability_physical=0.78),
    ),
    Scenario(
        name="timeline_frailty", summary="some couples improve sooner in everything; neither domain brings the other",
        trial=TrialTruth(timeline="frailty"),
    ),
)  # fmt: skip
_BY_NAME = {scenario.name: scenario for scenario in _ALL}


def scenarios() -> dict[str, Scenario]:
    """Every scenario by name.

    Examples
    --------
    >>> cs.scenarios()["null"].summary
    'nothing is true: touch and closeness do not move each other'
    """
    return dict(_BY_NAME)


def scenario_called(name: str) -> Scenario:
    """The scenario of that name; raises `UsageError` where there is none."""
    if name not in _BY_NAME:
        guess = nearest(name, _BY_NAME)
        raise UsageError(
            f"scenario {name!r}", expected=f"one of {listed(_BY_NAME, most=30)}", found="no scenario of that name",
            do=f"did you mean {guess!r}?" if guess else "`couples-study simulate --list` names them",
        )  # fmt: skip
    return _BY_NAME[name]
