"""docs/validation.md says of rebuilding what its stored replicates say, and a replicate is the same whenever it is drawn."""

from __future__ import annotations

import importlib
import json

import pytest
from tests.shared_data import REPOSITORY


@pytest.fixture(scope="module")
def tools():
    """What runs the replicates, and what writes them down."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(REPOSITORY / "tools"))
        yield [importlib.import_module(name) for name in ("make_validation_rebuilding", "rebuilding_table")]


@pytest.fixture(scope="module")
def tool(tools):
    return tools[0]


def test_the_page_is_what_the_store_says(tools):
    assert tools[1].text() in (REPOSITORY / "docs" / "validation.md").read_text("utf-8")


def test_every_false_world_has_few_supported_and_every_true_one_many(tool):
    """The bars of the plan: at most .05 in false worlds, at least .80 in true ones, with the Monte Carlo error on our side."""
    store = json.loads(tool.STORE.read_text("utf-8"))
    for cell in tool.CELLS:
        done = store[cell]
        for claim in tool.claims_of(cell):
            share = done["counts"].get(f"{claim} supported", 0) / done["reps"]
            true = tool.is_true(cell, claim)
            if true is not None:
                assert share >= 0.80 if true else share <= 0.05, (claim, cell, share)


def test_a_bar_that_is_missed_is_said_to_be(tools):
    """A made-up store: support in half of a false world, in half of a true one, and an interval that covers half."""
    counts = {"C81 supported": 500, "C82 supported": 500, "C03a covered": 500}
    store = {
        "timeline_slow": {"reps": 1000, "counts": counts, "truth": {}},
        "timeline_true": {"reps": 1000, "counts": counts, "truth": {"C03a": 0.0}},
    }
    rows = tools[1].bars(store)
    assert {row[-1] for row in rows} == {"no"}
    assert len(rows) == 4
    told = {"timeline_slow": {"reps": 1000, "counts": {"C81 supported": 40}, "truth": {}}}
    assert [row[-1] for row in tools[1].bars(told) if row[0].startswith("C81")] == ["likely"]


def test_rounds_add_up_to_the_same_whoever_stops_between(tool):
    whole = tool.one_round("timeline_slow", 0, 2, {})
    assert whole == tool.one_round("timeline_slow", 0, 1, {}) + tool.one_round("timeline_slow", 1, 2, {})
