"""One replicate of one design: a study drawn in a world where the truth is known, and the verdict it would lead to.

Replicate r of a design has a seed of its own, made from the root seed, the world, the design and r, so replicates can
be run in any order, on any number of machines, and taken up again later.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from couples_study.claims import chosen
from couples_study.contracts.base import parsed
from couples_study.contracts.hypothesis import Question
from couples_study.contracts.study import StudyFile
from couples_study.contracts.verdict import NOT_TESTABLE
from couples_study.core.errors import UsageError, listed
from couples_study.core.seeds import child
from couples_study.planning.attrition import leave_weekly, leavers
from couples_study.planning.claim_draws import Cast, drawn_frames
from couples_study.planning.claim_replicate import worlds_of
from couples_study.planning.claim_tables import ROLES
from couples_study.planning.claim_worlds import CLAIM_WORLDS, scalable
from couples_study.planning.own_paths import own_paths, spread_of
from couples_study.planning.replicate import Found, checked_alone, diary_frames, in_diary, in_trial
from couples_study.planning.scenarios import scenario_called, scenarios
from couples_study.planning.tally import FAILED, LETTERS
from couples_study.planning.trials import run_trial
from couples_study.steps.check import Checked, check
from couples_study.steps.estimate import failed
from couples_study.steps.judge import decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is judged: a built-in claim, or with ``study`` (the text of a study.toml) that study's own hypothesis.

    ``spread`` gives day-to-day standard deviations by column, for effects stated in raw units.
    """

    id: str
    study: str = ""
    spread: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What is repeated. ``times`` are effects in multiples of the smallest that matters (None: as the world says);
    ``attrition`` is the share of couples who leave before the end."""

    subject: Subject
    world: str
    couples: int
    days: int
    attrition: float = 0.0
    times: float | None = None


def worlds_for(subject: Subject) -> tuple[str, ...]:
    """The worlds that can be drawn for what is judged; the one that is asked about by default comes first."""
    if subject.study:
        questions_of(subject)  # refuses a hypothesis that is not there
        return CLAIM_WORLDS
    claim = chosen((subject.id,))[0]
    if worlds_of(subject.id):
        return (*CLAIM_WORLDS, *scenarios()) if scalable(claim.reading) else (*worlds_of(subject.id), *scenarios())
    named = [name for kind in ("true", "false", "trap") for name in claim.scenarios.get(kind, ())]
    return tuple(dict.fromkeys([*named, *scenarios()])) if claim.reading else ()


def require_possible(design: Design) -> None:
    """Raise `UsageError` where there is no such world for what is judged, or nothing to judge."""
    known = worlds_for(design.subject)
    if not known:
        raise UsageError(
            f"claim {design.subject.id}", expected="a claim with an analysis", found="one without",
            do="`couples-study claims` says why",
        )  # fmt: skip
    if design.world not in known:
        raise UsageError(
            f"--scenario {design.world}", expected=f"one of {listed(known, most=40)}",
            found=f"a world that is not drawn for {design.subject.id}", do="choose one of these",
        )  # fmt: skip
    if design.times is not None and not (design.world in CLAIM_WORLDS and scalable(questions_of(design.subject))):
        raise UsageError(
            "--times", expected="a world whose effects are multiples of the smallest that matters",
            found=f"{design.subject.id} in {design.world}, where they are fixed", do="leave --times out",
        )  # fmt: skip


def questions_of(subject: Subject) -> tuple[Question, ...]:
    """What is asked of what is judged."""
    if subject.study:
        return tuple(question for one in checked_own(subject).asked for _, _, question in one.readings)
    return chosen((subject.id,))[0].reading


def outcome_of(design: Design, replicate: int, seed: int) -> str:
    """The letter of the verdict in one replicate; what could not be fitted is ``failed``."""
    root = child(seed, "replicate", design.world, str(design.couples), str(design.days), str(replicate))
    try:
        checked, found = _drawn(design, root) if design.world in CLAIM_WORLDS else _simulated(design, root)
    except (ArithmeticError, ValueError):  # what `estimate` does not know of as a way to fail
        return LETTERS[FAILED]
    verdict = decide(checked, found)[0].verdict
    return LETTERS[FAILED if verdict == NOT_TESTABLE and failed(found) else verdict]


def outcomes(design: Design, first: int, reps: int, seed: int) -> str:
    """The letters of replicates ``first``, ``first`` + 1, ..."""
    return "".join(outcome_of(design, number, seed) for number in range(first, first + reps))


def _drawn(design: Design, root: np.random.SeedSequence) -> tuple[Checked, Found]:
    lives, gone = root.spawn(2)
    subject = design.subject
    checked = checked_own(subject) if subject.study else checked_alone(subject.id, trial_world=False)
    frames = drawn_frames(
        questions_of(subject),
        design.world,
        (design.couples, design.days),
        np.random.default_rng(lives),
        times=design.times,
        thin=leavers(design.attrition, gone),
        cast=_cast(subject) if subject.study else None,
    )
    return checked, in_diary(checked, frames)


def _simulated(design: Design, root: np.random.SeedSequence) -> tuple[Checked, Found]:
    scenario = scenario_called(design.world)
    checked = checked_alone(design.subject.id, trial_world=scenario.trial is not None)
    lives, gone = root.spawn(2)
    seed = int(lives.generate_state(1)[0])
    if scenario.trial is not None:
        weekly = run_trial(scenario, design.couples, seed).weekly()
        return checked, in_trial(checked, leave_weekly(weekly, design.attrition, gone))
    thin = leavers(design.attrition, gone)
    return checked, in_diary(checked, diary_frames(scenario, design.couples, design.days, seed, checked, thin))


@cache
def checked_own(subject: Subject) -> Checked:
    """A study with nothing asked but one of its hypotheses, which stays one of its multiplicity set."""
    spec = parsed(StudyFile, tomllib.loads(subject.study), "study.toml")
    if spec.dyads.single:
        raise UsageError(
            f"{spec.study.id}:{subject.id}", expected="a study of both partners", found="one member of each couple",
            do="power for such studies is not computed by this version",
        )  # fmt: skip
    checked = check(spec, only=())
    asked = tuple(one for one in checked.asked if one.id == subject.id)
    if not asked:
        raise UsageError(
            f"hypothesis {subject.id!r}", expected=f"one of {listed(one.id for one in checked.asked)}",
            found=f"no hypothesis of that id in {spec.study.id}", do="`couples-study plan` lists them",
        )  # fmt: skip
    return replace(checked, asked=asked, setting=replace(checked.setting, brief=True))


@cache
def _cast(subject: Subject) -> Cast:
    """The columns, roles and scales of the researcher's own study."""
    checked = checked_own(subject)
    question = questions_of(subject)[0]
    spread = spread_of(question, checked.glossary, dict(subject.spread))
    roles = checked.setting.roles[:2] if len(checked.setting.roles) >= len(ROLES) else ROLES
    return Cast(
        glossary=checked.glossary,
        roles=roles,
        spread=spread,
        told=lambda question: own_paths(question, checked.glossary, spread),
    )
