"""Rounding happens once, and the same way everywhere."""

import pytest

from couples_study.core.errors import AnalysisError
from couples_study.report import numbers as n


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (n.estimate(0.0504, 0.012, 0.088), "0.050"),
        (n.estimate(37.26, 31.2, 43.3), "37"),
        (n.estimate(-0.0504), "−0.0504"),
        (n.estimate(None), "not applicable"),
        (n.interval(0.1234, 0.3149), "[0.12, 0.31]"),
        (n.interval(-0.001, 0.19), "[0.00, 0.19]"),
        (n.interval(None, None), "not applicable"),
        (n.with_interval(0.2114, 0.1548, 0.268), "0.21 [0.15, 0.27]"),
        (n.p_value(0.0004), "< .001"),
        (n.p_value(0.034), ".034"),
        (n.p_value(1.0), "> .999"),
        (n.p_value(None), "not applicable"),
        (n.statistic(-2.345), "−2.35"),
        (n.degrees(197.0), "197"),
        (n.degrees(183.46), "183.5"),
        (n.degrees(None), "not applicable"),
        (n.count(9312), "9312"),
        (n.count(10012), "10\u202f012"),
        (n.plain(0.05), "0.05"),
        (n.plain(6.0), "6"),
        (n.plain(-31204.5512), "−31205"),
        (n.plain(3.2e-9), "3.2e−09"),
        (n.level(0.95), "95%"),
        (n.level(0.975), "97.5%"),
        (n.share(1, 3), "33%"),
        (n.share(0, 0), "not applicable"),
        (n.cell(4), "fewer than 5"),
        (n.cell(5), "5"),
    ],
)
def test_a_number_looks_like_this(shown, expected):
    assert shown == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("show", [n.estimate, n.plain, n.p_value, n.statistic])
def test_what_is_not_a_number_is_refused(show, value):
    with pytest.raises(AnalysisError, match="finite"):
        show(value)
