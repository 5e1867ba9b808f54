"""What each statement may be called: confirmatory only where it was frozen, as it is asked, before its outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from couples_study.contracts.prereg import CONFIRMATORY, EXPLORATORY, Frozen, Lock, Preregistered, Standing
from couples_study.contracts.verdict import Verdict
from couples_study.core.errors import listed
from couples_study.planning.prereg.compare import deliveries_changed, differences, fields, version_changed
from couples_study.planning.prereg.record import Record, question_record

NEVER = "No plan was frozen before its outcomes came."
KEPT = "It was frozen, as it is asked here, before any of its outcomes came."


def preregistered(
    lock: Lock | None,
    now: Record,
    asked: Record,
    deliveries: Mapping[str, str],
    package: str,
    broken: tuple[str, ...] = (),
) -> Preregistered:
    """How a study stands to its plan.

    Parameters
    ----------
    lock
        The frozen plan, None where there is none.
    now
        The plan of all that study.toml asks, as `plan_record` gives it now.
    asked
        The same of what this run asks, which may be some of it, or more.
    deliveries
        sha256 of the delivered files by name.
    package
        This version.
    broken
        What is wrong with the plan's own files: with anything there nothing counts as frozen.
    """
    plans = () if lock is None or broken else (*lock.earlier, lock.frozen)
    statements = {**asked["hypotheses"], **asked["claims"]}
    standings = {key: _standing(key, one["status"], asked, plans) for key, one in statements.items()}
    if lock is None:
        return Preregistered(deviations=broken or None, standings=standings)
    return Preregistered(
        deviations=(*broken, *_deviations(lock, now, deliveries, package)),
        notes=tuple(_notes(lock)),
        standings=standings,
        sha256=lock.frozen.plan_md,
    )


def _deviations(lock: Lock, now: Record, deliveries: Mapping[str, str], package: str) -> Iterator[str]:
    plans = (*lock.earlier, lock.frozen)
    for number, (before, after) in enumerate(pairwise(plans), start=1):
        yield from (f"amendment {number}: {said}" for said in differences(before.plan, after.plan))
    yield from differences(lock.frozen.plan, now)
    yield from deliveries_changed(lock.frozen, deliveries)
    yield from version_changed(lock.frozen, package)


def _notes(lock: Lock) -> Iterator[str]:
    """What was there already when the plan was frozen."""
    there = lock.frozen.deliveries
    if not there:
        yield "The plan was frozen before any delivery was there."
    for name, sha256 in there.items():
        holds = [key for key, files in lock.frozen.seen.items() if name in files]
        what = f"it holds outcomes of {listed(holds, most=200)}" if holds else "it holds no outcome of the plan"
        yield f"delivery {name} was there when the plan was frozen (sha256 {sha256}); {what}"


def _standing(key: str, declared: str, now: Record, plans: tuple[Frozen, ...]) -> Standing:
    if declared != CONFIRMATORY:
        return Standing(declared=declared, status=EXPLORATORY, why="It is declared exploratory.")
    why = _why_not(key, question_record(now, key), plans)
    return Standing(declared=declared, status=EXPLORATORY if why else CONFIRMATORY, why=why or KEPT)


def _why_not(key: str, asked: Record | None, plans: tuple[Frozen, ...]) -> str:
    """Why a statement can not be called confirmatory; empty where it can. Any of the plans may have frozen it."""
    why = NEVER
    for plan in plans:
        frozen = question_record(plan.plan, key)
        if frozen is None:
            why = "It was added after the plan was frozen."
        elif key in plan.seen:
            why = f"Its outcomes had already come ({listed(plan.seen[key])}) when the plan was frozen."
        elif changed := _changed(frozen, asked):
            why = f"It is not asked as it was frozen ({listed(changed)})."
        else:
            return ""
    return why


def _changed(frozen: Record, asked: Any) -> list[str]:
    return [place for place, _, _ in fields(frozen, asked)]


def upheld(verdict: Verdict, standings: Mapping[str, Standing]) -> Verdict:
    """A verdict, and its readings, with the status that can be upheld; one without a standing stays as it is."""
    standing = standings.get(verdict.id)
    return verdict if standing is None else _with_status(verdict, standing.status)


def _with_status(verdict: Verdict, status: str) -> Verdict:
    readings = tuple(_with_status(reading, status) for reading in verdict.readings)
    return replace(verdict, status=status, readings=readings)
