"""Writes diary.csv: four items of 60 people on up to 14 days, with unequal loadings at both levels and gaps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

LOADINGS_WITHIN, LOADINGS_BETWEEN = (8.0, 10.0, 6.0, 9.0), (12.0, 14.0, 9.0, 11.0)


def main() -> None:
    rng = np.random.default_rng(11)
    rows = []
    for person in range(60):
        steady = rng.standard_normal()
        own = 4.0 * rng.standard_normal(4)
        for _ in range(int(rng.integers(6, 15))):
            today = rng.standard_normal()
            answers = 60 + np.multiply(LOADINGS_BETWEEN, steady) + np.multiply(LOADINGS_WITHIN, today) + own
            answers = np.round(answers + 7.0 * rng.standard_normal(4), 1)
            rows.append([person, *np.where(rng.random(4) < 0.02, np.nan, answers)])
    frame = pd.DataFrame(rows, columns=["person", "i1", "i2", "i3", "i4"]).astype({"person": int})
    frame.to_csv(Path(__file__).with_name("diary.csv"), index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
