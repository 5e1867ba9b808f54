"""Where Arrow's large arrays live."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


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
