"""The intake page of a watched study: complete, readable by a program, and silent about answers and identities."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from couples_study.contracts.seen import ColumnProfile, FileProfile
from couples_study.contracts.watch import Compliance, PersonDays, Watch
from couples_study.core.columns import glossary
from couples_study.report.intake import intake_page
from couples_study.report.intake.maps import COUPLES_ON_A_MAP, MOST_MAPS, shown_maps
from couples_study.report.intake.steps import next_steps
from tests.intake.watch import made

from . import examples as ex
from .test_page import HOSTILE, parsed

HIDDEN = "kept-to-herself"
MOTHER = "anna.berger@example.org"
CHECKS = {"careless": {"long_string": 8, "too_fast": 1.0, "even_odd": 0.0, "mahalanobis": 0.001}}


def profiles():
    def file(name, column, **said):
        columns = (ColumnProfile(column=column, target="grand_gesture_cost", answered=90, **said),)
        return FileProfile(source="diary", file=name, sha256=name * 8, rows=100, columns=columns)

    return [
        file("w1.csv", "cost", words={f"{HIDDEN} 1": 90}, labels={"1": f"{HIDDEN} 2"}),
        file("w2.csv", "cost", words={f"{HIDDEN} 3": 90}, labels={"1": f"{HIDDEN} 4"}),
        file("w3.csv", "Cost_", words={f"{HIDDEN} 3": 90}, labels={"1": f"{HIDDEN} 4"}),
    ]


@pytest.fixture(scope="module")
def watch() -> Watch:
    """A running study of 12 couples on the evening of day 9 with something of every kind to tell."""
    rng = np.random.default_rng(1)
    rows = made.diary(12, 14, rng, items=10).astype({"day": "int64"})
    rows = rows.assign(device=("phone-" + rows["person_id"]).astype("str"), answer_seconds=300.0, note_text=HIDDEN)
    rows.loc[rows["couple_id"] == "C003", "device"] = HIDDEN
    rows.loc[rows["person_id"] == "C004a", "device"] = "phone-C005a"
    rows.loc[rows["person_id"] == "C007a", [f"q{i}" for i in range(10)]] = 3.0
    rows["couple_id"] = rows["couple_id"].replace("C009", MOTHER)
    rows = rows[(rows["day"] <= 9) & ~((rows["couple_id"] == "C001") & (rows["day"] >= 5))]
    who = made.people(13).replace("C009", MOTHER)
    entries = made.fates(rows)
    some = (entries["person_id"] == "C002b") & (entries["day"] < 4)
    entries.loc[some, "entered"] = pd.Timestamp("2026-03-08 22:00") + pd.to_timedelta(np.arange(4) * 5, unit="min")
    return made.watched(rows, who=who, entries=entries, checks=CHECKS, batteries=made.battery(10), profiles=profiles())


@pytest.fixture(scope="module")
def context(watch):
    labels = {name: column.label for name, column in glossary().items()}
    return replace(ex.INTAKE, watch=watch, column_labels=labels)


@pytest.fixture(scope="module")
def page(context):
    return intake_page(context)


def test_the_page_is_the_same_twice(page, context):
    assert intake_page(context) == page


def test_no_answer_no_identity_and_no_device_stands_on_the_page(page):
    assert HIDDEN not in page
    assert "anna" not in page.lower()
    assert "example.org" not in page
    assert "phone-" not in page


def test_every_section_is_there_and_its_links_arrive(page):
    cells = parsed(page)
    assert len(cells.ids) == len(set(cells.ids))
    links = {attrs["href"][1:] for tag, attrs in cells.tags if tag == "a" and attrs["href"].startswith("#")}
    assert links == {
        *("main", "next", "tonight", "files", "held", "answered", "entries", "drift", "agreement", "careless"),
        *("tables", "shows"),
    }
    assert links <= set(cells.ids)


def test_the_page_needs_no_script_and_fetches_nothing(page):
    assert not re.search(r"https?://|@import|url\((?!#)|<script|<link|<img|<iframe|\son\w+=", page)


def test_every_table_has_a_caption_and_headers_with_a_scope(page):
    assert page.count("<table") == page.count("<caption>")
    for head in re.findall(r"<th\b[^>]*>", page):
        assert "scope=" in head
    for svg in re.findall(r"<svg\b[^>]*>", page):
        assert "aria-label=" in svg or 'aria-hidden="true"' in svg


def test_headings_go_down_one_level_at_a_time(page):
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", page)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_tonight_names_the_silent_by_pseudonym_with_their_evenings(page):
    rows = parsed(page).rows
    assert rows["tonight", "risk"][1][:3] == ["C001", "silent for long", "5 evenings"]
    assert rows["tonight", "silent"][1:] == [
        ["C001", "man", "C001b", "5 evenings"],
        ["C001", "woman", "C001a", "5 evenings"],
    ]


def test_the_person_table_has_the_numbers_of_the_watch(page, watch):
    shown = parsed(page).rows["answered", "by-person"][1:]
    expected = [[p.couple, p.role, p.person, str(p.due), str(p.answered), str(p.used)] for p in watch.compliance.people]
    assert [row[:6] for row in shown] == expected
    assert "couple 13" in {row[0] for row in shown}


def test_the_map_draws_each_evening_of_each_person(page, watch):
    (svg,) = [one for one in re.findall(r"<svg.*?</svg>", page, re.DOTALL) if 'class="day-map" role' in one]
    used = re.search(r'<path class="used" d="([^"]*)"', svg).group(1)
    width = sum(float(one) + 1 for one in re.findall(r"h([\d.]+)v", used)) / 16
    assert round(width) == sum(p.days.count("u") for p in watch.compliance.people)
    assert "Map of 26 people by 14 study days" in svg


def test_every_index_of_agreement_has_its_row(page, watch):
    shown = [row for row in parsed(page).rows["agreement", "agreement"] if row[0] != "Index"]
    assert len(shown) == sum(len(pair.indices) for pair in watch.agreement)
    assert not re.search(r"\bnan\b|None", " ".join(cell for row in shown for cell in row))


def test_steps_are_most_urgent_first(context):
    steps = next_steps(context)
    assert steps[0].startswith("Call 1 couple that may stop: C001 (5 evenings")
    kinds = ["Call", "Ask", "Column renamed", "Label moved", "Texts new", "Texts gone", "One hand", "One device"]
    places = [next(i for i, step in enumerate(steps) if step.startswith(kind)) for kind in kinds]
    assert places == sorted(places)


def test_a_hostile_watch_is_only_ever_text(context, watch):
    person = replace(watch.compliance.people[0], couple=HOSTILE, person=HOSTILE, role=HOSTILE)
    compliance = replace(watch.compliance, people=(person, *watch.compliance.people[1:]))
    silent = (replace(watch.running.silent[0], couple=HOSTILE, role=HOSTILE),)
    found = tuple(replace(one, columns=(HOSTILE,), file=HOSTILE, found=HOSTILE) for one in watch.drift)
    hostile = replace(watch, compliance=compliance, running=replace(watch.running, silent=silent), drift=found)
    html = intake_page(replace(context, watch=hostile))
    assert "<script" not in html
    assert "{{ 7 * 7 }}" in html


def test_a_watch_with_nothing_to_tell_says_so_in_every_section(context):
    html = intake_page(replace(context, watch=Watch(), held=(), ledger={}, answered_by_day=()))
    for words in ("no diary to follow", "No difference between deliveries", "no two columns", "gives no bound"):
        assert words in html


def test_many_couples_are_capped_to_those_that_answered_least():
    n = COUPLES_ON_A_MAP * MOST_MAPS + 25
    people = tuple(
        PersonDays(couple=f"C{i}", person=f"C{i}{p}", role=p, days="u.", due=2, answered=i % 3, used=0)
        for i in range(n)
        for p in "ab"
    )
    shown = shown_maps(Compliance(people=people))
    assert shown.left_out == 25
    assert len(shown.maps) == MOST_MAPS
    drawn = [one.answered for map_ in shown.maps for one in map_.people]
    assert drawn.count(0) == 2 * sum(i % 3 == 0 for i in range(n))
