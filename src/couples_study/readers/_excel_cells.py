"""An Excel cell as text: what Excel stores, not how it shows it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

QUOTED = re.compile(r'"[^"]*"|\[(?!h|m|s)[^\]]*\]|\\.')
CLOCK = re.compile(r"[hs]", re.IGNORECASE)


def text_of(cell: Any) -> str | None:
    """The value as text: whole numbers without a fraction, dates as ISO 8601, None where the cell is blank."""
    value = cell.value
    if value is None:
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) <= 2**53 else repr(value)
    if isinstance(value, dt.datetime):
        return _moment(value, str(cell.number_format or ""))
    if isinstance(value, dt.timedelta):
        return _clock(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _moment(value: dt.datetime, shown: str) -> str:
    """A date where Excel shows one without a time of day and there is none, else date and time."""
    midnight = value.time() == dt.time(0)
    if midnight and not CLOCK.search(QUOTED.sub("", shown)):
        return value.date().isoformat()
    return value.isoformat(sep=" ")


def _clock(value: dt.timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
