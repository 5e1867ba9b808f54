"""The main job on real data: the daily diary of 80 couples, and the survey that statsmodels ships."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from tests.shared_data import REPOSITORY, needs_shared

from couples_study import load_study
from couples_study.cli import main

DIGITS = 5e-6  # the published figures are printed to five or six decimals
BARKALIFA = REPOSITORY / "tests" / "real" / "barkalifa"


@pytest.fixture(scope="module")
def barkalifa(tmp_path_factory):
    out = tmp_path_factory.mktemp("barkalifa")
    assert main(["report", str(BARKALIFA), "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def fair(tmp_path_factory):
    out = tmp_path_factory.mktemp("fair")
    assert main(["report", "fair", "--out", str(out)]) == 0
    return out


def claims_of(out):
    return {one["id"]: one for one in json.loads((out / "verdicts.json").read_text())["claims"]}


@needs_shared
def test_the_study_file_is_short():
    lines = (BARKALIFA / "study.toml").read_text().split("[[hypothesis]]")[0].strip().splitlines()
    assert len(lines) <= 25


@needs_shared
def test_wide_rows_become_person_days(barkalifa):
    ledger = json.loads((barkalifa / "ledger.json").read_text())
    source = ledger["sources"][0]
    assert (source["export_rows_read"], source["rows_read"]) == (2765, 5530)
    assert source["rows_read"] == source["rows_accepted"] + source["rows_held"]
    days = pd.read_parquet(barkalifa / "data" / "diary_days.parquet")
    assert days["couple_id"].nunique() == 80
    assert set(days["role"]) == {"man", "woman"}


@needs_shared
@pytest.mark.parametrize("id_", ["anxiety_to_woman", "anxiety_to_man", "contentment_to_woman", "contentment_to_man"])
def test_couplings_use_the_pairs_that_the_calendar_allows(barkalifa, id_):
    found = claims_of(barkalifa)[id_]
    assert found["n_obs"] == 2649  # 2,685 would mean that a gap was shifted over
    assert 0.02 < found["terms"][0]["estimate"] < 0.09
    assert found["verdict"] in ("inconclusive", "not_testable")
    assert "measurement_error" in found["concerns"]
    assert found["strength"] == "lagged"


@needs_shared
def test_six_touches_are_not_testable_without_touches(barkalifa):
    found = claims_of(barkalifa)["C60"]
    assert found["verdict"] == "not_testable"
    assert "touch_received_n" in found["missing_columns"]


@needs_shared
def test_the_plan_expects_the_same_pairs_from_the_keys_alone(capsys):
    assert main(["plan", str(BARKALIFA), "--json"]) == 0
    plans = {one["id"]: one for one in json.loads(capsys.readouterr().out)}
    assert plans["anxiety_to_woman"]["expected_rows"] == 2649
    assert "touch_received_n" in plans["C60_within"]["missing"]


def test_children_and_marriage_come_out_to_the_published_digits(fair):
    raw = pd.read_csv(fair / "results" / "children_raw.csv").set_index("term").loc["children_n"]
    adjusted = pd.read_csv(fair / "results" / "children_adjusted.csv").set_index("term").loc["children_n"]
    facts = json.loads((fair / "results" / "children_raw.json").read_text())["facts"]
    assert raw["estimate"] == pytest.approx(-0.08663, abs=DIGITS)
    assert facts["pearson_r.children_n"] == pytest.approx(-0.1292, abs=5e-5)
    assert adjusted["estimate"] == pytest.approx(-0.05054, abs=DIGITS)
    assert adjusted["std_error"] == pytest.approx(0.01313, abs=DIGITS)
    assert adjusted["df"] == 6366 - 6


def test_what_a_survey_of_wives_can_not_say_is_said(fair):
    found = claims_of(fair)
    assert found["C12"]["reason"] == "needs_partners"
    assert found["C60"]["reason"] == "needs_days"
    assert found["C31"]["verdict"] == "not_testable"
    assert "resentment" in found["C31"]["missing_columns"]


def test_one_verdict_alone_is_the_one_among_all():
    together = {one.id: one for one in load_study("fair").verdicts}
    for id_ in ("C12", "C31", "C60", *load_study("fair").hypotheses[:1]):
        assert load_study("fair").verdict(id_) == together[id_]


def test_two_runs_give_the_same_bytes(tmp_path):
    """The demo's two runs are compared by `.ci/run`."""
    for name in ("one", "two"):
        assert main(["report", "fair", "--out", str(tmp_path / name)]) == 0
    first, second = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("one", "two")
    )
    assert first == second


ACITELLI = {
    "acitelli": {
        "actor,husband": (0.4243866, None), "actor,wife": (0.3777000, None), "partner,husband": (0.2616498, None),
        "partner,wife": (0.3214782, None),
    },
    "acitelli_pooled": {
        "intercept,": (0.6697541, None), "actor,": (0.4004231, 0.0473141), "partner,": (0.2879705, 0.0473141),
    },
}  # fmt: skip
VARIANCES = {
    "acitelli": {"corr(same day)": 0.4751092},
    "acitelli_pooled": {"corr(same day)": 0.46934, "sd(residual)": 0.41737, "log_likelihood": -148.3591},
}
PRINTED = 5e-6  # seven digits were printed of the coefficients, five of the variance parameters
PRINTED_LOG_LIKELIHOOD = 5e-5


@needs_shared
@pytest.mark.parametrize("study", sorted(ACITELLI))
def test_a_published_actor_partner_table_comes_from_a_study_file_alone(study, tmp_path):
    assert main(["report", str(REPOSITORY / "tests" / "real" / study), "--out", str(tmp_path)]) == 0
    table = pd.read_csv(next((tmp_path / "results").glob("*.csv")), keep_default_na=False)
    facts = json.loads(next((tmp_path / "results").glob("*.json")).read_text())["facts"]
    found = {f"{row.term},{row.role}": row for row in table.itertuples()}
    for name, (estimate, error) in ACITELLI[study].items():
        assert float(found[name].estimate) == pytest.approx(estimate, abs=PRINTED)
        if error is not None:
            assert float(found[name].std_error) == pytest.approx(error, abs=PRINTED)
    for name, value in VARIANCES[study].items():
        assert facts[name] == pytest.approx(value, abs=PRINTED_LOG_LIKELIHOOD if name == "log_likelihood" else PRINTED)
    if study == "acitelli":
        assert facts["sd(residual[wife])"] / facts["sd(residual[husband])"] == pytest.approx(1.203894, abs=PRINTED)
