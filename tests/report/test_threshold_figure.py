"""The threshold figure of a real analysis: what stands on it, and what its notes say."""

import numpy as np
import pytest

from couples_study.models.threshold import threshold_evidence
from couples_study.report.curve import curve_notes, plot_curve
from tests.support_threshold import simulate


@pytest.fixture(scope="module")
def evidence():
    return threshold_evidence(
        id="C60", frame=simulate("plateau_6", couples=80, seed=1), stated=6.0, total_effect=0.3, slope_low=-0.05,
        slope_high=0.035, unit="points (1-7)", seed=np.random.SeedSequence(1), draws=99,
    )  # fmt: skip


def test_the_notes_give_couple_days_on_each_side_and_say_where_a_jump_can_lie(evidence) -> None:
    notes = " ".join(curve_notes(evidence, evidence.figure))
    below, above = (int(evidence.facts[f"couple_days_{side}"]) for side in ("below", "from"))
    assert f"Couple-days: {below} below the stated value, {above} at or above it." in notes
    assert "a jump can only be placed between 5 and 6" in notes


def test_the_figure_shows_curve_rivals_break_and_days(evidence) -> None:
    figure = plot_curve(evidence)
    main, strip = figure.axes
    words = " ".join(text.get_text() for text in main.texts)
    assert "fitted curve" in words
    assert "stated: 6" in words
    assert "break" in words
    assert len(main.lines) >= 5
    assert strip.patches
