"""The multiverse command: listed first, resumable, the same bytes however it is run, and true to the report."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from couples_study import load_study
from couples_study.cli import main
from couples_study.contracts.evidence import Evidence
from couples_study.pipeline import multiverse
from couples_study.pipeline.multiverse import FOLDER, list_multiverse, run_multiverse
from couples_study.pipeline.simulate import run_simulate
from couples_study.planning.multiverse.outcome import GROUPS, _without, groups_of, value_of
from couples_study.steps.estimate import estimate_one

FILES = ("multiverse.csv", "multiverse.json", "multiverse.svg")
LIKE = 0.25  # of a standard error: what refits without a group may differ from its influence with 20 groups of 3


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """62 couples over 8 days, with touch counted by both and a curve over it."""
    folder = tmp_path_factory.mktemp("studies") / "touch"
    run_simulate("touch_log", 62, 8, 3, folder)
    return str(folder)


def run(claim, study, out, most=4, **how):
    done = run_multiverse(list_multiverse(claim, study, most=most), out, **how)
    return done, {name: (out / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def whole(study, tmp_path_factory):
    return run("H3", study, tmp_path_factory.mktemp("whole"))


def test_listing_reads_no_answer(study, monkeypatch, capsys):
    monkeypatch.setattr(multiverse, "read_deliveries", lambda *_: pytest.fail("answers were read"))
    assert main(["multiverse", "H1", study, "--list"]) == 0
    said = capsys.readouterr().out
    for kind in ("exclusions", "scoring", "lags", "covariates", "estimator"):
        assert f"    {kind}:\n      - as declared" in said


def test_choices_are_printed_before_anything_is_run(study, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(multiverse, "outcome_of", lambda *_: pytest.fail(capsys.readouterr().out))
    with pytest.raises(pytest.fail.Exception, match="10 specifications of 128"):
        main(["multiverse", "H1", study, "--most", "4", "--out", str(tmp_path)])


def test_the_declared_row_is_the_reports_own_estimate(study, whole):
    found = load_study(study).test("H3")
    table = whole[0].table
    declared = table[(table.filter(like="choice_") == "as declared").all(axis=1)]
    assert len(declared) == 1
    assert declared["estimate"].iloc[0] == pytest.approx(np.mean([term.estimate for term in found.tested]), rel=1e-12)
    assert declared["n_obs"].iloc[0] == found.counts.n_obs


def test_two_processes_give_the_same_bytes_and_what_is_kept_is_not_run_again(study, whole, tmp_path, monkeypatch):
    assert run("H3", study, tmp_path, jobs=2)[1] == whole[1]
    for name in FILES:
        (tmp_path / name).unlink()
    monkeypatch.setattr(multiverse, "outcome_of", lambda *_: pytest.fail("ran again"))
    assert run("H3", study, tmp_path)[1] == whole[1]


def test_an_interrupted_run_goes_on_where_it_stopped(study, whole, tmp_path, monkeypatch, capsys):
    usual, calls = multiverse.outcome_of, []

    def once(*given):
        if calls:
            raise KeyboardInterrupt
        calls.append(1)
        return usual(*given)

    monkeypatch.setattr(multiverse, "outcome_of", once)
    assert main(["multiverse", "H3", study, "--most", "4", "--out", str(tmp_path)]) == 130
    assert (
        capsys.readouterr().err == "couples-study: interrupted; the same command again goes on where this one stopped\n"
    )
    assert len(list((tmp_path / FOLDER).iterdir())) == 1
    monkeypatch.setattr(multiverse, "outcome_of", usual)
    assert run("H3", study, tmp_path)[1] == whole[1]


def test_what_a_couple_adds_is_what_is_missing_without_it(study):
    """Pseudo-values from influences against refits without each group: an independent way to the same numbers."""
    at_hand = load_study(study)
    checked = replace(at_hand.checked, setting=replace(at_hand.checked.setting, brief=True, influence=True))
    key, _, question = checked.asked[0].readings[0]
    found = estimate_one(key, question, at_hand.frames, checked)
    group = groups_of(at_hand.frames.couples["couple_id"].tolist(), 1)
    added = np.zeros(GROUPS)
    for couple, value in found.influence.items():
        added[group[couple]] += value
    some = range(0, GROUPS, 5)
    left = [value_of(estimate_one(key, question, _without(at_hand.frames, group, g), checked)) for g in some]
    error = np.sqrt((added**2).sum())
    assert error == pytest.approx(np.sqrt(sum(v**2 for v in found.influence.values())), rel=0.5)
    assert value_of(found) - np.array(left) == pytest.approx(added[list(some)], abs=LIKE * error)


@pytest.mark.parametrize(("claim", "readings"), [("C12", 2), ("C60", 2)])
def test_other_models_have_their_curves_too(claim, readings, study, tmp_path):
    done, _ = run(claim, study, tmp_path, most=3)
    assert done.table["reading"].nunique() >= readings
    assert set(done.table["verdict"]) <= {"supported", "contradicted", "inconclusive", "not_testable"}
    told = json.loads(done.json)
    testable = [one for one in told["readings"] if any(row["estimate"] is not None for row in one["rows"])]
    assert testable
    assert all(one["joint"] is not None for one in testable)
    if claim == "C60":
        assert re.search(r"of them support 6", "\n".join(done.sentences))


def test_a_claim_that_the_study_can_not_test_and_one_that_is_not_there_are_refused(study, capsys):
    assert main(["multiverse", "C34", study, "--list"]) == 2
    assert main(["multiverse", "H9", study, "--list"]) == 2
    assert main(["multiverse", "H1", study]) == 2
    assert "--out DIR, or --list" in capsys.readouterr().err


def test_influences_are_told_only_where_they_are_asked_for(study):
    found = load_study(study).test("H1")
    assert isinstance(found, Evidence)
    assert found.influence == {}
