"""Which evening an entry belongs to, counted from which first day."""

from __future__ import annotations

import pytest
from tests.small_studies import DIARY, DYADS, HEAD, PEOPLE, PEOPLE_CSV, held

from couples_study.core.errors import StudyFileError
from couples_study.intake.places import MOST_IN_A_DAY

BY_DATE = DIARY.replace('day = "day"', 'date = "at"')
EVENING = 'day_ends = "04:00"\nday_opens = "16:00"\nscheduled_days = 10\n'


@pytest.fixture
def dated(take):
    def go(
        *stamps, head=EVENING, people=PEOPLE_CSV, start="start_date = 2026-03-27\n", sources=PEOPLE + BY_DATE, **more
    ):
        rows = [f"1,{'ab'[i % 2]},{stamp},{i},1,no" for i, stamp in enumerate(stamps)]
        diary = "\n".join(["dyad,pid,at,stress,touch,conflict", *rows])
        return take(HEAD + start + head + DYADS + sources, {"people.csv": people, "diary.csv": diary, **more})

    return go


def evenings(intake):
    table = intake.tables["diary_days"].sort_values("stress_day")
    return [(day, f"{date:%m-%d}") for day, date in zip(table["day"], table["date"], strict=True)]


@pytest.mark.parametrize(
    ("stamp", "place"),
    [
        ("2026-03-28T21:00:00", (1, "03-28")),
        ("2026-03-28 21:00", (1, "03-28")),
        ("2026-03-28", (1, "03-28")),
        ("2026-03-29T00:25:00", (1, "03-28")),
        ("2026-03-29T03:59:59.999", (1, "03-28")),
        ("2026-03-28T16:00", (1, "03-28")),
        ("2026-03-28T20:00:00Z", (1, "03-28")),  # 21:00 in Vienna
        ("2026-03-28T23:30:00Z", (1, "03-28")),  # 00:30 of the 29th in Vienna
        ("2026-03-29T01:30:00Z", (1, "03-28")),  # 03:30 in Vienna after the clocks went forward at 02:00
        ("2026-03-28T15:00:00-05:00", (1, "03-28")),
        ("2026-03-29T09:00:00+1300", (1, "03-28")),
    ],
)
def test_an_entry_belongs_to_its_evening_in_the_time_zone_of_the_study(dated, stamp, place):
    assert evenings(dated(stamp)) == [place]


@pytest.mark.parametrize("stamp", ["2026-03-29T04:00", "2026-03-29T15:59:59", "2026-03-29T02:00:00Z"])
def test_late_entries_belong_to_the_evening_before_and_are_excluded_by_name(dated, stamp):
    intake = dated(stamp, "2026-03-28T22:00")
    assert intake.ledger.tables["diary_days"].exclusions == {"late_entry": 1}
    assert intake.ledger.rows_held == 0
    assert evenings(intake) == [(1, "03-28")]


def test_without_an_opening_hour_nothing_is_late(dated):
    assert evenings(dated("2026-03-28T09:00", head='day_ends = "04:00"\n')) == [(1, "03-28")]


@pytest.mark.parametrize(
    "stamp",
    ["2026-02-30", "03.28.2026", "2026-03-28T25:00", "yesterday", "2026-3-8", "2026-03-28T21:00+99:99", "20260328"],
)
def test_unreadable_dates_are_held(dated, stamp):
    assert held(dated(stamp)) == [(1, "unreadable_date")]


@pytest.mark.parametrize(
    "stamp", ["0001-01-01", "9999-12-31T23:59:59", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00"]
)
def test_dates_at_the_ends_of_time_are_held(dated, stamp):
    assert held(dated(stamp))[0][1] in ("day_outside_window", "unreadable_date")


def test_days_before_and_after_the_window_are_held(dated):
    intake = dated("2026-03-26", "2026-03-27", "2026-04-05", "2026-04-06")
    assert held(intake) == [(1, "day_outside_window"), (4, "day_outside_window")]
    assert evenings(intake) == [(0, "03-27"), (9, "04-05")]


def test_a_blank_date_is_a_missing_key(dated):
    assert held(dated("", "2026-03-28")) == [(1, "missing_key")]


def with_starts(first, second):
    return f"dyad,pid,sex,start_date\n1,a,f,{first}\n1,b,m,{second}\n2,c,f,2026-03-01\n"


def test_each_couple_has_its_own_first_day_from_people(dated):
    intake = dated("2026-03-28", people=with_starts("2026-03-28", ""), start="")
    assert evenings(intake) == [(0, "03-28")]
    assert intake.tables["couples"]["start_date"].dt.day.tolist() == [28, 1]


def test_a_couple_without_a_first_day_has_the_study_s(dated):
    assert evenings(dated("2026-03-28", people=with_starts("", ""))) == [(1, "03-28")]


def test_partners_with_different_first_days_are_held_and_not_given_the_study_s(dated):
    intake = dated("2026-03-28", people=with_starts("2026-03-27", "2026-03-28"))
    assert held(intake) == [(1, "start_date_unknown")]


def test_first_days_may_stand_in_couples(dated):
    couples = '[[source]]\nreader = "csv"\nfiles = "couples.csv"\ntable = "couples"\nkeys = { couple = "dyad" }\n'
    intake = dated(
        "2026-03-28", start="", sources=PEOPLE + couples + BY_DATE, **{"couples.csv": "dyad,start_date\n1,2026-03-20\n"}
    )
    assert evenings(intake) == [(8, "03-28")]


def test_dates_without_any_first_day_are_refused(dated):
    with pytest.raises(StudyFileError, match="start_date"):
        dated("2026-03-28", start="")


def test_events_that_have_names_are_numbered_by_a_closed_map(take):
    waves = (
        '\n[[source]]\nreader = "csv"\nfiles = "waves.csv"\ntable = "survey_waves"\n'
        'keys = { couple = "dyad", person = "pid", wave = "event" }\ncolumns = { resentment_1 = "r" }\n'
        "recode = { event = { enrollment_arm_1 = 0, followup_arm_1 = 1 } }\n"
    )
    rows = (
        "dyad,pid,event,r\n1,a,enrollment_arm_1,1\n1,a,followup_arm_1,2\n1,b,final_arm_1,3\n1,b,,4\n1,a,final_arm_1,5\n"
    )
    intake = take(HEAD + DYADS + PEOPLE + waves, {"people.csv": PEOPLE_CSV, "waves.csv": rows})
    assert intake.tables["survey_waves"]["wave"].tolist() == [0, 1]
    assert held(intake, "waves") == [
        (3, "unknown_label"),
        (4, "missing_key"),
        (5, "unknown_label"),
    ]  # no place is claimed


def test_days_that_count_from_one(take):
    diary = (
        "dyad,pid,day,stress,touch,conflict\n1,a,1,1,1,no\n1,b,0,1,1,no\n1,a,2.0,1,1,no\n1,b,2.5,1,1,no\n1,b,x,1,1,no\n"
    )
    intake = take(HEAD + "first_day = 1\n" + DYADS + PEOPLE + DIARY, {"people.csv": PEOPLE_CSV, "diary.csv": diary})
    assert intake.tables["diary_days"]["day"].tolist() == [0, 1]
    assert held(intake) == [(2, "day_outside_window"), (4, "not_a_whole_number"), (5, "not_a_whole_number")]


def test_days_get_their_date_where_the_first_day_is_known(take):
    head = HEAD + "start_date = 2026-03-27\n"
    table = take(head + DYADS + PEOPLE + DIARY).tables["diary_days"]
    assert table["date"].dt.day.tolist() == [27, 28, 27, 28, 27, 27]


@pytest.mark.parametrize("key", ["wave", "week"])
def test_waves_and_weeks(take, key):
    waves = f'[[source]]\nreader = "csv"\nfiles = "w.csv"\ntable = "survey_waves"\nkeys = {{ couple = "dyad", person = "pid", {key} = "t" }}\n'
    files = {"people.csv": PEOPLE_CSV, "w.csv": "dyad,pid,t,phys\n1,a,0,1\n1,a,12,2\n1,b,-1,3\n1,b,1.5,4\n1,b,,5\n"}
    intake = take(HEAD + DYADS + PEOPLE + waves, files)
    table = intake.tables["survey_waves"]
    assert table["wave"].tolist() == [0, 12]
    assert ("week" in table) == (key == "week")
    assert held(intake, "w") == [(3, "wave_negative"), (4, "not_a_whole_number"), (5, "missing_key")]


def test_events_are_numbered_within_a_persons_day_and_doubles_are_held(take):
    events = '[[source]]\nreader = "csv"\nfiles = "e*.csv"\ntable = "events"\nkeys = { couple = "dyad", person = "pid", date = "at" }\n[measures.mood]\nlabel = "Mood"\n'
    first = "dyad,pid,at,mood\n1,a,2026-03-27T10:00,1\n1,a,2026-03-27T11:00,1\n1,a,2026-03-28T10:00,1\n1,b,2026-03-27T10:00,2\n"
    again = "dyad,pid,at,mood\n1,a,2026-03-27T11:00,1\n1,a,2026-03-27T12:00,3\n"
    head = HEAD + "start_date = 2026-03-27\n"
    intake = take(head + DYADS + PEOPLE + events, {"people.csv": PEOPLE_CSV, "e1.csv": first, "e2.csv": again})
    assert held(intake, "e") == [(1, "duplicate_identical")]
    assert intake.tables["events"][["person_id", "day", "number", "mood"]].to_numpy().tolist() == [
        ["1/a", 0, 1, 1], ["1/a", 0, 2, 1], ["1/a", 0, 3, 3], ["1/a", 1, 1, 1], ["1/b", 0, 1, 2],
    ]  # fmt: skip


def test_a_recoded_day_is_counted_like_a_delivered_one(take):
    toml = (
        HEAD + "first_day = 1\n" + DYADS + PEOPLE + DIARY.replace("{ conflict", "{ day = { Mo = 1, Tu = 2 }, conflict")
    )
    files = {
        "people.csv": PEOPLE_CSV,
        "diary.csv": "dyad,pid,day,stress,touch,conflict\n1,a,Mo,1,1,no\n1,a,Tu,2,1,no\n",
    }
    assert take(toml, files).tables["diary_days"]["day"].tolist() == [0, 1]


def test_the_time_zone_of_the_moments_is_stated_where_there_are_any(dated):
    assert any("Europe/Vienna" in note for note in dated("2026-03-28T21:00").ledger.sources[1].notes)
    assert not any("Vienna" in note for note in dated("2026-03-28").ledger.sources[1].notes)


def test_more_samples_of_a_day_than_a_table_has_places_for_are_held(take):
    source = (
        '[[source]]\nreader = "csv"\nfiles = "e.csv"\ntable = "assays"\n'
        'keys = { couple = "dyad", person = "pid", day = "day" }\n[measures.mood]\nlabel = "Mood"\n'
    )
    samples = "dyad,pid,day,mood\n" + "".join(f"1,a,0,{k}\n" for k in range(MOST_IN_A_DAY + 5))
    intake = take(HEAD + DYADS + PEOPLE + source, {"people.csv": PEOPLE_CSV, "e.csv": samples})
    assert held(intake, "e") == [(MOST_IN_A_DAY + k, "too_many_in_a_day") for k in range(1, 6)]
    assert len(intake.tables["assays"]) == MOST_IN_A_DAY


def test_each_couple_may_count_from_a_first_day_of_its_own(take):
    couples = '[[source]]\nreader = "csv"\nfiles = "couples.csv"\ntable = "couples"\nkeys = { couple = "dyad" }\n'
    diary = "dyad,pid,day,stress,touch,conflict\n1,a,14,10,1,no\n1,b,13,20,2,no\n2,c,3,30,3,yes\n2,d,0,40,4,no\n"
    intake = take(
        HEAD + "scheduled_days = 10\n" + DYADS + PEOPLE + couples + DIARY,
        {"people.csv": PEOPLE_CSV, "couples.csv": "dyad,start_day\n1,14\n2,0\n", "diary.csv": diary},
    )
    table = intake.tables["diary_days"]
    assert dict(zip(table["stress_day"], table["day"], strict=True)) == {10: 0, 30: 3, 40: 0}
    assert held(intake) == [(2, "day_outside_window")]  # the day before the couple's own first
