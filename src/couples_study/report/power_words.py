"""What a power table says to somebody who has to choose a sample size, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from couples_study.report.numbers import plain
from couples_study.report.sentences import in_words

if TYPE_CHECKING:
    import pandas as pd

SERIES = ["claim", "scenario", "times", "attrition"]


def recommendations(table: pd.DataFrame, target: float) -> list[str]:
    """One sentence for each claim, scenario, size of effect and share of couples who leave."""
    wanted = table[table["wanted"]]
    return [_recommended(rows, target) for _, rows in wanted.groupby(SERIES, sort=False, dropna=False)]


def _recommended(rows: pd.DataFrame, target: float) -> str:
    rows = rows.assign(size=rows["couples"] * rows["days"]).sort_values(["size", "couples"], kind="stable")
    first = rows.iloc[0]
    head = f"{first['claim']}{truth_words(first)}{leaving_words(first)}: "
    enough = rows[rows["share"] >= target]
    if enough.empty:
        best = rows.iloc[int(rows["share"].to_numpy().argmax())]
        return (
            f"{head}no design asked about reaches {percent(target)} for the verdict "
            f"{in_words(best['verdict'])}; the most is {_chance(best)} with {_size(best)}."
        )
    least = enough.iloc[0]
    unsure = " The interval reaches below it: more replicates would tell." if least["low"] < target else ""
    return (
        f"{head}{_size(least)} are the smallest design asked about whose chance of the verdict "
        f"{in_words(least['verdict'])} is at least {percent(target)}: {_chance(least)}.{unsure}"
    )


def truth_words(row: pd.Series) -> str:
    """The world, and how large its effects are where that was asked for."""
    return f" in {row['scenario']}" + (f" at {size} times the smallest effect" if (size := times_words(row)) else "")


def times_words(row: pd.Series) -> str:
    """The size of the effects as asked for; empty where the world says it."""
    return "" if row[["times"]].isna().all() else plain(row["times"])


def leaving_words(row: pd.Series) -> str:
    return f", {percent(row['attrition'])} of couples leaving" if row["attrition"] else ""


def _size(row: pd.Series) -> str:
    return f"{row['couples']} couples over {row['days']} days"


def _chance(row: pd.Series) -> str:
    return f"{percent(row['share'])} (95% interval {percent(row['low'])} to {percent(row['high'])}, n = {row['reps']})"


def percent(share: float) -> str:
    """A share in per cent, with a decimal where it is close to none or all."""
    value = 100 * share
    return f"{value:.1f}%" if 0 < min(value, 100 - value) < 1 else f"{value:.0f}%"


def in_time(seconds: float) -> str:
    """A stretch of time as somebody would say it: seconds, minutes, hours and minutes, or days and hours."""
    if seconds < 90:
        return f"about {max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"about {hours} h {rest} min"
    return f"about {hours // 24} days {hours % 24} h"
