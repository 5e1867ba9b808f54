"""Ids on a page: pseudonyms as they are, everything that may tell who someone is by its place in the roster."""

import pandas as pd
import pytest

from couples_study.intake.watch.roll import in_natural_order, roll_of
from couples_study.privacy.shown import looks_personal, personal_among


@pytest.mark.parametrize(
    "word",
    ["C001", "C001a", "12", "1047", "vie-07", "A", "p_3", "20230017", "D12.1", "x9f3", "k-o-7", "C1/C1b", "12/1"],
)
def test_pseudonyms_are_shown(word):
    assert not looks_personal(word)


@pytest.mark.parametrize(
    "word",
    [
        *(
            "anna@example.org",
            "a@b",
            "+43 664 1234567",
            "0664/1234567",
            "C1/anna",
            "anna/2",
            "C1/",
            "06641234567",
            "+436641234567",
        ),
        *(
            "Anna Berger",
            "anna.berger",
            "Anna",
            "anna",
            "Łukasz",
            "Müller-Lüdenscheidt",
            "192.168.1.17",
            "fe80::1:2:3:4",
        ),
        *("", " ", "x" * 41, "a\tb", "a\x00b"),
    ],
)
def test_what_may_tell_who_someone_is_is_not_shown(word):
    assert looks_personal(word)


def test_couples_and_people_get_their_place_instead():
    people = pd.DataFrame(
        {
            "couple_id": ["C10", "C10", "anna@example.org", "anna@example.org", "C2", "C2"],
            "person_id": ["C10a", "bert@example.org", "anna", "Bert Huber", "C2b", "C2a"],
            "role": ["man", "woman", "woman", "man", "woman", "man"],
        }
    ).astype("str")
    roll = roll_of(people)
    assert roll.couples == ("C2", "C10", "couple 3")
    assert roll.people == ("C2a", "C2b", "C10a", "C10, B", "couple 3, A", "couple 3, B")
    assert roll.positions(people).tolist() == [2, 3, 5, 4, 1, 0]


def test_person_ids_may_repeat_between_couples():
    people = pd.DataFrame(
        {"couple_id": ["A1", "A1", "A2", "A2"], "person_id": ["1", "2"] * 2, "role": ["x", "y"] * 2}
    ).astype("str")
    roll = roll_of(people)
    assert roll.positions(people.iloc[[3, 0, 2]]).tolist() == [3, 0, 2]
    assert roll.positions(
        pd.DataFrame({"couple_id": ["A1", "A9"], "person_id": ["7", "1"]}).astype("str")
    ).tolist() == [-1, -1]


def test_a_person_named_with_the_couple_is_shown_without_it():
    people = pd.DataFrame({"couple_id": ["C1", "C1"], "person_id": ["C1/a", "C1/anna"], "role": ["x", "y"]}).astype(
        "str"
    )
    assert roll_of(people).people == ("a", "C1, B")


def test_ids_looked_at_together_are_judged_like_each_alone():
    words = ["C1", "12", "vie-07", "0664-123", "C1\nC2", "anna", "", "1.2.3.4", "a1.b_2", "12345678901", "AB", "12/1"]
    expected = {word for word in words if looks_personal(word)}
    assert personal_among(words) == expected == {"C1\nC2", "anna", "", "1.2.3.4", "12345678901"}
    assert personal_among(["C1", "12", "12", "p_3"]) == set()
    assert personal_among(["C1\nC2"]) == {"C1\nC2"}


def test_couples_come_in_natural_order():
    words = ["C10", "C2", "C02", "12", "2", "x", ""]
    assert [words[i] for i in in_natural_order(words)] == ["", "2", "12", "C02", "C2", "C10", "x"]
    assert in_natural_order(["1\0", "1", ""]).tolist() == [2, 1, 0]
    assert in_natural_order([]).tolist() == []
