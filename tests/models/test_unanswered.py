"""Skipped evenings in models of days: the mixture of two patterns by hand, and with a world in which both are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.models.test_linear_models import SETTING, asked, diary, frames

from couples_study.models.registry import check_question
from couples_study.models.unanswered import skipped_share, with_unanswered

KEYS = {"model": "apim", "outcome": "y", "actor": ["x"], "test": ["actor.within"]}


def evidence(table, days=14):
    question = asked(**KEYS)
    setting = replace(SETTING, scheduled_days=days)
    return question, check_question(question, setting, "test").estimate("T", question, frames(table), setting)


def test_rows_and_tipping_point_by_hand():
    table = diary(couples=40, days=14, missing=0.25, seed=4)
    table["y"] += 0.4 * table["x"]
    question, found = evidence(table)
    share = 1 - found.counts.n_obs / (80 * 14)
    assert skipped_share(found.counts, 0) == pytest.approx(share)
    assert 0.2 < share < 0.3
    more = with_unanswered(found, question)
    term, rows = found.tested[0], more.sensitivity[-2:]
    assert rows[0].estimate == pytest.approx(term.estimate - share * 0.05)
    assert rows[1].conf_low == pytest.approx(term.conf_low - share * 0.10)
    tip = more.facts["tipping_point"]
    end = term.conf_low if term.estimate > 0 else term.conf_high
    assert end + share * tip * 0.05 == pytest.approx(0.0, abs=1e-12)


def test_the_mixture_is_the_effect_over_all_evenings():
    """Half of the evenings carry an effect of .5, half none; the second half is then skipped."""
    rng = np.random.default_rng(1)
    table = diary(couples=300, days=14, missing=0.0, seed=5)
    early = table["day"] < 7
    table["x"] = rng.normal(size=len(table))
    table["y"] = np.where(early, 0.5, 0.0) * table["x"] + rng.normal(size=len(table))
    _, whole = evidence(table)
    _, told = evidence(table[early].reset_index(drop=True))
    share = skipped_share(told.counts, 0)
    assert share == pytest.approx(0.5)
    off = told.tested[0].estimate - 0.5 * share - whole.tested[0].estimate
    assert abs(off) < 4 * whole.tested[0].std_error


def test_nothing_is_added_where_nothing_was_skipped_or_nobody_knows_what_was_due():
    question, found = evidence(diary(couples=40, days=14, missing=0.0))
    assert with_unanswered(found, question) is found
    question, found = evidence(diary(couples=40, days=14, missing=0.3), days=None)
    assert with_unanswered(found, question) is found
