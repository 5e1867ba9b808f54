"""All specifications tested together: the signs of groups of couples turned, the same signs in every specification.

Under "no effect in any of them" a group of couples is as likely to push an estimate up as down. Turning the signs of
the groups' pseudo-values, in all specifications alike, gives what the median estimate, the number of significant
specifications and their average t would be by chance, with the dependence between specifications as it is (Simonsohn,
Simmons and Nelson, 2020, Nature Human Behaviour 4; sign-flipped contributions across a multiverse: Girardi, Vesely,
Lakens, Altoè, Pastore, Calcagnì and Finos, 2024, Psychometrika 89; pseudo-values: Tukey, 1958).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FLIPS = 4999
ALPHA = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """The joint test: what was seen, and how often chance gives as much.

    ``p_each`` are p-values of single specifications that allow for all of them having been looked at (max-T), in the
    order given; None where a specification has no pseudo-values, or the same one throughout. ``share`` counts
    specifications that are significant on the claimed side.
    """

    specifications: int
    groups: int
    null: float
    median: float
    p_median: float
    share: float
    p_share: float
    average_t: float
    p_average_t: float
    p_each: tuple[float | None, ...]


def joint_test(
    pseudo: Sequence[Sequence[float] | None], seed: np.random.SeedSequence, *, null: float = 0.0, sign: float = 1.0
) -> Joint | None:
    """The joint test of the specifications that have pseudo-values (groups,); None where none has.

    ``null`` is the value that "nothing" means, ``sign`` +1 or -1 the claimed direction.
    """
    from scipy import stats

    there = [number for number, one in enumerate(pseudo) if one is not None and np.ptp(one) > 0]
    if not there:
        return None
    D = np.array([pseudo[number] for number in there], dtype=np.float64) - null  # (specifications, groups)
    many = D.shape[1]
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(FLIPS, many))
    signs = np.vstack([np.ones(many), signs])  # what was seen comes first
    means = signs @ D.T / many
    spread = np.sqrt(np.maximum((D**2).mean(axis=1) - means**2, np.finfo(float).tiny) * many / (many - 1))
    t = means / (spread / np.sqrt(many))
    critical = float(stats.t.isf(ALPHA / 2, many - 1))
    median, share, average = np.median(means, axis=1), (sign * t > critical).mean(axis=1), t.mean(axis=1)
    largest = np.abs(t).max(axis=1)
    each: list[float | None] = [None] * len(pseudo)
    for place, number in enumerate(there):
        each[number] = float((largest >= abs(t[0, place])).mean())
    return Joint(
        specifications=len(there), groups=many, null=null, median=float(median[0]), p_median=_p(np.abs(median)),
        share=float(share[0]), p_share=_p(share), average_t=float(average[0]), p_average_t=_p(np.abs(average)),
        p_each=tuple(each),
    )  # fmt: skip


def _p(values: np.ndarray) -> float:
    """How often as much comes by chance; what was seen is one of the ways the signs can fall."""
    return float((values >= values[0] - 1e-12 * abs(values[0])).mean())
