"""Readings estimated in processes of their own; what comes out never depends on how many there are."""

from __future__ import annotations

import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.hypothesis import Question
from couples_study.core.errors import AnalysisError
from couples_study.core.threads import one_thread
from couples_study.measures import Frames
from couples_study.pipeline.workers import answers
from couples_study.steps.check import Checked
from couples_study.steps.estimate import Found, estimate, estimate_one, readings

_at_hand: list[tuple[Checked, Frames]] = []


def estimated(
    checked: Checked, frames: Frames, jobs: int, tell: Callable[[str], None], cluster: str | None = None
) -> Found:
    """Evidence by reading id, as `estimate` gives it, with up to ``jobs`` readings at a time, or on a cluster."""
    asked = readings(checked)
    if cluster is not None:
        return _on_cluster(checked, frames, cluster, tell)
    workers = min(jobs, len(asked))
    if workers <= 1:
        return estimate(checked, frames, tell)
    one_thread()
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin, initargs=(checked, frames))
    try:
        found = {}
        for key, one in zip(asked, pool.map(_answer, asked, asked.values()), strict=True):
            tell(key)
            found[key] = one
        return found
    except BrokenProcessPool as error:
        raise AnalysisError(
            f"--jobs {jobs}", found="a process that ended before its work was done", do="try again with fewer jobs"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _on_cluster(checked: Checked, frames: Frames, cluster: str, tell: Callable[[str], None]) -> Found:
    """The same on a Dask cluster: each reading, with the resamples it needs, is a task; the frames are sent once."""
    asked = readings(checked)
    found = {}
    with answers(_answer_there, asked.items(), cluster=cluster, shared=(checked, frames)) as done:
        for key, one in zip(asked, done, strict=True):
            tell(key)
            found[key] = one
    return found


def _answer_there(shared: tuple[Checked, Frames], one: tuple[str, Question]) -> Evidence | NotTestable:
    checked, frames = shared
    return estimate_one(*one, frames, checked)


def _begin(checked: Checked, frames: Frames) -> None:
    """Take what all readings need, once per process; an interrupt is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _at_hand[:] = [(checked, frames)]


def _answer(key: str, question: Question) -> Evidence | NotTestable:
    checked, frames = _at_hand[0]
    return estimate_one(key, question, frames, checked)
