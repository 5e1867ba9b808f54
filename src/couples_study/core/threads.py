"""Linear algebra on one thread: sums are then added in one order, whatever the machine's cores, and digits are kept."""

from __future__ import annotations

import os

LIMITS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "BLIS_NUM_THREADS")


def one_thread() -> None:
    """Limit the numerical libraries that this process and its children have yet to load to one thread each."""
    os.environ.update(dict.fromkeys(LIMITS, "1"))
