"""docs/validation.md says of rebuilding what its stored replicates say, and a replicate is the same whenever it is drawn."""

from __future__ import annotations

import importlib.util
import json

import pytest
from tests.shared_data import REPOSITORY


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("tool", REPOSITORY / "tools" / "make_validation_rebuilding.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_store_says(tool):
    assert tool.text() in (REPOSITORY / "docs" / "validation.md").read_text("utf-8")


def test_every_false_world_has_few_supported_and_every_true_one_many(tool):
    """The bars of the plan: at most .05 in false worlds, at least .80 in true ones, with the Monte Carlo error on our side."""
    store = json.loads(tool.STORE.read_text("utf-8"))
    for world, true in tool.TRUE.items():
        done = store[world]
        for claim in tool.claims_of(world):
            share = done["counts"].get(f"{claim} supported", 0) / done["reps"]
            if (world, claim) not in tool.OPEN:
                assert share >= 0.80 if claim in true else share <= 0.05, (claim, world, share)


def test_rounds_add_up_to_the_same_whoever_stops_between(tool):
    whole = tool.one_round("timeline_slow", 0, 2, {})
    assert whole == tool.one_round("timeline_slow", 0, 1, {}) + tool.one_round("timeline_slow", 1, 2, {})
