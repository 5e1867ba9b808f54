"""Whether a column holds dates, in which form, and whether day and month could be either way round."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

YEAR = r"(?:19|20|21)[0-9]{2}"
CLOCK = r"(?P<clock>[T ]+[0-9]{1,2}:[0-9]{2}(?P<seconds>:[0-9]{2}(?:[.,][0-9]+)?)?(?P<half> ?[AaPp][Mm])?)?"
OFFSET = r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
ISO = YEAR + "-[0-9]{2}-[0-9]{2}" + CLOCK + OFFSET
YEAR_FIRST = YEAR + "/[0-9]{1,2}/[0-9]{1,2}" + CLOCK
DOTTED = r"[0-9]{1,2}\.[0-9]{1,2}\." + YEAR + CLOCK
SLASHED = r"(?P<a>[0-9]{1,2})(?P<mark>[/-])(?P<b>[0-9]{1,2})[/-]" + YEAR + CLOCK
UNIX, UNIX_MS = r"1[0-9]{9}", r"1[0-9]{12}"
NIGHT = r"[T ]0?[0-3]:"
MOST_STRAY = 0.05  # distinct texts of a date column that may be something else ("[not completed]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """How dates are written. ``form`` is what ``dates`` of a source says, empty where nothing needs to be said.

    ``readings`` are both forms where day and month could be either way round. With ``after_midnight``, some are from
    the first four hours of a day.
    """

    form: str = ""
    readings: tuple[str, str] | None = None
    unit: str = ""
    after_midnight: bool = False
    clock: bool = False

    def days(self, texts: pd.Series) -> pd.Series:
        """The evening of each text, as a stamp without time; the hours after midnight are the evening before's."""
        if self.unit:
            numbers = pd.to_numeric(texts, errors="coerce").astype("float64")
            numbers = numbers.where(numbers >= (1e9 if self.unit == "s" else 1e12))
            return (
                pd.to_datetime(numbers, unit="s" if self.unit == "s" else "ms", errors="coerce")
                .astype("datetime64[us]")
                .dt.normalize()
            )
        day = texts.str.split(r"[T ]", n=1, regex=True).str[0]
        form = (self.readings[0] if self.readings else self.form).split(" ")[0] or "%Y-%m-%d"
        days = pd.to_datetime(day, format=form, errors="coerce").astype("datetime64[us]")
        night = texts.str.contains(NIGHT) if self.after_midnight else pd.Series(False, index=texts.index)
        return days - pd.to_timedelta(night.astype("int64"), unit="D")


def dates_in(texts: pd.Series) -> Dates | None:
    """How the distinct texts are written if they are dates, else None."""
    enough = len(texts) * (1 - MOST_STRAY)
    for pattern, day in ((ISO, ""), (YEAR_FIRST, "%Y/%m/%d"), (DOTTED, "%d.%m.%Y")):
        fits = texts.str.fullmatch(pattern)
        if fits.sum() >= enough:
            return Dates(
                form=day + _clock(texts[fits], pattern) if day else "",
                clock=_has_clock(texts),
                after_midnight=_at_night(texts),
            )
    fits = texts.str.fullmatch(SLASHED)
    if fits.sum() >= enough:
        return _slashed(texts[fits])
    for pattern, unit, form in ((UNIX, "s", "unix"), (UNIX_MS, "ms", "unix_ms")):
        fits = texts.str.fullmatch(pattern)
        if fits.sum() >= enough:
            return Dates(form=form, unit=unit, clock=True)
    return None


def _slashed(texts: pd.Series) -> Dates:
    told = texts.str.extract(SLASHED)
    first, second = (pd.to_numeric(told[name]).gt(12).any() for name in ("a", "b"))
    mark, clock = str(told["mark"].iloc[0]), _clock(texts, SLASHED)
    day_first, month_first = f"%d{mark}%m{mark}%Y{clock}", f"%m{mark}%d{mark}%Y{clock}"
    if first == second:
        return Dates(readings=(day_first, month_first), clock=bool(clock), after_midnight=_at_night(texts))
    return Dates(form=day_first if first else month_first, clock=bool(clock), after_midnight=_at_night(texts))


def _clock(texts: pd.Series, pattern: str) -> str:
    """The letters for the time of day; of mixed columns, those of the most."""
    told = texts.str.extract(pattern)
    if not told["clock"].notna().mean() > 0.5:
        return ""
    half = " %p" if told["half"].str.startswith(" ").mean() > 0.5 else "%p" if told["half"].notna().any() else ""
    seconds = ":%S" if told["seconds"].notna().mean() > 0.5 else ""
    fine = ".%f" if told["seconds"].str.contains(".", regex=False).any() else ""
    return f" {'%I' if half else '%H'}:%M{seconds}{fine}{half}"


def _has_clock(texts: pd.Series) -> bool:
    return bool(texts.str.contains(":", regex=False).any())


def _at_night(texts: pd.Series) -> bool:
    """Whether some entries are from after midnight, but not most (a time of 00:00 throughout is no time)."""
    return 0 < float(texts.str.contains(NIGHT).mean()) < 0.5
