"""What rule R8 asks before it supports a threshold, condition by condition, and the predicates it refutes with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from couples_study.models.threshold.checks import HEAPED, LEAST_KAPPA

Z, HUMP_Z = 1.645, 2.326  # one-sided 5% and 1%
FALLS = 0.1  # of the lower limit for the slope above: steeper than this, the curve turns down and is no plateau
ALPHA = 0.05
JUMP = 5.0  # the number of the curve that jumps at the stated value
NAMED = ("linear", "log")  # must be beaten with `Z`
BENT = ("saturating", "parabola")  # one more free number than a plateau at the stated value: not to predict better
SUPPLE = ("s_curve", "smooth")  # can imitate any break: not to predict better by a standard error
BIC_MARGIN = 6.0  # Kass and Raftery (1995): from here on a difference in BIC is strong evidence
CUBIC_MARGIN = 14.0  # of a cubic: below it a hump that closeness itself lifts passes in more than .03 of studies
STRONGER = ("linear", "log", "saturating", "free_hinge", "free_step", "parabola")  # one of them winning refutes
NEEDED = (
    "stated", "limit_total", "limit_low", "limit_high", "six_model", "kink_p", "jump_p", "tau_low", "tau_high",
    "step_tau", "step_free_gain_se", "total_low90", "total_high90", "total_best_low90", "total_best_high90",
    "slope_low_low90", "slope_low_high90", "slope_high_low90", "slope_high_high90", "slope_high_beside_jump_low90",
    "slope_high_beside_jump_high90", "jump_low90", "break_all", "break_roomy_low90", "break_roomy_high90",
    "heaping_index", "bic_margin_s_curve", "bic_margin_cubic",
    "last_below",
    *(f"z_{name}" for name in (*STRONGER, *SUPPLE, "hump")),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition of the rule: a stable ``code``, whether it holds, and what it asks in words."""

    code: str
    holds: bool
    asks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the rule asks: ``holds`` reads the facts that it needs and no others."""

    code: str
    asks: str
    holds: Callable[[Mapping[str, float]], bool]


def conditions(facts: Mapping[str, float], codes: Iterable[str] | None = None) -> tuple[Condition, ...]:
    """The conditions of support, in the order of the rule: all, or those with one of the ``codes``."""
    asked = ASKED.values() if codes is None else [ASKED[code] for code in codes]
    return tuple(Condition(code=one.code, holds=one.holds(facts), asks=one.asks) for one in asked)


def _by_jump(facts: Mapping[str, float]) -> bool:
    return facts["six_model"] == JUMP


def _break_exists(facts: Mapping[str, float]) -> bool:
    return (facts["jump_p"] if _by_jump(facts) else facts["kink_p"]) < ALPHA


def _beats_named(facts: Mapping[str, float]) -> bool:
    return all(facts[f"z_{name}"] > Z for name in NAMED)


def _grows(facts: Mapping[str, float]) -> bool:
    return (facts["jump_low90"] if _by_jump(facts) else facts["slope_low_low90"]) > 0.0


def _flat_above(facts: Mapping[str, float]) -> bool:
    low, high = slope_from(facts)
    return low > facts["limit_low"] and high < facts["limit_high"]


def _levels_off(facts: Mapping[str, float]) -> bool:
    return facts["break_all"] > 0.0 if _by_jump(facts) else facts["break_all"] < 0.0


def _not_ceiling(facts: Mapping[str, float]) -> bool:
    return _same_sign(facts["break_all"], facts["break_roomy_low90"], facts["break_roomy_high90"])


def _beats_flexible(facts: Mapping[str, float]) -> bool:
    """Curves that may follow a break closely do not predict better; a curve that falls also has to beat a hump."""
    bent = all(facts[f"z_{name}"] > 0.0 for name in BENT)
    supple = bent and all(facts[f"z_{name}"] > -1.0 for name in SUPPLE)
    return supple and (slope_from(facts)[1] >= FALLS * facts["limit_low"] or facts["z_hump"] > HUMP_Z)


def slope_from(facts: Mapping[str, float]) -> tuple[float, float]:
    """The 90% band of the slope above; a jump is taken out first where the curve jumps, or it would tilt the slope."""
    name = "slope_high_beside_jump" if facts["six_model"] == JUMP else "slope_high"
    return facts[f"{name}_low90"], facts[f"{name}_high90"]


def _same_sign(value: float, low: float, high: float) -> bool:
    return low > 0.0 if value > 0.0 else high < 0.0


def too_small(facts: Mapping[str, float]) -> bool:
    """Both the best curve with its break at the stated value and the best curve of all stay within the limit.

    Miscounting pulls every effect towards zero, by about the correlation of the partners' reports, and so does an
    assignment that is followed in part; the limit is drawn in by as much before an effect is called too small.
    """
    diluted = min(facts.get("partner_rank_correlation", 1.0), facts.get("adherence", 1.0), 1.0)
    limit = facts["limit_total"] * max(diluted, 0.0)
    return all(-limit < facts[f"{name}_low90"] and facts[f"{name}_high90"] < limit for name in ("total", "total_best"))


def _at_stated(facts: Mapping[str, float]) -> bool:
    stated = facts["stated"]
    if facts["six_model"] == JUMP:
        return facts["step_free_gain_se"] <= 1.0 and abs(facts["step_tau"] - stated) <= stated / 6.0
    near = facts["tau_low"] >= stated * 2.0 / 3.0 and facts["tau_high"] <= stated * 4.0 / 3.0
    return near and covers(facts)


def covers(facts: Mapping[str, float], margin: float = 0.0) -> bool:
    return facts["tau_low"] - margin <= facts["stated"] <= facts["tau_high"] + margin


def _heaped(facts: Mapping[str, float]) -> bool:
    return facts["heaping_index"] > HEAPED


def miscounted(facts: Mapping[str, float]) -> bool:
    """Whether the counts are so uncertain that a break at the stated value would be smoothed away."""
    return _heaped(facts) or facts.get("partner_kappa", 1.0) < LEAST_KAPPA


def margin(facts: Mapping[str, float]) -> float:
    """How far from the stated value a break may come out by miscounting alone: heaps drag it, disagreement more so."""
    if facts.get("partner_kappa", 1.0) < LEAST_KAPPA:
        return facts["stated"] / 3.0
    return facts["stated"] / 6.0 if _heaped(facts) else 0.0


ASKED: Mapping[str, Asked] = MappingProxyType({
    one.code: one
    for one in (
        Asked(
            code="effect",
            holds=lambda facts: not too_small(facts),
            asks="the whole way from none to twice the stated number is worth enough to matter",
        ),
        Asked(
            code="break_exists",
            holds=_break_exists,
            asks="a straight line is not enough: the curve breaks somewhere",
        ),
        Asked(code="location", holds=_at_stated, asks="the break is at the stated number, and near it"),
        Asked(
            code="beats_named",
            holds=_beats_named,
            asks="a break there predicts unseen couples better than a line or a logarithm",
        ),
        Asked(
            code="beats_flexible",
            holds=_beats_flexible,
            asks="no smooth curve predicts them better; where the curve falls again, a smooth hump does worse",
        ),
        Asked(
            code="beats_s_curve",
            holds=lambda facts: facts["bic_margin_s_curve"] > BIC_MARGIN,
            asks="an S-curve, which can lie within a hair of a plateau, describes the data clearly worse",
        ),
        Asked(
            code="beats_cubic",
            holds=lambda facts: facts["bic_margin_cubic"] > CUBIC_MARGIN,
            asks="a cubic, which bends smoothly all the way, describes the data clearly worse",
        ),
        Asked(code="below", holds=_grows, asks="connection rises on the way to the stated number"),
        Asked(code="above", holds=_flat_above, asks="further touches change it by little"),
        Asked(code="levels_off", holds=_levels_off, asks="there the gain comes at once or gets smaller, not larger"),
        Asked(
            code="not_ceiling",
            holds=_not_ceiling,
            asks="the break is also there among people with room left on the scale",
        ),
        Asked(
            code="not_heaped",
            holds=lambda facts: not _heaped(facts),
            asks="the counts are exact enough to place a break: few of them are rounded to fives",
        ),
    )
})  # fmt: skip
