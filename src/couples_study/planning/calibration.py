"""How often each verdict is right where the truth is known: claims, worlds and sizes of effect, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from couples_study.claims import chosen
from couples_study.contracts.verdict import CONTRADICTED, SUPPORTED
from couples_study.core.errors import UsageError, listed
from couples_study.planning.claim_worlds import (
    CLAIM_WORLDS,
    MISSPECIFIED,
    TRUE_WORLDS,
    none_claimed,
    scalable,
    strength_in,
)
from couples_study.planning.designs import Design, Subject, outcomes, questions_of, require_possible, worlds_for
from couples_study.planning.power import wanted_verdict
from couples_study.planning.scenarios import scenarios
from couples_study.planning.tally import OUTCOMES, Tally, wilson

if TYPE_CHECKING:
    import pandas as pd

OWN, MISSPECIFIED_WORD = "own", "misspecified"
EFFECTS = (0.0, 0.5, 1.0, 1.5, 2.0)  # multiples of the smallest that matters
RIGHT, WRONG, SILENT = "right", "wrong", "silent"
STANDINGS = (RIGHT, WRONG, SILENT)
LONG = 1.0  # seconds from which a first replicate is not timed a second time


def cells(
    claims: Sequence[str],
    words: Sequence[str],
    couples: int,
    days: int,
    times: Sequence[float] | None = None,
) -> list[Design]:
    """Every claim in the worlds that ``words`` name, each claim's own (``own``), or the misspecified ones.

    A world that is not drawn for a claim is left out for it. With ``times`` the claims' effects take each of these
    sizes in the worlds that leave them open.
    """
    known = (OWN, MISSPECIFIED_WORD, *CLAIM_WORLDS, *scenarios())
    strays = [word for word in words if word not in known]
    if strays:
        raise UsageError(
            f"--scenarios {strays[0]}", expected=f"some of {listed(known, most=50)}",
            found="a word that is none of these", do="mend it",
        )  # fmt: skip
    found = [cell for claim in claims for cell in _of_claim(claim, words, couples, days, times)]
    if not found:
        raise UsageError(
            "calibrate", expected="a claim and a world that is drawn for it", found="none",
            do="leave --scenarios out: every claim then has its own",
        )  # fmt: skip
    return list(dict.fromkeys(found))


def _of_claim(
    claim: str, words: Sequence[str], couples: int, days: int, times: Sequence[float] | None
) -> Iterator[Design]:
    subject = Subject(id=claim)
    possible = worlds_for(subject)
    for world in dict.fromkeys(one for word in words for one in _worlds(claim, word)):
        if world not in possible:
            continue
        open_ended = world in (*TRUE_WORLDS, *MISSPECIFIED) and scalable(questions_of(subject))
        for factor in times if times and open_ended else (None,):
            one = Design(subject=subject, world=world, couples=couples, days=days, times=factor)
            require_possible(one)
            yield one


def _worlds(claim: str, word: str) -> tuple[str, ...]:
    if word == OWN:
        return tuple(name for names in chosen((claim,))[0].scenarios.values() for name in names)
    if word == MISSPECIFIED_WORD:
        return MISSPECIFIED if scalable(chosen((claim,))[0].reading) else ()
    return (word,)


def standing(design: Design, outcome: str) -> str:
    """Whether an outcome is right, wrong or silent in a design's world.

    An effect that is there but smaller than matters is as rightly supported (its direction) as contradicted (its
    size); where none is claimed, it is rightly supported.
    """
    if outcome not in (SUPPORTED, CONTRADICTED):
        return SILENT
    questions = questions_of(design.subject)
    wanted = wanted_verdict(design)
    if design.world in CLAIM_WORLDS and scalable(questions):
        small = 0 < strength_in(design.world, questions, design.times) < 1
        if small and not none_claimed(questions):
            return RIGHT
        if small:
            wanted = SUPPORTED
    return RIGHT if outcome == wanted else WRONG


def calibration_table(designs: Sequence[Design], tallies: Sequence[Tally]) -> pd.DataFrame:
    """One row per cell: the outcomes' counts, and the shares right, wrong and silent with their Wilson intervals."""
    import pandas as pd

    return pd.DataFrame([_row(design, tally) for design, tally in zip(designs, tallies, strict=True)])


def _row(design: Design, tally: Tally) -> dict[str, object]:
    claim = chosen((design.subject.id,))[0]
    row: dict[str, object] = {
        "claim": claim.id, "family": claim.family, "scenario": design.world, "times": design.times,
        "couples": design.couples, "days": design.days, "reps": tally.done,
    }  # fmt: skip
    row |= {outcome: tally.counts[outcome] for outcome in OUTCOMES}
    for kind in STANDINGS:
        n = sum(tally.counts[outcome] for outcome in OUTCOMES if standing(design, outcome) == kind)
        low, high = wilson(n, tally.done)
        row |= {kind: n / tally.done, f"{kind}_low": low, f"{kind}_high": high}
    return row


def seconds_of(designs: Sequence[Design], seed: int, tell: Callable[[str], None] = lambda _: None) -> list[float]:
    """How long a replicate of each design takes here, timed once for each kind of analysis and number of readings."""
    timed: dict[tuple[object, ...], float] = {}
    found = []
    for design in designs:
        kind = (tuple(q.model for q in questions_of(design.subject)), design.world in CLAIM_WORLDS)
        if kind not in timed:
            tell(f"timing {design.subject.id}")
            timed[kind] = _timed(design, seed)
        found.append(timed[kind])
    return found


def _timed(design: Design, seed: int) -> float:
    """Once with whatever has to be loaded first, and again where that was quick."""
    found = []
    for number in (0, 1):
        began = perf_counter()
        outcomes(design, number, 1, seed)
        found.append(perf_counter() - began)
        if found[0] > LONG:
            break
    return min(found)
