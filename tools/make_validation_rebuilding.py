"""Verdicts on rebuilding where the truth is known: ``python tools/make_validation_rebuilding.py [--reps R]``.

Replicates are added to benchmarks/results/rebuilding_calibration.json in rounds over all worlds, so the run can be
stopped and taken up again; replicate r of a world has the same seed whatever else was run. The part on rebuilding of
docs/validation.md is written from it by ``python tools/make_validation.py --stored``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from couples_study.contracts.evidence import Evidence
from couples_study.contracts.hypothesis import Hypothesis
from couples_study.contracts.scenario import TrialTruth
from couples_study.contracts.study import Dyads
from couples_study.contracts.verdict import Verdict
from couples_study.core.columns import glossary
from couples_study.core.seeds import child
from couples_study.models import growth, onset_model, trial
from couples_study.models.model import Setting
from couples_study.planning.claim_replicate import judged_claim
from couples_study.planning.claim_worlds import CLAIM_WORLDS
from couples_study.planning.replicate import Found, judged_replicate, questions_of
from couples_study.planning.scenarios import scenario_called
from couples_study.planning.trials import run_trial

STORE = Path(__file__).resolve().parents[1] / "benchmarks" / "results" / "rebuilding_calibration.json"
SEED, ROUND, LARGE, LARGE_DRAWS, ENOUGH = 20261123, 50, 12_000, 20, 2_000
ARM = ("C03", "C38", "C76", "C77")
TIME = ("C81", "C82")
SETTING = Setting(dyads=Dyads(type="distinguishable", by="gender"), glossary=glossary())
CLAIMS = (*ARM, *TIME, "C13", "C80", "C105", "C11", "C37")
READINGS = ("cycle", "forward", "backward", "neither")
TRUE = {
    "trial_emotional_best": ARM, "trial_equal": (), "trial_physical_best": (), "trial_null": (), "trial_regression": (),
    "timeline_true": TIME, "timeline_slow": ("C82",), "timeline_together": (), "timeline_frailty": (),
    "cycle_true": ("C13",), "null": (), "emo_first": (), "phys_first": (), "common_mood": (), "reverse_only": (),
    "reverse_items2": (), "reverse_items4": (), "reverse_items6": (),
}  # fmt: skip
SMALLER = {  # cells of claims with worlds of their own: claim and world, and whether the claim is true there
    "C80 trial_guided": True, "C80 trial_guided_alike": False, "C80 trial_guided_regression": False,
    "C105 trial_emotional_best": True, "C105 trial_null": False, "C105 trial_apart": False,
    "C105 trial_regression": False,
    "C11 claim_true": True, "C11 claim_false": False, "C11 claim_mood": False, "C11 claim_reverse": False,
    "C37 claim_true": True, "C37 claim_false": False, "C37 null": False, "C37 common_mood": False,
}  # fmt: skip
CELLS = (*TRUE, *SMALLER)
FEWER = ("C11", "C37")  # asked of 60 couples: their mixed models take seconds with 200
DEPENDS = ("reverse_items2", "reverse_items4", "reverse_items6")  # worlds in which item errors correlate
OPEN = {("trial_equal", "C38"), ("timeline_frailty", "C38")}  # neither wholly true nor false there: not counted
COVERED = ("C03a", "C03b", "C38a", "C76a", "C77b")
ZERO_PATHS = {
    "null": ("forward", "backward"), "common_mood": ("forward", "backward"), "emo_first": ("forward",),
    "phys_first": ("backward",), "reverse_only": ("forward",),
}  # fmt: skip


def parts_of(cell: str) -> tuple[tuple[str, ...], str]:
    """The claims that are asked in a cell, and its world."""
    if cell in SMALLER:
        claim, world = cell.split(" ")
        return (claim,), world
    if scenario_called(cell).trial is None:
        return ("C13",), cell
    both = cell in ("trial_null", "trial_regression")
    return (TIME if cell.startswith("timeline") else (*ARM, *(TIME if both else ()))), cell


def claims_of(cell: str) -> tuple[str, ...]:
    """The claims that are asked in a cell."""
    return parts_of(cell)[0]


def is_true(cell: str, claim: str) -> bool | None:
    """Whether a claim is true in a cell; None where it is neither wholly true nor false."""
    if (cell, claim) in OPEN:
        return None
    return SMALLER[cell] if cell in SMALLER else claim in TRUE[cell]


def judged(cell: str, number: int) -> tuple[dict[str, Verdict], Found]:
    """The verdicts of one replicate, and the evidence behind them."""
    claims, world = parts_of(cell)
    seed = int(child(SEED, "rebuilding", cell, str(number)).generate_state(1)[0])
    few = claims[0] in FEWER
    if world in CLAIM_WORLDS:
        return {claims[0]: judged_claim(claims[0], world, couples=60 if few else 200, days=28, seed=seed)}, {}
    trial_world = scenario_called(world).trial
    couples = (60 if few else 200) if trial_world is None else 600 if trial_world.guidance is None else 300
    return judged_replicate(claims, world, couples, 28, seed)


def truths(world: str) -> dict[str, float]:
    """The true contrasts of a trial world, in baseline standard deviations."""
    if world in SMALLER or not world.startswith("trial"):
        return {}
    questions = {key: one for claim in ARM for key, one in questions_of(claim).items() if key in COVERED}
    if scenario_called(world).trial == TrialTruth(lowest_quarter=world == "trial_regression"):
        return dict.fromkeys(questions, 0.0)
    found: dict[str, list[float]] = {key: [] for key in questions}
    for draw in range(LARGE_DRAWS):
        weekly = run_trial(scenario_called(world), LARGE, draw, complete=True).weekly()
        for key, question in questions.items():
            found[key].append(trial.contrasts(question, weekly)[0][0].estimate)
    return {key: float(np.mean(values)) for key, values in found.items()}


def one_round(world: str, first: int, last: int, truth: dict[str, float]) -> Counter[str]:
    """Counts over the replicates from ``first`` up to ``last``."""
    counts: Counter[str] = Counter()
    for number in range(first, last):
        verdicts, found = judged(world, number)
        for claim, verdict in verdicts.items():
            counts[f"{claim} {verdict.verdict}"] += 1
            for reading in verdict.readings if claim == "C13" else ():
                counts[f"{reading.id} {reading.verdict}"] += 1
            counts[f"{claim} says flip"] += any(
                c.code in ("item_errors", "same_minute_items") for c in verdict.concerns
            )
        for key, value in truth.items():
            evidence = found[key]
            if isinstance(evidence, Evidence):
                counts[f"{key} covered"] += evidence.tested[0].conf_low <= value <= evidence.tested[0].conf_high
        for name in ZERO_PATHS.get(world, ()):
            evidence = found["C13a"]
            if isinstance(evidence, Evidence):
                term = next(one for one in evidence.tested if one.term == name)
                counts[f"{name} covered"] += term.conf_low <= 0 <= term.conf_high
    return counts


GROWTH = {
    "id": "G", "statement": "Growth.", "model": "growth", "outcome": "phys", "arm": "arm", "begins": 1,
    "knots": [6, 12], "at": 16, "smallest_effect": {"value": 0.25, "unit": "SD per arm", "why": "as in C03"},
    "test": ["gain.2[emotional_first] - gain.1[physical_first] - gain.2[wait_list] + gain.1[wait_list]"],
}  # fmt: skip
EXTRA = {"share by week 4: timeline_true": None, "growth: trial_null": 0.0, "growth: trial_emotional_best": None}
GROWTH_COUPLES, EXTRA_REPS = 240, 400


def extra_truth(name: str) -> float:
    """The truth of an estimate that no claim of trials rests on alone."""
    kind, world = name.split(": ")
    if kind == "growth":
        return truths(world)["C03b"]
    weekly = run_trial(scenario_called(world), 100_000, 1).weekly()
    question = questions_of("C81")["C81a"]
    found = onset_model.evidence("C81a", question, weekly, SETTING, brief=True)
    return found.facts["share"] if isinstance(found, Evidence) else float("nan")


def extra_covered(name: str, number: int, truth: float) -> bool:
    """Whether one replicate's 95% interval holds the truth."""
    kind, world = name.split(": ")
    seed = int(child(SEED, "extra", name, str(number)).generate_state(1)[0])
    if kind == "growth":
        weekly = run_trial(scenario_called(world), GROWTH_COUPLES, seed).weekly()
        found = growth.curves("G", Hypothesis.model_validate(GROWTH), weekly, SETTING)
        term = found.tested[0] if isinstance(found, Evidence) else None
        return term is not None and term.conf_low <= truth <= term.conf_high
    weekly = run_trial(scenario_called(world), 600, seed).weekly()
    evidence = onset_model.evidence("C81a", questions_of("C81")["C81a"], weekly, SETTING, brief=True)
    return isinstance(evidence, Evidence) and evidence.facts["share_low95"] <= truth <= evidence.facts["share_high95"]


def run_extra(store: dict) -> None:
    """Coverage of estimates beside those of the claims, with fewer replicates."""
    for name, known in EXTRA.items():
        done = store.setdefault("extra", {}).setdefault(name, {"reps": 0, "covered": 0, "truth": known})
        if done["truth"] is None:
            done["truth"] = extra_truth(name)
        while done["reps"] < EXTRA_REPS:
            done["covered"] += extra_covered(name, done["reps"], done["truth"])
            done["reps"] += 1
            STORE.write_text(json.dumps(store, indent=1, sort_keys=True) + "\n", "utf-8")


def run(reps: int, only: list[str]) -> None:
    """Add rounds until every world has ``reps`` replicates."""
    store = json.loads(STORE.read_text("utf-8")) if STORE.exists() else {}
    for upto in range(ROUND, reps + 1, ROUND):
        for world in only or CELLS:
            if world not in store:
                store[world] = {"reps": 0, "truth": truths(world), "counts": {}}
            done = store[world]
            if done["reps"] >= upto:
                continue
            more = one_round(world, done["reps"], upto, done["truth"])
            done["counts"] = dict(sorted((Counter(done["counts"]) + more).items()))
            done["reps"] = upto
            STORE.write_text(json.dumps(store, indent=1, sort_keys=True) + "\n", "utf-8")
            print(f"{world}: {upto}", file=sys.stderr, flush=True)
    if not only:
        run_extra(store)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--reps", type=int, default=2000)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--extra", action="store_true", help="only the estimates beside those of the claims")
    asked = parser.parse_args()
    run(0 if asked.extra else asked.reps, asked.only)
    print(f"wrote {STORE}; docs/validation.md is renewed by python tools/make_validation.py --stored")
