"""The simulated worlds by name: short descriptions over one generator."""

from __future__ import annotations

from couples_study.contracts.scenario import Scenario
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
    Scenario(name="common_mood", summary="only a person's mood of the day links the answers", mood=0.35),
    Scenario(
        name="demo", summary="the demo study: smooth gains from touch, a lagged path, resentment that matters",
        shape="log", size=0.30, touch_to_close=0.15, close_to_touch=0.05, resentment=-0.45, kids=-0.02, faults=True,
    ),
)  # fmt: skip
_BY_NAME = {scenario.name: scenario for scenario in _ALL}


def scenarios() -> dict[str, Scenario]:
    """Every scenario by name."""
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
