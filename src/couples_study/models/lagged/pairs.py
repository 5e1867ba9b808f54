"""Complete pairs of consecutive calendar days, with two indicators of each construct where there are two."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from couples_study.contracts.hypothesis import Question
from couples_study.core.columns import Glossary
from couples_study.measures import Frames, Panel

FEWEST_TOGETHER = 2
LEAST_TOGETHER = 0.25  # correlation within persons of two indicators, from which they serve


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Day pairs in raw units, sorted by person and day.

    ``today`` (n,) is the outcome, ``own`` and ``other`` (n, 2) the two indicators of outcome and predictor on the day
    before, ``steady`` (n, s) the trend and the weekend; ``person`` and ``couple`` (n,) codes, ``row`` the panel's rows.
    ``shared`` says whether errors of outcome and predictor indicators come from one minute of one person, and
    ``of_couple`` whether all indicators are both partners' accounts of the same.
    """

    today: np.ndarray
    own: np.ndarray
    other: np.ndarray
    steady: np.ndarray
    person: np.ndarray
    couple: np.ndarray
    row: np.ndarray
    role: np.ndarray
    shared: tuple[bool, bool]
    n_couples: int
    of_couple: bool = False

    def where(self, keep: np.ndarray) -> Pairs:
        """The pairs that ``keep`` (n,) marks."""
        names = ("today", "own", "other", "steady", "person", "couple", "row", "role")
        return replace(self, **{name: getattr(self, name)[keep] for name in names})


def indicators_of(question: Question, name: str | None) -> tuple[str, ...]:
    """The columns that indicate a construct; the column itself where there is only one."""
    return question.indicators.get(name or "", (name or "",))


def held_of(question: Question) -> str:
    """What is held: the outcome of the day before, or on the day itself what it is ``after``."""
    return question.after or question.outcome


def asked_twice(question: Question, known: Glossary, frames: Frames) -> Question:
    """The question with the second item of outcome and predictor as indicator, where that item was answered.

    What the question itself names as indicators stands.
    """
    found = dict(question.indicators)
    for name in (held_of(question), question.predictor):
        second = known.second(name) if name else None
        if name and second and name not in found and frames.panel_with(second) is frames.panel_with(name):
            found[name] = (name, second)
    return question.model_copy(update={"indicators": found})


def best_apart(question: Question, known: Glossary, panel: Panel) -> Question:
    """Of more than two indicators of a construct the pair whose errors have least reason to hang together.

    First two reporters, then two times of day, then the first two named; a pair that is apart serves only where its
    answers go together within persons, since an instrument that does not is none.
    """
    found = dict(question.indicators)
    for name, columns in question.indicators.items():
        if len(columns) == 2:
            continue
        there = [one for one in columns if one.removeprefix("partner.") in panel.frame.columns]
        pairs = [pair for pair in combinations(there, 2) if _usable(panel, pair, known)]
        found[name] = max(pairs, key=lambda pair: _apart(pair, known), default=columns[:2])
    return question.model_copy(update={"indicators": found})


def _apart(pair: tuple[str, ...], known: Glossary) -> int:
    reporters = len({one.startswith("partner.") for one in pair})
    times = len({known[bare].asked if (bare := one.removeprefix("partner.")) in known else "evening" for one in pair})
    return 2 * (reporters - 1) + (times - 1)


def _usable(panel: Panel, pair: tuple[str, str], known: Glossary) -> bool:
    if _apart(pair, known) == 0:
        return True
    return together(panel, pair) >= LEAST_TOGETHER


def together(panel: Panel, pair: tuple[str, str]) -> float:
    """How far two columns go together within persons, a correlation; 0 where too few days have both."""
    both = pd.DataFrame({place: said(panel, one, 0) for place, one in enumerate(pair)}).dropna()
    inside = both - both.groupby(panel.own[both.index]).transform("mean")
    found = float(inside[0].corr(inside[1])) if len(both) > FEWEST_TOGETHER else 0.0
    return found if np.isfinite(found) else 0.0


def said(panel: Panel, column: str, lag: int) -> np.ndarray:
    """A column as answered ``lag`` days before, by the person or with ``partner.`` by the partner."""
    who = "partner" if column.startswith("partner.") else "own"
    return panel.value(column.removeprefix("partner."), who, lag)


def pairs_of(
    question: Question, panel: Panel, *, reverse: bool = False, both: bool = False, known: Glossary | None = None
) -> Pairs:
    """The pairs for predictor -> outcome, or with ``reverse`` for outcome -> predictor.

    Where the question says what the outcome is ``after``, all three are of one day. With ``both`` a day counts only
    where outcome and predictor were answered on it, so both directions rest on the same rows. ``known`` tells which
    columns were asked at another time of day.
    """
    names = (question.predictor, question.outcome) if reverse else (question.outcome, question.predictor)
    y_parts, x_parts = (indicators_of(question, name) for name in names)
    held, ago = (indicators_of(question, question.after), 0) if question.after else (y_parts, 1)
    today = np.mean([said(panel, column, 0) for column in y_parts], axis=0)
    own, other = (np.column_stack([said(panel, one, ago) for one in (p[0], p[-1])]) for p in (held, x_parts))
    steady = [panel.frame["time"].to_numpy(dtype=np.float64)]
    if "weekend" in panel.frame and panel.frame["weekend"].nunique() > 1:
        steady.append(panel.frame["weekend"].to_numpy(dtype=np.float64))
    needed = [today, own, other, *steady]
    if both:
        needed += [said(panel, column, 0) for column in x_parts]
    complete = np.isfinite(np.column_stack(needed)).all(axis=1)
    order = np.lexsort((panel.frame["time"].to_numpy(), panel.own))
    rows = order[complete[order]]
    couples, _ = pd.factorize(panel.frame["couple_id"])
    return Pairs(
        today=today[rows], own=own[rows], other=other[rows], steady=np.column_stack(steady)[rows],
        person=panel.own[rows], couple=couples[rows], row=rows,
        role=panel.frame["role"].astype("str").to_numpy()[rows],
        shared=(_same_minute(held, known), _same_minute(x_parts, known)), n_couples=int(couples.max()) + 1,
        of_couple=_both_accounts(y_parts) and _both_accounts(x_parts),
    )  # fmt: skip


def _both_accounts(parts: tuple[str, ...]) -> bool:
    """Whether the two indicators are both partners' answers to one question."""
    return len(set(parts)) == 2 and len({one.removeprefix("partner.") for one in parts}) == 1


def _same_minute(parts: tuple[str, ...], known: Glossary | None) -> bool:
    """Two indicators answered by one person in one sitting."""
    return len(parts) == 2 and _apart(parts, known or Glossary({})) == 0
