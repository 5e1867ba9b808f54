"""Time stamps are read one way only, or refused with both ways shown."""

from __future__ import annotations

import contextlib
import datetime as dt
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from couples_study.contracts.study import Keys, Source
from couples_study.core.errors import DeliveryError, StudyFileError
from couples_study.intake.dates import calendar_days, local_times

VIENNA = ZoneInfo("Europe/Vienna")


def source(**more) -> Source:
    return Source(
        reader="csv", files=("d.csv",), table="diary_days", keys=Keys(couple="c", person="p", date="t"), **more
    )


def read(*texts: str, **more) -> list[str]:
    stamps, _ = local_times(pd.Series(texts, dtype="str"), source(**more), VIENNA, "d.csv, column 't'")
    return [f"{stamp:%Y-%m-%d %H:%M:%S}" if not pd.isna(stamp) else "" for stamp in stamps]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-03-28 21:00", "2026-03-28 21:00:00"),
        ("2026/3/8 21:00:05", "2026-03-08 21:00:05"),
        ("28.03.2026", "2026-03-28 00:00:00"),
        ("8.3.2026 07:05", "2026-03-08 07:05:00"),
        ("28/03/2026 21:00", "2026-03-28 21:00:00"),
        ("03/28/2026 9:00 PM", "2026-03-28 21:00:00"),
        ("03-28-2026", "2026-03-28 00:00:00"),
        ("1774728000", "2026-03-28 21:00:00"),
        ("1774728000000", "2026-03-28 21:00:00"),
        ("2026-03-28T20:00:00Z", "2026-03-28 21:00:00"),
        ("2026-03-28 21:00:00,123456", "2026-03-28 21:00:00"),
        ("20260328", ""),
        ("28.13.2026", ""),
        ("12:30", ""),
        ("", ""),
    ],
)
def test_forms_that_can_be_read_one_way(text, says):
    assert read(text) == [says]


def test_one_date_with_a_day_above_twelve_decides_for_the_column():
    assert read("03/04/2026", "28/04/2026") == ["2026-04-03 00:00:00", "2026-04-28 00:00:00"]
    assert read("03/04/2026", "04/28/2026") == ["2026-03-04 00:00:00", "2026-04-28 00:00:00"]


@pytest.mark.parametrize("texts", [("03/04/2026",), ("28/04/2026", "04/28/2026")])
def test_what_can_be_read_two_ways_is_refused_with_both(texts):
    with pytest.raises(DeliveryError) as caught:
        read(*texts)
    assert '"%d/%m/%Y"' in str(caught.value)
    assert '"%m/%d/%Y"' in str(caught.value)


def test_the_declared_form_decides():
    assert read("03/04/2026", dates="%d/%m/%Y") == ["2026-04-03 00:00:00"]
    assert read("1774728000.5", dates="unix") == ["2026-03-28 21:00:00"]
    assert read("46109.5", dates="excel") == ["2026-03-28 12:00:00"]
    with pytest.raises(StudyFileError, match="unix"):
        read("1", dates="seconds")


def test_stamps_without_an_offset_are_of_the_source_s_zone():
    assert read("2026-03-28 16:00", time_zone="America/New_York") == ["2026-03-28 21:00:00"]
    assert read("2026-03-28T20:00Z", time_zone="America/New_York") == ["2026-03-28 21:00:00"]


def test_an_hour_that_came_twice_in_the_source_s_zone_is_held_not_guessed():
    assert read("2026-10-25 02:30", time_zone="Europe/Vienna") == [""]


@given(
    st.datetimes(min_value=pd.Timestamp("1971-01-01"), max_value=pd.Timestamp("2099-12-31")).map(
        lambda t: t.replace(microsecond=0)
    )
)
def test_a_declared_form_reads_back_what_it_wrote(moment):
    for form in ("%d.%m.%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%Y%m%d%H%M%S"):
        assert read(moment.strftime(form), dates=form) == [f"{moment:%Y-%m-%d %H:%M:%S}"]


def test_calendar_days_cut_the_time_of_day():
    days = calendar_days(pd.Series(["2026-03-28 21:00", "28.3.2026", "x"], dtype="str"), source(), "d.csv")
    assert [None if pd.isna(day) else f"{day:%m-%d %H}" for day in days] == ["03-28 00", "03-28 00", None]


def test_offsets_before_and_after_the_change_to_summer_time_go_together():
    said = read("2026-03-28T21:00:00+0100", "2026-03-30T21:00:00+0200", dates="%Y-%m-%dT%H:%M:%S%z")
    assert said == ["2026-03-28 21:00:00", "2026-03-30 21:00:00"]


def test_no_word_means_the_moment_of_the_run():
    assert read("now", "today", "28.03.2026", dates="%d.%m.%Y") == ["", "", "2026-03-28 00:00:00"]


@pytest.mark.parametrize(
    ("text", "form", "says"),
    [
        ("199999.5", "excel", "2447-07-29 12:00:00"),
        ("9999999999.99", "unix", "2286-11-20 18:46:39"),
        ("9999999999999", "unix_ms", "2286-11-20 18:46:39"),
        ("46083.541666666667", "excel", "2026-03-02 13:00:00"),
    ],
)
def test_numbers_far_from_today_are_moments_as_well(text, form, says):
    assert read(text, dates=form) == [says]


def test_a_decimal_comma_before_an_offset():
    assert read("2026-03-28T21:00:00,5Z") == ["2026-03-28 22:00:00"]


@settings(max_examples=60, deadline=None)
@given(st.datetimes(min_value=dt.datetime(1900, 1, 1), max_value=dt.datetime(2199, 12, 31)))
def test_every_form_says_the_same_moment(moment):
    moment = moment.replace(microsecond=0)
    said = f"{moment:%Y-%m-%d %H:%M:%S}"
    days = (moment - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
    assert (
        read(f"{moment:%Y-%m-%dT%H:%M:%S}", f"{moment:%d.%m.%Y %H:%M:%S}", f"{moment:%Y/%m/%d %H:%M:%S}") == [said] * 3
    )
    assert read(f"{moment:%d/%m/%Y %I:%M:%S %p}", dates="%d/%m/%Y %I:%M:%S %p") == [said]
    assert read(f"{days:.12f}", dates="excel") == [said]
    if moment.year >= 1970:
        unix = (moment - dt.datetime(1970, 1, 1)) // dt.timedelta(seconds=1)
        local = moment.replace(tzinfo=dt.UTC).astimezone(VIENNA)
        assert read(str(unix), dates="unix") == read(f"{unix}000", dates="unix_ms") == [f"{local:%Y-%m-%d %H:%M:%S}"]


@settings(max_examples=100, deadline=None)
@given(
    st.text(alphabet="0123456789-/.: TZ+apmPM,nowdty", max_size=26),
    st.sampled_from([None, "unix", "unix_ms", "excel", "%d/%m/%Y", "%Y-%m-%dT%H:%M:%S%z"]),
)
def test_no_text_breaks_it(text, form):
    with contextlib.suppress(DeliveryError):
        read(text.strip(), dates=form)
        calendar_days(pd.Series([text.strip()], dtype="str"), source(dates=form), "d.csv")


def clocks(*texts: str, **more) -> list[bool]:
    return local_times(pd.Series(texts, dtype="str"), source(**more), VIENNA, "d.csv, column 't'")[1].tolist()


@pytest.mark.parametrize(
    ("form", "text", "tells"),
    [
        ("%d.%m.%Y %H.%M", "05.03.2026 01.30", True),
        ("%Y%m%d%H%M%S", "20260305013000", True),
        ("%d.%m.%Y %I %p", "05.03.2026 1 AM", True),
        ("%d.%m.%Y", "05.03.2026", False),
        ("excel", "46086.05", True),
        ("excel", "46086", False),
        ("excel", "46086.0", False),
        ("unix", "1772670600.25", True),
        ("unix_ms", "1772670600250", True),
    ],
)
def test_a_declared_form_says_whether_there_is_a_time_of_day(form, text, tells):
    assert clocks(text, dates=form) == [tells]


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_a_date_without_a_clock_is_the_same_in_every_zone(zone):
    assert read("2026-03-05", time_zone=zone) == ["2026-03-05 00:00:00"]


def test_times_of_another_zone_are_told_in_the_study_s():
    assert read("2026-03-05 06:30", time_zone="Asia/Tokyo") == ["2026-03-04 22:30:00"]
