"""``couples-study field``: the shortest set for the claims, what it takes, and wrong words."""

from __future__ import annotations

import json
import tomllib

import pytest

from couples_study.claims import claims
from couples_study.cli import main
from couples_study.contracts.base import parsed
from couples_study.contracts.study import StudyFile
from couples_study.fielding.bundle import bundle
from couples_study.fielding.choose import KEYS, questionnaire
from couples_study.fielding.tools import tools
from couples_study.instruments import instruments
from couples_study.items import items, words
from couples_study.steps.check import check

ASKED_ALWAYS = {"gender", "start_date"}


def collected(asked):
    return {entry.name for form in asked.forms for entry in form.entries} | {
        column.name for sheet in asked.sheets for column in sheet.columns
    }


@pytest.mark.parametrize("claim_id", list(claims()))
def test_every_claim_gets_what_it_needs_and_nothing_else(claim_id):
    claim, asked = claims()[claim_id], questionnaire((claim_id,))
    found = collected(asked)
    scales = {one.result: set(one.items) for one in instruments().values()}
    for name in set(claim.columns()) - KEYS:
        assert name in found or scales[name] <= found, name
    for form in asked.forms:
        for entry in form.entries:
            alone = collected(questionnaire(())) | ASKED_ALWAYS
            assert entry.name in alone or _needed(entry.name, claim), entry.name


def _needed(name, claim):
    """Whether a column is asked of, or goes into a score, a hand-made column, or a reading of a count that is asked of."""
    from couples_study.fielding.choose import columns_for, seconds_for

    return any(name in columns_for([one]) for one in (*claim.columns(), *seconds_for(claim)))


def test_a_state_is_asked_twice_only_where_its_claim_looks_at_the_next_day():
    assert {"phys_satisf_2", "sexual_talk_2"} <= collected(questionnaire(("C63",)))
    assert "phys_satisf" in collected(questionnaire(("C54",)))
    assert "phys_satisf_2" not in collected(questionnaire(("C54",)))
    assert {"close_1", "close_2", "close_3"} <= collected(questionnaire(("C12",)))


@pytest.mark.parametrize("claim_id", ["C107", "C38", "C12"])
def test_what_is_asked_of_some_comes_after_the_question_that_tells_whom(claim_id):
    asked = questionnaire((claim_id,))
    for form in asked.forms:
        names = [entry.name for entry in form.entries]
        for entry in form.entries:
            condition = items()[entry.name].only_if if entry.name in items() else None
            assert entry.only_if == condition
            assert condition is None or names.index(condition) < names.index(entry.name)
    assert claim_id != "C107" or "conflict_today" in collected(asked)


def test_more_claims_share_questions():
    one, other, both = (questionnaire(ids) for ids in (("C60",), ("C12",), ("C60", "C12")))
    minutes = [sum(form.minutes for form in asked.forms) for asked in (one, other, both)]
    assert collected(one) | collected(other) == collected(both)
    assert minutes[2] < minutes[0] + minutes[1]
    assert "together_hours" in collected(one)


def test_an_evening_for_the_headline_claims_is_short():
    asked = questionnaire(("C60", "C12"))
    assert all(form.minutes < 3 for form in asked.forms)


@pytest.mark.parametrize("tool", sorted(tools()))
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_study_file_is_one_that_is_accepted(tool, language):
    asked = questionnaire("all", language)
    files = bundle(asked, tools()[tool], "fielded")
    study = parsed(StudyFile, tomllib.loads(files["study.toml"].decode()), "study.toml")
    check(study, models=False)
    assert files == bundle(asked, tools()[tool], "fielded")
    assert {"study.toml", "README.md"} <= set(files)


def test_consent_distress_and_opt_outs_are_said_in_both_languages():
    for language in ("en", "de"):
        asked = questionnaire(("C60", "C12", "C01"), language)
        baseline, evening = (next(f for f in asked.forms if f.name == name) for name in ("baseline", "evening"))
        told = {name: one.said(language) for name, one in words().sentences.items()}
        assert asked.openings(baseline)[:2] == (told["consent"], told["distress"])
        assert told["touch"] in asked.openings(evening)


def test_published_scales_get_places_and_no_words():
    asked = questionnaire(("C36", "C60"))
    places = [entry for form in asked.forms for entry in form.entries if entry.published]
    assert {entry.name.rpartition("_")[0] for entry in places} == {"csi4", "pss10"}
    assert all("put the published wording here" in entry.words for entry in places)


def test_the_command_writes_a_folder_per_platform(tmp_path, capsys):
    assert (
        main(["field", "--claims", "C60,C12", "--tool", "redcap,paper", "--language", "de", "--out", str(tmp_path)])
        == 0
    )
    told = capsys.readouterr().out
    assert "minutes" in told
    assert "lot_dose_target.csv" in told
    assert (tmp_path / "redcap" / "upload" / "dictionary.csv").is_file()
    assert "Abendtagebuch" in (tmp_path / "paper" / "upload" / "evening.html").read_text("utf-8")
    assert main(["field", "--claims", "C01", "--tool", "formr", "--json", "--out", str(tmp_path / "one")]) == 0
    assert json.loads(capsys.readouterr().out)["forms"][0]["form"] == "baseline"


@pytest.mark.parametrize(
    "given",
    [
        ["--claims", "C60"],
        ["--out", "x"],
        ["--claims", "C999", "--out", "x"],
        ["--claims", "C60", "--tool", "redcab", "--out", "x"],
    ],
)
def test_wrong_words_are_refused(given, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["field", *given]) == 2
    assert "expected" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
