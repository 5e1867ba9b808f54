"""Where Arrow's large arrays live, and on how many cores it works on them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def all_cores() -> Iterator[None]:
    """Let Arrow work on every core: it takes linear algebra's limit for its own, though it adds nothing up."""
    import pyarrow as pa

    usual = pa.cpu_count()
    pa.set_cpu_count(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    try:
        yield
    finally:
        pa.set_cpu_count(usual)


@contextmanager
def lean_memory() -> Iterator[None]:
    """Let Arrow's arrays come from jemalloc's pool where there is one: it touches least memory for short lives."""
    import pyarrow as pa

    usual = pa.default_memory_pool()
    try:
        pa.set_memory_pool(pa.jemalloc_memory_pool())
    except NotImplementedError:
        yield  # this Arrow was built without it
        return
    try:
        yield
    finally:
        pa.set_memory_pool(usual)
