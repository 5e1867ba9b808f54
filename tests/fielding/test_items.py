"""Every column of the glossary can be had: asked in our words, scored from items, or filled in by the team."""

from __future__ import annotations

import re

import pytest

from couples_study.claims import claims
from couples_study.contracts.base import parsed
from couples_study.contracts.item import Item
from couples_study.core.columns import TABLES, glossary
from couples_study.core.errors import StudyFileError
from couples_study.instruments import instruments
from couples_study.items import items, words

KEYS = {"couple_id", "person_id", "role", "day", "date", "wave", "week"}


def test_every_column_has_one_way_to_be_had():
    published = {name for one in instruments().values() if one.wording == "published" for name in one.items}
    published |= {name for name in glossary() if re.fullmatch(r"(tipi|sdi2)_\d+", name)}  # more than the scored ones
    scored = {one.result for one in instruments().values()}
    for column in (one for table in TABLES for one in glossary().of_table(table)):
        ways = [column.name in KEYS, column.name in published, column.name in scored, column.name in items()]
        assert sum(ways) == 1, (column.name, ways)


def test_own_scales_have_words_for_all_their_items():
    own = [one for one in instruments().values() if one.wording == "own"]
    assert own
    assert all(name in items() for one in own for name in one.items)


def test_focal_daily_states_have_three_items():
    for stem in ("close", "safe", "resp"):
        scale = instruments()[stem]
        assert (*scale.items, *scale.further) == tuple(f"{stem}_{number}" for number in (1, 2, 3))
        assert all(items()[name].focal for name in (*scale.items, *scale.further))


def test_every_daily_state_that_a_claim_carries_on_has_two_items():
    lagged = [r for claim in claims().values() for r in claim.reading if r.model == "cross_lag"]
    states = {name for r in lagged for name in (r.after or r.outcome, r.predictor) if name not in r.indicators}
    sliders = {name for name in states if name in items() and items()[name].ends}
    assert len(sliders) > 8
    for name in sliders:
        second = items()[glossary().second(name)]
        assert (second.ends, second.opt_out) == (items()[name].ends, items()[name].opt_out)


def test_items_differ_and_carry_no_list_separators():
    asked = {name: item for name, item in items().items() if item.form != "team"}
    for language in ("en", "de"):
        told = [(item.under, item.said(language)) for item in asked.values()]
        assert len(told) == len(set(told)), [one for one in told if told.count(one) > 1]
    assert not [name for name, item in asked.items() if "|" in item.en + item.de or "[[" in item.en + item.de]


def test_touch_is_counted_by_rule_and_can_be_left_out():
    for name in ("touch_given_n", "touch_received_n"):
        assert items()[name].opt_out == "touch"
        assert "once" in items()[name].en
        assert "25" in items()[name].en
    assert {"touch", "sex_or_past", "consent", "distress", "published"} <= set(words().sentences)


@pytest.mark.parametrize("change", [{"de": ""}, {"by_lot": True}, {"form": "noon"}, {"colour": "red"}])
def test_an_item_that_can_not_be_asked_is_refused(change):
    with pytest.raises(StudyFileError):
        parsed(Item, {"en": "How?", "de": "Wie?"} | change, "items/broken.toml")
