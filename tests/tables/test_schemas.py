"""Tables: their grain, and that a finished table has only what the glossary knows, in order."""

from __future__ import annotations

import pandas as pd
import pandera.errors
import pytest
from tests.shared_data import REPOSITORY

from couples_study import load_study
from couples_study.core.columns import TABLES, answer_behind, glossary
from couples_study.tables import GRAINS, schema_of


def test_every_table_of_the_glossary_has_a_grain():
    assert set(GRAINS) == set(TABLES)
    assert all(key in glossary() or key == "number" for grain in GRAINS.values() for key in grain.keys)


def days(**words):
    row = {"couple_id": "1", "person_id": "1/a", "day": 0, "stress_day": 50.0}
    return pd.DataFrame([row | words]).astype({"couple_id": "str", "person_id": "str"})


def test_a_good_table_passes():
    schema_of("diary_days", ["stress_day"], glossary()).validate(days())


@pytest.mark.parametrize("fault", [{"stress_day": 101.0}, {"extra": 1}, {"couple_id": None}, {"day": 0.5}])
def test_ranges_strays_keys_and_types_are_checked(fault):
    with pytest.raises((pandera.errors.SchemaError, pandera.errors.SchemaErrors)):
        schema_of("diary_days", ["stress_day"], glossary()).validate(days(**fault))


def test_a_place_is_taken_once():
    with pytest.raises(pandera.errors.SchemaError):
        schema_of("diary_days", ["stress_day"], glossary()).validate(pd.concat([days(), days()], ignore_index=True))


def test_the_columns_of_every_demo_table_are_in_the_glossary_and_in_range():
    study = load_study(REPOSITORY / "data" / "raw" / "demo")
    for name, table in study.intake.tables.items():
        grain = GRAINS[name]
        assert not table.duplicated(list(grain.keys)).any()
        for column in [name for name in table.columns if answer_behind(name) not in table]:
            row = study.checked.glossary[column]
            if row.low is not None and column not in grain.keys:
                assert table[column].dropna().between(row.low, row.high).all()
