"""What if effects on evenings that nobody told of were other ones? Pattern mixtures for effects within days.

An evening that was skipped lacks outcome and predictor alike, so nothing can be imputed; but an effect over all
evenings due is the effect on the answered ones, changed by its difference on the skipped ones times their share
(Little, 1993). How large that difference would have to be for an answer to tip is printed, in the unit of the smallest
effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from couples_study.contracts.evidence import Concern, Counts, Evidence, Sensitivity, Term
from couples_study.contracts.hypothesis import Question

MODELS = ("apim", "moderation", "contrast", "micro_randomised")  # effects of days; others have rows of their own
TIMES = (1.0, 2.0)  # multiples of the smallest effect
LEAST_SHARE = 0.01  # of evenings skipped; fewer can not change anything


def with_unanswered(evidence: Evidence, question: Question) -> Evidence:
    """The evidence with rows for skipped evenings, the tipping point, and a reservation where that is near."""
    share = skipped_share(evidence.counts, question.lag)
    if evidence.model not in MODELS or question.rule != "R1" or share < LEAST_SHARE:
        return evidence
    smallest, sign = question.smallest_effect.value, 1.0 if question.direction == "positive" else -1.0
    rows, tips = [], []
    for term in (one for one in evidence.tested if one.unit is None):
        rows += list(_rows(term, share, sign * smallest, named=len(evidence.tested) > 1))
        tips += [tip for tip in (_tip(term, share, smallest),) if tip is not None]
    facts = {"skipped": share, **({"tipping_point": min(tips, key=abs)} if tips else {})}
    near = [tip for tip in tips if abs(tip) < 1.0]
    return replace(
        evidence,
        sensitivity=(*evidence.sensitivity, *rows),
        facts={**evidence.facts, **facts},
        concerns=(*evidence.concerns, *([_near(min(near, key=abs), share)] if near else [])),
    )


def skipped_share(counts: Counts, lag: int) -> float:
    """The share of persons' evenings due, after the first ``lag``, that are not behind the estimate."""
    if counts.occasion != "day" or not counts.days_scheduled or not counts.couples:
        return 0.0
    days = counts.days_scheduled / counts.couples - lag
    due = counts.people * days
    return float(np.clip(1 - counts.n_obs / due, 0.0, 1.0)) if due > 0 else 0.0


def _rows(term: Term, share: float, smallest: float, *, named: bool) -> Iterator[Sensitivity]:
    for times in TIMES:
        shift = -times * smallest * share
        what = "the smallest effect that matters" if times == 1 else f"{times:g} times that"
        label = f"on skipped evenings ({share:.0%}) weaker by {what}"
        yield Sensitivity(
            label=f"{label}: {term.name}" if named else label, estimate=term.estimate + shift,
            conf_low=term.conf_low + shift, conf_high=term.conf_high + shift, std_error=term.std_error, df=term.df,
            unit=term.unit,
        )  # fmt: skip


def _tip(term: Term, share: float, smallest: float) -> float | None:
    """By how many smallest effects that of skipped evenings would have to differ for the interval to hold zero."""
    if term.conf_low <= 0 <= term.conf_high:
        return None
    nearest = term.conf_low if term.conf_low > 0 else term.conf_high
    return float(-nearest / (share * smallest))


def _near(tip: float, share: float) -> Concern:
    return Concern(
        code="missing_not_at_random",
        sentence=f"If the effect on the skipped evenings ({share:.0%}) differed by {abs(tip):.2f} of the smallest "
        "effect that matters, the interval would hold zero.",
    )
