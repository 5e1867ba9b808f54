"""One root seed; every chance draw gets a child of it by a stable word, so order and workers can not matter."""

from __future__ import annotations

import hashlib

import numpy as np

DEFAULT_SEED = 20260302


def child(seed: int, *words: str) -> np.random.SeedSequence:
    """The seed sequence that belongs to ``words`` under the root ``seed``, whoever asks and whenever."""
    digest = hashlib.sha256("\x1f".join(words).encode("utf-8")).digest()
    key = tuple(int.from_bytes(digest[i : i + 4], "big") for i in range(0, 16, 4))
    return np.random.SeedSequence(seed, spawn_key=key)
