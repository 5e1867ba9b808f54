"""Every instrument's key against scores worked out by hand: lowest, highest, reversed, and missing items."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from couples_study.contracts.base import parsed
from couples_study.contracts.instrument import Instrument
from couples_study.core.columns import glossary
from couples_study.core.errors import StudyFileError
from couples_study.instruments import instruments
from couples_study.measures import Scale, scored
from couples_study.measures.reliability import reliable_change

GAP = np.nan
# Per instrument: answers as given, and the score by hand. The first two rows are the least and the most of the trait, so
# reversed items are answered the other way round; then a mixed row; then one with as few answers as the key allows, and
# its score prorated by hand.
CASES: dict[str, list[tuple[list[float], float]]] = {
    "csi4": [([0, 0, 0, 0], 0), ([6, 5, 5, 5], 21), ([4, 3, 2, 3], 12), ([4, GAP, 2, 3], 12)],
    "csi16": [([0] * 16, 0), ([6] + [5] * 15, 81), ([3] + [2] * 15, 33), ([GAP] * 4 + [2] * 12, 32)],
    "csi32": [([0] * 32, 0), ([6] + [5] * 31, 161), ([3] + [1] * 31, 34), ([GAP] * 8 + [2] * 24, 64)],
    "ras": [
        ([1, 1, 1, 5, 1, 1, 5], 7), ([5, 5, 5, 1, 5, 5, 1], 35), ([4, 4, 4, 2, 4, 3, 1], 28), ([GAP, 4, 4, 2, 4, 4, 2], 28),
    ],
    "ios": [([1], 1), ([7], 7), ([4], 4), ([5], 5)],
    "isq": [([0] * 13, 0), ([4] * 13, 52), ([1] * 12 + [3], 15), ([GAP] * 3 + [2] * 10, 26)],
    "ecr_anxiety": [
        ([1, 1, 1, 7, 1, 1], 1), ([7, 7, 7, 1, 7, 7], 7), ([3, 3, 3, 5, 3, 6], 3.5), ([GAP, 2, 2, 6, 2, 2], 2),
    ],
    "ecr_avoidance": [
        ([7, 1, 7, 1, 7, 1], 1), ([1, 7, 1, 7, 1, 7], 7), ([5, 3, 5, 3, 5, 6], 3.5), ([GAP, 2, 6, 2, 6, 2], 2),
    ],
    "ucla3item": [([1, 1, 1], 3), ([3, 3, 3], 9), ([1, 2, 3], 6), ([2, 2, 1], 5)],
    "pss4": [([0, 4, 4, 0], 0), ([4, 0, 0, 4], 16), ([1, 3, 2, 3], 7), ([2, GAP, 2, 2], 8)],
    "pss10": [
        ([0, 0, 0, 4, 4, 0, 4, 4, 0, 0], 0), ([4, 4, 4, 0, 0, 4, 0, 0, 4, 4], 40),
        ([1, 1, 1, 3, 3, 1, 3, 3, 1, 3], 12), ([GAP, GAP, 1, 3, 3, 1, 3, 3, 1, 1], 10),
    ],
    "phq2": [([0, 0], 0), ([3, 3], 6), ([1, 2], 3), ([2, 0], 2)],
    "phq9": [([0] * 9, 0), ([3] * 9, 27), ([1] * 8 + [2], 10), ([GAP, GAP] + [1] * 7, 9)],
    "gad2": [([0, 0], 0), ([3, 3], 6), ([2, 1], 3), ([0, 1], 1)],
    "sdi2_dyadic": [
        ([0] * 9, 0), ([7, 7] + [8] * 7, 70), ([3, 4] + [5] * 7, 42), ([GAP, GAP] + [4] * 7, 36),
    ],
    "sdi2_solitary": [([0] * 4, 0), ([7, 8, 8, 8], 31), ([1, 2, 3, 4], 10), ([GAP, 3, 3, 3], 12)],
    "das": [
        ([0] * 32, 0), ([5] * 22 + [4, 4] + [5] * 4 + [1, 1, 6, 5], 151), ([3] * 22 + [2, 2] + [3] * 4 + [1, 0, 4, 3], 90),
        ([GAP] * 8 + [3] * 14 + [2, 2] + [3] * 4 + [1, 1, 3, 3], 88),
    ],
    "rdas": [
        ([0] * 14, 0), ([5] * 10 + [4] + [5] * 3, 69), ([3] * 10 + [2] + [4] * 3, 44), ([GAP] * 3 + [3] * 11, 42),
    ],
    "tipi_extraversion": [([1, 7], 1), ([7, 1], 7), ([5, 4], 4.5), ([3, 5], 3)],
    "close": [([0, 0], 0), ([100, 100], 100), ([40, 50], 45), ([40, GAP], 40)],
    "safe": [([0, 0], 0), ([100, 100], 100), ([10, 90], 50), ([GAP, 12], 12)],
    "resp": [([0, 0], 0), ([100, 100], 100), ([33, 66], 49.5), ([GAP, 7], 7)],
    "resentment": [([1, 1, 1], 1), ([7, 7, 7], 7), ([1, 2, 6], 3), ([GAP, 2, 6], 4)],
    "intimacy": [([1, 1, 1], 1), ([7, 7, 7], 7), ([5, 6, 4], 5), ([5, GAP, 6], 5.5)],
    "phys": [([0, 0, 0], 0), ([100, 100, 100], 100), ([10, 20, 60], 30), ([10, GAP, 60], 35)],
    "emotional": [([0, 0, 0], 0), ([100, 100, 100], 100), ([50, 60, 70], 60), ([50, 60, GAP], 55)],
}  # fmt: skip


def score_of(instrument: Instrument, answers: list[float]) -> float:
    row = pd.DataFrame([answers], columns=list(instrument.items))
    first = glossary()[instrument.items[0]]
    scale = Scale(
        result=instrument.result, items=instrument.items, score=instrument.score, reversed=instrument.reversed,
        min_answered=instrument.min_answered, low=first.low, high=first.high,
    )  # fmt: skip
    return float(scored(row, [scale])[instrument.result].iloc[0])


def test_every_instrument_has_its_cases():
    assert set(CASES) == set(instruments())


@pytest.mark.parametrize("name", sorted(CASES))
def test_scores_are_those_worked_out_by_hand(name):
    instrument = instruments()[name]
    for answers, by_hand in CASES[name]:
        assert score_of(instrument, answers) == pytest.approx(by_hand, abs=1e-12)
    column = glossary()[instrument.result]
    assert (CASES[name][0][1], CASES[name][1][1]) == (column.low, column.high)


def test_a_further_item_counts_where_it_was_asked():
    close = instruments()["close"]
    scale = Scale(result="close", items=close.items, further=close.further, min_answered=close.min_answered)
    table = pd.DataFrame({"close_1": [10.0, GAP, GAP], "close_2": [20.0, 40.0, GAP], "close_3": [60.0, 50.0, GAP]})
    np.testing.assert_array_equal(scored(table, [scale])["close"], [30.0, 45.0, GAP])
    np.testing.assert_array_equal(scored(table.drop(columns="close_3"), [scale])["close"], [15.0, 40.0, GAP])
    with pytest.raises(StudyFileError):
        parsed(Instrument, instruments()["csi4"].model_dump() | {"further": ["close_3"]}, "instruments/broken.toml")


@pytest.mark.parametrize("name", sorted(CASES))
def test_one_answer_fewer_than_the_rule_asks_for_gives_no_score(name):
    instrument = instruments()[name]
    fewest = CASES[name][3][0]
    answered = [place for place, answer in enumerate(fewest) if not math.isnan(answer)]
    assert len(answered) == instrument.min_answered
    fewest = [GAP if place == answered[0] else answer for place, answer in enumerate(fewest)]
    assert math.isnan(score_of(instrument, fewest))


@pytest.mark.parametrize("instrument", instruments().values(), ids=lambda one: one.name)
def test_keys_agree_with_the_glossary(instrument):
    rows = [glossary()[name] for name in (*instrument.items, instrument.result)]
    assert {row.table for row in rows} == {instrument.table}
    turned = {(glossary()[name].low, glossary()[name].high) for name in (instrument.items[0], *instrument.reversed)}
    assert len(turned) == 1 or not instrument.reversed
    if instrument.wording == "published":
        assert instrument.min_answered == math.ceil(0.75 * len(instrument.items))


def test_cut_offs_speak_of_their_side():
    (low,) = instruments()["csi4"].cut_offs
    assert low.holds(13.4)
    assert not low.holds(13.5)
    (high,) = instruments()["phq2"].cut_offs
    assert high.holds(3)
    assert not high.holds(2)
    assert [one.at_least for one in instruments()["phq9"].cut_offs] == [5, 10, 15, 20]
    for instrument in instruments().values():
        assert all(one.status for one in (*instrument.cut_offs, *instrument.reliability))


def test_reliable_change_is_that_of_the_published_figures():
    told = instruments()["csi4"].reliable_change
    assert reliable_change(told.sd, told.reliability) == pytest.approx(3.506, abs=0.001)
    assert reliable_change(4.0, 0.85) == pytest.approx(4.294, abs=0.001)
    with pytest.raises(ValueError, match="reliability"):
        reliable_change(4.0, 1.0)


@pytest.mark.parametrize(
    "change",
    [
        {"reversed": ["elsewhere"]},
        {"min_answered": 5},
        {"cut_offs": [{"means": "m", "status": "s"}]},
        {"items": ["a", "a"]},
    ],
)
def test_a_key_that_can_not_be_is_refused(change):
    entry = instruments()["csi4"].model_dump() | change
    with pytest.raises(StudyFileError):
        parsed(Instrument, entry, "instruments/broken.toml")
