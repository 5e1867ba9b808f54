"""``verdicts.json`` holds exactly the contract's fields, at full precision."""

import json
from dataclasses import replace

import pytest

from couples_study.core.errors import AnalysisError
from couples_study.report.results_files import results_csv, results_json
from couples_study.report.verdicts_json import verdict_record, verdicts_json

from . import examples as ex

FIELDS = {
    "grid",
    *("id", "verdict", "reason", "direction", "magnitude", "strength", "verdict_causal", "status", "readings", "terms"),
    *("unit", "smallest_effect", "n_couples", "n_people", "n_obs", "concerns", "sensitivity", "missing_columns"),
    *("sentence", "grid"),
}
TERM = {
    *("term", "estimate", "std_error", "df", "statistic", "p_value", "p_adjusted", "conf_low", "conf_high"),
    "conf_level",
    "unit",
}
ROW = {"label", "estimate", "conf_low", "conf_high", "conf_level", "unit", "verdict"}


def written():
    return verdicts_json("demo", True, ex.INPUTS, "0.1.0", ex.VERDICTS)


def test_the_fields_are_those_of_the_contract():
    record = json.loads(written())
    assert set(record) == {"study", "synthetic", "inputs", "package", "claims"}
    assert record["inputs"] == ex.INPUTS
    for claim in record["claims"]:
        assert set(claim) == FIELDS
        assert all(set(reading) == FIELDS for reading in claim["readings"])
        assert all(set(term) == TERM for term in claim["terms"])
        assert all(set(row) == ROW for row in claim["sensitivity"])


def test_numbers_keep_every_digit_and_absence_is_null():
    claims = {claim["id"]: claim for claim in json.loads(written())["claims"]}
    assert claims["H1"]["terms"][0]["conf_low"] == ex.V_H1.terms[0].conf_low
    assert claims["H1"]["smallest_effect"] == {"value": 0.05, "unit": "points per point", "why": ex.POINTS.why}
    assert claims["H2"]["concerns"] == ["measurement_error"]
    assert claims["C60"]["terms"][0]["df"] is None
    assert claims["C31"]["n_couples"] is None
    assert claims["C31"]["missing_columns"] == ["resentment", "chores_minutes"]


def test_the_bytes_are_the_same_twice_sorted_and_end_in_a_newline():
    assert written() == written()
    assert written().endswith(b"}\n")
    assert b"NaN" not in written()
    assert json.dumps(json.loads(written()), sort_keys=True, indent=2, ensure_ascii=False) + "\n" == written().decode()


@pytest.mark.parametrize("value", [float("nan"), float("-inf")])
def test_not_a_number_is_refused_by_name(value):
    bad = replace(ex.V_H1, terms=(replace(ex.V_H1.terms[0], p_adjusted=value),))
    with pytest.raises(AnalysisError, match=r"verdict H1, term partner.within\[woman\], p_adjusted"):
        verdict_record(bad)


def test_results_repeat_every_coefficient_in_full():
    lines = results_csv(ex.H1).decode().split("\n")
    assert lines[0] == "term,role,estimate,std_error,df,statistic,p_value,conf_low,conf_high"
    assert len(lines) == len(ex.H1.coefficients) + 2
    assert lines[1].split(",")[2:4] == [repr(0.2114), repr(0.0287)]
    assert lines[5].startswith("intercept,,61.2,1.43,,")


def test_results_say_what_was_fitted_and_on_how_much():
    record = json.loads(results_json(ex.H1))
    assert record["log_likelihood"] == -31204.5512
    assert record["counts"]["days_scheduled"] == 5544
    assert record["concerns"][0]["code"] == "person_mean_reliability"
    assert json.loads(results_json(ex.H2))["log_likelihood"] is None
