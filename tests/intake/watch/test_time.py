"""Late and back-filled evenings, devices, compliance and silence, on diaries where every case is put in by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.intake.watch import made

HOUR = pd.Timedelta(hours=1)


@pytest.fixture
def rows():
    return made.diary(12, 14, np.random.default_rng(1)).astype({"day": "int64"})


def where(frame, person, *days):
    return (frame["person_id"] == person) & (frame["day"].isin(days) if days else True)


def event(couple, day, state, person=""):
    return pd.DataFrame({"couple_id": [couple], "person_id": [person], "day": [float(day)], "state": [state]}).astype(
        {"couple_id": "str", "person_id": "str", "state": "str"}
    )


# late and back-filled


def test_honest_entries_have_nothing_to_tell(rows):
    late = made.watched(rows).late
    assert (late.entries, late.timed, late.late, late.next_days, late.one_sitting, late.people) == (
        336,
        336,
        0,
        0,
        0,
        (),
    )


def test_a_week_at_one_sitting_and_an_entry_days_later_are_found(rows):
    entries = made.fates(rows)
    sitting = where(entries, "C002a", 3, 4, 5, 6)
    entries.loc[sitting, "entered"] = pd.Timestamp("2026-03-08 22:00") + pd.to_timedelta([0, 5, 9, 14], unit="min")
    entries.loc[where(entries, "C004b", 8), "entered"] += 40 * HOUR
    entries.loc[where(entries, "C005a", 1), ["entry_late", "outcome"]] = [True, "late_entry"]
    late = made.watched(rows, entries=entries).late
    first, second = late.people
    assert (first.person, first.one_sitting, first.longest, first.next_days) == ("C002a", 4, 4, 2)
    assert (second.person, second.one_sitting, second.next_days) == ("C004b", 0, 1)
    assert (late.late, late.one_sitting, late.next_days) == (1, 4, 3)


def test_people_who_are_often_late_are_named_last(rows):
    entries = made.fates(rows)
    entries.loc[where(entries, "C006b", 0, 1, 2, 3, 4), "entry_late"] = True
    entries.loc[where(entries, "C007b", 0, 1, 2, 3), "entry_late"] = True
    entries.loc[where(entries, "C004b", 8), "entered"] += 40 * HOUR
    assert [(one.person, one.late) for one in made.watched(rows, entries=entries).late.people] == [
        ("C004b", 0),
        ("C006b", 5),
    ]


def test_two_entries_for_one_evening_and_the_partners_entries_are_no_sitting(rows):
    again = made.fates(rows).iloc[[0]].assign(outcome="held")
    assert made.watched(rows, entries=pd.concat([made.fates(rows), again], ignore_index=True)).late.one_sitting == 0


def test_without_time_stamps_it_says_so(rows):
    entries = made.fates(rows).assign(entered=pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]"))
    assert "when an entry was made" in made.watched(rows, entries=entries).late.why_not


# devices


def test_shared_devices_and_one_hand_are_found_and_no_device_is_named(rows):
    rows = rows.assign(device=("phone-" + rows["person_id"]).astype("str"))
    rows.loc[where(rows, "C001a", 2) | where(rows, "C009b", 5), "device"] = "tablet-of-a-cafe"
    rows.loc[rows["couple_id"] == "C003", "device"] = "their-laptop"
    rows.loc[rows["couple_id"] == "C006", "device"] = "their-other-laptop"
    entries = made.fates(rows)
    entries.loc[(entries["couple_id"] == "C006") & (entries["role"] == "man"), "entered"] += HOUR
    watch = made.watched(rows, entries=entries)
    assert [(one.couples, one.entries) for one in watch.devices.shared] == [(("C001", "C009"), 2)]
    assert [(one.couple, one.evenings, one.compared) for one in watch.devices.one_hand] == [("C003", 14, 14)]
    assert not any(word in repr(watch) for word in ("tablet", "laptop", "phone"))


def test_without_devices_it_says_so(rows):
    assert "device" in made.watched(rows).devices.why_not


# compliance


def test_days_due_answered_and_used(rows):
    kept = rows[~where(rows, "C000a", 3, 4)]
    entries = made.fates(kept)
    entries.loc[where(entries, "C000b", 4), "outcome"] = "late_entry"
    entries.loc[where(entries, "C000b", 7), "outcome"] = "unanswered"
    entries.loc[where(entries, "C000b", 9), "outcome"] = "preview"
    told = made.watched(kept, entries=entries, who=made.people(12)).compliance
    assert [one.person for one in told.people[:2]] == ["C000b", "C000a"]  # within a couple by role: man, woman
    man, woman = told.people[:2]
    assert (man.days, man.due, man.answered, man.used) == ("uuuucuu.u.uuuu", 14, 12, 11)
    assert (woman.days, woman.due, woman.answered) == ("uuu..uuuuuuuuu", 14, 12)
    first = told.couples[0]
    assert (first.couple, first.due, first.both, first.one) == ("C000", 14, 10, 4)
    day = told.by_day[4]
    assert (day.due, day.answered, day.used, day.couples_due, day.both) == (24, 23, 22, 12, 11)


def test_counts_are_those_of_a_plain_cross_table():
    rng = np.random.default_rng(2)
    rows = made.diary(30, 14, rng)
    entries = made.fates(rows)
    entries["outcome"] = rng.choice(["used", "held", "late_entry", "careless_too_fast", "unanswered"], len(entries))
    entries = entries[rng.random(len(entries)) < 0.8].astype({"outcome": "str"})
    told = made.watched(rows, entries=entries, who=made.people(30), checks={"as_of": "2026-03-15"}).compliance
    came = entries[entries["outcome"] != "unanswered"].groupby("person_id").size()
    used = entries[entries["outcome"] == "used"].groupby("person_id").size()
    assert {one.person: one.answered for one in told.people} == came.to_dict()
    assert {one.person: one.used for one in told.people if one.used} == used.to_dict()
    by_day = entries[entries["outcome"] == "used"].groupby("day").size()
    assert [one.used for one in told.by_day] == by_day.tolist()


def test_nobody_is_due_after_separating_or_stopping_until_active_again(rows):
    states = pd.concat(
        [event("C001", 5, "separated"), event("C002", 4, "stopped", "C002a"), event("C002", 9, "active", "C002a")],
        ignore_index=True,
    )
    kept = rows[~((rows["couple_id"] == "C001") & (rows["day"] >= 5))]
    told = {one.person: one for one in made.watched(kept, states=states).compliance.people}
    assert told["C001a"].days == told["C001b"].days == "uuuuu" + " " * 9
    assert told["C002a"].days == "uuuu" + " " * 5 + "uuuuu"
    assert told["C002b"].due == 14


def test_without_a_schedule_people_are_due_to_their_couples_last_entry(rows):
    kept = rows[~((rows["couple_id"] == "C001") & (rows["day"] >= 6)) & ~where(rows, "C001a", 5)]
    compliance = made.watched(kept, days=None).compliance
    told = {one.person: one.days for one in compliance.people}
    assert told["C001a"] == "uuuuu." + " " * 8
    assert told["C001b"] == "u" * 6 + " " * 8
    assert "scheduled_days" in compliance.notes[0]


def test_days_that_are_no_study_days_make_no_huge_map():
    rows = made.diary(3, 3, np.random.default_rng(3))
    entries = made.fates(rows).assign(day=lambda f: f["day"] + 20_260_301)
    watch = made.watched(rows, entries=entries, days=None)
    assert "too far apart" in watch.compliance.why_not
    assert watch.running.why_not


# a running study


@pytest.fixture
def running(rows):
    """The evening of day 9; C000 is silent for 5 evenings, C001b tonight, C002 declines, C010 and C011 begin later."""
    came = rows[(rows["day"] <= 9) & ~rows["couple_id"].isin(["C010", "C011"])]
    came = came[~((came["couple_id"] == "C000") & (came["day"] >= 5)) & ~where(came, "C001b", 9)]
    return came[~((came["couple_id"] == "C002") & came["day"].isin([7, 8]))]


def test_silence_is_counted_in_evenings_that_were_due(running):
    told = made.watched(running, who=made.people(12)).running
    assert told.as_of.isoformat() == "2026-03-11"
    assert [(one.couple, one.role, one.evenings, one.ever) for one in told.silent] == [
        ("C000", "man", 5, True),
        ("C000", "woman", 5, True),
        ("C001", "man", 1, True),
    ]
    assert (told.active, told.done, told.ended, told.not_started) == (10, 0, 0, ("C010", "C011"))
    assert [(one.couple, one.reasons, one.evenings) for one in told.at_risk] == [("C000", ("silent",), 5)]


def test_couples_that_began_without_ever_answering_are_silent_since_then(running):
    couples = pd.DataFrame({"couple_id": ["C010"], "start_date": pd.to_datetime(["2026-03-08"])}).astype(
        {"couple_id": "str"}
    )
    told = made.watched(running, who=made.people(12), tables={"couples": couples}).running
    new = [(one.evenings, one.ever) for one in told.silent if one.couple == "C010"]
    assert new == [(4, False), (4, False)]
    assert told.not_started == ("C011",)


def test_declining_couples_are_at_risk(rows):
    came = rows[~((rows["couple_id"] == "C004") & rows["day"].isin([7, 8, 9, 11, 12]))]
    told = made.watched(came).running.at_risk
    assert [(one.couple, one.reasons, one.evenings) for one in told] == [("C004", ("declining",), 0)]
    assert told[0].recent == pytest.approx(2 / 7)
    assert told[0].before == 1.0


def test_a_later_evening_finds_everyone_done_and_an_earlier_one_looks_back(rows):
    told = made.watched(rows, checks={"as_of": "2026-04-30"}).running
    assert (told.active, told.done, told.silent) == (0, 12, ())
    told = made.watched(rows, checks={"as_of": "2026-03-05"}).running
    assert (told.active, told.done) == (12, 0)


def test_ended_couples_are_neither_silent_nor_at_risk(running):
    told = made.watched(running, who=made.people(12), states=event("C000", 5, "separated")).running
    assert told.ended == 1
    assert {one.couple for one in told.silent} == {"C001"}
    assert told.at_risk == ()


def test_without_dates_nobody_is_called_silent(rows):
    entries = made.fates(rows).assign(date=pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]"))
    watch = made.watched(rows, entries=entries)
    assert "no dates" in watch.running.why_not
    assert "no dates" in watch.compliance.notes[0]


def test_no_diary_at_all_is_no_error():
    rows = made.diary(3, 3, np.random.default_rng(1))
    watch = made.watched(rows.iloc[:0], who=made.people(3), entries=made.fates(rows).iloc[:0])
    assert watch.running.why_not
    assert watch.compliance.why_not or watch.compliance.people


def test_the_order_of_records_does_not_matter(running):
    entries = made.fates(running)
    shuffled = entries.sample(frac=1, random_state=3).reset_index(drop=True)
    assert made.watched(running, entries=entries) == made.watched(running, entries=shuffled)


def test_frames_of_categories_and_frames_of_words_tell_the_same(running):
    entries = made.fates(running)
    words = ["table", "source", "file", "couple_id", "person_id", "role", "outcome"]
    coded = entries.assign(
        **{
            name: pd.Categorical(entries[name], categories=["nobody", "", *sorted(set(entries[name]))])
            for name in words
        }
    )
    rows = running.assign(
        couple_id=running["couple_id"].astype("category"), person_id=running["person_id"].astype("category")
    )
    assert made.watched(running, entries=entries) == made.watched(rows, who=made.people(10), entries=coded)


def test_no_delivery_at_all_is_no_error():
    rows = made.diary(3, 3, np.random.default_rng(1))
    assert made.watched(rows.iloc[:0], who=made.people(3), entries=pd.DataFrame()).running.why_not


def test_a_held_entry_with_a_date_far_away_does_not_move_the_evening(running):
    stray = made.fates(running).iloc[[0]].assign(date=pd.Timestamp("2062-03-03"), outcome="held", day=13_150.0)
    entries = pd.concat([made.fates(running), stray], ignore_index=True)
    told = made.watched(running, entries=entries, who=made.people(12)).running
    assert told.as_of.isoformat() == "2026-03-11"
    unplanned = made.watched(running, entries=entries, who=made.people(12), days=None).compliance
    assert len(unplanned.by_day) == 10


def test_single_members_are_followed_without_their_partners(running):
    alone = running[running["role"] == "woman"].reset_index(drop=True)
    told = made.watched(alone, who=made.people(12)[lambda p: p["role"] == "woman"])
    assert told.compliance.couples == ()
    assert {one.role for one in told.running.silent} == {"woman"}
    assert all(pair.why_not for pair in told.agreement)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), scheduled=st.sampled_from([None, 1, 5, 14]), dated=st.booleans())
def test_whatever_came_the_numbers_hang_together(seed, scheduled, dated):
    rng = np.random.default_rng(seed)
    rows = made.diary(6, 8, rng).astype({"day": "int64"})
    entries = made.fates(rows)
    words = ["used", "held", "late_entry", "careless_too_fast", "preview", "after_separation"]
    entries["outcome"] = pd.Series(rng.choice(words, len(entries))).astype("str")
    entries.loc[rng.random(len(entries)) < 0.2, "day"] = np.nan
    entries.loc[rng.random(len(entries)) < 0.2, "entered"] = pd.NaT
    entries.loc[rng.random(len(entries)) < (0.2 if dated else 2), "date"] = pd.NaT
    entries.loc[rng.random(len(entries)) < 0.2, "person_id"] = "nobody"
    entries = entries.sample(frac=float(rng.random()), random_state=seed)
    states = pd.DataFrame(
        {
            "couple_id": rng.choice(["C000", "C001", "C099"], 5),
            "person_id": rng.choice(["", "C000a", "C001b", "C077a"], 5),
            "day": rng.choice([-3.0, 0.0, 2.0, 7.0, 99.0, np.nan], 5),
            "state": rng.choice(["active", "separated", "stopped", "re_partnered"], 5),
        }
    ).astype({"couple_id": "str", "person_id": "str", "state": "str"})
    watch = made.watched(rows, days=scheduled, entries=entries, who=made.people(6), states=states)
    for person in watch.compliance.people:
        assert person.used <= person.answered <= person.due
        assert (person.due, person.used) == (len(person.days) - person.days.count(" "), person.days.count("u"))
    for couple in watch.compliance.couples:
        assert couple.both + couple.one <= couple.due
    assert sum(p.answered for p in watch.compliance.people) == sum(d.answered for d in watch.compliance.by_day)
    late = watch.late
    assert max(late.late, late.timed) <= late.entries
    assert late.one_sitting <= late.timed
    assert all(one.evenings > 0 for one in watch.running.silent)
