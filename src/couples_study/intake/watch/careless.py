"""Careless answering: four signs, each looked for only where the study gives its bound.

Curran (2016, J Experimental Social Psychology 66, 4-19), Meade and Craig (2012, Psychological Methods 17, 437-455) and
Goldammer, Annen, Stöckli and Jonas (2020, Leadership Quarterly 31, 101384) compare them; DeSimone, Harms and DeSimone
(2015, J Organizational Behavior 36, 171-181) say how to use them together. A flag is a reason to look, not a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from couples_study.contracts.checks import CARELESS, Careless
from couples_study.contracts.watch import Battery
from couples_study.intake.watch.halves import even_odd
from couples_study.intake.watch.mahalanobis import far_from_the_rest
from couples_study.intake.watch.strings import longest_runs

SECONDS = "answer_seconds"
NO_ANSWERS = frozenset(
    [
        *("couple_id", "person_id", "role", "day", "date", "wave", "week", "number", "start_date", "entry_late"),
        *(SECONDS, "device", "arm", "weekend", "weekday", "season_flag", "module_active"),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One sign in one table: which rows could be judged, which are flagged, or why none could be."""

    flag: str
    judged: np.ndarray
    flagged: np.ndarray
    why_not: str = ""


def careless_flags(table: pd.DataFrame, batteries: Mapping[str, Battery], bounds: Careless) -> pd.DataFrame:
    """Every flagged questionnaire: couple_id, person_id, time (day or wave; 0 without either) and flag.

    ``flag`` is a word of `couples_study.contracts.checks.CARELESS`; a questionnaire with two signs has two rows. Only
    the batteries whose items ``table`` has are used. Rows come in the order of couple, person, time and flag.
    """
    signs = signs_of(table, batteries, bounds)
    time = next((table[name] for name in ("day", "wave") if name in table), None)
    keys = table[["couple_id", "person_id"]].assign(time=0 if time is None else time.to_numpy())
    parts = [keys[sign.flagged].assign(flag=sign.flag) for sign in signs]
    flags = pd.concat(parts, ignore_index=True) if parts else keys.iloc[:0].assign(flag=pd.Series(dtype="str"))
    return flags.sort_values(["couple_id", "person_id", "time", "flag"], kind="stable", ignore_index=True)


def signs_of(
    table: pd.DataFrame, batteries: Mapping[str, Battery], bounds: Careless, person: np.ndarray | None = None
) -> list[Sign]:
    """Each sign that the study gives a bound for, in the order of `CARELESS`; ``person`` numbers each row's person."""
    here = {name: battery for name, battery in batteries.items() if set(battery.items) <= set(table.columns)}
    looks: dict[str, Callable[[float], Sign]] = {
        "long_string": lambda bound: _long_string(table, here, bound),
        "too_fast": lambda bound: _too_fast(table, bound),
        "even_odd": lambda bound: _even_odd(table, here, bound, person),
        "mahalanobis": lambda bound: _mahalanobis(table, here, bound),
    }
    return [looks[name](float(bound)) for name in CARELESS if (bound := getattr(bounds, name)) is not None]


def _long_string(table: pd.DataFrame, batteries: Mapping[str, Battery], bound: float) -> Sign:
    """At least ``bound`` identical answers in a row within one battery that has reversed items."""
    turned = [battery for battery in batteries.values() if 0 < len(battery.reversed) < len(battery.items)]
    long_enough = [battery for battery in turned if len(battery.items) >= bound]
    if not long_enough:
        why = "no scale with reversed items here" if not turned else "no scale with reversed items is that long"
        return _nothing("long_string", table, f"{why}, and on other scales equal answers may be honest")
    judged, flagged = np.zeros(len(table), dtype=bool), np.zeros(len(table), dtype=bool)
    for battery in long_enough:
        items = _answers(table, battery)
        judged |= sum((~np.isnan(item)).astype("int16") for item in items) >= bound
        flagged |= longest_runs(items) >= bound
    return Sign(flag="long_string", judged=judged, flagged=flagged)


def _too_fast(table: pd.DataFrame, bound: float) -> Sign:
    """Fewer than ``bound`` seconds for each answered question of the row (Huang et al., 2012, J Bus Psychol 27, 99)."""
    if SECONDS not in table:
        return _nothing("too_fast", table, f"no column is mapped onto {SECONDS}, the time it took to fill in")
    questions = [name for name in table.columns if name not in NO_ANSWERS and not name.startswith("_")]
    answered = np.zeros(len(table), dtype="int32")
    for name in questions:
        answered += table[name].notna().to_numpy()
    seconds = table[SECONDS].to_numpy(dtype="float64")
    judged = (answered > 0) & ~np.isnan(seconds)
    with np.errstate(invalid="ignore"):
        return Sign(flag="too_fast", judged=judged, flagged=judged & (seconds < bound * answered))


def _even_odd(table: pd.DataFrame, batteries: Mapping[str, Battery], bound: float, person: np.ndarray | None) -> Sign:
    """A person whose even and odd halves of scales hang together less than ``bound``: all their questionnaires."""
    halved = [battery for battery in batteries.values() if len(battery.items) >= 2]
    if not halved:
        return _nothing("even_odd", table, "no scale of two or more items here")
    if person is None or (person < 0).any():
        person = table.groupby(["couple_id", "person_id"], sort=False, observed=True).ngroup().to_numpy()
    consistency = even_odd([(battery, _answers(table, battery)) for battery in halved], person)
    judged = ~np.isnan(consistency)
    if not judged.any():
        return _nothing("even_odd", table, "nobody answered enough halves of scales that vary")
    with np.errstate(invalid="ignore"):
        flagged = consistency < bound
    return Sign(flag="even_odd", judged=judged[person], flagged=flagged[person])


def _mahalanobis(table: pd.DataFrame, batteries: Mapping[str, Battery], bound: float) -> Sign:
    """Answers so far from everybody's, given how items go together, that chance gives them more rarely than that."""
    names = list(dict.fromkeys(name for battery in batteries.values() for name in battery.items))
    if len(names) < 2:
        return _nothing("mahalanobis", table, "fewer than two items of scales here")
    judged, flagged, why_not = far_from_the_rest([table[name].to_numpy(dtype="float64") for name in names], bound)
    return Sign(flag="mahalanobis", judged=judged, flagged=flagged, why_not=why_not)


def _answers(table: pd.DataFrame, battery: Battery) -> list[np.ndarray]:
    """The battery's raw answers, item by item."""
    return [table[name].to_numpy(dtype="float64") for name in battery.items]


def _nothing(flag: str, table: pd.DataFrame, why_not: str) -> Sign:
    none = np.zeros(len(table), dtype=bool)
    return Sign(flag=flag, judged=none, flagged=none, why_not=why_not)
