"""One simulated study of one claim, judged as a real one is: the same models, rules and correction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from couples_study.claims import chosen
from couples_study.contracts.evidence import Evidence
from couples_study.contracts.verdict import CONTRADICTED, SUPPORTED, Verdict
from couples_study.core.seeds import child
from couples_study.planning.claim_draws import claim_frames
from couples_study.planning.claim_worlds import CLAIM_WORLDS, TRUE_WORLDS
from couples_study.planning.replicate import LATER, Found, checked_alone
from couples_study.steps.estimate import estimate_one, readings
from couples_study.steps.judge import decide

COST = {"trial": 0, "mediation": 2}  # of a model, in an order; 1 for all others


def worlds_of(claim: str) -> tuple[str, ...]:
    """The worlds of `CLAIM_WORLDS` that a claim names; none where it has worlds of its own, or no reading."""
    named = [name for names in chosen((claim,))[0].scenarios.values() for name in names]
    return tuple(name for name in dict.fromkeys(named) if name in CLAIM_WORLDS)


def judged_claim(claim: str, world: str, *, couples: int, days: int, seed: int) -> Verdict:
    """The verdict on ``claim`` in one study drawn from ``world``; the same seed gives the same study.

    Readings are asked one by one until none of those left can change the answer; what stands aside is not asked. Where
    one refutation is enough, the cheapest come first.
    """
    rng = np.random.default_rng(child(seed, f"{claim} {world}"))
    frames = claim_frames(chosen((claim,))[0], world, couples=couples, days=days, rng=rng)
    checked = checked_alone(claim, trial_world=False)
    found: Found = {key: replace(LATER, id=key) for key in readings(checked)}
    best = checked.asked[0].combine == "best_design"
    asked = list(readings(checked).items())
    if checked.asked[0].combine == "all":
        asked.sort(key=lambda one: COST.get(one[1].model, 1))
    for key, question in asked:
        if getattr(question, "aside", False):
            continue
        found[key] = estimate_one(key, question, frames, checked)
        verdict = decide(checked, found)[0]
        if verdict.verdict == CONTRADICTED or (best and isinstance(found[key], Evidence)):
            break
    return verdict


def is_right(verdict: str, world: str) -> bool:
    """Supported where it is true; where it is not, anything but supported. A ceiling may hide, but not contradict."""
    if world == "claim_ceiling":
        return verdict != CONTRADICTED
    return (verdict == SUPPORTED) == (world in TRUE_WORLDS)
