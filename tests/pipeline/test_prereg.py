"""A plan frozen before data holds; whatever differs later is listed, and what was not frozen is called exploratory."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from couples_study.cli import main
from couples_study.pipeline import simulate as simulating
from couples_study.pipeline.prereg import run_check, run_freeze
from couples_study.pipeline.report import run_report

PLAN = ("prereg.md", "prereg.lock")
CANARY = "8.7654321"


@pytest.fixture(scope="module")
def delivered(tmp_path_factory) -> Path:
    """A study of 32 couples with its deliveries, three hypotheses and no built-in claim."""
    folder = tmp_path_factory.mktemp("studies") / "delivered"
    simulating.run_simulate("null", 32, 6, 5, folder)
    path = folder / "study.toml"
    path.write_text(re.sub(r'claims = "all"', "claims = []", path.read_text("utf-8")), "utf-8")
    return folder


@pytest.fixture
def study(delivered, tmp_path) -> Path:
    """The same study before any delivery."""
    (tmp_path / "study").mkdir()
    shutil.copy(delivered / "study.toml", tmp_path / "study")
    return tmp_path / "study"


def deliver(study: Path, delivered: Path, pattern: str = "*.csv") -> None:
    for path in delivered.glob(pattern):
        shutil.copy(path, study)


def edit(study: Path, old: str, new: str) -> None:
    path = study / "study.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def reported(study: Path, out: Path) -> tuple[dict[str, str], dict, str]:
    """Status by id, prereg.json and the page of a report."""
    run_report(str(study), out)
    verdicts = json.loads((out / "verdicts.json").read_text("utf-8"))["claims"]
    plan = json.loads((out / "prereg.json").read_text("utf-8"))
    return {one["id"]: one["status"] for one in verdicts}, plan, (out / "index.html").read_text("utf-8")


def test_what_is_frozen_before_data_and_kept_is_confirmatory(study, delivered, tmp_path, capsys):
    assert main(["prereg", "freeze", str(study)]) == 0
    assert "before data" in capsys.readouterr().out
    lock = json.loads((study / "prereg.lock").read_text("utf-8"))
    assert (lock["frozen"]["deliveries"], lock["frozen"]["seen"]) == ({}, {})
    deliver(study, delivered)
    assert main(["prereg", "check", str(study)]) == 0
    assert "0 deviations" in capsys.readouterr().out
    statuses, plan, page = reported(study, tmp_path / "out")
    assert statuses == {"H1": "confirmatory", "H2": "confirmatory", "H3": "confirmatory"}
    assert plan["deviations"] == []
    assert "No deviation: what was done is what the frozen plan says." in page


def test_nothing_frozen_is_exploratory_whatever_the_file_calls_it(study, delivered, tmp_path):
    deliver(study, delivered)
    statuses, plan, page = reported(study, tmp_path / "out")
    assert set(statuses.values()) == {"exploratory"}
    assert (plan["frozen"], plan["statements"]["H1"]["declared"]) == (False, "confirmatory")
    assert "No plan was frozen before outcomes came: every answer here is exploratory." in page
    assert "(declared confirmatory)" in page


def test_the_plan_has_the_same_bytes_wherever_and_whenever_it_is_frozen(study, tmp_path):
    twin = tmp_path / "another place" / "study"
    shutil.copytree(study, twin)
    run_freeze(str(study))
    run_freeze(str(twin))
    first = {name: (study / name).read_bytes() for name in PLAN}
    assert first == {name: (twin / name).read_bytes() for name in PLAN}
    assert run_freeze(str(study)).written == ()
    assert first == {name: (study / name).read_bytes() for name in PLAN}


H4 = """
[[hypothesis]]
id = "H4"
statement = "More touch, more closeness."
status = "confirmatory"
model = "apim"
outcome = "close"
actor = ["touch_received_n"]
test = ["actor.within"]
smallest_effect = { value = 0.5, unit = "points per touch", why = "half a point" }

[[hypothesis]]
id = "H1"
"""
CHANGES = {
    "a field": ("value = 0.05, unit", "value = 0.04, unit", "H1", "hypothesis H1, smallest_effect.value: 0.05 when frozen, 0.04 now"),
    "a reason": ("20 points then", "30 points then", "H1", "hypothesis H1, smallest_effect.why"),
    "a rule": ('direction = "negative"', 'direction = "positive"', "H2", 'hypothesis H2, direction: "negative" when frozen, "positive" now'),
    "a set": ('status = "confirmatory"\nmultiplicity = "primary"', 'status = "confirmatory"\nmultiplicity = "other"', "H1", 'hypothesis H1, multiplicity: "primary" when frozen, "other" now'),
    "added": ('\n[[hypothesis]]\nid = "H1"\n', H4, "H4", "hypothesis H4 was added after the plan was frozen: it is exploratory"),
    "an exclusion": ('table = "people"\n', 'table = "people"\nonly = { gender = ["woman", "man"] }\n', None, "source baseline.csv, only"),
    "late entries": ('day_opens = "16:00"', 'day_opens = "12:00"', None, '[study], day_opens: "16:00:00" when frozen, "12:00:00" now'),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_every_deviation_is_listed_and_what_was_changed_is_exploratory(study, delivered, tmp_path, capsys, change):
    old, new, whose, said = CHANGES[change]
    run_freeze(str(study))
    deliver(study, delivered)
    edit(study, old, new)
    assert main(["prereg", "check", str(study)]) == 4
    assert said in capsys.readouterr().out
    found = run_check(str(study))
    assert {key for key, one in found.standings.items() if one.status == "exploratory"} == ({whose} if whose else set())
    if change != "an exclusion":  # the page costs a few seconds; one change of each kind will do
        return
    statuses, plan, page = reported(study, tmp_path / "out")
    assert [one for one in plan["deviations"] if said in one]
    assert said in page
    assert set(statuses.values()) == {"confirmatory"}


def test_a_hypothesis_that_is_gone_is_a_deviation(study):
    run_freeze(str(study))
    path = study / "study.toml"
    first, *others = path.read_text("utf-8").split("[[hypothesis]]")
    path.write_text("[[hypothesis]]".join([first, *others[:-1]]), "utf-8")
    assert "hypothesis H3 was removed after the plan was frozen" in run_check(str(study)).deviations


def test_outcomes_that_had_come_make_it_exploratory_and_a_header_alone_does_not(study, delivered, tmp_path, capsys):
    deliver(study, delivered, "diary.csv")
    header = (delivered / "baseline.csv").read_text("utf-8").splitlines()[0]
    (study / "baseline.csv").write_text(header + "\n", "utf-8")
    assert main(["prereg", "freeze", str(study)]) == 0
    assert "diary.csv is there already, with outcomes of H1, H2: exploratory" in capsys.readouterr().out
    deliver(study, delivered)
    found = run_check(str(study))
    assert {key: one.status for key, one in found.standings.items()} == {
        "H1": "exploratory", "H2": "exploratory", "H3": "confirmatory",
    }  # fmt: skip
    assert found.standings["H1"].why == "Its outcomes had already come (diary.csv) when the plan was frozen."
    assert [one for one in found.deviations if one.startswith("delivery baseline.csv is not as it was")]
    statuses, _, page = reported(study, tmp_path / "out")
    assert statuses == {"H1": "exploratory", "H2": "exploratory", "H3": "confirmatory"}
    assert "Frozen before its outcomes came: H3; every other answer is exploratory" in page


def test_a_delivery_that_is_gone_and_another_version_are_deviations(study, delivered, monkeypatch):
    deliver(study, delivered, "weekly.csv")
    run_freeze(str(study))
    (study / "weekly.csv").unlink()
    monkeypatch.setattr("couples_study.pipeline.prereg.package_version", lambda: "99.0")
    said = run_check(str(study)).deviations
    assert "delivery weekly.csv was there when the plan was frozen and is gone" in said
    assert [one for one in said if re.fullmatch(r"couples_study \S+ when frozen, 99.0 now", one)]


@pytest.mark.parametrize(("name", "said"), [("prereg.md", "is not the text that was frozen"), ("prereg.lock", "own sha256 does not fit")])  # fmt: skip
def test_a_plan_that_was_tampered_with_holds_nothing(study, name, said):
    run_freeze(str(study))
    path = study / name
    path.write_text(path.read_text("utf-8").replace("understood", "loved"), "utf-8")
    found = run_check(str(study))
    assert said in found.deviations[0]
    assert {one.status for one in found.standings.values()} == {"exploratory"}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"lock_version": 1}', "\x00"])
def test_a_lock_that_is_none_is_refused_with_its_place(study, content, capsys):
    (study / "prereg.lock").write_text(content, "utf-8")
    assert main(["prereg", "check", str(study)]) == 1
    said = capsys.readouterr().err
    assert "prereg.lock" in said
    assert "Traceback" not in said


def test_without_a_plan_check_says_how_to_freeze_one(study, capsys):
    assert main(["prereg", "check", str(study)]) == 2
    assert "prereg freeze" in capsys.readouterr().err


def test_another_plan_needs_amend_which_keeps_the_first(study, delivered, capsys):
    run_freeze(str(study))
    edit(study, "value = 0.05, unit", "value = 0.04, unit")
    assert main(["prereg", "freeze", str(study)]) == 2
    deliver(study, delivered)
    assert main(["prereg", "freeze", str(study), "--amend"]) == 0
    found = run_check(str(study))
    assert [one for one in found.deviations if one.startswith("amendment 1: hypothesis H1, smallest_effect.value")]
    assert found.standings["H1"].status == "exploratory"  # amended when its outcomes had come
    assert found.standings["H2"].status == "confirmatory"  # as it was first frozen
    edit(study, "value = 0.04, unit", "value = 0.05, unit")
    assert run_check(str(study)).standings["H1"].status == "confirmatory"


def test_power_results_are_part_of_the_plan(study, tmp_path):
    words = ["power", f"{study}:H3", "--couples", "40,60", "--days", "6", "--reps", "10", "--out", str(study / "power")]
    assert main(words) == 0
    assert main(["prereg", "freeze", str(study)]) == 0
    text = (study / "prereg.md").read_text("utf-8")
    power = json.loads((study / "power" / "power.json").read_text("utf-8"))
    assert power["recommendations"][0] in text
    assert len(re.findall(r"^\| H3 \|", text, flags=re.M)) == 2
    assert main(["prereg", "freeze", str(study), "--power", str(tmp_path / "nowhere")]) == 2


def test_the_plan_says_what_the_study_file_says(study):
    run_freeze(str(study))
    text = (study / "prereg.md").read_text("utf-8")
    for words in (
        "On days on which I feel more understood than usual", "0.05 points per point, because: 20 points then",
        "partner.within[woman]", "primary: holm, 3 members: H1, H2, H3", "Ladder on non-convergence",
        "-99 means missing, refused", "late and left out",
    ):  # fmt: skip
        assert words in text


def test_no_answer_is_in_the_plan_and_the_plan_is_no_delivery(study, delivered):
    deliver(study, delivered)
    path = study / "diary.csv"
    head, row, *rest = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([head, *([row] * 1), *rest]) + "\n", "utf-8")
    cells = row.split(",")
    path.write_text(path.read_text("utf-8").replace(row, ",".join([*cells[:-1], CANARY]), 1), "utf-8")
    run_freeze(str(study))
    assert all(CANARY not in (study / name).read_text("utf-8") for name in PLAN)
    edit(study, 'files = "diary.csv"', 'files = ["diary.csv", "prereg*"]')
    with pytest.raises(Exception, match="at least one file that fits"):
        run_report(str(study), study / "out")
