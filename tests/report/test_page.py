"""The pages: complete, safe, self-contained, and every number on them is the object's."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from couples_study.report import numbers as n
from couples_study.report.intake import intake_page
from couples_study.report.intake.held import row_ranges
from couples_study.report.intake.steps import NOTHING_TO_DO
from couples_study.report.page import report_page, term_decimals
from couples_study.report.sentences import STRENGTH_WORDS, VERDICT_WORDS

from . import examples as ex

HOSTILE = '<script>alert("x")</script> & "quotes" {{ 7 * 7 }}'


class Cells(HTMLParser):
    """Collects the text of every table row, by the table's class, and of everything with an id."""

    def __init__(self):
        super().__init__()
        self.rows, self.ids, self.tags, self._table, self._cell = {}, [], [], None, None
        self.section = None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag == "section":
            self.section = attrs.get("id")
        if tag == "table":
            self._table = (self.section, attrs.get("class", "").split()[-1])
        if tag == "tr":
            self.rows.setdefault(self._table, []).append([])
        if tag in ("td", "th"):
            self._cell = ""
        if tag == "br" and self._cell is not None:
            self._cell += "\n"

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self._cell is not None:
            self.rows[self._table][-1].append(self._cell.strip())
            self._cell = None

    def handle_data(self, data):
        if self._cell is not None:
            self._cell += data


def parsed(html):
    cells = Cells()
    cells.feed(html)
    return cells


THEMES = {"C12": "touch", "C13": "touch", "C31": "rebuilding", "C60": "touch"}


@pytest.fixture(scope="module")
def page():
    return report_page(replace(ex.REPORT, themes=THEMES))


@pytest.fixture(scope="module")
def intake():
    return intake_page(ex.INTAKE)


def test_both_pages_are_the_same_twice(page, intake):
    assert report_page(replace(ex.REPORT, themes=THEMES)) == page
    assert intake_page(ex.INTAKE) == intake


def test_every_number_of_a_verdicts_tables_is_the_objects(page):
    rows = parsed(page).rows
    for v in ex.VERDICTS:
        decimals = term_decimals(ex.EVIDENCE[v.id], v)
        for t, row in zip(v.terms, rows.get((v.id, "terms"), [[]])[1:], strict=True):
            assert row[0].endswith(t.term)
            assert row[1:] == [
                n.estimate(t.estimate, t.conf_low, t.conf_high, decimals),
                n.interval(t.conf_low, t.conf_high, decimals),
                n.level(t.conf_level),
                n.standard_error(t.std_error),
                n.degrees(t.df),
                n.statistic(t.statistic),
                n.p_value(t.p_value),
                n.p_value(t.p_adjusted),
            ]
        for s, row in zip(v.sensitivity, rows.get((v.id, "sensitivity"), [[]])[1:], strict=True):
            assert row[0] == s.label
            assert row[1] == n.estimate(s.estimate, s.conf_low, s.conf_high, decimals)
            assert row[2] == n.interval(s.conf_low, s.conf_high, decimals)
            assert row[3] == n.level(s.conf_level)
            assert row[4].endswith(s.verdict)


def test_every_part_of_the_report_is_there(page):
    assert set(parsed(page).ids) >= {"answers", "questions", "data", "words", "provenance", *ex.EVIDENCE}
    for v in ex.VERDICTS:
        assert v.sentence.replace("'", "&#39;") in page
    for part in ("SYNTHETIC DATA", "What the statement can mean", "How this was computed", ex.SHA, "Concerns"):
        assert part in page
    assert "Resentment towards the partner (3 items)" in page


def test_the_studys_own_hypotheses_come_first(page):
    rows = [row[0].split()[0] for row in parsed(page).rows["answers", "answers"][1:]]
    assert rows == ["The", "H1", "H2", "General", "C12", "C13", "C31", "C60"]


def test_the_ledger_adds_up_on_the_page(page):
    for row in parsed(page).rows["data", "ledger-files"][1:]:
        read, accepted, held = (int(cell.replace(n.THIN_SPACE, "")) for cell in row[2:])
        assert read == accepted + held


@pytest.mark.parametrize("which", ["page", "intake"])
def test_ids_are_unique_and_every_inner_link_arrives(which, request):
    cells = parsed(request.getfixturevalue(which))
    assert len(cells.ids) == len(set(cells.ids))
    links = [attrs["href"][1:] for tag, attrs in cells.tags if tag == "a" and attrs["href"].startswith("#")]
    assert set(links) <= set(cells.ids)


@pytest.mark.parametrize("which", ["page", "intake"])
def test_nothing_is_fetched_and_no_script_runs(which, request):
    html = request.getfixturevalue(which)
    assert not re.search(r"https?://|@import|url\((?!#)|<link|<img|<iframe| on[a-z]+=", html)
    assert (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; {policy(html)}"
        in html
    )


def policy(html):
    """What the page allows to run: the one script that is in it, by its hash, or nothing."""
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert len(scripts) == html.count("<script")
    hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts]
    return f"script-src 'sha256-{hashes[0]}'" if hashes else "script-src 'none'"


def test_rows_carry_what_they_are_sorted_and_filtered_by(page):
    rows = [attrs for tag, attrs in parsed(page).tags if tag == "tr" and "data-verdict" in attrs]
    assert [(row["data-verdict"], row["data-strength"], row["data-theme"]) for row in rows] == [
        (v.verdict, v.strength or "none", "the study’s own" if v.id.startswith("H") else THEMES[v.id])
        for v in ex.VERDICTS
    ]
    ranks = [int(attrs["data-rank"]) for tag, attrs in parsed(page).tags if "data-rank" in attrs]
    assert ranks[:4] == [0, 0, 0, 2]
    offered = re.findall(r'<option value="([^"]+)">', page)
    assert offered == ["the study’s own", "rebuilding", "touch", *VERDICT_WORDS, *STRENGTH_WORDS]


def test_a_hostile_study_is_only_ever_text():
    concern = replace(ex.ERROR, sentence=HOSTILE)
    verdict = replace(ex.V_H1, statement=HOSTILE, sentence=HOSTILE, rule=HOSTILE, concerns=(concern,))
    html = report_page(replace(ex.REPORT, title=HOSTILE, verdicts=(verdict,)))
    assert html.count("<script") == 1
    assert policy(html) in html
    assert "{{ 7 * 7 }}" in html
    assert "&lt;script&gt;" in html
    held = (*ex.HELD, replace(ex.HELD[0], file="<b>.csv", reason="<i>", columns=("<u>",)))
    assert not re.search(r"<b>\.csv|<u>|<i>", intake_page(replace(ex.INTAKE, title=HOSTILE, held=held)))


def test_a_study_without_anything_says_so_and_has_no_empty_section():
    bare = replace(ex.REPORT, verdicts=(), evidence={}, ledger={}, inputs={}, hypotheses=(), synthetic=False)
    html = report_page(bare)
    assert "No question was put to this study" in html
    assert "The ledger lists no file" in html
    assert "SYNTHETIC" not in html
    empty = intake_page(replace(ex.INTAKE, ledger={}, held=(), answered_by_day=(), inputs={}))
    assert NOTHING_TO_DO in empty
    assert "cannot be counted by day" in empty


def test_a_long_page_opens_the_studys_own_questions_only():
    many = tuple(replace(ex.V_C12, id=f"C{k}") for k in range(200, 215))
    html = report_page(replace(ex.REPORT, verdicts=(ex.V_H1, *many), evidence={"H1": ex.H1}))
    assert html.count('<details class="question" open>') == 1


def test_the_flow_of_participants_goes_from_the_records_to_what_was_used(page):
    part = page[page.index("Flow of participants") : page.index("ledger-files")]
    steps = [re.sub("<[^>]+>", "", step) for step in re.findall("<li>(.*?)</li>", part)]
    assert steps == [
        f"{n.count(10412)} records came; 35 were held back, for the reasons below.",
        "199 couples (397 people) are known. Left out by rule: partner missing 1.",
        "198 couples (396 people) are in the diary, 9980 entries.",
        f"The questions use up to 198 couples ({ex.H1.id}), at the least 198 ({ex.H1.id}); each says its own number.",
    ]


def test_held_rows_are_told_by_row_number_and_column_never_by_value(intake):
    rows = {(row[0], row[1].split("\n")[0]): row[2:] for row in parsed(intake).rows["held", "held"][1:]}
    assert rows["baseline.csv", "missing key"] == ["2", "17–18", "person_id"]
    assert rows["diary_week1.csv", "duplicate conflicting"] == ["4", "40–41, 90–91", "the whole record"]


def test_days_with_few_answers_are_suppressed(intake):
    last = parsed(intake).rows["answered", "compliance"][-1]
    assert last == ["27", "396", n.SUPPRESSED, "not shown"]


def test_row_ranges_are_capped():
    assert row_ranges([9, 3, 4, 5, 5]) == "3–5, 9"
    assert row_ranges(range(0, 20, 2), most=3) == "0, 2, 4 and 7 more"
