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
from couples_study.verdicts.threshold_conditions import (
    ALPHA,
    ASKED,
    BIC_MARGIN,
    JUMP,
    NEEDED,
    STRONGER,
    Condition,
    Z,
    conditions,
    covers,
    margin,
    miscounted,
    slope_from,
    too_small,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

RISES_FROM_STATED = "connection starts to rise only at {stated} touches, which speaks for fewer not being enough"
COST_SHOWN = "and couples who average fewer lose what they have within half a year"
COST_OPEN = "whether fewer cost anything in time is not shown"
WHOLE_COUNTS = "touches are whole: a jump can only be placed between {last_below} and {stated}"
FREE = ("free_hinge", "free_step")


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


CHEAPEST_FIRST = (
    "not_heaped", "beats_named", "levels_off", "break_exists", "beats_cubic", "beats_flexible", "beats_s_curve",
    "location", "below", "above", "not_ceiling", "effect",
)  # fmt: skip


def supports(facts: Mapping[str, float]) -> bool:
    """Whether `judge_threshold` supports the readings: it supports both or neither, since each needs every condition.

    Conditions are asked in the order of what their facts cost, and none after the first that fails. With
    `FactsOnDemand` the other facts are then never computed.
    """
    return all(ASKED[code].holds(facts) for code in CHEAPEST_FIRST) and _refuted(facts) is None


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


def _refuted(facts: Mapping[str, float]) -> tuple[str, str] | None:
    """What refutes both readings: (reason, part of the sentence), or None.

    Miscounting smooths and moves a true break. Where counts are heaped or the partners disagree, a smooth curve that
    predicts better refutes nothing (a blurred six would look just like it), and a place refutes only beyond a margin.
    """
    if too_small(facts):
        return "below_smallest", "the whole way from none to twice {stated} is worth less than what matters"
    if facts["total_high90"] < 0.0 and facts["slope_low_high90"] < 0.0:
        return "opposite", "more touches go with less connection"
    better = rival_better(facts)
    if better is not None:
        return "rival_better", RIVAL_SENTENCES[better]
    if facts["six_model"] != JUMP and facts["kink_p"] < ALPHA and not _near(facts):
        return "elsewhere", "the curve bends between {tau_low} and {tau_high} touches, not at {stated}"
    return None


def _near(facts: Mapping[str, float]) -> bool:
    return covers(facts, margin=margin(facts))


def rival_better(facts: Mapping[str, float]) -> str | None:
    """The rival that beats a break at the stated value by most, of those that may refute it; None if none does."""
    rivals = STRONGER if not miscounted(facts) else FREE
    better = [name for name in rivals if facts[f"z_{name}"] < -Z]
    if not better or (miscounted(facts) and _near(facts)):
        return None
    return min(better, key=lambda name: facts[f"z_{name}"])


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
    rising = slope_from(facts)[0] > facts["limit_high"]
    if rising and "below" in failed and failed <= _OF_A_RISE | _hump_alone(facts):
        verdict = SUPPORTED if necessity else INCONCLUSIVE
        return _sub("6a", verdict, "rises_from_stated", RISES_FROM_STATED, COST_SHOWN if necessity else COST_OPEN)
    no_break = facts["kink_p"] >= ALPHA and facts["jump_p"] >= ALPHA
    if rising and no_break and facts["slope_low_low90"] > 0.0:
        return _sub("6a", CONTRADICTED, "no_break", "every touch adds, below and above {stated}, and no break shows")
    if rising and failed == {"above"}:
        return _sub("6a", INCONCLUSIVE, "keeps_rising", "the curve changes at {stated} touches but keeps rising after")
    return _sub("6a", INCONCLUSIVE, _first(asked), *_open_parts(asked))


_OF_A_RISE = {"below", "above", "levels_off"}  # what a curve that rises only from the stated value can not fulfil


def _hump_alone(facts: Mapping[str, float]) -> set[str]:
    """The cubic's wide margin is there for humps; against a curve that goes on rising strong evidence is enough."""
    return {"beats_cubic"} if facts["bic_margin_cubic"] > BIC_MARGIN else set()


def _plateau(facts: Mapping[str, float], asked: tuple[Condition, ...], against: tuple[str, str] | None) -> SubVerdict:
    """Reading 6b: beyond the stated number more adds little."""
    if against is not None:
        return _sub("6b", CONTRADICTED, *against)
    if slope_from(facts)[0] > facts["limit_high"]:
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
