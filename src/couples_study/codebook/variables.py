"""One record per column: meaning, unit, range, answers, and where its values come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from couples_study.codebook.distribution import Distribution
from couples_study.contracts.instrument import Instrument
from couples_study.core.columns import MISSING_KINDS, Column
from couples_study.instruments import instruments
from couples_study.items import items, words

YES_NO = ((1.0, "yes"), (0.0, "no"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A column as the codebook shows it.

    ``asked`` is its wording by language, where it is ours; ``labels`` names stored numbers (yes and no, the ends of a
    scale); ``made`` says where the values come from; ``distribution`` is there for a study's own codebook.
    """

    name: str
    table: str
    label: str
    meaning: str
    unit: str
    kind: str
    low: float | None
    high: float | None
    codes: tuple[tuple[str, str], ...]
    labels: tuple[tuple[float, str], ...]
    asked: tuple[tuple[str, str], ...]
    made: str
    distribution: Distribution | None = None

    @property
    def range_in_words(self) -> str:
        """The range of an answer, if it has one."""
        return "" if self.low is None or self.high is None else f"{self.low:g} to {self.high:g}"

    @property
    def answers_in_words(self) -> tuple[str, ...]:
        """What stored numbers, or codes, stand for."""
        numbers = tuple(f"{value:g} = {label}" for value, label in self.labels)
        return numbers or tuple(f"{code} = {label}" for code, label in self.codes)


def variable(column: Column, table: str | None = None, distribution: Distribution | None = None) -> Variable:
    """The record of one column, in ``table`` where that is not its home."""
    item = items().get(column.name)
    asked = (("en", item.en), ("de", item.de)) if item is not None and item.form != "team" else ()
    codes = tuple((one.code, one.en) for one in item.choices) if item is not None else ()
    return Variable(
        name=column.name, table=table or column.table, label=column.label, meaning=column.meaning, unit=column.unit,
        kind=column.kind, low=column.low, high=column.high, codes=codes or tuple((one, one) for one in column.labels),
        labels=_labels(column), asked=asked, made=_made(column), distribution=distribution,
    )  # fmt: skip


def variables(columns: Iterable[Column]) -> tuple[Variable, ...]:
    """The records of many columns, without distributions."""
    return tuple(variable(column) for column in columns)


def _labels(column: Column) -> tuple[tuple[float, str], ...]:
    if column.kind == "flag":
        return YES_NO
    item = items().get(column.name)
    if item is None or column.low is None or column.high is None:
        return ()
    if item.choices and all(one.value is not None or one.code.isdigit() for one in item.choices):
        return tuple((one.value if one.value is not None else float(one.code), one.en) for one in item.choices)
    if item.ends is None:
        return ()
    low, high = words().ends[item.ends].en
    return ((column.low, low), (column.high, high))


def _made(column: Column) -> str:
    score = next((one for one in instruments().values() if one.result == column.name), None)
    if score is not None:
        return formula_of(score)
    scale = next(
        (one for one in instruments().values() if column.name in one.items and one.wording == "published"), None
    )
    if scale is not None:
        turned = ", reversed before scoring" * (column.name in scale.reversed)
        return f"item of {scale.label}{turned}; {scale.licence}"
    item = items().get(column.name)
    if item is None:
        return "key" if column.kind == "key" else "made by the package or the platform"
    if item.form != "team":
        return "own item of this project"
    made_from = f" From {', '.join(item.made_from)}." if item.made_from else ""
    return f"filled in by the study team{', drawn by lot' * item.by_lot}. {item.en}{made_from}"


def formula_of(scale: Instrument) -> str:
    """How a score is made, in words and symbols."""
    names = ", ".join(scale.items) if len(scale.items) < 5 else f"{scale.items[0]} to {scale.items[-1]}"
    turned = f"; {', '.join(scale.reversed)} reversed (low + high - answer)" if scale.reversed else ""
    further = "".join(f", and {name} where it was asked" for name in scale.further)
    how = "mean" if scale.score == "mean" else f"{len(scale.items)} x mean (a sum, prorated)"
    return f"{how} of {names}{further}{turned}; missing with fewer than {scale.min_answered} answers. {scale.label}"


def missing_words() -> str:
    """What stands beside an answer that is missing."""
    return f"Blank is missing; where a study says why, <column>_missing tells it: {', '.join(MISSING_KINDS)}."
