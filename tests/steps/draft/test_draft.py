"""A draft by what stands in the exports: who, when, which layout, which scale, and what is left to a person."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.steps.draft.support_draft import diary, drafted, form, model, why


def test_a_plain_diary_is_drafted_without_doubt_about_its_keys():
    made = drafted(form(diary(mood=lambda c, p, d: (c + p + d) % 7 + 1)))
    study = model(made)
    source = study.source[0]
    assert source.table == "diary_days"
    assert source.keys.model_dump(exclude_none=True) == {"couple": "dyad", "person": "pid", "day": "day"}
    assert (study.dyads.type, study.dyads.by, study.dyads.labels) == (
        "distinguishable", "sex", {"f": "woman", "m": "man"})  # fmt: skip
    assert study.study.scheduled_days == 5
    assert study.measures["mood"].range == (1, 7)
    assert {one.key for one in made.unsure} == {"title", "time_zone", "scheduled_days", "range"}


def test_unsure_lines_are_numbered_as_they_stand():
    made = drafted(form(diary(mood=lambda c, p, d: (c + p + d) % 7 + 1)))
    lines = made.text.splitlines()
    for one in made.unsure:
        assert lines[one.line - 1].endswith(f"# UNSURE: {one.why}")
    assert sum("# UNSURE: " in line for line in lines) == len(made.unsure)


@pytest.mark.parametrize(
    ("couple", "person", "by", "day"),
    [
        ("Paar_ID", "VP_Nr", "Geschlecht", "Tag"),
        ("id_pareja", "participante", "sexo", "día"),
        ("CoupleID", "Session", "role", "DIARYDAY"),
        ("koppelnr", "deelnemer", "geslacht", "dagnr"),
        ("coppia", "soggetto", "sesso", "giorno"),
    ],
)
def test_keys_are_found_in_several_languages(couple, person, by, day):
    columns = dict(zip((couple, person, by, day), diary().values(), strict=True))
    study = model(drafted(form(columns)))
    assert (study.source[0].keys.couple, study.source[0].keys.person, study.dyads.by) == (couple, person, by)
    assert study.source[0].keys.day == day


def test_a_couple_without_a_telling_name_is_found_by_its_two_people():
    columns = diary(couples=12)
    columns = {"nest": columns.pop("dyad"), **columns}
    made = drafted(form(columns))
    assert model(made).source[0].keys.couple == "nest"
    assert "exactly two people" in why(made, "couple")[0]


def test_an_id_that_two_unlike_rows_share_is_the_couple():
    n = 10
    columns = {
        "ID": [i for i in range(n) for _ in "ab"],
        "sex": ["f", "m"] * n,
        "sat": [i % 5 + 1 for i in range(2 * n)],
    }
    study = model(drafted(form(columns)))
    assert (study.source[0].table, study.source[0].keys.couple, study.source[0].keys.person) == ("people", "ID", None)


def test_sex_that_changes_from_day_to_day_is_no_role():
    columns = diary(couples=8, sex=lambda c, p, d: "yes" if (c + p + d) % 2 else "no")
    study = model(drafted(form(columns)))
    assert study.dyads.type == "indistinguishable"
    assert study.source[0].columns["sex_today"] == "sex"
    assert study.source[0].recode["sex_today"] == {"yes": 1, "no": 0}


def test_prefixes_make_a_wide_source():
    columns = {"ID": list(range(20)), "W_calm": [i % 5 for i in range(20)], "M_calm": [(i + 1) % 5 for i in range(20)]}
    study = model(drafted(form(columns)))
    source = study.source[0]
    assert (source.layout, source.prefixes) == ("wide", {"woman": "W_", "man": "M_"})
    assert (source.keys.couple, source.keys.person) == ("ID", None)
    assert study.dyads.type == "distinguishable"


def test_endings_are_suffixes():
    columns = {f"sat{item}.{who}": [(i + item) % 7 + 1 for i in range(30)] for who in (1, 2) for item in (1, 2, 3)}
    made = drafted(form(columns))
    assert model(made).source[0].suffixes == {"partner_1": ".1", "partner_2": ".2"}
    assert not model(made).source[0].prefixes
    assert model(made).measures["sat"].items == ("sat1", "sat2", "sat3")


def test_items_that_are_only_numbered_are_no_wide_layout():
    columns = diary(close_1=lambda c, p, d: c * 10 + d, close_2=lambda c, p, d: c * 10 + p)
    study = model(drafted(form(columns)))
    assert study.source[0].layout == "long"
    assert not study.measures  # both are the glossary's


def test_copies_of_the_partners_answers_are_left_out():
    n = 30
    own = [(7 * i) % 6 + 1 for i in range(2 * n)]
    partner = [own[i ^ 1] for i in range(2 * n)]
    columns = {
        "couple": [i // 2 for i in range(2 * n)],
        "person": [i % 2 + 1 for i in range(2 * n)],
        "Warm_A": own, "Warm_P": partner, "Open_A": own[::-1], "Open_P": [own[::-1][i ^ 1] for i in range(2 * n)],
    }  # fmt: skip
    made = drafted(form(columns))
    assert model(made).source[0].columns == {"Warm": "Warm_A", "Open": "Open_A"}
    assert "# left out, since each is the partner's own answer of the other row: Warm_P, Open_P\n" in made.text


def test_dates_that_could_be_read_two_ways_are_left_to_the_user():
    columns = diary(date=lambda c, p, d: f"0{d + 1}/03/2026 21:{10 + c}")
    del columns["day"]
    made = drafted(form(columns))
    assert model(made).source[0].dates is None
    assert '# dates = "%d/%m/%Y %H:%M"' in made.text
    assert '# dates = "%m/%d/%Y %H:%M"' in made.text
    assert any("either way round" in one.why for one in made.unsure)


def test_dates_that_can_only_be_read_one_way_are_declared():
    columns = diary(days=20, date=lambda c, p, d: f"{d + 1:02}.03.2026")
    del columns["day"]
    study = model(drafted(form(columns)))
    assert (study.source[0].keys.date, study.source[0].dates) == ("date", "%d.%m.%Y")
    assert (str(study.study.start_date), study.study.scheduled_days) == ("2026-03-01", 20)


def test_entries_after_midnight_belong_to_the_evening_before():
    def stamp(c, p, d):
        return f"2026-03-{d + 3:02} 00:{20 + c}:00" if (c + d) % 4 == 0 else f"2026-03-{d + 2:02} 21:{30 + c}:00"

    columns = diary(ended=stamp)
    del columns["day"]
    made = drafted(form(columns))
    assert model(made).source[0].table == "diary_days"
    assert model(made).study.day_ends.hour == 4
    assert model(made).study.scheduled_days == 5
    assert why(made, "day_ends")


def test_several_rows_a_day_are_events():
    columns = diary(days=12, scheduled=lambda c, p, d: f"2026-03-{d // 4 + 1:02} {9 + d % 4}:00:00")
    del columns["day"]
    made = drafted(form(columns))
    assert model(made).source[0].table == "events"
    assert why(made, "table")


def test_one_row_per_person_is_people_and_numbered_waves_are_waves():
    people = {name: cells[::5] for name, cells in diary().items() if name != "day"}
    assert model(drafted(form(people))).source[0].table == "people"
    waves = diary(days=3)
    waves["wave"] = waves.pop("day")
    assert model(drafted(form(waves))).source[0].table == "survey_waves"


def test_codes_far_from_the_scale_are_missing_of_an_unsure_kind():
    columns = diary(mood=lambda c, p, d: 999 if (c, d) == (1, 1) else (-99 if d == 3 and p else (c + d) % 5 + 1))
    made = drafted(form(columns))
    assert model(made).source[0].missing == {"-99": "refused", "999": "refused"}
    assert model(made).measures["mood"].range == (1, 5)
    assert all("is it missing?" in one for one in why(made, "-99"))


def test_a_code_that_is_an_answer_elsewhere_is_missing_in_its_column_only():
    columns = diary(
        couples=30,
        mood=lambda c, p, d: 99 if d == 3 and p else (c + d) % 5 + 1,
        warm=lambda c, p, d: (c * 10 + d * 2 + p) % 101,
    )
    made = drafted(form(columns))
    assert model(made).source[0].missing == {}
    assert model(made).source[0].missing_in == {"mood": {"99": "refused"}}


def test_na_and_decimal_commas():
    columns = diary(mood=lambda c, p, d: "NA" if d == 2 else f"{(c + d) % 4},5")
    study = model(drafted(form(columns)))
    assert study.source[0].decimal == ","
    assert study.source[0].missing == {"NA": "not_reached"}


def test_the_platforms_bounds_and_labels_are_no_guess():
    made = drafted(
        form(
            diary(
                couples=10,
                a1=lambda c, p, d: (c + d) % 3 + 2,
                a2=lambda c, p, d: (c + p) % 3 + 2,
                warm=lambda c, p, d: (c + d) % 2 + 2,
            ),
            captions={"warm": "<p>How warm was it?</p>"},
            labels={name: {"1": "never", "5": "always"} for name in ("a1", "a2")},
            ranges={"warm": (0, 10)},
        )
    )
    study = model(made)
    assert study.measures["a"].items == ("a1", "a2")
    assert study.measures["a"].range == (1, 5)
    assert (study.measures["warm"].range, study.measures["warm"].label) == ((0, 10), "How warm was it?")
    assert not why(made, "range")
    assert not why(made, "items")


def test_labels_as_answers_are_recoded_to_their_codes():
    columns = diary(couples=10, mood=lambda c, p, d: ("low", "middle", "high")[(c + d) % 3])
    study = model(drafted(form(columns, labels={"mood": {"1": "low", "2": "middle", "3": "high"}})))
    assert study.source[0].recode == {"mood": {"low": 1, "middle": 2, "high": 3}}
    assert study.measures["mood"].range == (1, 3)


def test_a_glossary_name_on_another_scale_is_kept_apart():
    made = drafted(form(diary(stress_day=lambda c, p, d: c * 100 + d)))
    assert model(made).source[0].columns == {"stress_day_own": "stress_day"}
    assert "another scale (0 to 100)" in why(made, "stress_day_own")[0]


def test_events_and_repeating_instruments_of_redcap_become_sources():
    columns = {
        "record_id": [i for i in range(1, 7) for _ in range(3)],
        "redcap_event_name": ["base_arm_1", "week_1_arm_1", "week_2_arm_1"] * 6,
        "age": [cell for i in range(6) for cell in (30 + i, "", "")],
        "warm": [cell for i in range(6) for cell in ("", i % 5 + 1, (i + 1) % 5 + 1)],
    }
    study = model(drafted(form(columns, reader="redcap")))
    assert [(one.name, one.table, one.only["redcap_event_name"]) for one in study.source] == [
        ("base_arm_1", "people", ("base_arm_1",)),
        ("week_1_arm_1", "survey_waves", ("week_1_arm_1", "week_2_arm_1")),
    ]
    repeating = {
        "record_id": [1, 1, 1, 2, 2, 2],
        "redcap_repeat_instrument": ["", "diary", "diary"] * 2,
        "redcap_repeat_instance": ["", 1, 2] * 2,
        "warm": ["", 3, 4, "", 1, 2],
    }
    study = model(drafted(form(repeating, reader="redcap")))
    assert [one.table for one in study.source] == ["people", "diary_days"]
    assert study.source[1].keys.day == "redcap_repeat_instance"


def test_qualtrics_previews_are_dropped_by_rule():
    columns = {
        "ResponseId": [f"R_{i}" for i in range(9)],
        "Status": ["0"] * 9,
        "Finished": ["1"] * 9,
        "Q1": list(range(9)),
    }
    made = drafted(form(columns, reader="qualtrics"))
    assert set(model(made).source[0].drop) == {"preview", "unfinished"}
    assert why(made, "unfinished")


def test_no_answer_no_id_and_no_name_is_repeated():
    word = "Xylophon"
    columns = diary(
        couples=8,
        first_name=lambda c, p, d: f"{word}{c}{p}",
        note=lambda c, p, d: f"{word} {c} {d}",
        rare=lambda c, p, d: f"{word}rare" if (c, p, d) == (0, 0, 0) else "often" if d else "usual",
        born=lambda c, p, d: f"19{c + 60}-03-{d + 1:02}",
        income=lambda c, p, d: 31337 + 1000 * c,
    )
    text = drafted(form(columns)).text
    assert word not in text
    assert "31337" not in text
    assert "1960" not in text
    assert '"c0' not in text


def test_too_few_rows_show_no_codes_of_roles():
    columns = {name: cells[::5] for name, cells in diary(couples=2).items() if name != "day"}
    made = drafted(form(columns))
    assert model(made).dyads.labels == {}
    assert any("too few rows" in one.why for one in made.unsure)


def test_the_same_measure_of_two_forms_is_one():
    one, other = diary(mood=lambda c, p, d: (c + d) % 5 + 1), diary(mood=lambda c, p, d: (c + d) % 7 + 1)
    study = model(drafted(form(one), form(other | {"extra": other["day"]}, files=("other.csv",))))
    assert study.measures["mood"].range == (1, 7)


def test_a_form_without_rows_is_drafted_nonetheless():
    assert model(drafted(form({"dyad": [], "pid": [], "mood": []}))).source[0].keys.couple == "dyad"


NAMES = st.one_of(
    st.sampled_from(["dyad", "ID", "pid", "sex", "role", "day", "wave", "date", "W_a", "M_a", "W_b", "M_b", "x_A", "x_P", "y_A",
                     "y_P", "close_1", "close_2", "age", "a.1", "a.2", "redcap_event_name", "redcap_repeat_instrument", "-99"]),
    st.text(min_size=1, max_size=12).filter(str.strip),
)  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(
        ["", "1", "2", "3", "-99", "999", "NA", "f", "m", "yes", "no", "2026-03-01", "03/04/2026", "1,5", "2.5"]
    ),
    st.text(max_size=6).filter(lambda text: text.isprintable()),
)


def test_redcap_events_become_sources_with_names_that_a_file_can_have():
    made = drafted(
        form(
            {"pid": [*"aabbcc"], "redcap_event_name": ["day/1", "day:1", "."] * 2, "x": ["1", "", ""] * 2,
             "y": ["", "2", ""] * 2, "z": ["", "", "3"] * 2},
            reader="redcap",
        )
    )  # fmt: skip
    sources = model(made).source
    assert [one.name for one in sources] == ["day_1", "day_1_2", "once"]
    assert [one.only["redcap_event_name"] for one in sources] == [("day/1",), ("day:1",), (".",)]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_came_the_draft_is_a_valid_study_file(data):
    names = data.draw(st.lists(NAMES, min_size=1, max_size=8, unique=True))
    n = data.draw(st.integers(0, 12))
    columns = {name: data.draw(st.lists(CELLS, min_size=n, max_size=n)) for name in names}
    model(drafted(form(columns, reader=data.draw(st.sampled_from(["csv", "qualtrics", "redcap"])))))
