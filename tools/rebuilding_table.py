"""The part on rebuilding of docs/validation.md, from benchmarks/results/rebuilding_calibration.json."""

from __future__ import annotations

import json

import numpy as np
from make_validation_rebuilding import (
    CELLS,
    CLAIMS,
    COVERED,
    DEPENDS,
    ENOUGH,
    READINGS,
    SEED,
    STORE,
    ZERO_PATHS,
    claims_of,
    is_true,
    parts_of,
)
from scipy import stats

HEAD = """\
## Rebuilding: trials, timing and the cycle

Trials have 600 couples (150 an arm; guided trials 300) and 26 weekly surveys of both partners, diaries 200 couples (60
for C11 and C37) and 28 days. Each replicate goes through the models, rules and the correction for many tests that real
data go through; only exports and intake are left out. Replicates are run into
benchmarks/results/rebuilding_calibration.json by `python tools/make_validation_rebuilding.py`, which can be stopped and
taken up again (seed {seed}); this part is
written from that file by `python tools/make_validation.py --stored`. "Right" is `supported` in a true world and
anything but `supported` in a false one. Coverage is that of the 95% interval over the truth of 240,000 couples who all
answered (or of a path that is zero by construction). Bars: false `supported` at most .05, right in true worlds at least
.80, coverage at least .93. *Yes* and *no* are what the 99% interval says; *likely* and *unlikely* where it holds the
bar, and only the share itself lies on one side. {fewest}

"""


COVERAGE = {
    "contrasts of arms": COVERED, "lagged paths": ("forward", "backward"), "gains by growth curves": ("growth",),
    "the share by week 4": ("share by week 4",),
}  # fmt: skip


def text(store: dict[str, dict] | None = None) -> str:
    """The tables as markdown, of what is stored."""
    store = store if store is not None else json.loads(STORE.read_text("utf-8"))
    there = [cell for cell in CELLS if cell in store]
    rows = [_row(claim, world, store[world]) for claim in CLAIMS for world in there if claim in claims_of(world)]
    diaries = [world for world in there if "C13" in claims_of(world)]
    readings = [(world, *(_share(store[world], f"C13a_{code} supported") for code in READINGS)) for world in diaries]
    columns = (
        "claim",
        "world",
        "true there",
        "replicates",
        "supported",
        "95% interval",
        "contradicted",
        "inconclusive",
    )
    paths = [(world, *(f"{share:.3f}" for share in shares)) for world, *shares in readings]
    covered = [row for world in there for row in _coverage(world, store[world])]
    covered += [_extra_row(name, done) for name, done in store.get("extra", {}).items() if done["reps"]]
    parts = [
        HEAD.format(seed=SEED, fewest=_fewest(store)),
        _table(("bar", "measured", "replicates", "99% interval", "met"), bars(store)),
        "\n### Every claim in every world\n",
        _table(columns, rows),
        "\n### The four readings of the cycle\n",
        _table(("world", "cycle", "touch leads", "closeness leads", "neither"), paths),
        "\n### Coverage of 95% intervals\n",
        _table(("estimate", "world", "truth", "replicates", "coverage", "99% interval"), covered),
    ]
    return "\n".join(parts) + "\n"


def bars(store: dict[str, dict]) -> list[tuple]:
    """Each bar with its worst cell: what was measured, how often, the interval, and whether the bar is met."""
    rows = []
    for claim in CLAIMS:
        for true, words in ((False, "false support at most .05"), (True, "right where true, at least .80")):
            cells = [c for c in CELLS if c in store and claim in claims_of(c) and is_true(c, claim) is true]
            if claim == "C13" and not true:
                told = [c for c in cells if c in DEPENDS]
                rows += _bar(store, claim, told, f"{words}, item errors correlated", 0.05)
                cells = [c for c in cells if c not in DEPENDS]
            rows += _bar(store, claim, cells, words, 0.80 if true else 0.05)
    covered = [row for cell in CELLS if cell in store for row in _coverage(cell, store[cell])]
    covered += [_extra_row(name, done) for name, done in store.get("extra", {}).items() if done["reps"]]
    for words, names in COVERAGE.items():
        inside = [(float(row[4]), row[3], f"{row[0]} in {row[1]}", len(covered)) for row in covered if row[0] in names]
        if inside:
            share, n, where, _ = min(inside)
            label = f"coverage of {words} at least .93; smallest of {len(inside)}: {where}"
            rows.append((label, f"{share:.3f}", n, _wilson(share, n, 0.99), _met(share, n, 0.93)))
    return rows


def _bar(store: dict[str, dict], claim: str, cells: list[str], words: str, bar: float) -> list[tuple]:
    """The cell that comes nearest to missing a bar on shares of `supported`."""
    if not cells:
        return []
    shares = {cell: _share(store[cell], f"{claim} supported") for cell in cells}
    worst = (min if bar > 0.5 else max)(cells, key=lambda cell: shares[cell])
    n = store[worst]["reps"]
    where = parts_of(worst)[1]
    of = f"; worst of {len(cells)}: {where}" if len(cells) > 1 else f": {where}"
    met = _met(shares[worst], n, bar, above=bar > 0.5)
    return [(f"{claim}, {words}{of}", f"{shares[worst]:.3f}", n, _wilson(shares[worst], n, 0.99), met)]


def _met(share: float, n: int, bar: float, *, above: bool = True) -> str:
    low, high = _wilson_ends(share, n, 0.99)
    if not above:
        low, high, share, bar = -high, -low, -share, -bar
    return "yes" if low >= bar else "no" if high < bar else "likely" if share >= bar else "unlikely"


def _fewest(store: dict[str, dict]) -> str:
    behind = [store[cell]["reps"] for cell in CELLS if cell in store and store[cell]["reps"] < ENOUGH]
    told = sum(cell in store for cell in CELLS)
    if not behind:
        return f"All {told} cells have at least {ENOUGH:,} replicates."
    return f"{len(behind)} of {told} cells have fewer than {ENOUGH:,} replicates so far, the fewest {min(behind):,}."


def _table(columns: tuple[str, ...], rows: list[tuple]) -> str:
    lines = [columns, ("---",) * len(columns), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def _share(done: dict, name: str) -> float:
    return done["counts"].get(name, 0) / max(done["reps"], 1)


def _wilson(share: float, n: int, level: float) -> str:
    low, high = _wilson_ends(share, n, level)
    return f"{max(low, 0.0):.3f} to {min(high, 1.0):.3f}"


def _wilson_ends(share: float, n: int, level: float) -> tuple[float, float]:
    z = stats.norm.isf((1 - level) / 2)
    middle, half = share + z**2 / (2 * n), z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return float((middle - half) / (1 + z**2 / n)), float((middle + half) / (1 + z**2 / n))


def _row(claim: str, world: str, done: dict) -> tuple:
    shares = [_share(done, f"{claim} {verdict}") for verdict in ("supported", "contradicted", "inconclusive")]
    true = {None: "open", True: "yes", False: "no"}[is_true(world, claim)]
    interval = _wilson(shares[0], done["reps"], 0.95)
    return (
        claim,
        parts_of(world)[1],
        true,
        done["reps"],
        f"{shares[0]:.3f}",
        interval,
        f"{shares[1]:.3f}",
        f"{shares[2]:.3f}",
    )


def _coverage(world: str, done: dict) -> list[tuple]:
    truth = {**done["truth"], **dict.fromkeys(ZERO_PATHS.get(world, ()), 0.0)}
    shares = {name: _share(done, f"{name} covered") for name in truth}
    return [
        (name, world, f"{value:.3f}", done["reps"], f"{shares[name]:.3f}", _wilson(shares[name], done["reps"], 0.99))
        for name, value in truth.items()
    ]


def _extra_row(name: str, done: dict) -> tuple:
    kind, world = name.split(": ")
    share = done["covered"] / done["reps"]
    return kind, world, f"{done['truth']:.3f}", done["reps"], f"{share:.3f}", _wilson(share, done["reps"], 0.99)
