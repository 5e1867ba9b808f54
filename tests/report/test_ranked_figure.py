"""The figure of a ranked list: the same bytes twice, every item told, what may not be told left out."""

from __future__ import annotations

import numpy as np

from couples_study.report.alt import alt_text
from couples_study.report.figure_data import figure_csvs
from couples_study.report.figures import figure_for, to_svg
from tests.models.list_data import ITEMS, SETTING, answers, people_of
from tests.models.relation_data import estimated

KEYS = {
    "model": "ranking", "rule": "R12", "outcome": "i0", "items": ITEMS, "stated": 3, "who": "each", "causal": False,
    "unit": "rank", "value": 1,
}  # fmt: skip


def few_named():
    ticks = answers((0.7, 0.6, 0.5, 0.3, 0.25, 0.2, 0.15, 0.1))
    ticks[:, :, 7] = 0.0
    ticks[0, 0, 7] = 1.0
    return estimated(people_of(ticks), SETTING, **KEYS)


def test_ranks_are_drawn_alike_twice_and_told_to_those_who_can_not_see_them():
    evidence = few_named()
    assert to_svg(figure_for(evidence)) == to_svg(figure_for(evidence))
    told = alt_text(evidence)
    assert all(f"{item}: " in told for item in ITEMS)
    assert "i7: rank 8" in told  # no share: one person names it


def test_a_share_that_one_person_makes_is_in_no_file():
    evidence = few_named()
    rows = evidence.figure.frames["ranks"].set_index("item")
    assert np.isnan(rows.loc["i7", ["value", "low", "high"]].astype(float)).all()
    assert "share.i7" not in set(evidence.tidy()["term"])
    verdict = type("V", (), {"id": "T", "terms": (), "sensitivity": (), "verdict": "inconclusive", "unit": "rank",
                             "smallest_effect": None})()  # fmt: skip
    assert b"i7" in figure_csvs(verdict, evidence)["T"]
