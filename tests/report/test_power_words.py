"""What a power table says in sentences, and the curve drawn of it."""

from __future__ import annotations

import pytest

from couples_study.planning.designs import Design, Subject
from couples_study.planning.power import power_table
from couples_study.planning.tally import Tally
from couples_study.report.power_figure import plot_power
from couples_study.report.power_words import percent, recommendations
from couples_study.report.svg import to_svg


def table(times=None, **supported):
    designs, found = [], []
    for size, many in supported.items():
        couples = int(size.removeprefix("c"))
        designs.append(Design(subject=Subject(id="C10"), world="claim_true", couples=couples, days=14, times=times))
        tally = Tally(most=400)
        tally.add("s" * many + "i" * (400 - many))
        found.append(tally)
    return power_table(designs, found)


def test_the_smallest_design_that_suffices_is_recommended():
    said = recommendations(table(c50=200, c100=380, c200=400), 0.8)
    assert len(said) == 1
    assert said[0] == (
        "C10 in claim_true: 100 couples over 14 days are the smallest design asked about whose chance of the verdict "
        "supported is at least 80%: 95% (95% interval 92% to 97%, n = 400)."
    )


def test_an_interval_that_reaches_below_is_said():
    assert "The interval reaches below it" in recommendations(table(c50=322), 0.8)[0]


def test_where_nothing_suffices_the_most_is_said():
    said = recommendations(table(times=0.5, c50=20, c100=40), 0.8)[0]
    assert said.startswith("C10 in claim_true at 0.5 times the smallest effect: no design asked about reaches 80%")
    assert "10% (95% interval 7% to 13%, n = 400) with 100 couples" in said


@pytest.mark.parametrize(
    ("share", "words"), [(0.0, "0%"), (0.004, "0.4%"), (0.5, "50%"), (0.996, "99.6%"), (1, "100%")]
)
def test_shares_close_to_none_and_all_keep_a_decimal(share, words):
    assert percent(share) == words


def test_the_curve_is_the_same_bytes_again_and_names_its_lines():
    one = table(c50=200, c100=380)
    first = to_svg(plot_power(one, 0.8))
    assert first == to_svg(plot_power(one, 0.8))
    assert b"14 days" in first
