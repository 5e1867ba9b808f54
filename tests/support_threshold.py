"""Simulated diaries whose curve is known, for the threshold tests and their calibration."""

from __future__ import annotations

import numpy as np
import pandas as pd

TOTAL = 0.51  # gain on 1-7 from none to the plateau
CURVES = {
    "null": lambda x: 0.0 * x,
    "linear": lambda x: 0.05 * x,
    "log": lambda x: 0.30 * np.log1p(x),
    "plateau_3": lambda x: TOTAL / 3 * np.minimum(x, 3),
    "plateau_6": lambda x: TOTAL / 6 * np.minimum(x, 6),
    "plateau_9": lambda x: TOTAL / 9 * np.minimum(x, 9),
    "step_6": lambda x: 0.40 * (x >= 6),
    "accel_6": lambda x: 0.10 * np.maximum(x - 6, 0),
    "saturating": lambda x: TOTAL * -np.expm1(-x / 3),
    "inverted_u": lambda x: TOTAL * (1 - ((np.minimum(x, 16) - 8) / 8) ** 2),
}


def simulate(
    truth: str,
    *,
    couples: int = 200,
    days: int = 28,
    seed: int | np.random.SeedSequence = 0,
    scale: str = "1-7",
    mean: float = 5.2,
    count_error: bool = False,
    heap: float = 0.0,
    size: float = 1.0,
    tails: float = 1.0,
    spread: float = 0.0,
) -> pd.DataFrame:
    """Both partners' diary rows under one known curve; closeness rounded to 1-7 or to a 0-100 slider.

    ``count_error`` thins and intrudes on both reports, ``heap`` rounds that share of answers to fives, ``size`` scales
    the effect, ``tails`` the couples' differences in counts, ``spread`` is the SD of the person's own threshold.
    """
    rng = np.random.default_rng(seed)
    shape = (couples, 2, days)
    touches = _touches(rng, *shape, tails)
    own_place = np.maximum(1.0 + spread * rng.normal(size=(couples, 2, 1)) / 6.0, 0.25) if spread else 1.0
    curve = size * CURVES[truth](touches / own_place)
    noise = _noise(rng, *shape)
    person = rng.normal(0, 0.65, (couples, 1, 1)) + rng.normal(0, 0.55, (couples, 2, 1))
    latent = mean + person + curve - curve.mean() + noise
    slider = np.clip(np.rint((latent - 1) / 6 * 100), 0, 100)
    outcome = np.clip(np.rint(latent), 1, 7) if scale == "1-7" else slider
    own, partner = touches, touches
    if count_error:
        own, partner = (_reported(rng, touches, kept, heap) for kept in (0.85, 0.75))
    couple, member, day = np.indices(shape).reshape(3, -1)
    frame = pd.DataFrame(
        {
            "couple_id": couple,
            "person_id": couple * 2 + member,
            "day": day,
            "role": np.where(member == 0, "a", "b"),
            "exposure": own.ravel().astype(float),
            "partner_exposure": partner.ravel().astype(float),
            "outcome": outcome.ravel(),
            "together_hours": np.round(rng.gamma(2.0, 1.5, couple.size), 1),
        }
    )
    return frame[rng.random(len(frame)) < 0.8].reset_index(drop=True)


def _touches(rng: np.random.Generator, couples: int, members: int, days: int, tails: float) -> np.ndarray:
    log_mean = (
        1.4816
        + tails * rng.normal(0, 0.42, (couples, 1, 1))
        + rng.normal(0, 0.25, (couples, members, 1))
        + rng.normal(0, 0.20, (couples, 1, days))
        + np.log(1.15) * (np.arange(days) % 7 >= 5)
    )
    counts = rng.poisson(np.exp(log_mean) * rng.gamma(4.0, 0.25, (couples, members, days)))
    return counts if tails > 1.0 else np.minimum(counts, 25)


def _noise(rng: np.random.Generator, couples: int, members: int, days: int) -> np.ndarray:
    mix = np.linalg.cholesky([[1.0, 0.35], [0.35, 1.0]])
    shocks = 0.75 * np.einsum("ij,cjt->cit", mix, rng.normal(size=(couples, members, days)))
    noise = np.empty_like(shocks)
    noise[:, :, 0] = shocks[:, :, 0] / np.sqrt(1 - 0.25**2)
    for t in range(1, days):
        noise[:, :, t] = 0.25 * noise[:, :, t - 1] + shocks[:, :, t]
    return noise


def _reported(rng: np.random.Generator, touches: np.ndarray, kept: float, heap: float) -> np.ndarray:
    counted = rng.binomial(touches, kept) + rng.poisson(0.5, touches.shape)
    return np.where(rng.random(touches.shape) < heap, 5 * np.rint(counted / 5), counted)
