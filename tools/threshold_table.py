"""The six touches' part of docs/validation.md, from benchmarks/results/threshold_calibration.csv."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from couples_study.planning.threshold_cells import BEYOND, SIX
from couples_study.planning.threshold_cells import cells as cells_of

RESULTS = Path(__file__).resolve().parents[1] / "benchmarks" / "results" / "threshold_calibration.csv"
KEYS = ["reading", "truth", "trap", "couples", "days", "scale"]
FEWEST, WANTED, LEVEL = 250, 2000, 0.99
HEAD = """\
## C60, six touches: how often rule R8 is right and wrong

Each row is one truth, one trap and one number of couples; with 2,000 replicates a share of .03 has a 99% interval from
.02 to .04. Intervals are 99% Wilson intervals; *either* counts a replicate in which 6a or 6b was supported. In the
worlds of the daily curve 80% of the evenings are answered, on 1-7 unless said otherwise; the gain is .51 from none to
the plateau, .40 at the step, .05 a touch on the line, .30 times log(1 + touches). Replicates are run into
benchmarks/results/threshold_calibration.csv by `python benchmarks/threshold_calibration.py`, which can be stopped and
taken up again; this part is written from that file by `python tools/make_validation.py --stored`. A test runs ten
replicates of some cells again and compares.

"""
TITLES = {
    "within": "### Within days (the reading that leads)",
    "between": "### Between couples",
    "necessity": "### Needed to keep what one has (weekly answers over half a year)",
    "dose": "### Assigned by lot (five weeks, 2 to 10 touches)",
}
NOTES = {
    "within": "28 evenings. *Naive* is the share in which a kink fixed at six would be called significant.",
    "between": (
        "Curves between couples are three times as strong here as within days, because couples differ more than days."
    ),
    "necessity": (
        "Losses in SD per half year: `needed_6` loses .6 below six, `needed_6_more` 1.2, `all_lose` .5 everywhere, "
        "`linear` .1 a touch below seven, `log` shrinking with log touches; couples' own trends differ with SD .5. "
        "6a is *needed*, 6b *enough*."
    ),
    "dose": "Couples follow their number every day, or on seven days in ten, at times with one touch more.",
}


def summed() -> pd.DataFrame:
    """One row per cell with at least `FEWEST` replicates, and its counts, in the order of the plan."""
    table = pd.read_csv(RESULTS, keep_default_na=False)
    counts = table.drop(columns="first").groupby(KEYS, sort=False).sum()
    order = [tuple(getattr(cell, name) for name in KEYS) for cell, _ in cells_of(TITLES)]
    counts = counts.loc[[key for key in order if key in counts.index]].reset_index()
    return counts[counts["reps"] >= FEWEST].reset_index(drop=True)


def text() -> str:
    """The whole part, ending in a newline."""
    cells = summed()
    parts = [HEAD, *_bars(cells), f"\n{_missing(cells)}\n"]
    for reading, title in TITLES.items():
        rows = cells[cells["reading"] == reading]
        if len(rows):
            parts += [f"\n{title}\n\n{NOTES[reading]}\n\n", *_table(rows, broken=reading != "necessity")]
    return "".join(parts)


def _missing(cells: pd.DataFrame) -> str:
    short = int((cells["reps"] < WANTED).sum())
    if not short:
        return f"All {len(cells)} cells have {WANTED:,} replicates."
    return (
        f"{len(cells)} cells are shown, {short} of them with fewer than {WANTED:,} replicates so far; cells with fewer "
        f"than {FEWEST} are left out."
    )


def _bars(cells: pd.DataFrame) -> list[str]:
    """The bars that were set, what was measured, and whether the 99% interval excludes the bar."""
    within = cells[(cells["reading"] == "within") & (cells["scale"] == "1-7") & (cells["days"] == 28)]
    plain = within[within["trap"] == "none"]
    false = within[~within["truth"].isin((*SIX, *BEYOND))]
    lines = ["| bar | measured | 99% interval | met |\n|---|---|---|---|\n"]
    if len(false):
        worst = false.loc[(false["any_supported"] / false["reps"]).idxmax()]
        name = f"{worst['truth']}, {worst['trap']}, {worst['couples']} couples"
        lines.append(
            _bar(f"false support at most .03; largest of {len(false)} cells: {name}", worst, "any_supported", 0.03)
        )
    asked = (
        ("plateau_6", 200, "6b_supported", 0.80), ("plateau_6", 400, "6b_supported", 0.95),
        ("step_6", 100, "any_supported", 0.95), ("plateau_3", 200, "strict_contradicted", 0.85),
        ("log", 200, "strict_contradicted", 0.85),
    )  # fmt: skip
    for truth, couples, column, bar in asked:
        row = plain[(plain["truth"] == truth) & (plain["couples"] == couples)]
        if len(row):
            what = column.replace("any_", "").replace("strict_", "").replace("_", " ")
            lines.append(_bar(f"{truth}, {couples} couples: {what}, at least {_share(bar)}", row.iloc[0], column, bar))
    broken = plain[plain["truth"].isin(("plateau_3", "plateau_6", "plateau_9", "accel_6"))]
    if len(broken):
        least = broken.loc[(broken["covered"] / broken["reps"]).idxmin()]
        name = f"{least['truth']}, {least['couples']} couples"
        lines.append(_bar(f"the break's interval covers at least .93; smallest: {name}", least, "covered", 0.93))
    return lines


def _bar(what: str, row: pd.Series, column: str, bar: float) -> str:
    low, high = _interval(row, column)
    most = "at most" in what
    met = "no" if (low > bar if most else high < bar) else "yes"
    return f"| {what} | {_share(row[column] / row['reps'])} of {row['reps']:,} | {_span(low, high)} | {met} |\n"


def _table(rows: pd.DataFrame, *, broken: bool) -> list[str]:
    ends = " naive | break covered |" if broken else ""
    judged = "6a supported | 6b supported | either, 99% | 6a contradicted | 6b contradicted"
    head = f"| truth | trap | couples | replicates | {judged} |{ends}\n"
    lines = [head, "|---" * head.count(" | ") + "|---|\n"]
    for _, row in rows.iterrows():
        design = "" if row["scale"] == "1-7" else f", {row['scale']}"
        design += f", {row['days']} days" if row["reading"] == "within" and row["days"] != 28 else ""
        shares = [_share(row[name] / row["reps"]) for name in ("6a_supported", "6b_supported")]
        shares.append(_span(*_interval(row, "any_supported")))
        shares += [_share(row[name] / row["reps"]) for name in ("6a_contradicted", "6b_contradicted")]
        if broken:
            covered = _share(row["covered"] / row["reps"]) if row["truth"] in COVERED else ""
            shares += [_share(row["naive"] / row["reps"]), covered]
        cells = [row["truth"], row["trap"] + design, str(row["couples"]), f"{row['reps']:,}", *shares]
        lines.append(f"| {' | '.join(cells)} |\n")
    return lines


COVERED = ("plateau_3", "plateau_6", "plateau_9", "accel_6")


def _interval(row: pd.Series, column: str) -> tuple[float, float]:
    low, high = proportion_confint(row[column], row["reps"], alpha=1 - LEVEL, method="wilson")
    return float(low), float(high)


def _share(value: float) -> str:
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1.000"


def _span(low: float, high: float) -> str:
    return f"{_share(low)} to {_share(high)}"
