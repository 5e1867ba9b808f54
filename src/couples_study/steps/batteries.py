"""Which answers are given together on one scale, for those who look at how carefully they were given."""

from __future__ import annotations

from couples_study.contracts.watch import Battery
from couples_study.steps.check import Checked

ANSWERED_IN = ("diary_days", "survey_waves")


def batteries_of(checked: Checked) -> dict[str, Battery]:
    """Every scale of more than one item, in either table that it may be answered in."""
    found = {}
    for scale in checked.scales:
        rows = [checked.glossary[item] for item in scale.items if item in checked.glossary]
        low, high = (rows[0].low, rows[0].high) if rows else (None, None)
        for table in ANSWERED_IN if len(scale.items) > 1 else ():
            found[f"{scale.result} in {table}"] = Battery(
                table=table,
                items=scale.items,
                reversed=scale.reversed,
                low=scale.low if scale.low is not None else low,
                high=scale.high if scale.high is not None else high,
            )
    return found
