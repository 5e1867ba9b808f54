"""Made-up data of a study's shape, drawn from what its released tables tell and from nothing else.

Every answer is drawn by the distribution of its column; whoever draws high on one day draws rather high on others. How
columns go together is not kept, so no analysis of such data says anything of people: they are for trying out syntax.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from couples_study.codebook.distribution import NUMBER, Distribution
from couples_study.core.columns import Glossary
from couples_study.core.seeds import child

ALIKE = 0.4  # of one person's answers, whatever the study found
HIDDEN = 2.5  # answers taken to stand in a suppressed cell
KEYS = ("couple_id", "person_id", "role")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How many couples, the roles of a couple's members, and by panel the times at which everybody answers.

    ``varying`` names the columns of each panel that change over time; ``by`` is the column that tells partners apart.
    """

    couples: int
    roles: tuple[str, ...]
    times: Mapping[str, Sequence[int]]
    varying: Mapping[str, frozenset[str]]
    by: str | None = None


def synthetic(
    told: Mapping[str, Mapping[str, Distribution]], shape: Shape, columns: Glossary, seed: int
) -> dict[str, pd.DataFrame]:
    """A frame for each of ``told`` (by frame and column), seeded by name; panels repeat what is steady in people."""
    couples = [f"couple_{n + 1:04}" for n in range(shape.couples)]
    members = [(couple, f"{couple}_{role}", role) for couple in couples for role in shape.roles]
    people = pd.DataFrame(members, columns=list(KEYS))
    frames = {"people": _filled(people, "people", told["people"], columns, seed)}
    if shape.by in told["people"]:
        frames["people"][shape.by] = people["role"]
    for name, distributions in told.items():
        if name == "couples":
            frames[name] = _filled(pd.DataFrame({"couple_id": couples}), name, distributions, columns, seed)
        elif name in shape.times:
            base = people.merge(pd.DataFrame({"time": list(shape.times[name])}), how="cross")
            moving = {one: found for one, found in distributions.items() if one in shape.varying[name]}
            steady = [one for one in distributions if one not in moving and one in frames["people"]]
            made = _filled(base, name, moving, columns, seed)
            frames[name] = made.merge(frames["people"][["person_id", *steady]], on="person_id", how="left")
    return frames


def _filled(
    base: pd.DataFrame, name: str, told: Mapping[str, Distribution], columns: Glossary, seed: int
) -> pd.DataFrame:
    made = {}
    whose = pd.factorize(base["person_id" if "person_id" in base else "couple_id"])[0]
    for column, distribution in told.items():
        rng = np.random.default_rng(child(seed, "synthetic", name, column))
        own, now = rng.standard_normal(whose.max(initial=-1) + 1), rng.standard_normal(len(base))
        u = ndtr(np.sqrt(ALIKE) * own[whose] + np.sqrt(1 - ALIKE) * now)
        drawn = _drawn(u, distribution, columns[column].kind, (columns[column].low, columns[column].high))
        gone = (distribution.n_missing or 0) / max((distribution.n or 0) + (distribution.n_missing or 0), 1)
        made[column] = drawn.mask(pd.Series(rng.random(len(base)) < gone))
    return pd.concat([base, pd.DataFrame(made, index=base.index)], axis=1)


def _drawn(u: np.ndarray, told: Distribution, kind: str, bounds: tuple[float | None, float | None]) -> pd.Series:
    """The answers at the quantiles ``u`` of a distribution as it is told."""
    codes = kind == "code"
    if told.cells and (codes or all(NUMBER.fullmatch(cell.label) for cell in told.cells)):
        weights = np.array([HIDDEN if cell.n is None else float(cell.n) for cell in told.cells])
        if weights.sum() <= 0:
            return pd.Series(np.nan, index=range(len(u)))
        place = np.searchsorted(np.cumsum(weights) / weights.sum(), u).clip(0, len(weights) - 1)
        words = pd.Series([cell.label for cell in told.cells], dtype="str").iloc[place].reset_index(drop=True)
        return words if codes else words.astype("float64")
    if told.mean is None or codes:
        return pd.Series(np.nan, index=range(len(u)))
    values = told.mean + (told.sd or 0.0) * ndtri(u.clip(1e-4, 1 - 1e-4))
    low, high = bounds
    values = np.clip(values, -np.inf if low is None else low, np.inf if high is None else high)
    return pd.Series(np.round(values) if kind in ("count", "flag") else np.round(values, 2))
