"""Dates that leave the project: each couple's moved by whole weeks, so that days and weekdays stay together."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence

import pandas as pd

MOST_WEEKS = 26


def weeks_of(couples: Sequence[str], key: bytes) -> dict[str, int]:
    """By couple how many weeks its dates move, from the couple's place in the delivery and a secret key; never none."""
    return {couple: _weeks(place, key) for place, couple in enumerate(couples)}


def _weeks(place: int, key: bytes) -> int:
    drawn = int.from_bytes(hmac.new(key, f"weeks {place}".encode(), "sha256").digest()[:8], "big") % (2 * MOST_WEEKS)
    return drawn - MOST_WEEKS if drawn < MOST_WEEKS else drawn - MOST_WEEKS + 1


def shifted(frame: pd.DataFrame, weeks: Mapping[str, int]) -> pd.DataFrame:
    """The frame with every date moved by its couple's weeks, at midnight; a time of day would single people out."""
    moved = pd.to_timedelta(frame["couple_id"].map(weeks).astype("int64") * 7, unit="D")
    dates = [name for name in frame.columns if pd.api.types.is_datetime64_any_dtype(frame[name])]
    return frame.assign(**{name: (frame[name] + moved).dt.normalize() for name in dates})
