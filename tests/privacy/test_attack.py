"""Somebody who has only what is told: linear bounds on suppressed cells, and one table taken from another."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from tests.privacy.support_export import study

from couples_study import load_study
from couples_study.codebook.book import codebook_of_study
from couples_study.contracts.evidence import FigureData
from couples_study.contracts.hypothesis import Hypothesis
from couples_study.models.bins import partial_bins
from couples_study.models.model import Setting
from couples_study.models.prevalence import estimate
from couples_study.pipeline.export import run_export
from couples_study.privacy.recognition import reads_off, reads_off_pairs
from couples_study.privacy.release import batch, released, to_five
from couples_study.privacy.small_cells import coarse_step, share_told, suppressed, to_step
from couples_study.privacy.told import told_figure

FIVE = 5


def bounds(shown, equations, hidden_from=1):
    """The least and most that each hidden cell can be, whole or not, given what is told.

    ``equations`` are (weights over all cells, least, most). A hidden cell is at least one, since empty ones are told.
    """
    places = [i for i, n in enumerate(shown) if n is None]
    rows, limits = [], []
    for weights, least, most in equations:
        known = sum(w * n for w, n in zip(weights, shown, strict=True) if n is not None)
        row = [weights[i] for i in places]
        rows += [row, [-one for one in row]]
        limits += [most - known, known - least]
    found = {}
    for at, place in enumerate(places):
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(places))
            goal[at] = sign
            solved = linprog(goal, A_ub=rows or None, b_ub=limits or None, bounds=[(hidden_from, None)] * len(places))
            assert solved.status in (0, 3), solved.message
            ends.append(sign * solved.fun if solved.status == 0 else sign * -np.inf)
        found[place] = (ends[0], ends[1])
    return found


def safe(found):
    """No hidden cell is known to be one to four, and none is known at all."""
    return all(high >= FIVE - 1e-6 and high - low > 1e-6 for low, high in found.values())


@pytest.mark.parametrize("seed", range(40))
def test_a_total_gives_no_hidden_cell_back(seed):
    rng = np.random.default_rng(seed)
    counts = rng.choice([0, 1, 2, 3, 4, 5, 7, 12, 40], size=int(rng.integers(1, 9))).tolist()
    shown = suppressed(counts)
    assert not any(n is not None and 0 < n < FIVE for n in shown)
    if any(n is not None and n for n in shown):  # where all are hidden the total is not told
        assert safe(bounds(shown, [([1] * len(counts), sum(counts), sum(counts))]))


def test_without_secondary_suppression_the_attack_succeeds():
    shown = [None if 0 < n < FIVE else n for n in (3, 20, 40)]
    assert not safe(bounds(shown, [([1, 1, 1], 63, 63)]))


def five_around(n):
    """All that a count at the nearest five may be."""
    return n - 2, n + 2


@pytest.mark.parametrize("seed", range(20))
def test_two_successive_releases_differ_by_no_known_cell(seed):
    """The second study has the first's couples and, in another batch, more; each cell's difference is bounded."""
    rng = np.random.default_rng(seed)
    first = rng.choice([0, 1, 3, 5, 8, 30], size=5)
    second = first + rng.multinomial(int(rng.choice([5, 10])), np.full(5, 0.2))
    one, other = released(first.tolist()), released(second.tolist())
    for before, after in zip(one, other, strict=True):
        if before is None or after is None:
            continue
        low = max(five_around(after)[0] - five_around(before)[1], 0)
        high = five_around(after)[1] - five_around(before)[0]
        assert high >= FIVE or low == 0  # never known to be one to four
        assert after - before in range(0, 100, FIVE)


def test_couples_leave_in_batches_so_that_two_exports_differ_by_five_or_none():
    for n, m in itertools.product(range(60), range(7)):
        one, other = set(batch(range(n))), set(batch(range(n + m)))
        assert one <= other
        assert len(other - one) % FIVE == 0


def test_two_exports_of_a_growing_study_tell_nothing_of_the_couple_that_joined(tmp_path, monkeypatch):
    monkeypatch.setenv("COUPLES_STUDY_SECRETS", str(tmp_path / "secrets"))
    tables = {}
    for n in (40, 41, 45):
        study(tmp_path / f"s{n}", n)
        run_export(str(tmp_path / f"s{n}"), "supervisor", tmp_path / f"e{n}")
        tables[n] = {
            name: pd.read_csv(tmp_path / f"e{n}" / "tables" / f"{name}.csv", dtype="str", keep_default_na=False)
            for name in ("answers", "numbers")
        }
    for name in ("answers", "numbers"):
        pd.testing.assert_frame_equal(tables[40][name], tables[41][name])
        for table in tables.values():
            for column in table[name].columns.intersection(["n", "people", "missing"]):
                whole = table[name][column][table[name][column].str.isdigit()].astype(int)
                assert (whole % FIVE == 0).all()
    both = tables[40]["answers"].merge(tables[45]["answers"], on=["frame", "column", "answer"])
    changed = both[both["n_x"].str.isdigit() & both["n_y"].str.isdigit()]
    assert len(changed) > 20
    assert ((changed["n_y"].astype(int) - changed["n_x"].astype(int)) % FIVE == 0).all()


def cells_of(answers, people, kind="number", reach=(1.0, 7.0)):
    from couples_study.codebook.distribution import distribution

    return distribution(answers, people, kind, reach)


@pytest.mark.parametrize("seed", range(25))
def test_total_mean_and_sd_of_a_codebook_give_no_hidden_cell_back(seed):
    """Items from 1 to 7 with rare answers and missing ones: rows are known; so is the mean, where it is told."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(60, 400))
    shares = rng.dirichlet([0.3] * 7)
    answers = pd.Series(rng.choice(np.arange(1.0, 8.0), size=n, p=shares))
    answers[rng.random(n) < rng.choice([0.0, 0.01, 0.1])] = np.nan
    told = cells_of(answers, pd.Series(np.arange(n)))
    shown = [cell.n for cell in told.cells] + [told.n_missing]
    places = [i for i, one in enumerate(shown) if one is None]
    if not places or all(one is None or one == 0 for one in shown):
        return
    equations = [([1.0] * 8, n, n)]  # the rows of the table
    if told.mean is not None:
        values, answered = np.arange(1.0, 8.0), int(answers.notna().sum())
        half = 0.5 * coarse_step(min(4 * answers.std() or 1.0, 6.0), answered)
        equations.append(([*(values - told.mean), 0.0], -half * answered, half * answered))
    assert safe(bounds(shown, equations)), shown


def test_a_share_of_few_is_told_as_that_of_five():
    assert share_told(0.0, 100) == 0.0
    assert share_told(0.02, 100) == share_told(0.04, 100) == 0.05
    assert share_told(0.98, 100) == 0.95
    assert share_told(0.37, 100) == 0.37


def prevalence(says, n, **more):
    people = pd.DataFrame(
        {
            "couple_id": np.repeat([f"c{i}" for i in range(n)], 2),
            "person_id": [f"p{i}" for i in range(2 * n)],
            "resentment_3": np.repeat([6.0] * says + [2.0] * (n - says), 2),
        }
    )
    question = Hypothesis(
        id="P", statement="x", model="prevalence", rule="R2", outcome="resentment_3", cut=5, quantifier="few",
        smallest_effect={"value": 0.1, "unit": "share", "why": "a test"}, **more,
    )  # fmt: skip
    from types import SimpleNamespace

    from couples_study.contracts.study import Dyads
    from couples_study.core.columns import glossary

    setting = Setting(dyads=Dyads(type="indistinguishable"), glossary=glossary())
    return estimate("P", question, SimpleNamespace(people=people), setting)


def numbers_in(evidence):
    terms = [value for one in evidence.tested for value in (one.estimate, one.std_error, one.statistic, one.p_value)]
    rows = [value for one in evidence.sensitivity for value in (one.estimate, one.conf_low, one.conf_high)]
    return {**evidence.facts, "terms": tuple(terms), "rows": tuple(rows)}


def test_nothing_that_is_told_of_a_rare_answer_depends_on_how_rare_it_is():
    told = [numbers_in(prevalence(says, 80)) for says in (1, 2, 3, 4)]
    assert all(one == told[0] for one in told)
    assert told[0]["share"] == FIVE / 80
    assert numbers_in(prevalence(5, 80))["share"] == FIVE / 80
    assert numbers_in(prevalence(6, 80)) != told[0]


def test_the_interval_of_a_hidden_share_holds_those_of_all_it_may_be():
    hidden = prevalence(2, 80).tested[0]
    for says in (5,):
        plain = prevalence(says, 80).tested[0]
        assert hidden.conf_low <= plain.conf_low
        assert plain.conf_high <= hidden.conf_high
    assert hidden.conf_low < 1 / 80 < hidden.conf_high


def test_bins_of_few_couples_join_others_and_no_row_is_lost():
    rng = np.random.default_rng(4)
    couple = np.repeat(np.arange(30), 10)
    x = np.where(couple < 2, 9.0, rng.integers(0, 4, 300).astype(float))
    found = partial_bins(x=x, y=rng.normal(size=300), couple=couple, title="", x_label="", y_label="", slope=0.0)
    frame = found.frames["bins"]
    assert frame["n"].sum() == 300
    assert frame["x"].max() < 9.0


def test_a_curve_of_events_rises_by_five_or_more():
    rng = np.random.default_rng(2)
    events = rng.multinomial(30, np.full(12, 1 / 12))
    frame = pd.DataFrame(
        {"week": np.arange(1.0, 13), "improved": np.cumsum(events) / 60, "at_risk": 60 - np.cumsum(events) + events}
    )
    data = FigureData(kind="onset", title="", x_label="", y_label="", frames={"a": frame}, notes={"arms": ["a"]})
    told = told_figure(data).frames["a"]
    rises = np.diff([0.0, *told["improved"]]) * 60
    assert (np.round(rises) >= FIVE).all()
    assert told["improved"].max() == frame["improved"].max()
    again = told_figure(told_figure(data)).frames["a"]
    pd.testing.assert_frame_equal(told, again)


def test_partners_who_never_differ_would_tell_each_other():
    assert reads_off_pairs(20, 0, 60) == {"unlike", "both", "neither"}
    assert reads_off_pairs(2, 20, 60) == {"both", "neither"}
    assert reads_off_pairs(20, 20, 60) == frozenset()


def test_a_table_in_which_nearly_everybody_says_the_same_is_not_told():
    assert reads_off([78, 2], 40) == "nearly everybody gave the same answer"
    assert reads_off([5, 5], 5) == "too few couples"
    assert reads_off([50, 30], 40) is None


def test_a_studys_codebook_gives_no_hidden_cell_back(tmp_path):
    opened = load_study(study(tmp_path / "study", 40))
    tables = {name: opened.table(name) for name in opened.intake.tables}
    book = codebook_of_study("t", "t", tables, opened.checked.glossary)
    hidden = 0
    for name, variables in book.tables:
        for one in [one for one in variables if one.distribution and one.distribution.cells]:
            shown = [*(cell.n for cell in one.distribution.cells), one.distribution.n_missing]
            assert not any(n is not None and 0 < n < FIVE for n in shown), one.name
            if any(n is None for n in shown) and any(shown):
                hidden += 1
                rows = len(tables[name])
                assert safe(bounds(shown, [([1.0] * len(shown), rows, rows)])), one.name
    assert hidden > 1


def test_steps_are_round_and_wide_enough():
    for n, reach in itertools.product((20, 60, 400, 9000), (1.0, 6.0, 100.0)):
        step = coarse_step(reach, n)
        assert step * n >= 2 * FIVE * reach * (1 - 1e-9)
        assert to_step(3.14159, step) == pytest.approx(round(3.14159 / step) * step)
    assert [to_five(n) for n in (0, 2, 3, 7, 8, 12)] == [0, 0, 5, 5, 10, 10]


def test_facts_that_count_few_go_and_so_does_what_gives_them_back():
    from dataclasses import replace

    from couples_study.privacy.told import told

    facts = {
        "separated": 3.0, "events_0_3": 2.0, "events_4_8": 9.0, "events_9_more": 30.0, "days_below": 2.0,
        "days_from": 400.0, "couples_below": 12.0, "couples_from": 30.0, "tau": 4.0,
    }  # fmt: skip
    safe = told(replace(prevalence(30, 80), facts=facts)).facts
    assert set(safe) == {"events_9_more", "couples_below", "couples_from", "tau"}
