"""Real couples without any programme: no cycle may be claimed, and a change over time is no effect of anything."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from scipy import stats
from tests.models.weekly_data import SETTING
from tests.shared_data import REPOSITORY, SHARED, needs_shared

from couples_study.cli import main
from couples_study.contracts.evidence import NotTestable
from couples_study.contracts.hypothesis import Hypothesis
from couples_study.measures import frames_of
from couples_study.models.model import not_testable_here
from couples_study.models.registry import MODELS

BARKALIFA = REPOSITORY / "tests" / "real" / "barkalifa" / "study.toml"
PAIRS = [
    ("contentment", "vigor"), ("contentment", "anxiety"), ("vigor", "anxiety"), ("contentment", "partner.contentment"),
    ("anxiety", "partner.anxiety"),
]  # fmt: skip
CYCLE = """
[[hypothesis]]
id = "cycle_{number}"
statement = "{outcome} and {predictor} feed each other."
model = "cross_lag"
rule = "R10"
shows = "cycle"
outcome = "{outcome}"
predictor = "{predictor}"
lag = 1
smallest_effect = {{ value = 0.05, unit = "within SD per within SD", why = "half of the smallest same-day effect" }}
"""
SMALLEST = {"value": 0.25, "unit": "SD per arm", "why": "half of what programmes reach"}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """The diary with a cycle asked of five pairs of moods."""
    folder = tmp_path_factory.mktemp("cycles")
    head = BARKALIFA.read_text().split("[[hypothesis]]")[0].replace('claims = ["C60"]', "claims = []")
    head = head.replace("../../../../shared/data", str(SHARED / "data"))
    head = head.replace('contentment = "Con."', 'contentment = "Con.", vigor = "Vig."')
    head += 'vigor = { label = "Vigor today", range = [0, 4] }\n'
    asked = "".join(CYCLE.format(number=i, outcome=y, predictor=x) for i, (y, x) in enumerate(PAIRS))
    (folder / "study.toml").write_text(head + asked)
    assert main(["report", str(folder), "--out", str(folder / "out")]) == 0
    return json.loads((folder / "out" / "verdicts.json").read_text())["claims"]


@needs_shared
def test_no_cycle_is_claimed_from_one_question_each(verdicts):
    assert len(verdicts) == len(PAIRS)
    for one in verdicts:
        assert (one["verdict"], one["reason"]) == ("inconclusive", "measurement_error")
        assert {reading["verdict"] for reading in one["readings"]} == {"inconclusive"}
        assert "measurement_error" in one["concerns"]
        assert one["n_couples"] == 80
        assert one["n_obs"] <= 2 * 2649


@pytest.fixture(scope="module")
def satisfaction():
    """Both partners' satisfaction before and after the diary, as two survey waves."""
    table = pd.read_csv(SHARED / "data" / "barkalifa_diary" / "csi_pre_post.csv")
    rows = [
        {
            "couple_id": str(row["ID"]), "person_id": f"{row['ID']}{who}", "role": role, "wave": wave,
            "csi16": float(row[f"{who}_{when}_D_csi"]),
        }
        for _, row in table.iterrows() for who, role in (("M", "man"), ("W", "woman"))
        for wave, when in enumerate(("pre", "post"))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def frames(satisfaction, arm=None):
    people = satisfaction[["couple_id", "person_id", "role"]].drop_duplicates()
    couples = people[["couple_id"]].drop_duplicates()
    couples = couples if arm is None else couples.assign(arm=arm)
    return frames_of({"people": people, "couples": couples, "survey_waves": satisfaction}, ())


@needs_shared
def test_what_ordinary_drift_looks_like(satisfaction):
    wide = satisfaction[satisfaction["role"] == "man"].pivot_table(index="person_id", columns="wave", values="csi16")
    test = stats.ttest_rel(wide[1], wide[0])
    assert (wide[1] - wide[0]).mean() == pytest.approx(-2.725, abs=5e-4)
    assert test.statistic == pytest.approx(-3.571, abs=5e-4)
    assert test.df == 79
    assert test.pvalue == pytest.approx(0.0006, abs=5e-5)


@needs_shared
@pytest.mark.parametrize(
    ("model", "keys"),
    [
        ("trial", {"contrast": ["diary", "nothing"], "at": 1}),
        ("growth", {"knots": [1], "test": ["gain.1[diary]"]}),
        ("onset", {"contrast": ["diary", "nothing"], "rule": "R7", "at": 1}),
        ("mediation", {"contrast": ["diary", "nothing"], "mediator": "csi16", "since": 1, "at": 2}),
    ],
)
def test_a_change_without_a_comparison_is_not_read_as_an_effect(satisfaction, model, keys):
    """p = .0006, and no answer: neither where no arm was recorded nor where all had the same."""
    words = {"id": "T", "statement": "Keeping a diary harms.", "outcome": "csi16", "arm": "arm", **keys}
    question = Hypothesis.model_validate({**words, "model": model, "smallest_effect": SMALLEST})
    without = not_testable_here("T", question, MODELS[model], frames(satisfaction), SETTING)
    assert without is not None
    assert without.missing_columns == ("arm",)
    same = MODELS[model].estimate("T", question, frames(satisfaction, arm="diary"), SETTING)
    assert isinstance(same, NotTestable)
    assert same.reason == "needs_arms"
