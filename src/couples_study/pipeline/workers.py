"""The same small tasks on this process, on several of this machine, or on a Dask cluster; answers come in their order.

Local processes and the cluster are both joblib's: what is computed is one function of its task, so where it is
computed can not matter.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from couples_study.core.errors import AnalysisError, UsageError
from couples_study.core.threads import one_thread
from couples_study.pipeline.code import code_hash

T = TypeVar("T")
R = TypeVar("R")
AHEAD = "2*n_jobs"  # tasks handed out before an answer is back: memory and wasted work stay small
PATIENCE = 30.0  # seconds in which a scheduler has to answer
GONE = "a cluster that stopped answering"


@contextmanager
def answers(
    task: Callable[..., R], tasks: Iterable[T], jobs: int = 1, cluster: str | None = None, shared: Any = None
) -> Iterator[Iterator[R]]:
    """An iterator over ``task`` of each of ``tasks``, in their order, with ``jobs`` processes or on ``cluster``.

    ``tasks`` is read a little ahead, so that what it gives may depend on the answers so far. ``shared`` is what every
    task needs: it then comes first, and a cluster is sent it once.
    """
    if cluster is not None:
        with _on_cluster(task, tasks, cluster, shared) as found:
            yield found
    elif jobs <= 1:
        yield (_called(task, shared, one) for one in tasks)
    else:
        one_thread()
        with _parallel(task, tasks, shared, n_jobs=jobs) as found:
            yield found


def _called(task: Callable[..., R], shared: Any, one: T) -> R:
    return task(one) if shared is None else task(shared, one)


def cores_of(jobs: int, cluster: str | None) -> int:
    """How many tasks are worked on at a time."""
    if cluster is None:
        return jobs
    with _client(cluster) as client:
        return max(sum(client.ncores().values()), 1)


@contextmanager
def _parallel(task: Callable[..., R], tasks: Iterable[T], shared: Any, **how: Any) -> Iterator[Iterator[R]]:
    """joblib's answers; what is still under way when the caller leaves is given up."""
    from joblib import Parallel, delayed

    run = Parallel(return_as="generator", batch_size=1, pre_dispatch=AHEAD, max_nbytes=None, **how)
    found = run(delayed(_undisturbed)(task, shared, one) for one in tasks)
    try:
        yield found
    finally:
        found.close()


def _undisturbed(task: Callable[..., R], shared: Any, one: T) -> R:
    """The task's answer; an interrupt is the business of whoever asked."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return _called(task, shared, one)


@contextmanager
def _on_cluster(task: Callable[..., R], tasks: Iterable[T], address: str, shared: Any) -> Iterator[Iterator[R]]:
    from joblib import parallel_config

    with _client(address) as client:
        _require_same_code(client, address)
        sent = {} if shared is None else {"scatter": [shared]}
        with parallel_config(backend="dask", client=client, **sent), _parallel(task, tasks, shared) as found:
            yield _while_there(found, client, address)


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(
            f"--cluster {address}", expected="the packages that talk to a Dask cluster", found="none installed",
            do='pip install "couples-study[cluster]"',
        ) from error  # fmt: skip
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # our own line says what happened
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:  # a timeout is an OSError
        raise UsageError(
            f"--cluster {address}", expected="the address of a running Dask scheduler", found="no answer from there",
            do="start one with `dask scheduler` (docs/cluster.md), or leave --cluster out",
        ) from error  # fmt: skip
    try:
        yield client
    finally:
        client.close(timeout=1)


def _require_same_code(client: Any, address: str) -> None:
    """Raise `UsageError` where nobody works, or workers have other code: their results would not be ours."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except OSError as error:
        raise UsageError(
            f"--cluster {address}", expected="at least one worker", found="a scheduler without any",
            do=f"start one with `dask worker {address}`",
        ) from error  # fmt: skip
    others = [name for name, theirs in client.run(code_hash).items() if theirs != code_hash()]
    if others:
        raise UsageError(
            f"--cluster {address}", expected="workers with the same couples_study as here",
            found=f"{len(others)} with another", do="install the same version there",
        )  # fmt: skip


def _while_there(found: Iterator[R], client: Any, address: str) -> Iterator[R]:
    """The answers, until the scheduler is gone."""
    from concurrent.futures import CancelledError

    try:
        yield from found
    except (OSError, CancelledError, RuntimeError, TypeError) as error:
        if client.status == "running" and not isinstance(error, (OSError, CancelledError)):
            raise
        raise AnalysisError(
            f"--cluster {address}", found=GONE, do="start it again and repeat the command: what was done is kept"
        ) from error
