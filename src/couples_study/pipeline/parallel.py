"""Readings estimated in processes of their own; what comes out never depends on how many there are."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TypeVar

from couples_study.contracts.evidence import Evidence, NotTestable
from couples_study.contracts.hypothesis import Question
from couples_study.core.errors import AnalysisError
from couples_study.core.threads import one_thread
from couples_study.measures import Frames
from couples_study.pipeline.workers import answers
from couples_study.steps.check import Checked
from couples_study.steps.estimate import Found, estimate, estimate_one, readings

T = TypeVar("T")
R = TypeVar("R")
CHUNK = 4  # values sent at a time where each takes little
_at_hand: list[tuple[Checked, Frames]] = []


@dataclass(frozen=True, slots=True)
class Workers:
    """Processes that hold what readings need, or none of them; work is handed out in order and comes back in order."""

    checked: Checked
    frames: Frames
    pool: ProcessPoolExecutor | None
    jobs: int

    def estimated(self, tell: Callable[[str], None]) -> Found:
        """Evidence by reading id, as `estimate` gives it."""
        if self.pool is None:
            return estimate(self.checked, self.frames, tell)
        asked, found = readings(self.checked), {}
        with self._living():
            for key, one in zip(asked, self.pool.map(_answer, asked, asked.values()), strict=True):
                tell(key)
                found[key] = one
        return found

    def map(self, function: Callable[[T], R], values: Sequence[T]) -> Iterator[R]:
        """``function`` of each value; both have to be of a kind that can be sent."""
        if self.pool is None:
            yield from map(function, values)
            return
        with self._living():
            yield from self.pool.map(function, values, chunksize=CHUNK)

    @contextmanager
    def _living(self) -> Iterator[None]:
        try:
            yield
        except BrokenProcessPool as error:
            raise AnalysisError(
                f"--jobs {self.jobs}",
                found="a process that ended before its work was done",
                do="try again with fewer jobs",
            ) from error


@contextmanager
def workers(checked: Checked, frames: Frames, jobs: int) -> Iterator[Workers]:
    """Up to ``jobs`` processes, started when the first work is handed out; no more than there are readings."""
    number = min(jobs, len(readings(checked)))
    if number <= 1:
        yield Workers(checked, frames, None, jobs)
        return
    one_thread()
    pool = ProcessPoolExecutor(number, get_context("spawn"), initializer=_begin, initargs=(checked, frames))
    try:
        yield Workers(checked, frames, pool, jobs)
    finally:
        pool.shutdown(cancel_futures=True)


def estimated(
    checked: Checked, frames: Frames, jobs: int, tell: Callable[[str], None], cluster: str | None = None
) -> Found:
    """Evidence by reading id, as `estimate` gives it, with up to ``jobs`` readings at a time, or on a cluster."""
    if cluster is not None:
        return estimated_on(cluster, checked, frames, tell)
    with workers(checked, frames, jobs) as there:
        return there.estimated(tell)


def estimated_on(cluster: str, checked: Checked, frames: Frames, tell: Callable[[str], None]) -> Found:
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
