"""The chance of each verdict on a claim, by design, in a world where the truth is known."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING

from couples_study.claims import chosen
from couples_study.contracts.base import parsed
from couples_study.contracts.reader import RawExport
from couples_study.contracts.study import StudyFile
from couples_study.contracts.verdict import CONTRADICTED, SUPPORTED, Verdict
from couples_study.core.errors import UsageError
from couples_study.core.seeds import DEFAULT_SEED, child
from couples_study.intake import link, take_in
from couples_study.intake.coded import as_cells
from couples_study.planning.claim_worlds import CLAIM_WORLDS, none_claimed, strength_in
from couples_study.planning.designs import Design, Subject, outcome_of, questions_of, require_possible, worlds_for
from couples_study.planning.synthetic import Simulated, simulate
from couples_study.planning.tally import OUTCOMES, Tally, wilson
from couples_study.steps.batteries import batteries_of
from couples_study.steps.check import check
from couples_study.steps.derive import derive
from couples_study.steps.estimate import estimate
from couples_study.steps.judge import decide

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "claim", "scenario", "times", "couples", "days", "attrition", "verdict", "wanted", "n", "reps", "share", "low",
    "high",
)  # fmt: skip


def power(
    claim: str,
    *,
    couples: Sequence[int] = (100,),
    days: Sequence[int] = (28,),
    attrition: Sequence[float] = (0.0,),
    times: Sequence[float] | None = None,
    scenario: str | None = None,
    reps: int = 100,
    seed: int = DEFAULT_SEED,
    precision: float = 0.0,
    tell: Callable[[str], None] = lambda _: None,
) -> pd.DataFrame:
    """Draw ``reps`` studies for every design and count the verdicts on a built-in ``claim``.

    ``attrition`` is the share of couples who leave before the end; ``times`` the size of every effect in multiples of
    the smallest that matters, where the scenario leaves it open. With ``precision`` a design stops once every share's
    95% interval is that narrow to either side. Returns one row per design and verdict, with the share of replicates
    and its Wilson interval (low, high); replicates whose model could not be fitted are ``failed`` and count.
    Replicate r of a design has the same seed whatever else is asked for.
    """
    designs = designs_of((Subject(id=claim),), couples, days, attrition, times, scenario)
    found = []
    for design in designs:
        tally = Tally(most=reps, precision=precision)
        while not tally.complete:
            tally.add(outcome_of(design, tally.done, seed))
            tell(f"{claim} in {design.world}, {design.couples} couples x {design.days} days: {tally.done}/{reps}")
        found.append(tally)
    return power_table(designs, found)


def designs_of(
    subjects: Sequence[Subject],
    couples: Sequence[int],
    days: Sequence[int],
    attrition: Sequence[float] = (0.0,),
    times: Sequence[float] | None = None,
    scenario: str | None = None,
) -> list[Design]:
    """Every combination that is asked for; without ``scenario``, in the first world in which the claim is true."""
    found = []
    for subject in subjects:
        world = scenario or next(iter(worlds_for(subject)), "null")
        for share, factor, length, many in product(attrition, times or (None,), days, couples):
            one = Design(subject=subject, world=world, couples=many, days=length, attrition=share, times=factor)
            require_possible(one)
            found.append(one)
    if not found:
        raise UsageError("power", expected="a design", found="none", do="name couples and days")
    return found


def wanted_verdict(design: Design) -> str:
    """The verdict that is right where the design's world is true: contradicted where it has none of the effect."""
    questions = questions_of(design.subject)
    if design.world in CLAIM_WORLDS:
        there = strength_in(design.world, questions, design.times) > 0
        return SUPPORTED if there != none_claimed(questions) else CONTRADICTED
    claim = chosen((design.subject.id,))[0]
    untrue = (*claim.scenarios.get("false", ()), *claim.scenarios.get("trap", ()))
    return CONTRADICTED if design.world in untrue else SUPPORTED


def power_table(designs: Sequence[Design], tallies: Sequence[Tally]) -> pd.DataFrame:
    """One row per design and outcome; ``wanted`` marks the verdict that is right in that world."""
    import pandas as pd

    return pd.DataFrame(list(_rows(designs, tallies)), columns=list(COLUMNS))


def _rows(designs: Sequence[Design], tallies: Sequence[Tally]) -> Iterator[tuple[object, ...]]:
    for design, tally in zip(designs, tallies, strict=True):
        wanted = wanted_verdict(design)
        for outcome in OUTCOMES:
            n, reps = tally.counts[outcome], tally.done
            yield (
                design.subject.id, design.world, design.times, design.couples, design.days, design.attrition,
                outcome, outcome == wanted, n, reps, n / reps, *wilson(n, reps),
            )  # fmt: skip


def whole_way(claim: str, world: str, couples: int, days: int, reps: int, seed: int) -> Iterator[Verdict]:
    """The verdicts in ``reps`` studies that were exported and taken in: slower, and the check on the shorter way."""
    for replicate in range(reps):
        root = child(seed, world, str(couples), str(days), str(replicate)).generate_state(1)[0]
        yield judged(simulate(world, couples, days, int(root)), claim)


def judged(study: Simulated, claim: str) -> Verdict:
    """The verdict on one claim in a simulated study, by exactly the steps that real exports go through."""
    spec = parsed(StudyFile, tomllib.loads(study.files["study.toml"].decode()), "study.toml")
    checked = check(spec.model_copy(update={"hypothesis": ()}), only=(claim,))
    exports = [
        [
            RawExport(file=name, sha256="", cells=as_cells(study.exports[name.removesuffix(".csv")]))
            for name in source.files
        ]
        for source in spec.source
    ]
    intake = link(spec, take_in(spec, exports, checked.glossary), checked.glossary, batteries_of(checked))
    return decide(checked, estimate(checked, derive(checked, intake)))[0]
