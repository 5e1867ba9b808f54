"""Figures: the right one for each kind, the same bytes twice, nothing drawn that may not be seen."""

from dataclasses import replace

import matplotlib as mpl
import pandas as pd
import pytest

from couples_study.report.alt import alt_text, terms_alt, verdicts_alt
from couples_study.report.bins import role_series
from couples_study.report.curve import shown_rivals
from couples_study.report.figures import (
    figure_for,
    narrow_figures,
    page_figures,
    plot_curve,
    plot_terms,
    plot_verdicts,
    plot_within,
    to_png,
    to_svg,
)
from couples_study.report.intake.answered import answered_alt, plot_answered
from couples_study.report.layout import spread, wrapped
from couples_study.report.overview import scaled
from couples_study.report.svg import inline

from . import examples as ex

DRAWN = {
    "terms": lambda: plot_terms(ex.H1, ex.V_H1),
    "terms without a verdict": lambda: plot_terms(ex.H2),
    "terms for a phone": lambda: plot_terms(ex.H1, ex.V_H1, narrow=True),
    "within": lambda: plot_within(ex.H1),
    "curve": lambda: plot_curve(ex.C60),
    "overview": lambda: plot_verdicts(ex.VERDICTS),
    "overview for a phone": lambda: plot_verdicts(ex.VERDICTS, narrow=True),
}


def words(figure):
    """All text that a figure shows."""
    return " ".join(text.get_text() for text in figure.findobj(mpl.text.Text) if text.get_visible())


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN)
def test_the_same_figure_has_the_same_bytes(draw):
    figure = draw()
    svg = to_svg(figure)
    assert svg == to_svg(figure) == to_svg(draw())
    assert b"Date" not in svg
    assert b"metadata" not in svg


def test_png_has_the_same_bytes_twice():
    assert to_png(plot_terms(ex.H1)) == to_png(plot_terms(ex.H1))


def test_a_users_own_settings_do_not_change_the_bytes():
    plain = to_svg(plot_terms(ex.H1, ex.V_H1))
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "red", "svg.hashsalt": "other", "svg.fonttype": "path"}):
        assert to_svg(plot_terms(ex.H1, ex.V_H1)) == plain


def test_every_evidence_gets_its_kind_of_figure():
    figures = page_figures(ex.REPORT)
    assert set(figures) == {"overview", "H1", "H1_terms", "H2", "C12", "C13", "C60", "C60_terms"}
    assert set(narrow_figures(ex.REPORT)) == {"overview", "H1_terms", "H2", "C12", "C13", "C60_terms"}
    assert figure_for(ex.C31) is None
    assert "Touches received that day" in words(figures["C60"])
    assert "Partner's responsiveness" in words(figures["H1"])
    assert "points per point" in words(figures["H1_terms"])


def test_a_forest_plot_shows_every_row_with_its_unit_and_n():
    shown = words(plot_terms(ex.H1, ex.V_H1))
    for part in ("0.21 [0.15, 0.27]", "own report left out", "±0.05 points per point", "198 couples", "9312 obs"):
        assert part in shown


def test_rows_in_different_units_have_an_axis_each_and_every_level_is_said():
    places = replace(ex.H1.sensitivity[0], label="where it breaks", unit="touches", estimate=3.5, conf_level=0.9)
    mixed_up = replace(ex.H1, sensitivity=(*ex.H1.sensitivity, places))
    figure = plot_terms(mixed_up)
    assert [axes.get_xlabel() for axes in figure.axes] == ["points per point", "touches"]
    shown = words(figure)
    assert "estimate [95% interval]" in shown
    assert "estimate [90% interval]" in shown
    assert "In touches: Asked in other ways: where it breaks: 3.5" in terms_alt(mixed_up)
    narrower = replace(ex.H1, sensitivity=(replace(places, unit=None),))
    assert "[90% interval]" in words(plot_terms(narrower))


def test_a_curve_names_its_rivals_the_break_and_the_stated_value():
    shown = words(plot_curve(ex.C60))
    for part in ("jump at six", "straight line", "break 5.5 [4, 7.5]", "stated: 6", "6120 below", "3192 at or above"):
        assert part in shown


def test_cells_under_five_are_neither_drawn_nor_told():
    frame = ex.bins()
    frame.loc[frame.index[-1], ["n", "y"]] = [3, 77.0]
    hidden = replace(ex.H1, figure=replace(ex.H1.figure, frames={"bins": frame}))
    assert max(rows["y"].max() for _, rows in role_series(hidden.figure)) < 70
    assert "2 not shown, as one has fewer than" in words(plot_within(hidden))
    assert "77" not in alt_text(hidden)


def test_a_bar_for_every_day_that_may_be_shown():
    svg = plot_answered(ex.ANSWERED)
    shown = [day for day in ex.ANSWERED if day.answered >= 5]
    assert len(shown) < len(ex.ANSWERED)
    assert svg.count("v-") == len(shown)
    assert "day shown 27" not in answered_alt(ex.ANSWERED)
    assert f"{len(ex.ANSWERED) - len(shown)} of {len(ex.ANSWERED)} days have" in svg
    assert "nan" not in svg


def test_text_is_drawn_as_it_stands_never_as_mathematics():
    odd = replace(ex.V_H2, statement='costs $5 & <b>$\\frac{1}$ -- "x"')
    svg = to_svg(plot_terms(ex.H2, odd)).decode()
    assert "costs $5 &amp; &lt;b&gt;$\\frac{1}$ --" in svg


def test_a_figure_on_the_page_has_its_own_ids_colours_and_label():
    svg = inline(to_svg(plot_curve(ex.C60)), "C60", 'alt "text" & more')
    assert svg.startswith("<svg viewBox=")
    assert 'role="img" aria-label="alt &quot;text&quot; &amp; more"' in svg
    assert "var(--blue)" in svg
    assert "#" not in svg.replace('"#C60-', "").replace("url(#C60-", "")
    assert "http" not in svg


def test_alt_texts_hold_the_numbers():
    assert "0.21 [0.15, 0.27]" in terms_alt(ex.H1, ex.V_H1)
    assert "0.05 points per point" in terms_alt(ex.H1, ex.V_H1)
    assert "The break is at 5.5, interval 4 to 7.5" in alt_text(ex.C60, ex.V_C60)
    assert "woman: from" in alt_text(ex.H1, ex.V_H1)
    assert "did not measure resentment" in alt_text(ex.C31)
    assert "C31: not testable." in verdicts_alt(ex.VERDICTS)


def test_labels_that_would_overlap_are_moved_apart():
    placed = spread([1.0, 1.0, 1.05, 5.0], 0.5)
    assert all(b - a >= 0.5 - 1e-6 for a, b in zip(sorted(placed), sorted(placed)[1:], strict=False))
    assert placed[3] == pytest.approx(5.0)


def test_long_text_ends_in_an_ellipsis():
    lines = wrapped("word " * 60, 30, 2)
    assert len(lines) == 2
    assert lines[1].endswith("…")


def test_of_many_rivals_the_best_and_the_stated_are_drawn_and_pooled_counts_share_a_bar():
    data = ex.C60.figure
    x = data.frames["curve"]["x"]
    named = {"F0": 0 * x, "F10": data.frames["curve"]["fit"], **{f"F{k}": 0.1 * k * x for k in range(1, 9)}}
    rivals = pd.concat(
        pd.DataFrame({"x": x, "shape": k, "label": f"curve {k}", "fit": fit}) for k, fit in named.items()
    )
    density = pd.DataFrame({"x": [0.0, 1.0, 2.0], "x_to": [0.0, 1.0, 9.0], "person_days": [40, 60, 80]})
    notes = {**data.notes, "best_model": "curve F7", "six_model": "curve F5"}
    frames = {**data.frames, "rivals": rivals, "density": density}
    evidence = replace(ex.C60, figure=replace(data, frames=frames, notes=notes))
    drawn = [label for label, _ in shown_rivals(evidence.figure)]
    assert drawn == ["curve F5", "curve F7", "curve F1", "curve F2", "curve F3"]
    figure = plot_curve(evidence)
    assert "best at predicting unseen couples: curve F7" in words(figure)
    assert [round(bar.get_height()) for bar in figure.axes[1].patches] == [40, 60, 10]


def test_an_effect_is_scaled_only_by_a_smallest_effect_in_its_own_unit():
    assert len(scaled(ex.V_H1)) == 2
    other = replace(ex.V_H1, smallest_effect=replace(ex.POINTS, unit="SD per SD"))
    assert scaled(other) == []
    assert "Shaded" not in words(plot_terms(ex.H1, other))
