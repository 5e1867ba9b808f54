"""The chance of each verdict on a claim, by design, in a world where the truth is known."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import pandas as pd

from couples_study.contracts.base import parsed
from couples_study.contracts.reader import RawExport
from couples_study.contracts.scenario import Scenario
from couples_study.contracts.study import StudyFile
from couples_study.contracts.verdict import VERDICTS, Verdict
from couples_study.core.seeds import DEFAULT_SEED, child
from couples_study.intake import link, take_in
from couples_study.intake.coded import as_cells
from couples_study.planning.scenarios import scenario_called
from couples_study.planning.synthetic import Simulated, simulate
from couples_study.steps.batteries import batteries_of
from couples_study.steps.check import check
from couples_study.steps.derive import derive
from couples_study.steps.estimate import estimate
from couples_study.steps.judge import decide

LEVEL = 0.95


def power(
    claim: str,
    *,
    couples: Sequence[int] = (100,),
    days: Sequence[int] = (28,),
    scenario: str = "null",
    reps: int = 20,
    seed: int = DEFAULT_SEED,
    tell: Callable[[str], None] = lambda _: None,
) -> pd.DataFrame:
    """Simulate ``reps`` studies for every number of couples and days and count the verdicts on ``claim``.

    Returns a frame with couples, days, scenario, verdict, share and its 95% Wilson interval (low, high), one row per
    design and verdict. Replicate r of a design has the same seed whatever else is asked for.
    """
    world = scenario_called(scenario)
    rows: list[dict[str, object]] = []
    for n in couples:
        for length in days:
            counts: Counter[str] = Counter()
            for number, verdict in enumerate(replicates(claim, world, n, length, reps, seed)):
                counts[verdict.verdict] += 1
                tell(f"{claim} in {scenario}, {n} couples x {length} days: {number + 1}/{reps}")
            rows += _shares(counts, reps, couples=n, days=length, scenario=scenario)
    return pd.DataFrame(rows)


def replicates(claim: str, world: Scenario, couples: int, days: int, reps: int, seed: int) -> Iterator[Verdict]:
    """The verdict on ``claim`` in each of ``reps`` simulated studies."""
    for replicate in range(reps):
        root = child(seed, world.name, str(couples), str(days), str(replicate)).generate_state(1)[0]
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


def _shares(counts: Counter[str], reps: int, **design: object) -> Iterator[dict[str, object]]:
    from statsmodels.stats.proportion import proportion_confint

    for verdict in VERDICTS:
        low, high = proportion_confint(counts[verdict], reps, alpha=1 - LEVEL, method="wilson")
        yield {**design, "verdict": verdict, "share": counts[verdict] / reps, "low": float(low), "high": float(high)}
