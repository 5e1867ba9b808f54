"""One analysis: refusals, the same numbers for the same input, verdicts where the truth is known."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support_threshold import simulate

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.core.errors import AnalysisError, FrameError
from couples_study.models.threshold import threshold_evidence
from couples_study.models.threshold.checks import heaping_index
from couples_study.models.threshold.facts import facts_from
from couples_study.models.threshold.figure import density
from couples_study.models.threshold.findings import Limits
from couples_study.models.threshold.rows import rows_from
from couples_study.verdicts.threshold_conditions import NEEDED
from couples_study.verdicts.threshold_rule import judge_threshold

ON_SEVEN = {"total_effect": 0.30, "slope_low": -0.05, "slope_high": 0.035, "unit": "points (1-7)"}
SEVEN = Limits(stated=6.0, total_effect=0.30, slope_low=-0.05, slope_high=0.035)
ON_HUNDRED = {"total_effect": 5.0, "slope_low": -0.83, "slope_high": 0.58, "unit": "points (0-100)"}


def analyse(frame: pd.DataFrame, *, seed: int = 1, limits=ON_SEVEN, stated: float = 6.0, **options):
    return threshold_evidence(
        id="C60", frame=frame, stated=stated, seed=np.random.SeedSequence(seed), **{**limits, **options}
    )


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return simulate("plateau_6", couples=120, seed=4, count_error=True)


@pytest.fixture(scope="module")
def evidence(frame) -> Evidence:
    return analyse(frame)


def test_the_facts_are_finite_and_complete(evidence) -> None:
    assert all(isinstance(value, float) and math.isfinite(value) for value in evidence.facts.values())
    assert set(NEEDED) <= set(evidence.facts)
    assert [term.term for term in evidence.tested] == ["exposure.below", "exposure.from", "exposure.total"]
    assert [term.term for term in evidence.coefficients] == ["exposure.below", "exposure.from", "day"]
    assert evidence.counts.couples == 120
    assert evidence.counts.people == 240


def test_the_same_seed_gives_the_same_numbers_and_is_not_used_up(frame, evidence) -> None:
    seed = np.random.SeedSequence(1)
    options = {"id": "C60", "frame": frame, "stated": 6.0, "seed": seed, **ON_SEVEN}
    first, second = threshold_evidence(**options), threshold_evidence(**options)
    assert first.facts == second.facts == evidence.facts
    assert first.sensitivity == second.sensitivity
    assert analyse(frame, seed=2).facts != evidence.facts


def test_neither_row_order_nor_pseudonyms_matter(frame, evidence) -> None:
    shuffled = frame.sample(frac=1.0, random_state=3)
    names = pd.Series(np.random.default_rng(8).permutation(1000)).map("c{:03d}".format)
    renamed = shuffled.assign(
        couple_id=shuffled["couple_id"].map(names), person_id=shuffled["person_id"].map(lambda p: f"{p * 7919 % 1009}")
    )
    assert analyse(shuffled).facts == evidence.facts
    assert analyse(renamed).facts == evidence.facts


def test_the_figure_holds_no_small_cell(evidence) -> None:
    frames = evidence.figure.frames
    assert evidence.figure.kind == "threshold"
    assert list(frames["curve"]) == ["x", "fit", "low90", "high90"]
    assert (frames["curve"]["low90"] <= frames["curve"]["high90"]).all()
    assert {"x", "shape", "fit"} <= set(frames["rivals"])
    assert frames["density"]["couple_days"].min() >= 5
    assert frames["density"]["person_days"].sum() == evidence.counts.n_obs
    notes = evidence.figure.notes
    assert notes["days_below"] + notes["days_from"] == evidence.counts.n_obs


def test_rare_counts_join_their_neighbours() -> None:
    rows = rows_from(simulate("null", couples=60, days=14, seed=1))
    lone = rows.with_exposure(np.where(np.arange(len(rows)) == 0, 25.0, np.minimum(rows.exposure, 8.0)))
    cells = density(lone)
    assert cells["x_to"].iloc[-1] == 25.0
    assert cells["x"].iloc[-1] <= 8.0


def test_sensitivity_rows_and_concerns(evidence) -> None:
    labels = " ".join(row.label for row in evidence.sensitivity)
    for words in ("partner's report", "1 h together", "set to", "below the scale's ceiling"):
        assert words in labels
    codes = {concern.code for concern in evidence.concerns}
    assert {"observational", "same_reporter", "few_couples"} <= codes
    assert "heaping" not in codes


def test_heaping_is_noticed() -> None:
    heaped = simulate("null", couples=60, seed=2, count_error=True, heap=0.35)
    plain = simulate("null", couples=60, seed=2)
    assert heaping_index(heaped["exposure"].to_numpy()) > 1.5
    assert heaping_index(plain["exposure"].to_numpy()) < 1.25


def test_too_few_couples_and_missing_bands_are_reasons(frame) -> None:
    few = analyse(frame[frame["couple_id"] < 59])
    assert isinstance(few, NotTestable)
    assert few.reason == "too_few_couples"
    rare = analyse(frame.assign(exposure=frame["exposure"].clip(upper=7)))
    assert isinstance(rare, NotTestable)
    assert rare.reason == "positivity"
    flat = analyse(frame.assign(outcome=4.0))
    assert isinstance(flat, NotTestable)
    assert flat.reason == "no_variation"


def test_rows_without_an_answer_are_left_out_and_counted(frame) -> None:
    holes = frame.copy()
    holes.loc[holes.index[:30], "exposure"] = np.nan
    found = analyse(holes)
    assert found.facts["rows_dropped"] == 30.0
    assert found.counts.n_obs == len(frame) - 30
    assert "rows_dropped" in {concern.code for concern in found.concerns}


def test_frames_that_cannot_be_meant_are_refused(frame) -> None:
    with pytest.raises(FrameError, match="columns"):
        analyse(frame.drop(columns="outcome"))
    with pytest.raises(FrameError, match="fractions"):
        analyse(frame.assign(exposure=frame["exposure"] + 0.25))
    with pytest.raises(FrameError, match="partner_exposure"):
        analyse(frame.assign(partner_exposure=-1.0))
    with pytest.raises(FrameError, match="couples with more people"):
        analyse(frame.assign(couple_id=frame["couple_id"] // 2))
    with pytest.raises(AnalysisError, match="stated"):
        analyse(frame, stated=6.25)


def test_a_control_that_explains_the_coupling_takes_it_away() -> None:
    frame = simulate("null", couples=80, seed=6)
    rng = np.random.default_rng(0)
    mood = rng.normal(size=len(frame))
    frame = frame.assign(
        mood=mood, outcome=frame["outcome"] + mood, exposure=np.maximum(frame["exposure"] + np.rint(2 * mood), 0)
    )
    assert abs(analyse(frame).facts["slope_low"]) > 0.1
    assert abs(analyse(frame, controls=["mood"]).facts["slope_low"]) < 0.05


@pytest.mark.parametrize(
    ("truth", "strict", "minimum"),
    [
        ("null", "contradicted", "contradicted"),
        ("log", "contradicted", "contradicted"),
        ("plateau_3", "contradicted", "contradicted"),
        ("plateau_9", "contradicted", "contradicted"),
        ("step_6", "supported", "supported"),
        ("accel_6", "contradicted", "inconclusive"),
        ("linear", "contradicted", "contradicted"),
        ("saturating", "contradicted", "contradicted"),
    ],
)
def test_verdicts_where_the_truth_is_known(truth, strict, minimum) -> None:
    found = judge_threshold(analyse(simulate(truth, couples=300, seed=21)).facts)
    assert (found.strict.verdict, found.headline.verdict) == (strict, minimum)


def test_a_logarithm_is_never_taken_for_six() -> None:
    for seed in range(12):
        found = judge_threshold(analyse(simulate("log", couples=200, seed=100 + seed), seed=seed).facts)
        assert "supported" not in (found.minimum.verdict, found.plateau.verdict)


@pytest.mark.parametrize("limits", [ON_SEVEN, ON_HUNDRED], ids=["1-7", "0-100"])
def test_a_plateau_at_six_is_found(limits) -> None:
    scale = "1-7" if limits is ON_SEVEN else "0-100"
    verdicts = []
    for seed in range(5):
        frame = simulate("plateau_6", couples=400, seed=40 + seed, scale=scale)
        verdicts.append(judge_threshold(analyse(frame, seed=seed, limits=limits).facts).plateau.verdict)
    assert verdicts.count("supported") >= 4
    assert "contradicted" not in verdicts


@given(factor=st.floats(0.01, 100.0), shift=st.floats(-1e3, 1e3), seed=st.integers(0, 50))
@settings(max_examples=8, deadline=None, derandomize=True)
def test_the_outcomes_unit_and_zero_do_not_matter(factor, shift, seed) -> None:
    frame = simulate("plateau_6", couples=60, days=14, seed=seed)
    first = facts_from("C60", rows_from(frame), SEVEN, np.random.SeedSequence(2), 99)
    other = frame.assign(outcome=factor * frame["outcome"] + shift)
    second = facts_from("C60", rows_from(other), SEVEN.times(factor), np.random.SeedSequence(2), 99)
    for name, value in first.items():
        in_units = name.startswith(("total", "slope", "jump", "break", "limit")) and name != "jump_p"
        assert second[name] == pytest.approx(value * (factor if in_units else 1.0), rel=1e-5, abs=1e-7 * factor), name
    assert judge_threshold(second).strict.verdict == judge_threshold(first).strict.verdict


@given(seed=st.integers(0, 50), names=st.permutations(range(60)))
@settings(max_examples=5, deadline=None, derandomize=True)
def test_pseudonyms_and_the_order_of_partners_do_not_matter(seed, names) -> None:
    frame = simulate("log", couples=60, days=14, seed=seed)
    renamed = frame.assign(
        couple_id=frame["couple_id"].map(dict(enumerate(names))), person_id=10_000 - frame["person_id"]
    ).sample(frac=1.0, random_state=seed)
    chance = np.random.SeedSequence(2)
    assert facts_from("C60", rows_from(renamed), SEVEN, chance, 99) == facts_from(
        "C60", rows_from(frame), SEVEN, chance, 99
    )
