"""Rule R8: is the stated value a threshold of the daily curve? Two readings of "at least six", judged apart.

Fewer is not enough (``6a``, the headline) and more adds little (``6b``) are different statements: a curve that only
starts to rise at the stated value speaks for the first and against the second. Both need more than a bend, because a
bend at a fixed place is "significant" in nearly every study whose true curve is smooth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from couples_study.contracts.verdict import CONTRADICTED, INCONCLUSIVE, SUPPORTED
from couples_study.core.errors import AnalysisError, listed
from couples_study.models.threshold.checks import HEAPED, LEAST_KAPPA

if TYPE_CHECKING:
    from collections.abc import Mapping

Z, HUMP_Z = 1.645, 2.326  # one-sided 5% and 1%
FALLS = 0.1  # of the lower limit for the slope above: steeper than this, the curve turns down and is no plateau
ALPHA = 0.05
JUMP = 5.0  # the number of the curve that jumps at the stated value
NAMED = ("linear", "log")  # must be beaten with `Z`
BENT = ("saturating", "parabola")  # one more free number than a plateau at the stated value: not to predict better
SUPPLE = ("s_curve", "smooth")  # can imitate any break: not to predict better by a standard error
WHOLE_COUNTS = "touches are whole: a jump can only be placed between {last_below} and {stated}"
BIC_MARGIN = 6.0  # Kass and Raftery (1995): from here on a difference in BIC is strong evidence
STRONGER = ("linear", "log", "saturating", "free_hinge", "free_step", "parabola")  # one of them winning refutes
FREE = ("free_hinge", "free_step")
NEEDED = (
    "stated", "limit_total", "limit_low", "limit_high", "six_model", "kink_p", "jump_p", "tau_low", "tau_high",
    "step_tau", "step_free_gain_se", "total_low90", "total_high90", "total_best_low90", "total_best_high90",
    "slope_low_low90", "slope_low_high90", "slope_high_low90", "slope_high_high90", "slope_high_beside_jump_low90",
    "slope_high_beside_jump_high90", "jump_low90", "break_all", "break_roomy_low90", "break_roomy_high90",
    "heaping_index", "bic_margin_s_curve", "last_below",
    *(f"z_{name}" for name in (*STRONGER, *SUPPLE, "hump")),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition of the rule: a stable ``code``, whether it holds, and what it asks in words."""

    code: str
    holds: bool
    asks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubVerdict:
    """A reading judged: ``verdict``, a stable ``reason``, and ``parts`` of the sentence.

    A part may name facts in braces, as in ``{tau_low}``; the report fills and rounds them. ``causal`` and ``need``
    are what this design cannot say: whether touch does it, and whether fewer touches cost satisfaction in time.
    """

    reading: str
    verdict: str
    reason: str
    parts: tuple[str, ...]
    causal: str = "undetermined"
    need: str = "undetermined"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdDecision:
    """Both readings, their conjunction (the strict verdict of the whole rule) and the conditions behind them."""

    minimum: SubVerdict
    plateau: SubVerdict
    strict: SubVerdict
    conditions: tuple[Condition, ...]

    @property
    def headline(self) -> SubVerdict:
        """The reading that the claim's words state: at least this many."""
        return self.minimum


def judge_threshold(facts: Mapping[str, float], *, necessity: bool | None = None) -> ThresholdDecision:
    """Apply R8 to the facts of a threshold analysis.

    Parameters
    ----------
    facts
        Numbers named in `NEEDED`, as `threshold_evidence` gives them; a missing one raises `AnalysisError`.
    necessity
        Whether couples below the stated value were shown to lose and couples above it to keep, where that was
        studied. It decides a curve that only starts to rise at the stated value; nothing here can.

    Returns
    -------
    ThresholdDecision
        ``supported`` only if every condition holds, for either reading. ``contradicted`` if the whole effect is too
        small to matter, a rival predicts better, the break lies elsewhere, every touch counts with no break at all
        (the minimum), or the curve keeps rising (the plateau). The rest, ``inconclusive``.
    """
    absent = [name for name in NEEDED if name not in facts]
    if absent:
        raise AnalysisError("rule R8", expected="facts of a threshold analysis", found=f"no {listed(absent)}")
    asked = conditions(facts)
    against = _refuted(facts)
    minimum = _minimum(facts, asked, against, necessity=necessity)
    plateau = _plateau(facts, asked, against)
    return joined(minimum, plateau, asked)


def joined(minimum: SubVerdict, plateau: SubVerdict, asked: tuple[Condition, ...]) -> ThresholdDecision:
    """Both readings and the strict verdict: supported if both are, contradicted if one is."""
    verdicts = (minimum.verdict, plateau.verdict)
    refuted = minimum if minimum.verdict == CONTRADICTED else plateau
    if verdicts == (SUPPORTED, SUPPORTED):
        strict = SubVerdict(reading="6", verdict=SUPPORTED, reason="all_hold", parts=minimum.parts + plateau.parts)
    elif CONTRADICTED in verdicts:
        strict = SubVerdict(reading="6", verdict=CONTRADICTED, reason=refuted.reason, parts=refuted.parts)
    else:
        open_one = plateau if plateau.verdict == INCONCLUSIVE else minimum
        strict = SubVerdict(reading="6", verdict=INCONCLUSIVE, reason=open_one.reason, parts=open_one.parts)
    return ThresholdDecision(minimum=minimum, plateau=plateau, strict=strict, conditions=asked)


def conditions(facts: Mapping[str, float]) -> tuple[Condition, ...]:
    """All conditions of support, in the order of the rule."""
    by_jump = facts["six_model"] == JUMP
    low, high = _slope_from(facts)
    grows = facts["jump_low90"] > 0.0 if by_jump else facts["slope_low_low90"] > 0.0
    return (
        Condition(
            code="effect",
            holds=not too_small(facts),
            asks="the whole way from none to twice the stated number is worth enough to matter",
        ),
        Condition(
            code="break_exists",
            holds=(facts["jump_p"] if by_jump else facts["kink_p"]) < ALPHA,
            asks="a straight line is not enough: the curve breaks somewhere",
        ),
        Condition(code="location", holds=_at_stated(facts), asks="the break is at the stated number, and near it"),
        Condition(
            code="beats_named",
            holds=all(facts[f"z_{name}"] > Z for name in NAMED),
            asks="a break there predicts unseen couples better than a line or a logarithm",
        ),
        Condition(
            code="beats_flexible",
            holds=_beats_flexible(facts, falls=high < FALLS * facts["limit_low"]),
            asks="no smooth curve predicts them better; where the curve falls again, a smooth hump does worse",
        ),
        Condition(
            code="beats_s_curve",
            holds=facts["bic_margin_s_curve"] > BIC_MARGIN,
            asks="an S-curve, which can lie within a hair of a plateau, describes the data clearly worse",
        ),
        Condition(code="below", holds=grows, asks="connection rises on the way to the stated number"),
        Condition(
            code="above",
            holds=low > facts["limit_low"] and high < facts["limit_high"],
            asks="further touches change it by little",
        ),
        Condition(
            code="levels_off",
            holds=facts["break_all"] > 0.0 if by_jump else facts["break_all"] < 0.0,
            asks="there the gain comes at once or gets smaller, not larger",
        ),
        Condition(
            code="not_ceiling",
            holds=_same_sign(facts["break_all"], facts["break_roomy_low90"], facts["break_roomy_high90"]),
            asks="the break is also there among people with room left on the scale",
        ),
        Condition(
            code="not_heaped",
            holds=not _heaped(facts),
            asks="the counts are exact enough to place a break: few of them are rounded to fives",
        ),
    )


def _beats_flexible(facts: Mapping[str, float], *, falls: bool) -> bool:
    """Curves that may follow a break closely do not predict better; a curve that falls also has to beat a hump."""
    bent = all(facts[f"z_{name}"] > 0.0 for name in BENT)
    supple = all(facts[f"z_{name}"] > -1.0 for name in SUPPLE)
    return bent and supple and (not falls or facts["z_hump"] > HUMP_Z)


def _slope_from(facts: Mapping[str, float]) -> tuple[float, float]:
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
    return near and _covers(facts)


def _covers(facts: Mapping[str, float], margin: float = 0.0) -> bool:
    return facts["tau_low"] - margin <= facts["stated"] <= facts["tau_high"] + margin


def _heaped(facts: Mapping[str, float]) -> bool:
    return facts["heaping_index"] > HEAPED


def _miscounted(facts: Mapping[str, float]) -> bool:
    """Whether the counts are so uncertain that a break at the stated value would be smoothed away."""
    return _heaped(facts) or facts.get("partner_kappa", 1.0) < LEAST_KAPPA


def _margin(facts: Mapping[str, float]) -> float:
    """How far from the stated value a break may come out by miscounting alone: heaps drag it, disagreement more so."""
    if facts.get("partner_kappa", 1.0) < LEAST_KAPPA:
        return facts["stated"] / 3.0
    return facts["stated"] / 6.0 if _heaped(facts) else 0.0


def _refuted(facts: Mapping[str, float]) -> tuple[str, str] | None:
    """What refutes both readings: (reason, part of the sentence), or None.

    Miscounting smooths and moves a true break. Where counts are heaped or the partners disagree, a smooth curve that
    predicts better refutes nothing (a blurred six would look just like it), and a place refutes only beyond a margin.
    """
    if too_small(facts):
        return "below_smallest", "the whole way from none to twice {stated} is worth less than what matters"
    if facts["total_high90"] < 0.0 and facts["slope_low_high90"] < 0.0:
        return "opposite", "more touches go with less connection"
    near = _covers(facts, margin=_margin(facts))
    rivals = STRONGER if not _miscounted(facts) else () if near else FREE
    better = [name for name in rivals if facts[f"z_{name}"] < -Z]
    if better:
        worst = min(better, key=lambda name: facts[f"z_{name}"])
        return "rival_better", RIVAL_SENTENCES[worst]
    if facts["six_model"] != JUMP and facts["kink_p"] < ALPHA and not near:
        return "elsewhere", "the curve bends between {tau_low} and {tau_high} touches, not at {stated}"
    return None


RIVAL_SENTENCES = {
    "linear": "every touch counts the same; a straight line predicts unseen couples better than a break at {stated}",
    "log": "returns diminish smoothly; a logarithm predicts unseen couples better than a break at {stated}",
    "saturating": "gains level off smoothly; such a curve predicts unseen couples better than a break at {stated}",
    "free_hinge": "gains stop at another number than {stated}",
    "free_step": "the curve jumps at another number than {stated}",
    "parabola": "a smooth rise and fall predicts unseen couples better than a break at {stated}",
}


def _minimum(
    facts: Mapping[str, float],
    asked: tuple[Condition, ...],
    against: tuple[str, str] | None,
    *,
    necessity: bool | None,
) -> SubVerdict:
    """Reading 6a: fewer than the stated number is not enough."""
    failed = {condition.code for condition in asked if not condition.holds}
    if not failed and against is None:
        risen = (
            "jumps up at {stated} touches"
            if facts["six_model"] == JUMP
            else "rises up to {stated} touches and no further"
        )
        return _sub("6a", SUPPORTED, "all_hold", f"connection {risen}")
    if against is not None:
        return _sub("6a", CONTRADICTED, *against)
    rising = _slope_from(facts)[0] > facts["limit_high"]
    if rising and "below" in failed and failed <= {"below", "above", "levels_off"}:
        part = "connection starts to rise only at {stated} touches; whether fewer cost anything in time is not shown"
        return _sub("6a", SUPPORTED if necessity else INCONCLUSIVE, "rises_from_stated", part)
    no_break = facts["kink_p"] >= ALPHA and facts["jump_p"] >= ALPHA
    if rising and no_break and facts["slope_low_low90"] > 0.0:
        return _sub("6a", CONTRADICTED, "no_break", "every touch adds, below and above {stated}, and no break shows")
    if rising and failed == {"above"}:
        return _sub("6a", INCONCLUSIVE, "keeps_rising", "the curve changes at {stated} touches but keeps rising after")
    return _sub("6a", INCONCLUSIVE, _first(asked), *_open_parts(asked))


def _plateau(facts: Mapping[str, float], asked: tuple[Condition, ...], against: tuple[str, str] | None) -> SubVerdict:
    """Reading 6b: beyond the stated number more adds little."""
    if against is not None:
        return _sub("6b", CONTRADICTED, *against)
    if _slope_from(facts)[0] > facts["limit_high"]:
        part = "each touch beyond {stated} still adds more than {limit_high}"
        return _sub("6b", CONTRADICTED, "keeps_rising", part)
    if all(condition.holds for condition in asked):
        return _sub("6b", SUPPORTED, "all_hold", "touches beyond {stated} add little")
    return _sub("6b", INCONCLUSIVE, _first(asked), *_open_parts(asked))


def _first(asked: tuple[Condition, ...]) -> str:
    return next(condition.code for condition in asked if not condition.holds)


def _open_parts(asked: tuple[Condition, ...]) -> tuple[str, ...]:
    return tuple(f"not shown that {condition.asks}" for condition in asked if not condition.holds)


def _sub(reading: str, verdict: str, reason: str, *parts: str) -> SubVerdict:
    return SubVerdict(reading=reading, verdict=verdict, reason=reason, parts=(*parts, WHOLE_COUNTS))
