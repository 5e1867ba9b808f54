"""What goes into a paper: tables, paragraphs, the numbers behind figures; every number is the object's."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from couples_study.models.bins import partial_bins
from couples_study.report import apa
from couples_study.report import numbers as n
from couples_study.report.figure_data import figure_csvs
from couples_study.report.methods import as_markdown, methods, occasions
from couples_study.report.paragraphs import paragraphs
from couples_study.report.references import ALWAYS, BY_ESTIMATOR, BY_MODEL, DIARY, SEVERAL, as_bibtex, keys, library

from . import examples as ex


def test_a_table_has_every_coefficient_with_its_interval():
    table = apa.coefficients(ex.H1, ex.V_H1.statement)
    assert len(table.rows) == len(ex.H1.coefficients)
    for row, term in zip(table.rows, ex.H1.coefficients, strict=True):
        decimals = n.shared_decimals([(term.conf_low, term.conf_high)])
        assert row[1] == n.fixed(term.estimate, decimals)
        assert row[3:5] == (n.fixed(term.conf_low, decimals), n.fixed(term.conf_high, decimals))
        assert row[5] == ("" if term.df is None else "197")
        assert row[7] == n.p_value(term.p_value)


def test_csv_and_latex_hold_the_cells_of_the_table():
    for name, table in apa.tables(ex.VERDICTS, ex.EVIDENCE).items():
        rows = list(csv.reader(io.StringIO(apa.as_csv(table).decode())))
        assert rows == [list(table.columns), *map(list, table.rows)], name
        latex = apa.as_latex(table).decode()
        body = latex.split(r"\midrule")[1].split(r"\bottomrule")[0].strip().splitlines()
        assert [line.count(" & ") for line in body] == [len(table.columns) - 1] * len(table.rows)
        assert latex.count(r"\begin{") == latex.count(r"\end{") == 4


def test_latex_is_never_given_a_command_by_a_study():
    assert apa.escaped(r"50% of \input{x} & $y_1$ ~ #") == (
        r"50\% of \textbackslash{}input\{x\} \& \$y\_1\$ \textasciitilde{} \#"
    )


def test_all_answers_are_in_one_table():
    rows = apa.answers(ex.VERDICTS).rows
    assert list(dict.fromkeys(row[0] for row in rows)) == [v.id for v in ex.VERDICTS]
    assert sum(row[0] == "H1" for row in rows) == len(ex.V_H1.terms)


@pytest.mark.parametrize("v", ex.VERDICTS, ids=lambda v: v.id)
def test_every_number_of_a_paragraph_is_the_objects(v):
    """Take away what the objects say, and no digit is left."""
    text = paragraphs(v, ex.EVIDENCE[v.id])
    evidence = ex.EVIDENCE[v.id]
    known = [
        v.id,
        v.statement,
        v.rule,
        v.sentence,
        getattr(evidence, "formula", ""),
        getattr(evidence, "estimator", ""),
    ]
    known += [c.sentence for c in v.concerns] + [row.label for row in v.sensitivity] + [t.term for t in v.terms]
    if v.smallest_effect:
        known += [f"{n.plain(v.smallest_effect.value)} {v.smallest_effect.unit}", v.smallest_effect.why.rstrip(".")]
    decimals = n.shared_decimals((t.conf_low, t.conf_high) for t in v.terms)
    for t in v.terms:
        known += [n.interval(t.conf_low, t.conf_high, decimals), n.level(t.conf_level), f"*({n.degrees(t.df)})"]
        known += [f"= {n.standard_error(t.std_error)}", f"= {n.statistic(t.statistic)}"]
        known += [
            n.p_value(t.p_value),
            n.p_value(t.p_adjusted),
            n.estimate(t.estimate, t.conf_low, t.conf_high, decimals),
        ]
    if v.counts:
        known += [n.count(m) for m in (v.counts.couples, v.counts.people, v.counts.days_used, v.counts.n_obs)]
    agree = sum(row.verdict == v.verdict for row in v.sensitivity)
    known += [f"Of {len(v.sensitivity)} other defensible ways of asking, {agree} would"]
    for word in sorted(known, key=len, reverse=True):
        text = text.replace(word, "") if word else text
    assert not re.search(r"\d", text), text


def test_what_an_untestable_question_lacks_is_its_result():
    assert paragraphs(ex.V_C31, ex.C31).endswith(f"**Results.** {ex.V_C31.sentence}\n")


def test_the_numbers_behind_a_figure_are_those_that_it_draws():
    found = figure_csvs(ex.V_H1, ex.H1)
    assert set(found) == {"H1", "H1_terms"}
    bins = pd.read_csv(io.BytesIO(found["H1"]))
    assert bins["x"].tolist() == ex.bins()["x"].tolist()
    terms = pd.read_csv(io.BytesIO(found["H1_terms"]))
    assert terms["estimate"].tolist() == [*(t.estimate for t in ex.H1.tested), *(s.estimate for s in ex.H1.sensitivity)]
    assert figure_csvs(ex.V_C31, ex.C31) == {}


def test_rows_that_rest_on_too_few_are_not_told():
    few = ex.bins().assign(n=[3, *[40] * 17])
    figure = replace(ex.H1.figure, frames={"bins": few})
    told = pd.read_csv(io.BytesIO(figure_csvs(ex.V_H1, replace(ex.H1, figure=figure))["H1"]))
    assert len(told) == 16  # nor the smallest beside it, which the total would give
    assert told["n"].min() == 40


def test_a_yes_or_no_has_two_bins():
    rng = np.random.default_rng(1)
    x = np.repeat([0.0, 1.0], [300, 100])
    data = partial_bins(
        x=x, y=x + rng.normal(size=400), couple=np.arange(400) // 2, title="", x_label="", y_label="", slope=1.0
    )
    assert data.frames["bins"]["x"].tolist() == [0.0, 1.0]
    assert data.frames["bins"]["n"].tolist() == [300, 100]


def test_the_methods_come_in_the_order_of_the_standards_with_the_diarys_numbers():
    parts = methods(ex.REPORT)
    assert [part.head for part in parts] == [
        "Participants", "Design and procedure", "Measures", "Data quality", "Missing data", "Analysis",
        "Deviations from the plan",
    ]  # fmt: skip
    said = as_markdown(parts).decode()
    assert "Of 5544 scheduled couple-days, 4987 (90%) were answered" in said
    assert "The fewest are those of H2: 4127 of 5544 (74%)" in said
    assert f"Of {n.count(10412)} records, 35 were held back" in said
    assert "No frozen plan came with the study" in said
    assert "touch_received_n" not in said
    labelled = replace(ex.REPORT, column_labels={"csi4": "Satisfaction"}, deviations=("H2 was added later.",))
    assert "Satisfaction (csi4)" in as_markdown(methods(labelled)).decode()
    assert methods(labelled)[-1].said == ("H2 was added later.",)


def test_a_study_without_anything_still_has_methods():
    bare = replace(ex.REPORT, verdicts=(), evidence={}, ledger={}, hypotheses=(), scheduled_days=None)
    assert all(part.said for part in methods(bare))
    assert occasions(()) == []


def test_references_are_those_that_the_analyses_need_and_parse():
    found = keys(ex.REPORT)
    assert {"cook2005", "hansen2017", "liang1986", "holm1979", "bolger2013"} <= set(found)
    assert "boruvka2018" not in found
    for key, entry in library().items():
        text = as_bibtex([key]).decode()
        assert text.startswith(f"@{entry[1 : entry.index('{')]}{{{key},\n  author = {{")
        assert text.count("{") == text.count("}")
        assert re.search(r"  year = \{\d{4}\}", text)
    cited = {key for names in (*BY_MODEL.values(), *BY_ESTIMATOR.values(), ALWAYS, SEVERAL, DIARY) for key in names}
    assert cited == set(library())
