"""Replicates of simulated studies judged on the way: no exports are written or read, so thousands are affordable.

The models, the rules and the correction for many tests are those of a real study; only intake is left out, and what no
rule reads (sensitivities, figures). `power` goes the whole way and is the check on this short cut.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from couples_study.contracts.base import parsed
from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.scenario import Scenario
from couples_study.contracts.study import StudyFile
from couples_study.contracts.verdict import Verdict
from couples_study.core.errors import UsageError
from couples_study.core.seeds import DEFAULT_SEED
from couples_study.measures import Frames, frames_of
from couples_study.models import mediation_model, onset_model, trial
from couples_study.models.model import Setting
from couples_study.models.weekly.arrays import Weekly
from couples_study.planning.attrition import Thin, whole
from couples_study.planning.generator import live
from couples_study.planning.reports import ROLES, diary
from couples_study.planning.scenarios import scenario_called
from couples_study.planning.synthetic import simulate
from couples_study.planning.trials import run_trial
from couples_study.steps.check import Checked, check
from couples_study.steps.estimate import estimate_one, readings
from couples_study.steps.judge import decide

Found = dict[str, Evidence | NotTestable]
LATER = NotTestable(id="", reason="not_asked", detail="A better design of this study gave the answer.")


def judged_replicate(
    claims: tuple[str, ...], world: str, couples: int, days: int, seed: int
) -> tuple[dict[str, Verdict], Found]:
    """The verdicts on ``claims`` in one simulated study, each as if asked alone, and the evidence by reading."""
    scenario = scenario_called(world)
    checked = {claim: checked_alone(claim, trial_world=scenario.trial is not None) for claim in claims}
    if scenario.trial is not None:
        weekly = run_trial(scenario, couples, seed).weekly()
        found = {claim: in_trial(one, weekly) for claim, one in checked.items()}
    else:
        frames = diary_frames(scenario, couples, days, seed, next(iter(checked.values())))
        found = {claim: in_diary(one, frames) for claim, one in checked.items()}
    verdicts = {claim: decide(one, found[claim])[0] for claim, one in checked.items()}
    return verdicts, {key: evidence for one in found.values() for key, evidence in one.items()}


def questions_of(claim: str) -> dict[str, Question]:
    """The questions of a claim about trials, by reading."""
    return readings(checked_alone(claim, trial_world=True))


@cache
def checked_alone(claim: str, *, trial_world: bool) -> Checked:
    """One claim as a simulated study asks it, with nothing else asked, and without what no rule reads."""
    world = "trial_null" if trial_world else "null"
    text = simulate(world, couples=2, days=2, seed=DEFAULT_SEED).files["study.toml"].decode()
    spec = parsed(StudyFile, tomllib.loads(text), "study.toml")
    checked = check(spec.model_copy(update={"hypothesis": ()}), only=(claim,))
    return replace(checked, setting=replace(checked.setting, brief=True))


def in_trial(checked: Checked, weekly: Weekly) -> Found:
    """The evidence by reading in a trial's weekly answers; what stands aside is not asked."""
    return {
        key: replace(LATER, id=key)
        if getattr(question, "aside", False)
        else _weekly_evidence(key, question, weekly, checked.setting)
        for key, question in readings(checked).items()
    }


def _weekly_evidence(key: str, question: Question, weekly: Weekly, setting: Setting) -> Evidence | NotTestable:
    if question.model == "trial":
        return trial.evidence(key, question, weekly, setting, brief=True)
    if question.model == "onset":
        return onset_model.evidence(key, question, weekly, setting, brief=True)
    if question.model == "mediation":
        return mediation_model.evidence(key, question, weekly, setting)
    raise UsageError(key, expected="a model of trials", found=question.model, do="use `power`, which goes all the way")


def in_diary(checked: Checked, frames: Frames) -> Found:
    """The evidence by reading in a study's frames; after the best design has answered, no other is asked."""
    found: Found = {}
    for asked in checked.asked:
        answered = False
        for key, _, question in asked.readings:
            found[key] = replace(LATER, id=key) if answered else estimate_one(key, question, frames, checked)
            answered |= asked.combine == "best_design" and isinstance(found[key], Evidence)
    return found


def _asked_of(checked: Checked) -> set[str]:
    """The columns that what is asked looks at, and the items of those that are scores."""
    named = {name for question in readings(checked).values() for name in question.columns()}
    named |= {second for name in named if name in checked.glossary and (second := checked.glossary.second(name))}
    return named | {item for scale in checked.scales if scale.result in named for item in scale.items}


def diary_frames(
    scenario: Scenario, couples: int, days: int, seed: int, checked: Checked, thin: Thin = whole
) -> Frames:
    """The analysis frames of a diary study without faults, straight from the generator; ``thin`` as people leave."""
    told = diary(live(scenario, couples, days, seed))
    told = told[told["answered"]].reset_index(drop=True)
    couple, member = told["couple"], told["member"]
    person = 2 * couple + member  # numbers: texts would do the same at several times the cost
    role = pd.Series(np.array(ROLES)[member], dtype="str")
    date = pd.Timestamp(2026, 3, 2) + pd.to_timedelta(told["day"], unit="D")
    table = told[["day", *sorted(_asked_of(checked) & set(told.columns))]]
    table = table.assign(couple_id=couple, person_id=person, role=role, date=date)
    people = table[["couple_id", "person_id", "role"]].drop_duplicates()
    tables = {"people": people, "couples": people[["couple_id"]].drop_duplicates(), "diary_days": table}
    return frames_of(thin(tables), checked.scales)
