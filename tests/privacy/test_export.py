"""Exports: what each audience gets, that nobody is in it who should not be, and that it says what is risky."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest
from tests.privacy.support_export import CANARY, DAYS, DECIMALS, study

from couples_study import load_study
from couples_study.cli import main
from couples_study.contracts.hypothesis import Hypothesis
from couples_study.models.apim_design import design_of
from couples_study.models.model import panel_for
from couples_study.pipeline.export import run_export
from couples_study.report.export.syntax import prepare_r

K = 5
FACTS = ["age", "gender", "years_together", "children_n", "married"]


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """The folder of the study, and of its export for everybody."""
    top = tmp_path_factory.mktemp("leaving")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("COUPLES_STUDY_SECRETS", str(top / "secrets"))
        study(top / "study")
        for audience in ("archive", "supervisor", "partner-safe"):
            run_export(str(top / "study"), audience, top / audience)
        run_export(str(top / "study"), "archive", top / "open", access="open")
        run_export(str(top / "study"), "archive", top / "again")
        study(top / "grown", 41)
        run_export(str(top / "grown"), "archive", top / "archive_grown")
    return top


def files(folder):
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file()}


def frame(folder, name):
    return pd.read_csv(folder / "data" / f"{name}.csv", parse_dates=["start_date"] if name == "people" else None)


def classes(table):
    """Couples by everything that outsiders may know of both members, counted anew."""
    facts = [name for name in FACTS if name in table]
    unit = [name for name in ("person_id", "couple_id") if name in table][:1]
    first = table.drop_duplicates(unit).assign(role=table.get("role", ""))
    said = first.sort_values("role").groupby("couple_id")[["role", *facts]].agg(lambda one: tuple(map(str, one)))
    return said.value_counts()


@pytest.mark.parametrize("name", ["people", "couples", "person_days"])
def test_every_archived_table_has_classes_of_five_couples(left, name):
    assert classes(frame(left / "archive", name)).min() >= K


def test_as_answered_it_would_not(left):
    people = load_study(left / "study").frame("people")
    assert classes(people).min() == 1


def test_an_archive_is_the_same_bytes_again(left):
    assert files(left / "archive") == files(left / "again")


def test_ids_lead_nowhere_not_even_to_another_export(left):
    mine, grown = frame(left / "archive", "people"), frame(left / "archive_grown", "people")
    assert mine["person_id"].str.fullmatch(r"p-[0-9a-f]{16}").all()
    assert not set(mine["person_id"]) & set(grown["person_id"])
    assert not set(mine["couple_id"]) & set(grown["couple_id"])


def test_no_id_text_or_device_is_in_any_export(left):
    for audience in ("archive", "supervisor", "partner-safe", "open"):
        for name, content in files(left / audience).items():
            assert not re.search(rb"K\d{3}", content), (audience, name)
            assert CANARY.encode() not in content


def test_no_single_answer_is_in_what_nobody_is_in(left):
    for audience in ("supervisor", "partner-safe", "open"):
        for name, content in files(left / audience).items():
            assert not any(one.encode() in content for one in DECIMALS), (audience, name)


def test_dates_move_by_whole_weeks_and_by_as_many_for_both_partners(left):
    real, mine = load_study(left / "study").frame("people"), frame(left / "archive", "people")
    moved = mine["start_date"].to_numpy() - real["start_date"].to_numpy().astype("datetime64[us]")
    weeks = moved / np.timedelta64(7, "D")
    assert (weeks % 1 == 0).all()
    assert (weeks != 0).all()
    assert pd.Series(weeks).groupby(mine["couple_id"]).nunique().eq(1).all()
    assert pd.Series(weeks).nunique() > 5


def test_rows_are_in_the_order_of_the_delivery(left):
    real, mine = load_study(left / "study").frame("person_days"), frame(left / "archive", "person_days")
    assert len(mine) == len(real) == 40 * 2 * DAYS
    assert mine["touch_received_n"].tolist() == real["touch_received_n"].tolist()


def test_risk_stands_on_top_and_blocks_the_open_form(left):
    told = json.loads((left / "archive" / "risk.json").read_text("utf-8"))
    assert told["k_anonymity"]["holds"]
    assert told["partner_recognition"] == {"people": 80, "could_find_the_partner": 80, "blocks_open_access": True}
    assert (left / "archive" / "README.md").read_text("utf-8").split("\n")[2] == "## Risk report"
    assert not (left / "open" / "data").exists()
    assert json.loads((left / "open" / "risk.json").read_text("utf-8"))["partner_recognition"] is None


def test_synthetic_data_have_the_shape_and_nobody_in_them(left):
    real, made = load_study(left / "study").frame("person_days"), pd.read_csv(left / "open/synthetic/person_days.csv")
    assert len(made) == len(real)
    assert set(real.columns) - set(made.columns) == {"device", "start_date", "date"} & set(real.columns)
    answers = ["stress_day", "touch_received_n", "sex_today"]
    mine, theirs = (
        set(map(tuple, one.groupby("person_id")[answers].sum().round(3).to_numpy())) for one in (real, made)
    )
    assert not mine & theirs


def test_what_anybody_may_have_holds_neither_data_nor_tables(left):
    assert {name.split("/")[0] for name in files(left / "partner-safe")} == {
        "README.md", "risk.json", "codebook", "syntax", "verdicts.csv",
    }  # fmt: skip


def test_the_archives_metadata_name_every_file_with_its_hash(left):
    crate = json.loads((left / "archive" / "ro-crate-metadata.json").read_text("utf-8"))
    assert crate["@context"] == "https://w3id.org/ro/crate/1.1/context"
    by_id = {one["@id"]: one for one in crate["@graph"]}
    assert by_id["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    root, there = by_id["./"], files(left / "archive")
    assert {"name", "description", "license", "hasPart"} <= set(root)
    assert {part["@id"] for part in root["hasPart"]} == set(there) - {"ro-crate-metadata.json"}
    for name in set(there) - {"ro-crate-metadata.json"}:
        assert by_id[name]["sha256"] == hashlib.sha256(there[name]).hexdigest()
    assert by_id[root["license"]["@id"]]["@type"] == "CreativeWork"


def test_a_study_too_small_for_an_archive_is_refused_and_told_what_to_do(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COUPLES_STUDY_SECRETS", str(tmp_path / "secrets"))
    study(tmp_path / "study", 4)
    assert main(["export", str(tmp_path / "study"), "--for", "archive", "--out", str(tmp_path / "out")]) == 4
    assert "--access open" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--for", "archiv", "--out", "x"], "did you mean 'archive'"),
        (["--for", "archive"], "--out DIR"),
        (["--for", "archive", "--access", "closed", "--out", "x"], "one of restricted, open"),
        (["--for", "archive", "--published", "tomorrow", "--out", "x"], "a date such as"),
    ],
)
def test_wrong_words_are_told(capsys, words, said):
    assert main(["export", "demo", *words]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_makes_the_columns_that_the_model_has(left, tmp_path):
    """prepare.R against the package's own design, on lagged, centred and role-split terms of the archived frame."""
    question = Hypothesis(
        id="X", statement="x", model="apim", outcome="stress_day", actor=("touch_received_n", "sex_today"),
        partner=("touch_received_n",), lag=1, autoregression=True, by_role=True, covariates=("study_day",),
        smallest_effect={"value": 1, "unit": "points per point", "why": "for a test"},
    )  # fmt: skip
    opened = load_study(left / "study")
    panel = panel_for("X", question, "stress_day", opened.frames)
    design = design_of(question, panel, opened.checked.setting)
    (tmp_path / "prepare.R").write_text(prepare_r(), "utf-8")
    opened.frame("person_days").to_csv(tmp_path / "d.csv", index=False)
    call = (
        'source("prepare.R"); d <- read.csv("d.csv"); m <- dyadic_columns(d, "stress_day", TRUE, '
        'c("touch_received_n", "sex_today"), "touch_received_n", "person", 1, "study_day", c("woman", "man"), TRUE); '
        'write.csv(m, "m.csv", row.names = FALSE)'
    )
    subprocess.run(["Rscript", "-e", call], cwd=tmp_path, check=True, capture_output=True)
    made = pd.read_csv(tmp_path / "m.csv")
    order = np.lexsort((panel.frame["time"].to_numpy()[design.row], design.person))
    assert len(made) == len(design.y)
    for name, column in zip(design.names, design.X.T, strict=True):
        assert made[name].to_numpy() == pytest.approx(column[order], abs=1e-9), name


def test_nothing_else_goes_out_with_an_export(left, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COUPLES_STUDY_SECRETS", str(tmp_path / "secrets"))
    mine = shutil.copytree(left / "archive", tmp_path / "mine")
    words = ["export", str(left / "study"), "--out", str(mine), "--for"]
    assert main([*words, "partner-safe"]) == 2
    assert "an export for archive" in capsys.readouterr().err
    (mine / "data" / "stale.csv").write_text("K000x", "utf-8")
    assert main([*words, "archive"]) == 0
    assert not (mine / "data" / "stale.csv").exists()
    (mine / "notes.txt").write_text("mine", "utf-8")
    assert main([*words, "archive"]) == 2
    assert "other files" in capsys.readouterr().err
