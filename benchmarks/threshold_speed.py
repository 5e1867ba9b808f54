"""Time one full C60 analysis beside the same analysis refitted with statsmodels OLS in a loop, in one run.

usage: threshold_speed.py [--couples 200] [--days 28] [--draws 199] [--out docs/performance_threshold.md]

Both fit all rival curves to all rows and to nine tenths of the couples ten times, profile hinges and jumps in every
resample of couples, and run the three sup-score tests. Ours also makes the sensitivity rows and the figure. Exits
with 1 where the two disagree or ours is less than `TIMES` as fast.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import statsmodels
import statsmodels.api as sm

from couples_study.contracts.evidence import Evidence
from couples_study.models.threshold import threshold_evidence
from couples_study.models.threshold.basis import Shape, breaks_to_try, hinge, rivals, step, within_person
from couples_study.models.threshold.rows import FloatArray, IntArray, Rows, rows_from
from couples_study.models.threshold.shapes import FOLDS, folds_of
from couples_study.models.threshold.suptest import random_signs
from couples_study.planning.touch_worlds import diary_of_touch

T = TypeVar("T")
STATED, TIMES, REPEATS = 6.0, 20.0, 3
SAME, CHANCE = 1e-7, 0.25  # one sum in another order; two sets of resamples, as a share of the standard error
LIMITS = {"total_effect": 0.30, "slope_low": -0.05, "slope_high": 0.035, "unit": "points (1-7)"}


class Loop:
    """The analysis as one would write it with statsmodels: every fit goes back to the rows."""

    def __init__(self, rows: Rows, rng: np.random.Generator) -> None:
        self.rows, self.rng = rows, rng
        self.levels = np.arange(26.0)
        days = np.bincount(rows.exposure.astype(int), minlength=26)
        self.breaks = breaks_to_try(self.levels, days, STATED)
        self.shapes = rivals(self.levels, days, STATED, self.breaks)
        self.outcome = self.centred(rows.outcome[:, None])[:, 0]
        self.controls = self.centred(rows.controls)
        self.members = [np.flatnonzero(rows.couple == c) for c in np.unique(rows.couple)]

    def centred(self, columns: FloatArray) -> FloatArray:
        return within_person(columns, self.rows.person)

    def column(self, over_levels: FloatArray) -> FloatArray:
        return self.centred(over_levels[self.rows.exposure.astype(int)][:, None])

    def ols(self, design: FloatArray, at: IntArray | slice = slice(None)) -> object:
        return sm.OLS(self.outcome[at], np.hstack([self.controls, design])[at]).fit()

    def designs(self, shape: Shape) -> list[FloatArray]:
        fixed = [self.column(column) for column in shape.fixed.T]
        ends = [[self.column(member)] for member in shape.family.T] or [[]]
        return [np.hstack([*fixed, *end]) if fixed or end else np.empty((len(self.rows), 0)) for end in ends]

    def best_ssr(self, designs: list[FloatArray], at: IntArray | slice = slice(None)) -> tuple[float, int, object]:
        fits = [self.ols(design, at) for design in designs]
        best = min(range(len(fits)), key=lambda i: fits[i].ssr)  # type: ignore[attr-defined]
        return fits[best].ssr, best, fits[best]  # type: ignore[attr-defined]

    def sup_score(self, candidates: list[FloatArray], draws: int) -> float:
        line = np.hstack([self.controls, self.column(self.levels)])
        left = sm.OLS(self.outcome, line).fit().resid
        cleaned = np.column_stack([sm.OLS(self.column(column)[:, 0], line).fit().resid for column in candidates])
        scores = np.array([(cleaned[at] * left[at, None]).sum(axis=0) for at in self.members])
        signs = random_signs(self.rng, draws, len(scores))
        spread = (scores**2).sum(axis=0)
        observed = (scores.sum(axis=0) ** 2 / spread).max()
        drawn = ((signs @ scores) ** 2 / spread).max(axis=1)
        return float((1 + (drawn >= observed).sum()) / (draws + 1))

    def run(self, draws: int) -> dict[str, float]:
        lines = self.column(self.levels)
        hinges = [np.hstack([lines, self.column(hinge(self.levels, tau))]) for tau in self.breaks.hinges]
        steps = [self.column(step(self.levels, tau)) for tau in self.breaks.steps]
        designs = {code: self.designs(shape) for code, shape in self.shapes.items()}
        two_slopes = designs["F7"][0]
        found = {
            "tau": self.breaks.hinges[self.best_ssr(hinges)[1]],
            "step_tau": self.breaks.steps[self.best_ssr(steps)[1]],
        }
        slopes = self.ols(two_slopes).params[-2:]  # type: ignore[attr-defined]
        found |= {"slope_low": slopes[0], "slope_high": slopes[1]}
        self.compare(designs)
        drawn = [self.resample(hinges, steps, two_slopes, designs) for _ in range(draws)]
        found["slope_low_se"] = float(np.std([row[2] for row in drawn], ddof=1))
        found["kink_p"] = self.sup_score([hinge(self.levels, tau) for tau in self.breaks.hinges], draws)
        found["jump_p"] = self.sup_score([step(self.levels, tau) for tau in self.breaks.steps], draws)
        self.sup_score([np.log1p(self.levels), self.levels**2], draws)
        return found

    def compare(self, designs: dict[str, list[FloatArray]]) -> dict[str, float]:
        fold = folds_of(len(self.members), self.rng)
        losses = dict.fromkeys(designs, 0.0)
        for k in range(FOLDS):
            kept = np.concatenate([self.members[c] for c in np.flatnonzero(fold != k)])
            out = np.concatenate([self.members[c] for c in np.flatnonzero(fold == k)])
            for code, options in designs.items():
                _, best, fitted = self.best_ssr(options, kept)
                design = np.hstack([self.controls, options[best]])[out]
                losses[code] += float(((self.outcome[out] - design @ fitted.params) ** 2).sum())  # type: ignore[attr-defined]
        return losses

    def resample(
        self,
        hinges: list[FloatArray],
        steps: list[FloatArray],
        slopes: FloatArray,
        designs: dict[str, list[FloatArray]],
    ) -> tuple[int, int, float]:
        drawn = self.rng.integers(len(self.members), size=len(self.members))
        at = np.concatenate([self.members[c] for c in drawn])
        for code in ("F3", "F10"):  # the total effect's curve and the figure's band
            self.ols(designs[code][0], at)
        low = self.ols(slopes, at).params[-2]  # type: ignore[attr-defined]
        return self.best_ssr(hinges, at)[1], self.best_ssr(steps, at)[1], low


PAGE = """\
# Performance: a threshold against its rivals

Written by `python benchmarks/threshold_speed.py`: one full analysis of claim C60 within days (every rival curve,
{draws} resamples of couples, ten folds of couples left out, three sup-score tests, sensitivity rows, figure) beside the
same analysis refitted with statsmodels OLS in a loop, in one run on one machine. The loop makes no sensitivity rows and
no figure, which ours does. Both are given the same rows; estimates have to agree to {same:g}, standard errors from two
sets of resamples to {chance:.0%}, or the command fails. Processor seconds do not count other work on the machine.

Python {python}, numpy {numpy}, statsmodels {statsmodels}.

| couples | days | draws | program | processor seconds | seconds |
|---|---|---|---|---|---|
| {couples} | {days} | {draws} | couples_study, median of {repeats} | {own_cpu:.2f} | {own:.2f} |
| {couples} | {days} | {draws} | statsmodels OLS in a loop | {loop_cpu:.1f} | {loop:.1f} |

{times:.0f} times as fast in processor seconds; at least {least:.0f} times is asked for. Estimates {agree}.
"""
CLOCKS = (time.process_time, time.perf_counter)


def timed(run: Callable[[], T]) -> tuple[T, tuple[float, float]]:
    """What ``run`` gives, and its seconds of the processor and of the clock."""
    began = [clock() for clock in CLOCKS]
    found = run()
    cpu, wall = (clock() - start for clock, start in zip(CLOCKS, began, strict=True))
    return found, (cpu, wall)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--couples", type=int, default=200)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--draws", type=int, default=199)
    parser.add_argument("--out", type=Path, default=Path("docs/performance_threshold.md"), help="the page to write")
    asked = parser.parse_args()
    frame = diary_of_touch("plateau_6", couples=asked.couples, days=asked.days, seed=1)
    options = {"id": "C60", "frame": frame, "stated": STATED, "draws": asked.draws, **LIMITS}
    threshold_evidence(**options, seed=np.random.SeedSequence(1))  # imports and caches
    runs = [timed(lambda: threshold_evidence(**options, seed=np.random.SeedSequence(1))) for _ in range(REPEATS)]
    ours = runs[0][0]
    own_cpu, own = (statistics.median(seconds[clock] for _, seconds in runs) for clock in (0, 1))
    theirs, (loop_cpu, loop) = timed(lambda: Loop(rows_from(frame), np.random.default_rng(1)).run(asked.draws))
    if not isinstance(ours, Evidence):
        sys.exit(f"not testable: {ours.detail}")
    exact = all(abs(ours.facts[name] - theirs[name]) < SAME for name in ("tau", "step_tau", "slope_low", "slope_high"))
    near = abs(ours.tested[0].std_error / theirs["slope_low_se"] - 1) < CHANCE
    page = PAGE.format(
        couples=asked.couples, days=asked.days, draws=asked.draws, own_cpu=own_cpu, own=own, loop_cpu=loop_cpu,
        loop=loop, times=loop_cpu / own_cpu, least=TIMES, agree="agree" if exact and near else "DISAGREE", same=SAME,
        chance=CHANCE, repeats=REPEATS, python=platform.python_version(), numpy=np.__version__,
        statsmodels=statsmodels.__version__,
    )  # fmt: skip
    print(page)
    asked.out.write_text(page, "utf-8")
    sys.exit(0 if exact and near and loop_cpu > TIMES * own_cpu else 1)


if __name__ == "__main__":
    main()
