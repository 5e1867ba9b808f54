"""What must be refused is, by name, and messages never show an answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.models.dyadic_data import FIXED, SLOPES, diary, model

from couples_study.core.errors import AnalysisError, FrameError
from couples_study.models.dyadic import DyadicMixedLM, distinguishability, likelihood_ratio

SECRET = 4321.125


def frame_with(column: str, value: Any, rows: slice = slice(0, 1)) -> pd.DataFrame:
    frame = diary()
    values = frame[column].astype(object if isinstance(value, str) else float).to_numpy().copy()
    values[rows] = value
    return frame.assign(**{column: values})


BROKEN = {
    "infinite": (frame_with("y", np.inf), "infinite"),
    "missing": (frame_with("within", np.nan).assign(between=frame_with("between", np.nan)["between"]), "missing"),
    "half day": (frame_with("day", 2.5), "whole days"),
    "a role once": (frame_with("role", "c").query("role != 'b'"), "appears once"),
    "three roles": (frame_with("role", "c", slice(0, 9)), "at most two roles"),
    "constant": (diary().assign(between=3.0), "collinear"),
    "zero": (diary().assign(between=0.0), "constant"),
    "collinear": (diary().assign(between=lambda d: 2 * d["wa"] - d["wb"]), "collinear"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_bad_rows(name: str) -> None:
    frame, words = BROKEN[name]
    with pytest.raises(FrameError, match=words):
        model(frame, SLOPES, residual="un@ar1")


def test_two_constant_columns() -> None:
    frame = diary().assign(three=3.0)
    with pytest.raises(FrameError, match="constant"):
        model(frame, None, ["one", "three", "within"], residual="iid")


def test_duplicates_are_counted() -> None:
    frame = diary()
    with pytest.raises(FrameError, match="2 duplicate"):
        model(pd.concat([frame, frame.iloc[:2]]), SLOPES, residual="role")


def test_messages_do_not_show_answers() -> None:
    frame = frame_with("y", SECRET)
    with pytest.raises(FrameError) as caught:
        model(pd.concat([frame, frame.iloc[:1]]), residual="un@ar1")
    assert str(SECRET) not in str(caught.value)
    assert caught.value.where
    assert caught.value.expected
    assert caught.value.found
    assert caught.value.do


UNIDENTIFIED = {
    "few couples": (lambda d: model(d[d["couple"] < 4], SLOPES, residual="role"), "more couples than random effects"),
    "effects on one day": (lambda d: model(d[d["day"] == 2], ["fa"], ["one"], residual="un"), "more than one day"),
    "ar on one day": (lambda d: model(d[d["day"] == 2], None, ["one"], residual="un@ar1"), "more than one day"),
    "no shared days": (lambda d: model(d[(d["role"] == "a") ^ (d["day"] < 4)], residual="un"), "both partners"),
    "lag and ar": (lambda d: model(d, residual="un@ar1", lagged_outcome=True), "AR\\(2\\)"),
    "couple-day": (lambda d: model(d, residual="un", couple_day=True), "not identified"),
    "unknown word": (lambda d: model(d, residual="ar"), "one of iid, role"),
    "one role": (lambda d: model(d[d["role"] == "a"], None, ["one", "within"], residual="role"), "two roles"),
    "too few rows": (lambda d: model(d.iloc[:4], residual="iid"), "more rows"),
}


@pytest.mark.parametrize("name", UNIDENTIFIED)
def test_models_that_are_not_identified(name: str) -> None:
    build, words = UNIDENTIFIED[name]
    with pytest.raises(AnalysisError, match=words):
        build(diary())


def test_lagged_outcome_is_allowed_without_ar() -> None:
    assert model(diary(), residual="un", lagged_outcome=True).fit().converged


def test_exchangeable_couples() -> None:
    frame = diary()
    with pytest.raises(FrameError, match="exchangeable"):
        model(frame, dyads="mixed")
    with pytest.raises(FrameError, match="one value per couple"):
        model(frame, dyads="mixed", exchangeable=np.arange(len(frame)) % 2 == 0)
    with pytest.raises(FrameError, match="at most two people"):
        model(frame, dyads="indistinguishable", person=np.arange(len(frame)))


def test_time_is_needed_for_ar_and_lengths_must_match() -> None:
    frame = diary()
    with pytest.raises(FrameError, match="time"):
        DyadicMixedLM(frame["y"], frame[FIXED], groups=frame["couple"], role=frame["role"])
    with pytest.raises(FrameError, match="as endog has"):
        DyadicMixedLM(frame["y"], frame[FIXED], groups=frame["couple"][:-1], role=frame["role"], time=frame["day"])
    with pytest.raises(FrameError, match="whole numbers"):
        DyadicMixedLM(frame["y"], frame[FIXED], groups=frame["couple"], time=np.array(["Mon"] * len(frame)))
    with pytest.raises(FrameError, match="missing values"):
        model(frame.assign(couple=frame["couple"].where(frame["couple"] > 0)), residual="iid")


def test_likelihood_ratio_guards() -> None:
    frame = diary(couples=30)
    large = model(frame, ["fa", "fb"], residual="un@ar1").fit()
    small = model(frame, ["fa", "fb"], residual="role@ar1").fit()
    test = likelihood_ratio(small, large)
    assert test.df == 1
    assert test.statistic == pytest.approx(2 * (large.llf - small.llf))
    assert large.compare_lr(small) == test
    fewer = model(frame, ["fa", "fb"], FIXED[:-1], residual="role@ar1").fit()
    with pytest.raises(AnalysisError, match="fixed part"):
        likelihood_ratio(fewer, large)
    with pytest.raises(AnalysisError, match="by ML"):
        likelihood_ratio(model(frame, ["fa", "fb"], residual="role@ar1", reml=False).fit(), large)
    with pytest.raises(AnalysisError, match="larger model second"):
        likelihood_ratio(large, small)
    with pytest.raises(AnalysisError, match="same rows"):
        likelihood_ratio(small, model(frame.iloc[1:], ["fa", "fb"], residual="un@ar1").fit())
    pooled = model(frame, ["one"], ["one", "within"], residual="un", dyads="indistinguishable", re_by="partner").fit()
    with pytest.raises(AnalysisError, match="maximum likelihood"):
        distinguishability(pooled, large)
    with pytest.raises(AnalysisError, match="indistinguishable partners first"):
        distinguishability(large, pooled)
    ml = fewer.model.with_options(reml=False).fit(), large.model.with_options(reml=False).fit()
    assert likelihood_ratio(*ml).df == 2
