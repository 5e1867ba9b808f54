"""Partner agreement as rows of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from couples_study.report import numbers
from couples_study.report.intake.words import INDICES, SHARES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from couples_study.contracts.watch import AgreementIndex, PairAgreement


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """One index: its name, the number and its interval as text, and what it means (or why it is not there)."""

    name: str
    value: str
    interval: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPair:
    """One pair of columns with its heading and its rows."""

    title: str
    pair: PairAgreement
    rows: tuple[IndexRow, ...]


def shown_pairs(pairs: Sequence[PairAgreement], labels: Mapping[str, str]) -> list[ShownPair]:
    """Every compared pair, in its order."""
    return [
        ShownPair(title=_title(pair, labels), pair=pair, rows=tuple(_row(index) for index in pair.indices))
        for pair in pairs
    ]


def _title(pair: PairAgreement, labels: Mapping[str, str]) -> str:
    mine, partners = (labels.get(name, name) for name in (pair.mine, pair.partners))
    return f"{mine}: both partners" if mine == partners else f"{mine}, against the partner's {partners.lower()}"


def _row(index: AgreementIndex) -> IndexRow:
    name, meaning = INDICES.get(index.name, (index.name, ""))
    if index.value is None:
        return IndexRow(name=name, value="not shown", interval="", meaning=index.why_not)
    scale = 100.0 if index.name in SHARES else 1.0
    value = index.value * scale
    if index.low is None or index.high is None:
        return IndexRow(name=name, value=_unit(numbers.plain(value), scale), interval="", meaning=meaning)
    low, high = index.low * scale, index.high * scale
    decimals = min(2, numbers.decimals_for(high - low)) if high > low else 2
    return IndexRow(
        name=name,
        value=_unit(numbers.estimate(value, low, high, decimals), scale),
        interval=numbers.interval(low, high, decimals),
        meaning=meaning,
    )


def _unit(text: str, scale: float) -> str:
    return f"{text}%" if scale > 1 else text
