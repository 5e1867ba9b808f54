"""calibration.html: how often verdicts are right, wrong and silent where the truth is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from couples_study.report.power_words import percent, times_words
from couples_study.report.render import render

if TYPE_CHECKING:
    import pandas as pd

KINDS = (("right", "blue"), ("silent", "rule"), ("wrong", "vermilion"))
BAR, HIGH = 120, 10  # pixels
TOO_OFTEN = 0.05  # a share of wrong verdicts whose interval lies above this is marked


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the page's frame shows."""

    package_version: str
    title: str = "How often verdicts are right where the truth is known"
    study_id: str = "calibration"
    synthetic: bool = True


def calibration_page(table: pd.DataFrame, package_version: str) -> str:
    """The page for a calibration table: the sum by scenario first, then every cell."""
    return render(
        "calibration.html.j2",
        c=Head(package_version=package_version),
        worlds=list(_worlds(table)),
        rows=[_row(row) for _, row in table.iterrows()],
        reps=(int(table["reps"].min()), int(table["reps"].max())),
        claims=int(table["claim"].nunique()),
        failed=int(table["failed"].sum()),
        too_often=percent(TOO_OFTEN),
    )


def _worlds(table: pd.DataFrame) -> Iterator[dict[str, object]]:
    """The average over claims by scenario and size of effect."""
    for (world, _), rows in table.groupby(["scenario", "times"], sort=False, dropna=False):
        mean = rows[[kind for kind, _ in KINDS]].mean()
        yield {
            "world": world, "times": times_words(rows.iloc[0]), "claims": rows["claim"].nunique(),
            "bar": _bar(mean), **{kind: percent(mean[kind]) for kind, _ in KINDS},
        }  # fmt: skip


def _row(row: pd.Series) -> dict[str, object]:
    shares = {kind: percent(row[kind]) for kind, _ in KINDS}
    return {
        "claim": row["claim"], "world": row["scenario"], "times": times_words(row),
        "reps": row["reps"], "bar": _bar(row), **shares,
        "interval": f"{percent(row['wrong_low'])} to {percent(row['wrong_high'])}",
        "failed": row["failed"], "marked": row["wrong_low"] > TOO_OFTEN,
    }  # fmt: skip


def _bar(shares: pd.Series) -> Markup:
    """A bar of three parts; the numbers stand beside it."""
    left, parts = 0.0, ""
    for kind, colour in KINDS:
        width = BAR * float(shares[kind])
        parts += f'<rect x="{left:.1f}" width="{width:.1f}" height="{HIGH}" style="fill:var(--{colour})"/>' * (
            width > 0
        )
        left += width
    return Markup(f'<svg aria-hidden="true" viewBox="0 0 {BAR} {HIGH}" width="{BAR}" height="{HIGH}">{parts}</svg>')  # noqa: S704 (numbers only)
