"""What a study's verdicts say of claims that can not both hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from couples_study.contracts.tension import Tension
from couples_study.contracts.verdict import CONTRADICTED, NOT_TESTABLE, SUPPORTED, Verdict
from couples_study.report.sentences import VERDICT_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One pair with the verdicts of both sides, and what follows."""

    tension: Tension
    one: tuple[tuple[str, str], ...]
    other: tuple[tuple[str, str], ...]
    says: str


def weighed(tensions: Iterable[Tension], verdicts: Sequence[Verdict]) -> tuple[Weighed, ...]:
    """The pairs of which this study was asked about both sides."""
    known = {verdict.id: verdict.verdict for verdict in verdicts}
    found = []
    for tension in tensions:
        one, other = (tuple((id_, known[id_]) for id_ in side if id_ in known) for side in (tension.one, tension.other))
        if one and other:
            found.append(Weighed(tension=tension, one=one, other=other, says=_says(dict(one), dict(other))))
    return tuple(found)


def _says(one: Mapping[str, str], other: Mapping[str, str]) -> str:
    """In words; a side holds if all of its claims do, and falls as soon as one of them does."""
    sides = {"first": _side(one), "second": _side(other)}
    if all(kind == SUPPORTED for kind in sides.values()):
        return "The data support both, so they can not exclude each other in the sense in which they were tested."
    if all(kind == CONTRADICTED for kind in sides.values()):
        return "The data speak against both."
    for name, rest in (("first", "second"), ("second", "first")):
        if sides[name] == CONTRADICTED:
            holds = sides[rest] == SUPPORTED
            return (
                f"The data side with the {rest}." if holds else f"The data speak against the {name}; the rest is open."
            )
        if sides[name] == SUPPORTED:
            return f"The data support the {name}; the {rest} is {VERDICT_WORDS[sides[rest]]}."
    return "The data leave both open."


def _side(verdicts: Mapping[str, str]) -> str:
    kinds = list(verdicts.values())
    for kind in (CONTRADICTED, NOT_TESTABLE):
        if kind in kinds:
            return kind
    return SUPPORTED if all(kind == SUPPORTED for kind in kinds) else "inconclusive"
