"""Drift between deliveries: what changed is found, what is chance is not, and no answer stands in a finding."""

from __future__ import annotations

from dataclasses import replace

import pytest

from couples_study.contracts.seen import ColumnProfile, FileProfile
from couples_study.core.columns import glossary
from couples_study.intake.watch.drift import drift

LIKERT = {str(code): f"label {code}" for code in range(1, 6)}
COLUMNS = (
    ColumnProfile(column="session", target=None, answered=200, words={}),
    ColumnProfile(column="stress_today", target="stress_day", answered=190, low=0, high=100, caption="How stressed?"),
    ColumnProfile(column="touch", target="touch_received_n", answered=195, low=0, high=12),
    ColumnProfile(column="mood", target="close", answered=198, low=1, high=5, labels=LIKERT),
    ColumnProfile(column="where", target="module_active", answered=180, words={"home-secret": 100, "away-secret": 80}),
)
FIRST = FileProfile(source="diary", file="w1.csv", sha256="a" * 64, rows=200, columns=COLUMNS)


def second(*changed, without=(), **more):
    """The second delivery: as the first, but for the columns ``changed`` (by name) and those left out."""
    by_name = {one.column: one for one in changed}
    columns = tuple(by_name.pop(one.column, one) for one in COLUMNS if one.column not in without)
    return replace(FIRST, file="w2.csv", sha256="b" * 64, columns=(*columns, *by_name.values()), **more)


def column(name, **changes):
    return replace(next(one for one in COLUMNS if one.column == name), **changes)


def findings(new):
    return drift([FIRST, new], glossary())


def test_equal_deliveries_and_the_same_file_again_have_no_drift():
    assert findings(second()) == ()
    assert findings(replace(second(column("touch", low=0, high=90)), sha256=FIRST.sha256)) == ()


def test_other_sources_are_not_compared():
    assert findings(replace(second(without=("mood",)), source="survey")) == ()


def test_sites_of_one_source_are_compared_each_with_itself():
    vienna = replace(second(without=("mood",)), file="vienna_1.csv", sha256="c" * 64)
    later = replace(vienna, file="vienna_2.csv", sha256="d" * 64)
    worse = replace(later, columns=tuple(one for one in later.columns if one.column != "touch"))
    sites = [FIRST, second(), vienna]
    assert drift([*sites, later], glossary()) == ()
    (found,) = drift([*sites, worse], glossary())
    assert (found.before, found.file, found.columns) == ("vienna_1.csv", "vienna_2.csv", ("touch",))


def test_a_single_file_of_another_name_is_a_later_delivery():
    new = replace(second(without=("touch",)), file="diary_new.csv")
    assert [found.before for found in drift([FIRST, new], glossary())] == ["w1.csv"]


@pytest.mark.parametrize(
    "new",
    [
        column("stress_today", column="Stress_evening", target=None),  # the caption is the same
        column("stress_today", column="stress_todayR", target=None, caption="", low=2, high=98),  # the name nearly is
    ],
)
def test_a_renamed_column_is_one_finding(new):
    (found,) = findings(second(new, without=("stress_today",)))
    assert (found.kind, found.columns) == ("renamed", ("stress_today", new.column))
    assert "study.toml has to know" in found.found
    assert (found.before, found.file, found.source) == ("w1.csv", "w2.csv", "diary")


def test_a_column_that_is_gone_and_an_unlike_new_one_are_two_findings():
    found = findings(second(ColumnProfile(column="zzz", target=None, answered=3), without=("touch",)))
    assert [(one.kind, one.columns) for one in found] == [("gone", ("touch",)), ("new", ("zzz",))]


def test_many_unused_new_columns_are_one_finding():
    many = [ColumnProfile(column=f"x{i:05d}", target=None, answered=1) for i in range(20_000)]
    (found,) = findings(second(*many))
    assert found.kind == "new"
    assert len(found.columns) == 8
    assert "19992 more" in found.found


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (column("stress_today", low=0, high=10), "much less"),
        (column("mood", labels={str(code): f"label {code}" for code in range(7)}), "labels from 0 to 6"),
        (column("stress_today", low=-40, high=60), "shifted down"),
        (column("touch", low=0, high=90), "much further"),
    ],
)
def test_a_changed_range_is_found(changed, told):
    (found,) = findings(second(changed))
    assert found.kind == "range_changed"
    assert told in found.found


@pytest.mark.parametrize(
    "changed",
    [
        column("touch", low=0, high=19),
        column("touch", low=1, high=6),
        column("stress_today", low=4, high=93),
        column("stress_today", low=0, high=10, answered=30),
    ],
)
def test_chance_is_no_changed_range(changed):
    assert [one for one in findings(second(changed)) if one.kind == "range_changed"] == []


def test_moved_and_reworded_labels_are_found():
    swapped = {**LIKERT, "1": "label 5", "5": "label 1"}
    (moved,) = findings(second(column("mood", labels=swapped)))
    assert (moved.kind, moved.found) == ("code_moved", "2 labels at another code")
    (reworded,) = findings(second(column("mood", labels={**LIKERT, "3": "another"})))
    assert (reworded.kind, reworded.found) == ("code_moved", "1 code with another label")


def test_new_and_vanished_texts_are_counted_and_never_said():
    found = findings(second(column("where", words={"home-secret": 90, "car-secret": 90})))
    assert [(one.kind, one.found) for one in found] == [
        ("words_new", "1 text that it does not have"),
        ("words_gone", "1 text less, all of them common there"),
    ]
    assert "secret" not in repr(found)


def test_a_rare_text_is_chance():
    assert findings(second(column("where", words={"home-secret": 100, "away-secret": 79, "car-secret": 1}))) == ()


def test_a_jump_in_missing_answers_is_found_and_told_in_tenths():
    (found,) = findings(second(column("touch", answered=120)))
    assert (found.kind, found.expected, found.found) == (
        "more_missing",
        "almost all of the rows filled, as before",
        "about 6 in 10 filled",
    )
    assert findings(second(column("touch", answered=175))) == ()
    assert findings(second(column("touch", answered=6), rows=15)) == ()


def test_what_a_file_says_of_answers_never_reaches_a_finding():
    new = second(
        column("stress_today", low=-987.5, high=12345.5),
        column("where", words={"a-hidden-word": 200}),
        column("mood", labels={"1": "a-hidden-label", "2": "another-hidden"}),
    )
    said = repr(findings(new))
    assert not any(word in said for word in ("987", "12345", "hidden"))
    assert {one.kind for one in findings(new)} == {"range_changed", "code_moved", "words_new", "words_gone"}
