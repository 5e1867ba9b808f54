"""The house rule: no page, table, figure or JSON of a report tells a cell of one to four answers or people."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from tests.small_studies import DYADS, write_study

from couples_study.cli import main
from couples_study.pipeline import run_report

FIVE = 5
CELLS = {"n", "at_risk", "couple_days", "person_days"}  # columns and keys that count answers or people behind a row
SHARES = re.compile(r"share(_at_\w+|_zero|_early|_control)?|placebo")
NUMBERED = re.compile(r"\b[1-4] (couples|people|persons|answers|observations|evenings|reports)\b")
BOOKKEEPING = {"ledger.json", "intake.html", "provenance.json"}  # of the study's own people; they never leave it
COUPLES, DAYS = 64, 7
TOML = f"""
[study]
id = "rule"
title = "A study for the house rule"
time_zone = "Europe/Vienna"
claims = []
scheduled_days = {DAYS}
{DYADS}
[[source]]
reader = "csv"
files = "people.csv"
table = "people"
keys = {{ couple = "dyad", person = "pid" }}
columns = {{ touch_vital = "vital", resentment_3 = "resent", avoid_hard_talk = "avoid", married = "married" }}

[[source]]
reader = "csv"
files = "diary.csv"
table = "diary_days"
keys = {{ couple = "dyad", person = "pid", day = "day" }}
columns = {{ stress_day = "stress", touch_received_n = "touch", sex_today = "intimate", conflict_today = "conflict" }}
"""
ASKED = (
    ("P1", 'model = "prevalence"\nrule = "R2"\noutcome = "touch_vital"\ncut = 6\nquantifier = "few"\nplacebo = "avoid_hard_talk"', "share"),
    ("P2", 'model = "prevalence"\nrule = "R2"\noutcome = "resentment_3"\ncut = 7\nquantifier = "few"\nwho = "each"', "share"),
    ("B1", 'model = "apim"\noutcome = "stress_day"\nactor = ["sex_today"]\npartner = ["conflict_today"]', "points per point"),
    ("R1", 'model = "regression"\noutcome = "avoid_hard_talk"\npredictors = ["resentment_3"]', "points per point"),
)  # fmt: skip
HYPOTHESES = "".join(
    f'\n[[hypothesis]]\nid = "{name}"\nstatement = "{name}"\n{said}\n'
    f'smallest_effect = {{ value = 0.1, unit = "{unit}", why = "a test" }}\n'
    for name, said, unit in ASKED
)


def rare(rng, n, k):
    """Ones in ``k`` of ``n`` places."""
    found = np.zeros(n, dtype=int)
    found[rng.choice(n, size=k, replace=False)] = 1
    return found


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """A report with rare answers in every column: three couples, two people, four evenings."""
    folder, rng = tmp_path_factory.mktemp("rule"), np.random.default_rng(20260302)
    strong, old = rare(rng, COUPLES, 3), rare(rng, COUPLES, 2)
    people, diary = ["dyad,pid,sex,vital,resent,avoid,married"], ["dyad,pid,day,stress,touch,intimate,conflict"]
    for n in range(COUPLES):
        for who, sex in enumerate("fm"):
            vital = 7 if strong[n] else int(rng.integers(1, 5))
            resent = 7 if old[n] and who else int(rng.integers(1, 6))
            people.append(f"K{n},K{n}{sex},{sex},{vital},{resent},{int(rng.integers(1, 7))},{int(n > 1)}")
            for day in range(DAYS):
                intimate, conflict = int(n < 2 and day < 2), int(rng.random() < 0.2)
                touch = 24 if n == 9 else int(rng.poisson(4))
                diary.append(f"K{n},K{n}{sex},{day},{int(rng.integers(0, 100))},{touch},{intimate},{conflict}")
    files = {"people.csv": "\n".join(people), "diary.csv": "\n".join(diary)}
    write_study(folder / "study", TOML + HYPOTHESES, files)
    done = run_report(str(folder / "study"), folder / "out")
    assert main(["codebook", str(folder / "study"), "--out", str(folder / "out" / "book")]) == 0
    assert {one.verdict for one in done.verdicts} - {"not_testable"}
    return folder / "out"


def walked(told, at=()):
    """Every number of a JSON file with its path of keys."""
    if isinstance(told, dict):
        for key, value in told.items():
            yield from walked(value, (*at, key))
    elif isinstance(told, list):
        for place, value in enumerate(told):
            yield from walked(value, (*at, place))
    elif isinstance(told, int | float) and not isinstance(told, bool):
        yield at, told


def small(n):
    return 0 < n < FIVE


def test_no_json_tells_a_small_cell(report):
    seen = 0
    for path in sorted(report.rglob("*.json")):
        if path.name in BOOKKEEPING:
            continue
        told = json.loads(path.read_text("utf-8"))
        n = (told.get("counts") or {}).get("n_obs") if path.parent.name == "results" else None
        for at, value in walked(told):
            if at[-1] in CELLS or str(at[-1]).startswith("events_") or at[-1] in ("separated", "n_missing", "n_people"):
                assert not small(value), (path.name, at, value)
            if n and at[0] == "facts" and SHARES.fullmatch(str(at[-1])):
                seen += 1
                assert not small(round(value * n, 6)), (path.name, at, value)
                assert not small(round((1 - value) * n, 6)), (path.name, at, value)
    assert seen >= 3


def test_no_csv_tells_a_small_cell_or_lets_it_be_subtracted(report):
    seen = 0
    for path in sorted(report.rglob("figures/*.csv")):
        frame = pd.read_csv(path)
        for column in frame.columns.intersection(list(CELLS)):
            seen += 1
            assert not frame[column].between(1, FIVE - 1).any(), (path.name, column)
        if "bins" in set(frame.get("part", [])):
            n = json.loads((report / "results" / f"{path.stem}.json").read_text("utf-8"))["counts"]["n_obs"]
            assert not small(n - frame.loc[frame["part"].eq("bins"), "n"].sum()) or "B" in path.stem
    assert seen >= 2


def test_no_share_of_a_table_or_figure_is_that_of_one_to_four(report):
    for name in ("P1", "P2"):
        n = json.loads((report / "results" / f"{name}.json").read_text("utf-8"))["counts"]["n_obs"]
        shares = [*pd.read_csv(report / "results" / f"{name}.csv")["estimate"]]
        shares += [*pd.read_csv(report / "figures" / f"{name}.csv").query("label == 'Share'")["estimate"]]
        assert shares
        for share in shares:
            assert not small(round(share * n, 6)), (name, share * n)


def test_verdicts_say_that_a_small_cell_is_hidden(report):
    told = {one["id"]: one for one in json.loads((report / "verdicts.json").read_text("utf-8"))["claims"]}
    assert "small_cell" in told["P1"]["concerns"]
    assert "small_cell" in told["P2"]["concerns"]


@pytest.mark.parametrize("ending", ["svg", "html", "md"])
def test_no_figure_page_or_paragraph_counts_one_to_four(report, ending):
    pages = [one for one in sorted(report.rglob(f"*.{ending}")) if one.name not in BOOKKEEPING]
    assert pages
    for page in pages:
        said = re.sub(r"<[^>]+>", " ", page.read_text("utf-8"))
        assert not NUMBERED.search(said), (page.name, NUMBERED.search(said))


def test_no_figure_draws_the_one_couple_that_touches_far_more(report):
    """Couple 9 alone says 24 touches; where anything is drawn over touches, it ends before."""
    for path in sorted(report.rglob("figures/*.csv")):
        frame = pd.read_csv(path)
        assert not frame.select_dtypes("number").eq(24.0).any(axis=None), path.name


def test_agreement_on_the_intake_page_gives_no_evening_back(report):
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", (report / "intake.html").read_text("utf-8")))
    assert "fewer than 5 evenings the reports differ" in page or "fewer than 5 evenings have two yes" in page
