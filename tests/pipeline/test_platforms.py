"""A simulated study in every platform's form reads back to the same tables."""

from __future__ import annotations

import pandas as pd
import pytest

from couples_study import load_study
from couples_study.core.errors import UsageError
from couples_study.pipeline import run_simulate
from couples_study.pipeline.platforms import FORMATS, delivered_as
from couples_study.planning.synthetic import simulate
from couples_study.readers import readers


def tables_of(simulated, folder):
    folder.mkdir()
    for name, content in simulated.files.items():
        (folder / name).write_bytes(content)
    return load_study(folder)


def test_every_reader_has_its_form():
    assert set(FORMATS) == set(readers())


@pytest.mark.parametrize("reader", sorted(set(FORMATS) - {"csv"}))
@pytest.mark.parametrize("scenario", ["null", "trial_null"])
def test_what_comes_back_is_what_csv_gives(tmp_path, scenario, reader):
    drawn = simulate(scenario, 8, 5, seed=3)
    delivered = delivered_as(drawn, reader)
    assert delivered.files == delivered_as(drawn, reader).files
    assert not set(delivered.files) & {f"{name}.csv" for name in drawn.exports} or FORMATS[reader][0] == ".csv"
    plain, other = tables_of(drawn, tmp_path / "csv"), tables_of(delivered, tmp_path / reader)
    assert other.ledger.rows_held == plain.ledger.rows_held == 0
    assert set(plain.intake.tables) == set(other.intake.tables)
    for name in plain.intake.tables:
        pd.testing.assert_frame_equal(plain.table(name), other.table(name))


@pytest.mark.parametrize("reader", ["mpath", "spss", "qualtrics"])
def test_faults_are_held_in_every_form(tmp_path, reader):
    """The demo's faults (doubled rows, ids of nobody, times that are none) come through the form."""
    drawn = simulate("demo", 30, 10, seed=3)
    plain = tables_of(drawn, tmp_path / "csv")
    other = tables_of(delivered_as(drawn, reader), tmp_path / reader)
    held = {name: entry.held_by_reason for name, entry in zip(drawn.exports, plain.ledger.sources, strict=False)}
    again = {name: entry.held_by_reason for name, entry in zip(drawn.exports, other.ledger.sources, strict=False)}
    assert held == again
    assert plain.ledger.rows_held > 0


def test_too_few_evenings_for_faults_are_refused():
    with pytest.raises(UsageError, match="300 answered evenings"):
        simulate("demo", 12, 6, seed=3)


def test_the_command_line_takes_it(tmp_path):
    written = run_simulate("null", 4, 3, 1, tmp_path / "study", "stata")
    assert {path.name for path in written} == {"baseline.dta", "diary.dta", "weekly.dta", "study.toml", "truth.json"}
    with pytest.raises(UsageError, match="qualtrics"):
        run_simulate("null", 4, 3, 1, tmp_path / "other", "qualtrix")
