"""Lists as they are ticked in the worlds that a claim can be put to: who names which item."""

from __future__ import annotations

import numpy as np

from couples_study.contracts.hypothesis import Question
from couples_study.planning.claim_worlds import TRUE_WORLDS

NAMED, OTHERS = 0.60, (0.20, 0.35)  # of an item that is claimed to lead, and of all others
LATE, AHEAD = 0.15, (0.40, 0.60)  # the other way round
ASSENT, SAYS_YES = 0.50, 0.8  # every item, where some say yes to everything, and how much of that is in each answer


def ticked(latent: np.ndarray, share: float) -> np.ndarray:
    """1 for the ``share`` of people who lie highest, else 0."""
    found: np.ndarray = (latent > np.quantile(latent, 1 - share)).astype(np.float64)
    return found


def list_columns(
    question: Question, columns: dict[str, np.ndarray], world: str, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """The items of a `ranking` as 0 and 1, (C, 2) each; ``columns`` are the latent answers they are made of."""
    asked = question.test or (question.outcome,)
    others = [name for name in question.items if name not in asked]
    if world == "claim_acquiescence":
        yes = rng.standard_normal(columns[question.outcome].shape)
        return {name: ticked(columns[name] + SAYS_YES * yes, ASSENT) for name in question.items}
    true = world in TRUE_WORLDS
    low, high = OTHERS if true else AHEAD
    shares = dict(zip(others, np.linspace(low, high, len(others)), strict=True))
    shares |= dict.fromkeys(asked, NAMED if true else LATE)
    return {name: ticked(columns[name], float(shares[name])) for name in question.items}


LOADING, TOLD, LOST = 0.8, 0.75, 0.25  # of trouble in each sign; of trouble in the criterion; who has it


def sign_columns(
    question: Question, columns: dict[str, np.ndarray], world: str, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """The signs and the criterion of a `diagnostic` as 0 and 1, (C, 2) each; signs are there in 15 to 45 of 100.

    Where the claim is false the signs hang together as they do where it is true and tell nothing of the criterion;
    where people say yes to everything, that is all they have in common.
    """
    trouble = columns[question.outcome]
    common = rng.standard_normal(trouble.shape) if world == "claim_acquiescence" else trouble
    told = TOLD if world in TRUE_WORLDS else 0.0
    criterion = told * trouble + np.sqrt(1 - told**2) * rng.standard_normal(trouble.shape)
    found = {question.outcome: ticked(criterion, LOST)}
    for name, share in zip(question.items, np.linspace(0.15, 0.45, len(question.items)), strict=True):
        found[name] = ticked(LOADING * common + np.sqrt(1 - LOADING**2) * columns[name], float(share))
    return found
