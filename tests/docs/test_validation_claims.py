"""All claims' part of docs/validation.md: as the stored replicates say, and with every clear miss listed."""

from __future__ import annotations

import importlib.util
import sys

import pandas as pd
import pytest
from tests.shared_data import REPOSITORY


@pytest.fixture(scope="module")
def table():
    spec = importlib.util.spec_from_file_location("claim_table", REPOSITORY / "tools" / "claim_table.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_says_what_is_stored(table):
    assert table.text() in (REPOSITORY / "docs" / "validation.md").read_text("utf-8")


def test_clear_misses_are_listed_and_others_are_not(table):
    rows = pd.DataFrame({
        "claim": ["C10", "C17", "C40", "C41"], "world": ["claim_mood", "claim_halo", "claim_true", "claim_true"],
        "reps": [40, 40, 40, 40], "supported": [10, 3, 20, 30], "misses": ["", "", "imprecise 15; C40a: multiplicity 5", ""],
    })  # fmt: skip
    # Wilson's 95% intervals: 10 of 40 from .142, 3 of 40 from .026, 20 of 40 to .648, 30 of 40 to .858
    over, under = table._false_support(rows), table._too_seldom(rows)
    assert "C10 (0.25 of 40)" in over
    assert "C17" not in over
    assert "| C40 | 0.50 | 40 |" in under
    assert "(15)" in under
    assert "(5)" in under
    assert "C41" not in under
