"""What became of couples, who was drawn into which arm, and waves in their order."""

from __future__ import annotations

import pytest
from tests.small_studies import DIARY, DYADS, HEAD, PEOPLE, held

DAYS = range(6)
PEOPLE_CSV = "dyad,pid,sex,age\n1,a,f,30\n1,b,m,31\n2,c,f,40\n2,d,m,41\n"
EVENINGS = "dyad,pid,day,stress,touch,conflict\n" + "".join(
    f"{couple},{person},{day},{day},1,no\n"
    for couple, pair in ((1, "ab"), (2, "cd"))
    for person in pair
    for day in DAYS
)
FILES = {"people.csv": PEOPLE_CSV, "diary.csv": EVENINGS}
TOML = HEAD + DYADS + PEOPLE + DIARY


def days_of(intake, person: str) -> list[int]:
    table = intake.tables["diary_days"]
    return table.loc[table["person_id"].str.endswith(person), "day"].tolist()


def state(couple: str, day: int, word: str, person: str = "") -> str:
    who = f'person = "{person}"\n' if person else ""
    return f'\n[[state]]\ncouple = "{couple}"\n{who}day = {day}\nstate = "{word}"\n'


def test_a_separated_couple_s_later_days_are_excluded_and_its_day_is_told(take):
    intake = take(TOML + state("1", 3, "separated"), FILES)
    assert days_of(intake, "a") == days_of(intake, "b") == [0, 1, 2]
    assert days_of(intake, "c") == list(DAYS)
    assert dict(intake.ledger.tables["diary_days"].exclusions) == {"after_separation": 6}
    couples = intake.tables["couples"].set_index("couple_id")["separated_day"]
    assert couples["1"] == 3
    assert couples.isna()["2"]


def test_a_reunion_ends_a_separation(take):
    intake = take(TOML + state("1", 2, "separated") + state("1", 4, "active"), FILES)
    assert days_of(intake, "a") == [0, 1, 4, 5]
    assert "separated_day" not in intake.tables["couples"]


def test_one_who_stopped_takes_nothing_from_the_partner(take):
    intake = take(TOML + state("2", 2, "stopped", person="d"), FILES)
    assert (days_of(intake, "d"), days_of(intake, "c")) == ([0, 1], list(DAYS))
    assert intake.tables["people"].set_index("person_id")["stopped_day"].dropna().to_dict() == {"2/d": 2}


def test_states_may_be_delivered_as_events(take):
    events = (
        '\n[[source]]\nreader = "csv"\nfiles = "calls.csv"\ntable = "events"\n'
        'keys = { couple = "dyad", person = "pid", day = "day" }\ncolumns = { couple_state = "what" }\n'
    )
    calls = "dyad,pid,day,what\n1,a,4,re_partnered\n2,d,1,stopped\n2,d,0,moved\n"
    intake = take(TOML + events, {**FILES, "calls.csv": calls})
    assert (days_of(intake, "b"), days_of(intake, "d"), days_of(intake, "c")) == ([0, 1, 2, 3], [0], list(DAYS))
    assert held(intake, "calls") == [(3, "unknown_label")]


def test_a_state_of_nobody_is_noted(take):
    intake = take(TOML + state("99", 1, "separated"), FILES)
    assert intake.ledger.notes == ("[[state]] 1 is of nobody in this delivery",)


def test_a_dated_state_is_counted_from_the_couple_s_first_day(take):
    dated = TOML.replace("claims = []", "claims = []\nstart_date = 2026-03-02")
    intake = take(dated + state("1", 3, "separated").replace("day = 3", "date = 2026-03-05"), FILES)
    assert days_of(intake, "a") == [0, 1, 2]


ARM = PEOPLE.replace("keys = {", 'design = "randomised"\narm = "group"\nkeys = {')


@pytest.mark.parametrize(("unit", "rows"), [("", [1, 2]), ('unit = "person"\n', [])])
def test_partners_in_two_arms_of_a_trial_of_couples_are_held(take, unit, rows):
    people = "dyad,pid,sex,group\n1,a,f,x\n1,b,m,y\n2,c,f,y\n2,d,m,y\n"
    toml = HEAD + DYADS + ARM.replace("keys = {", unit + "keys = {") + DIARY
    intake = take(toml, {"people.csv": people, "diary.csv": EVENINGS})
    assert held(intake, "people") == [(row, "arm_not_constant") for row in rows]


WAVES = """
[[source]]
reader = "csv"
files = "waves.csv"
table = "survey_waves"
keys = { couple = "dyad", person = "pid", wave = "wave", date = "at" }
columns = { resentment_1 = "r" }
"""


def test_waves_filled_in_out_of_order_are_held(take):
    waves = (
        "dyad,pid,wave,at,r\n1,a,0,2026-03-01 20:00,1\n1,a,1,2026-02-01 20:00,2\n"
        "1,b,0,2026-03-01 20:00,1\n1,b,1,2026-04-01 20:00,2\n2,c,0,,1\n"
    )
    intake = take(HEAD + DYADS + PEOPLE + WAVES, {"people.csv": PEOPLE_CSV, "waves.csv": waves})
    assert held(intake, "waves") == [(1, "wave_order"), (2, "wave_order")]
