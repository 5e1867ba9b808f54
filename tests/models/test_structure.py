"""Strands: ratios by hand, and the three questions where the truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.models.relation_data import SETTING, asked, estimated, surveyed

from couples_study.core.errors import StudyFileError
from couples_study.models import structure
from couples_study.models.strands import congruence, ratios

ITEMS = tuple(f"c{number}" for number in range(12))
STRANDS = {"one": ITEMS[:4], "two": ITEMS[4:8], "three": ITEMS[8:]}
KEYS = {
    "model": "structure", "rule": "R9", "outcome": "one", "indicators": STRANDS, "causal": False,
    "unit": "correlation of strands", "value": 0.05,
}  # fmt: skip


def answers(together, couples=200, seed=1, alike=0.3, loading=0.75):
    """(couples, 2, 12): strands correlate ``together``, partners ``alike`` in each."""
    rng = np.random.default_rng(seed)
    shape = (couples, 2, 1)
    view = np.sqrt(alike) * rng.normal(size=(couples, 1, 1)) + np.sqrt(1 - alike) * rng.normal(size=shape)
    own = np.sqrt(alike) * rng.normal(size=(couples, 1, 3)) + np.sqrt(1 - alike) * rng.normal(size=(couples, 2, 3))
    factor = np.sqrt(together) * view + np.sqrt(1 - together) * own
    return loading * np.repeat(factor, 4, axis=2) + np.sqrt(1 - loading**2) * rng.normal(size=(couples, 2, 12))


def people(values):
    couples = len(values)
    return surveyed(pd.DataFrame({
        "couple_id": np.repeat([f"c{i:03d}" for i in range(couples)], 2),
        "person_id": [f"p{i:04d}" for i in range(2 * couples)], "role": np.tile(["man", "woman"], couples),
        **{name: values.reshape(-1, 12)[:, j] for j, name in enumerate(ITEMS)},
    }))  # fmt: skip


def test_ratios_are_average_correlations_over_those_within():
    values = answers(0.4).reshape(-1, 12)
    R = np.corrcoef(values, rowvar=False)
    strand = np.repeat(np.arange(3), 4)
    by_hand = []
    for j, k in ((0, 1), (0, 2), (1, 2)):
        a, b = np.flatnonzero(strand == j), np.flatnonzero(strand == k)
        between = np.mean([R[x, y] for x in a for y in b])
        within = [np.mean([R[x, y] for x in g for y in g if x < y]) for g in (a, b)]
        by_hand.append(between / np.sqrt(within[0] * within[1]))
    assert ratios(R, strand) == pytest.approx(by_hand, rel=1e-12)


def test_congruence_is_a_cosine():
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=(6, 2)), rng.normal(size=(6, 2))
    cosine = [np.dot(one[:, k], other[:, k]) / np.linalg.norm(one[:, k]) / np.linalg.norm(other[:, k]) for k in (0, 1)]
    assert congruence(one, other) == pytest.approx(cosine)


def test_three_strands_are_found_and_their_correlation_is_covered():
    inside, strand = 0, np.repeat(np.arange(3), 4)
    for seed in range(100):
        drawn = structure._ratios(answers(0.5, couples=100, seed=seed), strand, np.random.default_rng(seed))[1]
        low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
        inside += int(((low <= 0.5) & (high >= 0.5)).sum())
    assert inside / 300 >= 0.87  # three of one study go together: as if 100 were independent, less three errors
    found = estimated(people(answers(0.5)), SETTING, **KEYS)
    assert (found.facts["kept_first"], found.facts["kept_second"]) == (3, 3)
    assert found.facts["congruence"] > 0.9
    assert found.facts["misplaced"] <= 1
    assert found.facts["bic_best"] == 3
    assert found.facts["closest_high95"] < 0.85
    assert found.facts["loading.c0"] == pytest.approx(0.75, abs=0.12)


def test_one_strand_under_three_names_is_one():
    found = estimated(people(answers(0.98)), replace(SETTING, brief=True), **KEYS, contrast=("one", "two"))
    assert max(found.facts["kept_first"], found.facts["kept_second"]) == 1
    assert found.facts["named_low95"] > 0.85


def test_too_few_couples_for_so_many_items():
    assert estimated(people(answers(0.5, couples=23)), SETTING, **KEYS).reason == "too_few_couples"
    values = answers(0.5)
    values[3:, 1, 0] = np.nan
    assert estimated(people(values), SETTING, **KEYS).reason == "too_few_couples"
    values = answers(0.5)
    values[:, :, 0] = 1.0
    assert estimated(people(values), SETTING, **KEYS).reason == "no_variation"


@pytest.mark.parametrize(("more", "word"), [
    ({"indicators": {"one": ITEMS[:4]}}, "two strands"), ({"rule": "R1"}, "R9"), ({"outcome": "c0"}, "among the strands"),
    ({"indicators": {"one": ITEMS[:4], "two": ITEMS[3:8]}}, "one strand"), ({"contrast": ("one",)}, "contrast"),
])  # fmt: skip
def test_what_is_missing_is_named(more, word):
    with pytest.raises(StudyFileError, match=word):
        structure.check(asked(**{**KEYS, **more}), SETTING, "here")
