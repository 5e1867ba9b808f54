"""Time stamps as exports write them, read one way only: what can be read two ways is refused with both readings."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from couples_study.contracts.study import Source
from couples_study.core.errors import DeliveryError, StudyFileError

YEAR = r"(?:19|20|21)[0-9]{2}"
CLOCK = r"(?:[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)?"
ISO = YEAR + r"-[0-9]{2}-[0-9]{2}" + CLOCK
OFFSET = r"(?:Z|[+-][0-9]{2}:?[0-9]{2})"
SLASHED_YEAR_FIRST = YEAR + r"/[0-9]{1,2}/[0-9]{1,2}" + CLOCK
DOTTED = r"[0-9]{1,2}\.[0-9]{1,2}\." + YEAR + CLOCK
SLASHED = r"(?P<a>[0-9]{1,2})[/-](?P<b>[0-9]{1,2})[/-]" + YEAR + r"(?P<c>" + CLOCK + r"(?: ?[AaPp][Mm])?)"
SECONDS = r"[0-9]{10}"
MILLISECONDS = r"[0-9]{13}"
HAS_CLOCK = r"[0-9]:[0-9]{2}|^[0-9]{10}(?:[0-9]{3})?$"
HAS_FRACTION = r"\.0*[1-9]"
HOUR_LETTERS = re.compile(r"%[HIcXTRs]")
NOWHERE = pd.NaT
MILLISECOND, SECOND, DAY = 1000, 1_000_000, 86_400_000_000  # in microseconds


def local_times(texts: pd.Series, source: Source, zone: ZoneInfo, where: str) -> tuple[pd.Series, np.ndarray]:
    """Distinct texts as local times in the study's zone, and which of them tell a time of day.

    Stamps with an offset and unix seconds are instants and are converted; others are local in the source's
    ``time_zone``, or in the study's. A date without a time of day is the same date in every zone. What is unreadable
    is missing; what could be read two ways is refused.
    """
    stamps = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]")
    instants = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us, UTC]")
    clock = _tells_clock(texts, source.dates)
    if source.dates is not None:
        stamps, instants = _declared(texts, source.dates, where)
    else:
        instants = _instants(texts)
        stamps = _plain(texts, where)
    if source.time_zone is not None:
        there = stamps.dt.tz_localize(source.time_zone, ambiguous="NaT", nonexistent="shift_forward")
        stamps = stamps.mask(clock, there.dt.tz_convert(zone).dt.tz_localize(None))
    local = instants.dt.tz_convert(zone).dt.tz_localize(None)
    return stamps.fillna(local).astype("datetime64[us]"), clock


def _tells_clock(texts: pd.Series, form: str | None) -> np.ndarray:
    """Which texts tell a time of day: by how they look, or by the declared form."""
    if form is None:
        return texts.str.contains(HAS_CLOCK).to_numpy(dtype=bool)
    if form == "excel":
        return texts.str.contains(HAS_FRACTION).to_numpy(dtype=bool)
    return np.full(len(texts), form in ("unix", "unix_ms") or HOUR_LETTERS.search(form) is not None)


def calendar_days(texts: pd.Series, source: Source, where: str) -> pd.Series:
    """Distinct texts as calendar days; a time of day is cut off."""
    if source.dates is not None:
        stamps, _ = _declared(texts, source.dates, where, strict=False)
        stamps = stamps.fillna(_plain(texts, where))
    else:
        stamps = _plain(texts, where)
    return stamps.dt.normalize()


def _instants(texts: pd.Series) -> pd.Series:
    zoned = texts.where(texts.str.fullmatch(ISO + OFFSET)).str.replace(",", ".", regex=False)
    found = pd.to_datetime(zoned, format="ISO8601", errors="coerce", utc=True).astype("datetime64[us, UTC]")
    for pattern, unit in ((SECONDS, SECOND), (MILLISECONDS, MILLISECOND)):
        counted = texts.where(texts.str.fullmatch(pattern))
        if counted.notna().any():
            found = found.fillna(_after("1970-01-01", pd.to_numeric(counted), unit).dt.tz_localize("UTC"))
    return found


def _after(origin: str, numbers: pd.Series, unit: int) -> pd.Series:
    """Moments so many units of ``unit`` microseconds after ``origin``; missing where there is no number.

    To the millisecond: a day with fifteen digits tells no more.
    """
    steps = (numbers.astype("float64") * (unit / MILLISECOND)).round()
    moments = np.datetime64(origin, "us") + steps.fillna(0).to_numpy().astype("timedelta64[ms]")
    return pd.Series(moments, index=numbers.index).where(steps.notna())


def _plain(texts: pd.Series, where: str) -> pd.Series:
    """Local stamps in the forms that can be told apart by themselves."""
    texts = texts.str.replace(",", ".", regex=False)
    iso = texts.where(texts.str.fullmatch(ISO))
    found = pd.to_datetime(iso, format="ISO8601", errors="coerce").astype("datetime64[us]")
    for pattern, day in ((SLASHED_YEAR_FIRST, "%Y/%m/%d"), (DOTTED, "%d.%m.%Y")):
        found = found.fillna(_parsed(texts.where(texts.str.fullmatch(pattern)), day))
    slashed = texts.where(texts.str.fullmatch(SLASHED))
    if slashed.notna().any():
        day_first = _day_first(slashed.dropna(), where)
        slashed = slashed.str.replace("-", "/", regex=False)
        found = found.fillna(_parsed(slashed, "%d/%m/%Y" if day_first else "%m/%d/%Y"))
    return found


def _parsed(texts: pd.Series, day: str) -> pd.Series:
    """Texts that begin with such a day and may go on with a time of day, by 24 or 12 hours."""
    found = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]")
    texts = texts.str.replace("T", " ", regex=False).str.replace(r"\s+", " ", regex=True).str.upper()
    for clock in ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %I:%M:%S%p", " %I:%M%p"):
        left = texts.where(found.isna())
        if not left.notna().any():
            break
        found = found.fillna(pd.to_datetime(left, format=day + clock, errors="coerce").astype("datetime64[us]"))
    return found


def _day_first(texts: pd.Series, where: str) -> bool:
    """Whether the day stands before the month, told by numbers above 12; refused where nothing or both tell it."""
    parts = texts.str.extract(SLASHED)
    first, second = (pd.to_numeric(parts[name]).gt(12).any() for name in ("a", "b"))
    if first != second:
        return bool(first)
    found = "dates of both kinds in one column" if first else "dates in which day and month could be either way round"
    raise DeliveryError(
        where,
        expected="dates that can be read one way only",
        found=f"{found} (03/04/2026 is 3 April or March 4)",
        do='say dates = "%d/%m/%Y" (day first) or dates = "%m/%d/%Y" (month first) in its [[source]], '
        'with the time of day after it if there is one, such as " %H:%M"',
    )


def _declared(texts: pd.Series, form: str, where: str, *, strict: bool = True) -> tuple[pd.Series, pd.Series]:
    """Stamps of a declared form: ``unix``, ``unix_ms``, ``excel`` (days since 1899-12-30), or a strptime format."""
    none = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]")
    nowhere = none.dt.tz_localize("UTC")
    if form in ("unix", "unix_ms", "excel"):
        numbers = pd.to_numeric(texts.where(texts.str.fullmatch(r"[0-9]{1,13}(?:\.[0-9]*)?")))
        if form == "excel":
            return _after("1899-12-30", numbers.where(numbers < 200_000), DAY), nowhere
        unit = SECOND if form == "unix" else MILLISECOND
        return none, _after("1970-01-01", numbers.where(numbers * unit < 1e16), unit).dt.tz_localize("UTC")
    told = texts.where(texts.str.contains("[0-9]"))  # pandas takes the words now and today for this moment
    try:
        found = pd.to_datetime(told, format=form, errors="coerce", utc="%z" in form)
    except (ValueError, TypeError):
        found = pd.Series(dtype="datetime64[us]")
    if len(found) < len(texts) or (strict and "%" not in form):
        raise StudyFileError(
            f"study.toml, dates of the source for {where}",
            expected='"unix", "unix_ms", "excel" or a form such as "%d.%m.%Y %H:%M"',
            found=repr(form),
            do="see strftime.org for the letters",
        )
    if found.dt.tz is not None:
        return none, found.dt.tz_convert("UTC").astype("datetime64[us, UTC]")
    return found.astype("datetime64[us]"), nowhere
