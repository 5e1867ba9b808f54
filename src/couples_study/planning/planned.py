"""What a study's hypotheses and claims will be fitted as, before any outcome is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from couples_study.contracts.hypothesis import Question
from couples_study.contracts.plan import Plan
from couples_study.contracts.reader import RawExport
from couples_study.contracts.study import Source
from couples_study.intake.mapping import mapping_of
from couples_study.measures import panel_of
from couples_study.measures.frames import PANELS
from couples_study.models.registry import Model, model_called
from couples_study.models.terms import tested_roles
from couples_study.steps.check import Asked, Checked
from couples_study.steps.outline import outlined
from couples_study.verdicts.reading import RULE_WORDS

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One reading as planned, with what is missing for it and how many rows it can have at most."""

    id: str
    statement: str
    model: str
    plan: Plan
    rule: str
    smallest_effect: str
    missing: tuple[str, ...]
    expected_rows: int | None


def planned(
    checked: Checked,
    headers: Sequence[tuple[Source, str, tuple[str, ...]]],
    keys: Sequence[Sequence[RawExport]],
) -> tuple[Planned, ...]:
    """The plan of every reading of every statement.

    ``headers`` has source, file and column names of each delivery; ``keys`` the cells of its key columns alone, from
    which the rows to be expected are counted. No answer is among them.
    """
    homes = _homes(checked, headers)
    outline = outlined(checked, keys)
    return tuple(
        _planned(key, statement, question, asked, checked, homes, outline)
        for asked in checked.asked
        for key, statement, question in asked.readings
    )


def _homes(checked: Checked, headers: Sequence[tuple[Source, str, tuple[str, ...]]]) -> dict[str, str]:
    """The table of every column that the deliveries can fill, scores included; a panel's table wins over people."""
    homes: dict[str, str] = {}
    for source, file, header in headers:
        answers = mapping_of(source, header, checked.glossary, checked.study.dyads, file).answers
        homes |= {name: source.table for name in answers if homes.get(name) not in PANELS.values()}
    for scale in checked.scales:
        if set(scale.items) <= set(homes):
            homes.setdefault(scale.result, homes[scale.items[0]])
    return homes


def columns_delivered(checked: Checked, headers: Sequence[tuple[Source, str, tuple[str, ...]]]) -> frozenset[str]:
    """The columns that the deliveries fill, without what is scored from them."""
    found: set[str] = set()
    for source, file, header in headers:
        found |= set(mapping_of(source, header, checked.glossary, checked.study.dyads, file).answers)
    return frozenset(found)


def _planned(
    key: str,
    statement: str,
    question: Question,
    asked: Asked,
    checked: Checked,
    homes: dict[str, str],
    outline: Mapping[str, pd.DataFrame],
) -> Planned:
    smallest = question.smallest_effect
    model = model_called(question.model, key)
    missing = tuple(name for name in question.columns() if name not in homes and name not in ("study_day", "weekend"))
    if model.repeated(question) and homes.get(question.outcome, PANELS["person_days"]) not in PANELS.values():
        missing += (f"{question.outcome}, more than once",)
    return Planned(
        id=key,
        statement=statement,
        model=question.model,
        plan=model.plan(question, checked.setting),
        rule=asked.rule_in_words or RULE_WORDS[question.rule],
        smallest_effect=f"{smallest.value:g} {smallest.unit} ({smallest.why})",
        missing=missing,
        expected_rows=None if missing else _rows(question, model, homes, outline),
    )


def _rows(question: Question, model: Model, homes: dict[str, str], outline: Mapping[str, pd.DataFrame]) -> int:
    """Rows if everybody answered every question asked: the days and partners that the model needs are there."""
    if question.model == "regression":
        level = "couple_id" if question.level == "couple" else "person_id"
        return int(outline["people"][level].nunique())
    outcome = question.indicators.get(question.outcome, (question.outcome,))[0].removeprefix("partner.")
    frame = outline[homes[outcome]]
    panel = panel_of(frame if "time" in frame else frame.assign(time=0))
    there = np.ones(len(panel.frame), dtype=bool)
    for who, lag in model.looks(question):
        there &= panel.rows(who, lag) >= 0
    roles = tested_roles(question.test) if question.by_role else None
    if roles is not None:
        there &= panel.frame["role"].isin(roles).to_numpy()
    return int(there.sum())
