"""Twenty items of four correlated strands, 300 people, from a seed: ``python generate.py`` writes items.csv."""

from pathlib import Path

import numpy as np

rng = np.random.default_rng(20260302)
strand = np.repeat(np.arange(4), 5)
common = rng.normal(size=(300, 1))
factor = np.sqrt(0.4) * common + np.sqrt(0.6) * rng.normal(size=(300, 4))
loading = np.tile(np.linspace(0.55, 0.85, 5), 4)
items = factor[:, strand] * loading + rng.normal(size=(300, 20)) * np.sqrt(1 - loading**2)
header = ",".join(f"i{number + 1}" for number in range(20))
np.savetxt(Path(__file__).with_name("items.csv"), items, delimiter=",", fmt="%.6f", header=header, comments="")
