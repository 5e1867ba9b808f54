"""The specification curve as a table, and which choices change the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from couples_study.contracts.hypothesis import ABOVE, BELOW, Question
from couples_study.contracts.verdict import NOT_TESTABLE
from couples_study.planning.multiverse.choice import KINDS
from couples_study.planning.multiverse.joint import Joint
from couples_study.planning.multiverse.outcome import Outcome
from couples_study.planning.multiverse.specify import Listed

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "reading", "specification", "estimate", "conf_low", "conf_high", "interval", "p_value", "p_joint", "unit",
    "verdict", "reason", "detail", "break_at", "n_couples", "n_obs",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How a choice's option changes the verdict: in ``changed`` of ``pairs`` specifications alike in all else."""

    kind: str
    option: str
    instead: str
    changed: int
    pairs: int
    verdicts: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A reading's specification curve: what was listed, what came, tested together, and the turns of the verdict."""

    listed: Listed
    outcomes: tuple[Outcome, ...]
    joint: Joint | None
    turns: tuple[Turn, ...]


def null_of(question: Question) -> float:
    """What "nothing" is: the stated share, the quantifier's bound, or no effect."""
    if question.rule == "R3" and question.stated is not None:
        return question.stated
    if question.rule == "R2" and question.quantifier is not None:
        return {**ABOVE, **BELOW}[question.quantifier]
    return 0.0


def sign_of(question: Question) -> float:
    """The claimed side of "nothing": +1 above, -1 below."""
    below = question.rule == "R2" and question.quantifier in BELOW
    return -1.0 if below or question.direction == "negative" else 1.0


def turns_of(listed: Listed, outcomes: Sequence[Outcome]) -> tuple[Turn, ...]:
    """For every option but the declared one, the specifications that differ from another in it alone."""
    by_way = {
        tuple(one.names.items()): outcome.verdict for one, outcome in zip(listed.specifications, outcomes, strict=True)
    }
    return tuple(
        turn
        for choice in listed.choices
        for option in choice.options[1:]
        if (turn := _turn(choice.kind, option.name, choice.options[0].name, by_way)).pairs
    )


def _turn(kind: str, option: str, instead: str, by_way: dict[tuple[tuple[str, str], ...], str]) -> Turn:
    seen: dict[tuple[str, str], int] = {}
    pairs = 0
    for way, verdict in by_way.items():
        if dict(way)[kind] != option:
            continue
        other = by_way.get(tuple((name, instead if name == kind else picked) for name, picked in way))
        if other is None or NOT_TESTABLE in (verdict, other):
            continue
        pairs += 1
        if other != verdict:
            seen[other, verdict] = seen.get((other, verdict), 0) + 1
    told = tuple((before, after, many) for (before, after), many in sorted(seen.items()))
    return Turn(kind=kind, option=option, instead=instead, changed=sum(seen.values()), pairs=pairs, verdicts=told)


def curve_table(curves: Sequence[Curve]) -> pd.DataFrame:
    """One row per specification, with a column for each kind of choice that is open in any reading."""
    import pandas as pd

    kinds = [kind for kind in KINDS if any(choice.kind == kind for one in curves for choice in one.listed.choices)]
    rows = [row for curve in curves for row in _rows(curve, kinds)]
    return pd.DataFrame(rows, columns=[*COLUMNS, *(column_of(kind) for kind in kinds)])


def column_of(kind: str) -> str:
    """The column that says how a choice fell."""
    return f"choice_{kind.replace(' ', '_')}"


def _rows(curve: Curve, kinds: Sequence[str]) -> Iterator[dict[str, object]]:
    each = curve.joint.p_each if curve.joint is not None else (None,) * len(curve.outcomes)
    for one, outcome, p_joint in zip(curve.listed.specifications, curve.outcomes, each, strict=True):
        told = {**outcome.plain(), "reading": one.reading, "specification": one.number, "p_joint": p_joint}
        yield {**{name: told[name] for name in COLUMNS}, **{column_of(k): one.names.get(k) for k in kinds}}
