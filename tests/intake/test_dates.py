"""Time stamps are read one way only, or refused with both ways shown."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
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
