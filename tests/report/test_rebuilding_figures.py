"""The flow of couples and the curves of improvement: the numbers they show, and what they do not show."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

import couples_study as cs
from couples_study.contracts.hypothesis import Hypothesis
from couples_study.models import onset_model
from couples_study.pipeline import run_report
from couples_study.planning.scenarios import scenarios
from couples_study.planning.trials import run_trial
from couples_study.report.alt import flow_alt
from couples_study.report.flow import ArmFlow, Flow, flow_of, plot_flow
from couples_study.report.improvement import plot_gap, plot_improvement, visible
from couples_study.report.svg import to_svg
from tests.models.weekly_data import SETTING

KEYS = {
    "id": "T", "statement": "A test.", "model": "onset", "rule": "R7", "outcome": "emotional", "arm": "arm",
    "contrast": ["emotional_first", "wait_list"], "begins": 1, "at": 4, "early": 2,
    "smallest_effect": {"value": 0.1, "unit": "share per arm", "why": "a test"},
}  # fmt: skip


@pytest.fixture(scope="module")
def evidence():
    weekly = run_trial(scenarios()["timeline_true"], 600, 2).weekly()
    gap = {"after": "emotional", "outcome": "phys", "contrast": ["simultaneous"]}
    return [
        onset_model.evidence("T", Hypothesis.model_validate({**KEYS, **more}), weekly, SETTING) for more in ({}, gap)
    ]


def texts(figure):
    return " ".join(text.get_text() for axes in figure.axes for text in axes.texts)


def test_curves_name_their_arms_and_end_where_the_data_do(evidence):
    figure = plot_improvement(evidence[0])
    assert "emotional first" in texts(figure)
    lines = [line.get_xydata() for line in figure.axes[0].lines]
    frame = evidence[0].figure.frames["emotional_first"]
    assert any(np.isclose(line[:, 1].max(), frame["improved"].max()) for line in lines)
    assert to_svg(figure) == to_svg(plot_improvement(evidence[0]))


def test_a_curve_ends_where_fewer_than_five_are_at_risk(evidence):
    frame = evidence[0].figure.frames["wait_list"].copy()
    frame.loc[frame.index[-1], "at_risk"] = 4
    assert len(visible(frame)) == len(frame) - 1


def test_the_gap_shades_the_weeks_of_the_claim(evidence):
    figure = plot_gap(evidence[1])
    assert any(patch.get_extents().width > 0 for patch in figure.axes[0].patches)
    with pytest.raises(ValueError, match="gap"):
        plot_gap(evidence[0])


def test_the_flow_adds_up(tmp_path):
    for name, content in cs.simulate("trial_null", couples=80, seed=5).files.items():
        (tmp_path / name).write_bytes(content)
    study = cs.load_study(str(tmp_path))
    waves = study.frame("person_waves")
    flow = flow_of(
        study.ledger.record(), study.frame("couples"), waves, arm="arm", outcome="phys", begins=1, weeks=(6, 24)
    )
    assert flow.couples == sum(arm.allocated for arm in flow.arms) == 80
    assert all(arm.allocated >= arm.answered[6] >= arm.answered[24] for arm in flow.arms)
    week = waves[waves["wave"].eq(25) & waves["phys"].notna()]
    assert sum(arm.answered[24] for arm in flow.arms) == week["couple_id"].nunique()
    assert "allocated 20" in texts(plot_flow(flow))


def trial_report(folder, couples):
    for name, content in cs.simulate("timeline_true", couples=couples, seed=4).files.items():
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    run_report(str(folder), folder / "out")
    return (folder / "out" / "index.html").read_text("utf-8")


def test_the_page_of_a_trial_shows_the_flow_the_curves_and_the_gap(tmp_path):
    page = trial_report(tmp_path / "trial", 160)
    assert "Flow of couples: 160 known. emotional first: 40 allocated" in page
    assert "How soon do couples improve? Share of couples improved. emotional first: " in page
    assert "Share of people by the gap between the two improvements: " in page
    assert "couple-weeks used" in page


def test_the_flow_tells_no_number_of_couples_under_five():
    arm = ArmFlow(name="a", allocated=30, answered={6: 3}, separated=2)
    few = Flow(couples=60, left_out={"not_a_number": 4}, without_arm=1, arms=(arm, replace(arm, name="b", separated=0)))
    shown = texts(plot_flow(few))
    assert "followed up fewer than 5" in shown
    assert "separated 0" in shown
    assert not re.search(r"(up|separated|number|arm) [1-4]\b", shown)
    assert "fewer than 5 answered at week 6" in flow_alt(few)
